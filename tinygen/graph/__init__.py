"""The model as tinygen sees it: ops, tensors and their quantization."""

from tinygen.graph.model import Graph, Op, Quantization, Tensor

__all__ = ["Graph", "Op", "Quantization", "Tensor"]

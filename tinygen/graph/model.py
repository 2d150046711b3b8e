"""The graph: frozen ops and tensors, as every stage passes them on."""

from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Quantization:
    """How int8 values stand for real ones: ``real = scale * (value - zero_point)``.

    Attributes:
        scale: float32 values, one for the tensor or one a channel; finite and > 0.
        zero_point: As many integers as scales, within the tensor's type.
        axis: Dimension the channels run along; meaningless with one scale.
    """

    scale: tuple[float, ...]
    zero_point: tuple[int, ...]
    axis: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Tensor:
    """A value in the graph.

    Attributes:
        index: Position in ``Graph.tensors``.
        name: The converter's name for it; may be empty or repeated.
        dtype: numpy's name of the element type, such as ``int8``.
        shape: Static, every size > 0; ``()`` is a scalar.
        quantization: None for float and index tensors.
        data: The values of a constant, read-only; None when computed.
        variable: True for state that survives an inference (LSTM).
    """

    index: int
    name: str
    dtype: str
    shape: tuple[int, ...]
    quantization: Quantization | None = None
    data: NDArray[Any] | None = None
    variable: bool = False

    @property
    def size(self) -> int:
        """Return the number of elements."""
        return prod(self.shape)

    @property
    def nbytes(self) -> int:
        """Return the number of bytes the values take."""
        return self.size * np.dtype(self.dtype).itemsize

    @property
    def scale(self) -> float:
        """Return the per-tensor scale.

        Raises:
            ValueError: The tensor is not quantized per tensor.
        """
        if self.quantization is None or len(self.quantization.scale) != 1:
            raise ValueError(f"tensor {self.index} has no per-tensor scale")
        return self.quantization.scale[0]

    @property
    def zero_point(self) -> int:
        """Return the per-tensor zero point; 0 when the tensor is not quantized."""
        return 0 if self.quantization is None else self.quantization.zero_point[0]


@dataclass(frozen=True, slots=True, eq=False)
class Op:
    """One operator.

    Attributes:
        index: Position in the model file, kept through rewrites so that messages
            name the op the user knows.
        name: TFLite's name, such as ``CONV_2D``.
        version: The operator version the converter wrote.
        inputs: Tensor indices; -1 for an optional input left out.
        outputs: Tensor indices.
        options: The op type's own frozen dataclass, or None.
    """

    index: int
    name: str
    version: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: Any = None


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """A verified model: ops in execution order.

    Attributes:
        name: File stem of the model.
        sha256: Of the model file, in hex.
        tensors: All tensors, by index.
        ops: In an order in which every input is computed before it is read.
        inputs: Tensor indices the caller fills.
        outputs: Tensor indices the caller reads.
    """

    name: str
    sha256: str
    tensors: tuple[Tensor, ...]
    ops: tuple[Op, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]

    def inputs_of(self, op: Op) -> list[Tensor | None]:
        """Return the op's input tensors; None where an optional one is left out."""
        return [None if i < 0 else self.tensors[i] for i in op.inputs]

    def outputs_of(self, op: Op) -> list[Tensor]:
        """Return the op's output tensors."""
        return [self.tensors[i] for i in op.outputs]

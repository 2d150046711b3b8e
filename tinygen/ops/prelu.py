"""PRELU: negative inputs times alpha, which broadcasts to the input."""

from collections.abc import Sequence

import numpy as np

from tinygen.graph import Graph, Op
from tinygen.ops.binary import (
    Rescaling,
    binary_kernel,
    binary_params,
    check_binary,
    real_inputs,
    rescale_output,
)
from tinygen.ops.checks import require_shape
from tinygen.ops.contract import Array, Kernel, OpType, Target
from tinygen.ops.multiplier import checked_multiplier


def _rescaling(graph: Graph, op: Op) -> Rescaling:
    """Return ``in0`` for inputs >= 0 and ``out`` for products with alpha."""
    x, alpha = (graph.tensors[t].scale for t in op.inputs)
    y = graph.outputs_of(op)[0].scale
    return Rescaling(checked_multiplier(op, x * alpha / y), checked_multiplier(op, x / y))


def _check(graph: Graph, op: Op) -> None:
    check_binary(graph, op)
    require_shape(op, graph.outputs_of(op)[0], graph.tensors[op.inputs[0]].shape, "output")
    _rescaling(graph, op)


def _reference(graph: Graph, op: Op, inputs: Sequence[Array | None]) -> list[Array]:
    x, alpha = real_inputs(graph, op, tuple(inputs))
    rescaling = _rescaling(graph, op)
    limits = (-128, 127)
    positive = rescale_output(graph, op, x, rescaling.in0, limits)[0]
    negative = rescale_output(graph, op, x * alpha, rescaling.out, limits)[0]
    return [np.where(x >= 0, positive, negative)]


def _kernel(graph: Graph, op: Op, _target: Target) -> Kernel:
    return binary_kernel(graph, op, "tg_prelu_s8", binary_params(graph, op, _rescaling(graph, op)))


OP = OpType(name="PRELU", max_version=1, check=_check, reference=_reference, kernel=_kernel)

"""MUL: int8 operands of any scale, broadcasting, fused activation."""

from collections.abc import Sequence

from tinygen.graph import Graph, Op
from tinygen.ops.binary import (
    Rescaling,
    binary_kernel,
    binary_params,
    check_fused,
    fused_range,
    read_fused,
    real_inputs,
    rescale_output,
)
from tinygen.ops.contract import Array, Kernel, OpType, Target
from tinygen.ops.multiplier import Multiplier, checked_multiplier


def output_multiplier(graph: Graph, op: Op) -> Multiplier:
    """Return how products are brought to the output scale."""
    first, second = (graph.tensors[t].scale for t in op.inputs)
    return checked_multiplier(op, first * second / graph.outputs_of(op)[0].scale)


def _check(graph: Graph, op: Op) -> None:
    check_fused(graph, op)
    output_multiplier(graph, op)


def _reference(graph: Graph, op: Op, inputs: Sequence[Array | None]) -> list[Array]:
    first, second = real_inputs(graph, op, tuple(inputs))
    multiplier = output_multiplier(graph, op)
    return rescale_output(graph, op, first * second, multiplier, fused_range(graph, op))


def _kernel(graph: Graph, op: Op, _target: Target) -> Kernel:
    rescaling = Rescaling(output_multiplier(graph, op))
    params = binary_params(graph, op, rescaling, fused_range(graph, op))
    return binary_kernel(graph, op, "tg_mul_s8", params)


OP = OpType(
    name="MUL",
    max_version=7,
    options_table="MulOptions",
    read_options=read_fused,
    check=_check,
    reference=_reference,
    kernel=_kernel,
)

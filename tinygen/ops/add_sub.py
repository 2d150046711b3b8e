"""ADD and SUB: int8 operands of any scale, broadcasting, fused activation."""

from collections.abc import Sequence
from functools import partial

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
from tinygen.ops.common_scale import input_multipliers, to_common_scale, twice_largest_scale
from tinygen.ops.contract import Array, Kernel, OpType, Target
from tinygen.ops.multiplier import multiplier_below_one

LEFT_SHIFT = 20  # TFLM's: 255 << 20 leaves room for the sum in int32


def add_rescaling(graph: Graph, op: Op) -> Rescaling:
    """Return the multipliers.

    TFLM computes them in double precision; its source of August 2026 computed those of SUB
    in single precision, which can differ by one from the wheel that is our oracle.
    """
    in0, in1 = input_multipliers(graph, op)
    out_scale = (1 << LEFT_SHIFT) * graph.outputs_of(op)[0].scale
    out = multiplier_below_one(op, twice_largest_scale(graph, op) / out_scale)
    return Rescaling(out, in0, in1)


def _check(graph: Graph, op: Op) -> None:
    check_fused(graph, op)
    add_rescaling(graph, op)


def _reference(graph: Graph, op: Op, inputs: Sequence[Array | None], *, sign: int) -> list[Array]:
    first, second = real_inputs(graph, op, tuple(inputs))
    rescaling = add_rescaling(graph, op)
    acc = to_common_scale(first, rescaling.in0, LEFT_SHIFT) + sign * to_common_scale(
        second, rescaling.in1, LEFT_SHIFT
    )
    return rescale_output(graph, op, acc, rescaling.out, fused_range(graph, op))


def _kernel(graph: Graph, op: Op, _target: Target, *, function: str) -> Kernel:
    params = binary_params(graph, op, add_rescaling(graph, op), fused_range(graph, op))
    return binary_kernel(graph, op, function, params)


def _op_type(name: str, function: str, sign: int) -> OpType:
    return OpType(
        name=name,
        max_version=5,
        options_table=f"{name.capitalize()}Options",
        read_options=read_fused,
        check=_check,
        reference=partial(_reference, sign=sign),
        kernel=partial(_kernel, function=function),
    )


OPS = (_op_type("ADD", "tg_add_s8", 1), _op_type("SUB", "tg_sub_s8", -1))

"""ADD and SUB with the vector extension: four sums at a time."""

from functools import partial

from tinygen.graph import Graph, Op
from tinygen.kernels.own.constant_operand import look_up_constant
from tinygen.kernels.own.look_up_mve import vectorized
from tinygen.kernels.own.mul_mve import by_rows
from tinygen.ops.add_sub import add_rescaling
from tinygen.ops.binary import fused_range
from tinygen.ops.contract import Call, Kernel, Struct, Target
from tinygen.ops.registry import op_types

_HALF = (1 << 30, 0)  # multiplier 0.5: what TFLM has for the larger scale


def _emit(rows: str, graph: Graph, op: Op, target: Target) -> Kernel | None:
    """Return the kernel; None where the output has a tiny scale."""
    if looked_up := vectorized(look_up_constant(graph, op)):
        return looked_up
    equal = _equal_shapes(graph, op) if op.name == "ADD" else None
    if equal or add_rescaling(graph, op).out[1] >= 0:
        return equal
    return by_rows(op_types()[op.name].kernel(graph, op, target), rows, "sum_rows_s8")


def _equal_shapes(graph: Graph, op: Op) -> Kernel | None:
    """Return the kernel of a sum; None where inputs repeat, or the output has a tiny scale."""
    inputs = [graph.tensors[t] for t in op.inputs]
    y, rescaling = graph.outputs_of(op)[0], add_rescaling(graph, op)
    scales = [rescaling.in0, rescaling.in1]
    first = 0 if rescaling.in0 == _HALF else 1
    second = 1 - first
    is_equal = scales[second] == _HALF
    small = scales[second][1] < 0 or is_equal
    same_shape = inputs[0].shape == inputs[1].shape
    if scales[first] != _HALF or not small or rescaling.out[1] >= 0 or not same_shape:
        return None
    low, high = fused_range(graph, op)
    function = "tg_mve_add_equal_s8" if is_equal else "tg_mve_add_s8"
    fields: dict[str, int | str] = {
        "count": y.size,
        "in0_offset": -inputs[first].zero_point << 19,
        "in1_offset": -inputs[second].zero_point << (19 if is_equal else 20),
        "in1_multiplier": scales[second][0],
        "in1_shift": scales[second][1],
        "out_multiplier": rescaling.out[0],
        "out_shift": rescaling.out[1],
        "out_offset": y.zero_point,
        "out_min": low,
        "out_max": high,
    }
    return Kernel(
        name=function,
        calls=[Call(function, ["&params", f"{{in{first}}}", f"{{in{second}}}", "{out0}"])],
        sources=["kernels/mve/add_s8.c"],
        headers=["tinygen/mve/add_s8.h"],
        structs=[Struct("tg_mve_add", "params", fields)],
        overlap={0: 0, 1: 0},
        why="four sums at a time; the larger scale is exactly halved",
    )


KERNELS_MVE = {
    "ADD": partial(_emit, "tg_mve_add_rows_s8"),
    "SUB": partial(_emit, "tg_mve_sub_rows_s8"),
}

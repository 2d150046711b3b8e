"""ADD of equal shapes for cores with DSP instructions, and of a constant for any."""

from tinygen.graph import Graph, Op, Tensor
from tinygen.kernels.own.clamp import clamp_call
from tinygen.kernels.own.constant_operand import look_up_constant
from tinygen.ops.binary import fused_range
from tinygen.ops.common_scale import input_multipliers, twice_largest_scale
from tinygen.ops.contract import Call, Kernel, Struct, Target
from tinygen.ops.multiplier import Multiplier, multiplier_below_one

_LEFT_SHIFT = 20  # TFLM's
_HALF = (1 << 30, 0)  # the larger scale, over twice itself
_LARGEST_SHIFT = 23  # 128 << 23 plus a rounded product fits int32


def emit(graph: Graph, op: Op, target: Target) -> Kernel | None:
    """Return the kernel; None without DSP, for other shapes, and for extreme scales."""
    if looked_up := look_up_constant(graph, op):
        return looked_up
    first, second = (graph.tensors[t] for t in op.inputs)
    if not target.core.dsp or first.shape != second.shape:
        return None
    in0, in1 = input_multipliers(graph, op)
    y = graph.outputs_of(op)[0]
    out = multiplier_below_one(op, twice_largest_scale(graph, op) / ((1 << _LEFT_SHIFT) * y.scale))
    if not all(1 <= -shift <= _LARGEST_SHIFT for _, shift in (in0, in1, out) if shift != 0):
        return None
    if out[1] == 0:
        return None
    kernel = _equal(first, second, y, out) if in0 == in1 == _HALF else None
    if kernel is None:
        kernel = (
            _scaled((first, "{in0}"), (second, "{in1}"), y, in1, out)
            if in0 == _HALF
            else _scaled((second, "{in1}"), (first, "{in0}"), y, in0, out)
        )
    return clamp_call(kernel, y, *fused_range(graph, op))


def _equal(first: Tensor, second: Tensor, y: Tensor, out: Multiplier) -> Kernel:
    fields: dict[str, int | str] = {
        "linear_offset": -(first.zero_point + second.zero_point) * (1 << (_LEFT_SHIFT - 1)),
        **_output_fields(y, out),
    }
    return _kernel("tg_add_equal_s8", ["{in0}", "{in1}"], y, fields, "inputs have one scale")


def _scaled(
    linear: tuple[Tensor, str],
    other: tuple[Tensor, str],
    y: Tensor,
    multiplier: Multiplier,
    out: Multiplier,
) -> Kernel:
    shift = -multiplier[1]
    fields: dict[str, int | str] = {
        "linear_offset": -linear[0].zero_point * (1 << (_LEFT_SHIFT - 1)),
        "offset": -other[0].zero_point * (1 << (_LEFT_SHIFT + 1)),
        "multiplier": multiplier[0],
        "rounding": 1 << shift >> 1,
        "shift": shift,
        **_output_fields(y, out),
    }
    why = "only the input of the smaller scale is rescaled"
    return _kernel("tg_add_dsp_s8", [linear[1], other[1]], y, fields, why)


def _output_fields(y: Tensor, out: Multiplier) -> dict[str, int | str]:
    shift = -out[1]
    return {
        "out_multiplier": out[0],
        "out_rounding": (1 << shift >> 1) + (y.zero_point << shift),
        "out_shift": shift,
    }


def _kernel(
    function: str, inputs: list[str], y: Tensor, fields: dict[str, int | str], why: str
) -> Kernel:
    return Kernel(
        name=function,
        calls=[Call(function, ["&params", *inputs, str(y.size), "{out0}"])],
        sources=["kernels/dsp/add_s8.c"],
        headers=["tinygen/dsp/add_s8.h"],
        structs=[Struct("tg_add_args", "params", fields)],
        overlap={0: 0, 1: 0},
        why=why,
    )


KERNELS = {"ADD": emit}

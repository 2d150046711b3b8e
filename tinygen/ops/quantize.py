"""QUANTIZE: float32 to int8, and 8-bit values from one quantization to another."""

from collections.abc import Sequence

import numpy as np

from tinygen.graph import Graph, Op
from tinygen.ops.checks import require, require_counts, require_shape, required_input
from tinygen.ops.contract import Array, Call, Kernel, OpType, Target, int8
from tinygen.ops.fixed_point import Int64, requantize, wrap_int32
from tinygen.ops.float32 import round_half_away
from tinygen.ops.look_up import apply_function, look_up_kernel
from tinygen.ops.multiplier import Multiplier, checked_multiplier

_PAIRS = (("float32", "int8"), ("int8", "int8"), ("int8", "uint8"), ("uint8", "int8"))


def _check(graph: Graph, op: Op) -> None:
    require_counts(op, (1,))
    x, y = required_input(graph, op, 0), graph.outputs_of(op)[0]
    require(op, (x.dtype, y.dtype) in _PAIRS, f"{x.dtype} to {y.dtype} is not supported")
    for tensor, role in ((x, "input"), (y, "output")):
        q = tensor.quantization
        is_whole = tensor.dtype == "float32" or (q is not None and len(q.scale) == 1)
        require(op, is_whole, f"{role} is not quantized per tensor")
    require_shape(op, y, x.shape, "output")
    if x.dtype != "float32":
        _multiplier(graph, op)


def _multiplier(graph: Graph, op: Op) -> Multiplier:
    ratio = graph.tensors[op.inputs[0]].scale / graph.outputs_of(op)[0].scale
    return checked_multiplier(op, ratio)


def _requantize(graph: Graph, op: Op, values: Int64) -> Array:
    y = graph.outputs_of(op)[0]
    real = values - graph.tensors[op.inputs[0]].zero_point
    out = wrap_int32(requantize(real, *_multiplier(graph, op)) + y.zero_point)
    limits = np.iinfo(y.dtype)
    return np.clip(out, limits.min, limits.max)


def _quantize(graph: Graph, op: Op, values: Array) -> Array:
    """Round to nearest, halves away from zero; NaN becomes the zero point, as on Arm."""
    y = graph.outputs_of(op)[0]
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        rounded = round_half_away(values / np.float32(y.scale))
    return int8(np.nan_to_num(rounded, nan=0.0) + y.zero_point)


def _reference(graph: Graph, op: Op, inputs: Sequence[Array | None]) -> list[Array]:
    assert inputs[0] is not None
    if inputs[0].dtype == np.float32:
        return [_quantize(graph, op, inputs[0])]
    return apply_function(graph, op, inputs, function=_requantize)


def _kernel(graph: Graph, op: Op, target: Target) -> Kernel:
    if graph.tensors[op.inputs[0]].dtype != "float32":
        return look_up_kernel(graph, op, target, function=_requantize)
    y = graph.outputs_of(op)[0]
    scale = f"{y.scale.hex()}f"  # C reads hexadecimal floats exactly
    return Kernel(
        name="tg_quantize_f32_s8",
        calls=[
            Call(
                "tg_quantize_f32_s8",
                ["{in0}", scale, str(y.zero_point), str(y.size), "{out0}"],
            )
        ],
        sources=["kernels/quantize_f32_s8.c"],
        headers=["tinygen/kernels/quantize_f32_s8.h"],
        overlap={0: 0},
    )


OP = OpType(name="QUANTIZE", max_version=3, check=_check, reference=_reference, kernel=_kernel)

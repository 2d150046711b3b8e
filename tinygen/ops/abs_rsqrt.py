"""ABS and RSQRT, the elementwise functions that TFLM has in int8 fixed point."""

import math

import numpy as np

from tinygen.graph import Graph, Op
from tinygen.ops.checks import DAMAGED_HINT, require
from tinygen.ops.contract import Array
from tinygen.ops.fixed_point import Int64, requantize, wrap_int32
from tinygen.ops.fixed_point_functions import inverse_sqrt
from tinygen.ops.look_up import check_unary, look_up_op
from tinygen.ops.multiplier import Multiplier, checked_multiplier

_SHIFT = 20  # bits below 1 that TFLM keeps of 1 / sqrt(integer)


def _abs_multiplier(graph: Graph, op: Op) -> Multiplier:
    ratio = graph.tensors[op.inputs[0]].scale / graph.outputs_of(op)[0].scale
    return checked_multiplier(op, ratio)


def _check_abs(graph: Graph, op: Op) -> None:
    check_unary(graph, op)
    _abs_multiplier(graph, op)


def _abs(graph: Graph, op: Op, values: Int64) -> Array:
    magnitude = np.abs(values - graph.tensors[op.inputs[0]].zero_point)
    scaled = requantize(magnitude, *_abs_multiplier(graph, op))
    return np.clip(wrap_int32(scaled + graph.outputs_of(op)[0].zero_point), -128, 127)


def _rsqrt_scale(graph: Graph, op: Op) -> float:
    return 1 / (math.sqrt(graph.tensors[op.inputs[0]].scale) * graph.outputs_of(op)[0].scale)


def _check_rsqrt(graph: Graph, op: Op) -> None:
    check_unary(graph, op)
    scale = _rsqrt_scale(graph, op)
    require(
        op,
        2.0 ** (_SHIFT - 32) <= scale < 2.0**30,  # shifts that TFLM defines
        f"scales give a multiplier of {scale:g}",
        DAMAGED_HINT,
    )


def _rsqrt(graph: Graph, op: Op, values: Int64) -> Array:
    """Compute it; the largest output for 0, and for less, where TFLM stops with an error."""
    multiplier, shift = checked_multiplier(op, _rsqrt_scale(graph, op))
    real = values - graph.tensors[op.inputs[0]].zero_point
    roots = np.zeros(256, dtype=np.int64)
    for value in range(1, 256):
        inverse, inverse_shift = inverse_sqrt(value)
        roots[value] = requantize(1, inverse, inverse_shift + _SHIFT)
    scaled = requantize(roots[np.maximum(real, 0)], multiplier, shift - _SHIFT)
    out = np.clip(wrap_int32(scaled + graph.outputs_of(op)[0].zero_point), -128, 127)
    return np.where(real > 0, out, 127)


OPS = (
    look_up_op("ABS", _abs, _check_abs, max_version=5),
    look_up_op("RSQRT", _rsqrt, _check_rsqrt, max_version=3),
)

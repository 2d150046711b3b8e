"""RELU and RELU6 on their own, where no op before could fuse them."""

import math

import numpy as np

from tinygen.graph import Graph, Op
from tinygen.ops.checks import DAMAGED_HINT, require
from tinygen.ops.contract import Array
from tinygen.ops.fixed_point import Int64, requantize, wrap_int32
from tinygen.ops.float32 import float32_ratio
from tinygen.ops.look_up import check_unary, look_up_op
from tinygen.ops.multiplier import Multiplier, checked_multiplier


def _multiplier(graph: Graph, op: Op) -> Multiplier:
    ratio = graph.tensors[op.inputs[0]].scale / graph.outputs_of(op)[0].scale
    return checked_multiplier(op, ratio)


def _check_relu(graph: Graph, op: Op) -> None:
    check_unary(graph, op)
    _multiplier(graph, op)


def _relu(graph: Graph, op: Op, values: Int64) -> Array:
    zero = graph.outputs_of(op)[0].zero_point
    real = values - graph.tensors[op.inputs[0]].zero_point
    out = wrap_int32(requantize(real, *_multiplier(graph, op)) + zero)
    return np.clip(out, zero, 127)


def _six(graph: Graph, op: Op) -> int:
    """Return 6 in units of the input's scale, rounded."""
    return math.floor(float32_ratio(6.0, graph.tensors[op.inputs[0]].scale) + 0.5)


def _check_relu6(graph: Graph, op: Op) -> None:
    check_unary(graph, op)
    scale = graph.tensors[op.inputs[0]].scale
    require(
        op,
        float32_ratio(6.0, scale) < 2.0**30,
        f"input scale {scale:g} is too small",
        DAMAGED_HINT,
    )


def _relu6(graph: Graph, op: Op, values: Int64) -> Array:
    """Clamp; like TFLM, take the output's scale to be the input's."""
    zero = graph.tensors[op.inputs[0]].zero_point
    return np.clip(values, zero, min(127, _six(graph, op) + zero))


OPS = (
    look_up_op("RELU", _relu, _check_relu, max_version=3),
    look_up_op("RELU6", _relu6, _check_relu6, max_version=3),
)

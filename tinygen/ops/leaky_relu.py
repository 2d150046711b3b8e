"""LEAKY_RELU: negative inputs times a constant."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tinygen.graph import Graph, Op
from tinygen.ops.checks import require_options
from tinygen.ops.contract import Array
from tinygen.ops.fixed_point import Int64, requantize, wrap_int32
from tinygen.ops.look_up import check_unary, look_up_op
from tinygen.ops.multiplier import Multiplier, checked_multiplier


@dataclass(frozen=True, slots=True)
class LeakyReluOptions:
    """``alpha``: what negative inputs are multiplied by; may be negative."""

    alpha: float


def _read(table: Any) -> LeakyReluOptions | None:
    return None if table is None else LeakyReluOptions(table.Alpha())


def _multipliers(graph: Graph, op: Op) -> tuple[Multiplier, Multiplier]:
    """Return those of inputs >= 0 and, by the magnitude of alpha, of those below."""
    x, y = graph.tensors[op.inputs[0]].scale, graph.outputs_of(op)[0].scale
    return checked_multiplier(op, x / y), checked_multiplier(op, x * abs(op.options.alpha) / y)


def _check(graph: Graph, op: Op) -> None:
    check_unary(graph, op)
    require_options(op)
    _multipliers(graph, op)


def _leaky_relu(graph: Graph, op: Op, values: Int64) -> Array:
    identity, alpha = _multipliers(graph, op)
    real = values - graph.tensors[op.inputs[0]].zero_point
    sign = -1 if op.options.alpha < 0 else 1
    scaled = np.where(real >= 0, requantize(real, *identity), sign * requantize(real, *alpha))
    return np.clip(wrap_int32(scaled + graph.outputs_of(op)[0].zero_point), -128, 127)


OP = look_up_op(
    "LEAKY_RELU",
    _leaky_relu,
    _check,
    max_version=2,
    options_table="LeakyReluOptions",
    read_options=_read,
)

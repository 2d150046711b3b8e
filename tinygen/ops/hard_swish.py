"""HARD_SWISH: x * relu6(x + 3) / 6, in TFLM's 16-bit fixed point."""

from dataclasses import dataclass

import numpy as np

from tinygen.graph import Graph, Op
from tinygen.ops.checks import DAMAGED_HINT, require
from tinygen.ops.contract import Array
from tinygen.ops.fixed_point import Int64
from tinygen.ops.look_up import check_unary, look_up_op
from tinygen.ops.multiplier import Multiplier, checked_multiplier

_MAX = (1 << 15) - 1
_MIN = -(1 << 15)


@dataclass(frozen=True, slots=True)
class Scaling:
    """16-bit multipliers: to the output's scale, and to where 3.0 is 2**15."""

    out: Multiplier
    reluish: Multiplier


def _scaling(graph: Graph, op: Op) -> Scaling:
    fine = graph.tensors[op.inputs[0]].scale / 128
    to_out, to_reluish = fine / graph.outputs_of(op)[0].scale, fine / (3 / 32768)
    return Scaling(
        _narrow(checked_multiplier(op, to_out)), _narrow(checked_multiplier(op, to_reluish))
    )


def _narrow(multiplier: Multiplier) -> Multiplier:
    """Round a Q31 multiplier to Q15."""
    value, shift = multiplier
    return min((value + (1 << 15)) >> 16, _MAX), shift


def _check(graph: Graph, op: Op) -> None:
    check_unary(graph, op)
    require(
        op,
        _scaling(graph, op).out[1] <= 0,
        "the output's scale is below 1/128 of the input's",
        DAMAGED_HINT,
    )


def _rounding_high_multiply(a: Int64, b: int) -> Int64:
    """Return ``a * b / 2**15``, halves up for positive products and towards 0 below."""
    product = a * b
    nudged = product + np.where(product >= 0, 1 << 14, 1 - (1 << 14))
    return _divide_towards_zero(nudged)


def _divide_towards_zero(values: Int64) -> Int64:
    return np.where(values >= 0, values >> 15, -(-values >> 15))


def _divide_by_power(values: Int64, power: int) -> Int64:
    """Divide with rounding; from a power of 16 on, TFLM's 16-bit mask is all ones."""
    mask = -1 if power > 15 else (1 << power) - 1
    threshold = (mask >> 1) + (values < 0)
    return (values >> power) + ((values & mask) > threshold)


def _shift_left(values: Int64, power: int) -> Int64:
    shifted: Int64 = np.clip(values << power, _MIN, _MAX)
    return shifted


def _reluish(fine: Int64, multiplier: Multiplier) -> Int64:
    """Return relu6(x + 3) / 6 in Q15."""
    factor, shift = multiplier
    value = _shift_left(fine, shift - 1) if shift > 0 else fine
    value = _rounding_high_multiply(value, factor)
    if shift > 0:
        value = _shift_left(value, 1)
    elif shift < 0:
        value = _divide_by_power(value, -shift)
    return (value + (1 << 15)) >> 1


def _hard_swish(graph: Graph, op: Op, values: Int64) -> Array:
    scaling = _scaling(graph, op)
    fine = (values - graph.tensors[op.inputs[0]].zero_point) << 7
    scaled = _rounding_high_multiply(fine, scaling.out[0])
    product = _divide_towards_zero(_reluish(fine, scaling.reluish) * scaled)
    out = _divide_by_power(product, -scaling.out[1]) + graph.outputs_of(op)[0].zero_point
    return np.clip(out, -128, 127)


OP = look_up_op("HARD_SWISH", _hard_swish, _check, max_version=1)

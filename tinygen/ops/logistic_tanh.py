"""LOGISTIC and TANH in TFLM's fixed point, Q4 in and Q0 out."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from tinygen.graph import Graph, Op
from tinygen.ops import fixed_point_functions
from tinygen.ops.checks import DAMAGED_HINT, require
from tinygen.ops.contract import Array, OpType
from tinygen.ops.fixed_point import (
    Int64,
    quantize_multiplier,
    requantize,
    rounding_divide_by_power,
)
from tinygen.ops.look_up import check_unary, look_up_op

_INTEGER_BITS = 4


@dataclass(frozen=True, slots=True)
class Form:
    """How one of the two ends.

    Attributes:
        function: Q4 to Q0.
        out_bits: The output's scale is ``2**-out_bits``.
        out_zero_point: The output's zero point.
    """

    function: Callable[[Int64, int], Int64]
    out_bits: int
    out_zero_point: int


def _check(graph: Graph, op: Op, *, form: Form) -> None:
    check_unary(graph, op)
    y, scale = graph.outputs_of(op)[0], graph.tensors[op.inputs[0]].scale
    require(
        op,
        y.scale == 2.0**-form.out_bits and y.zero_point == form.out_zero_point,
        f"output scale {y.scale:g} and zero point {y.zero_point} are not "
        f"1/{1 << form.out_bits} and {form.out_zero_point}",
        DAMAGED_HINT,
    )
    require(
        op,
        2.0**-28 <= scale < 2.0**35,  # shifts that TFLM defines
        f"input scale {scale:g} is out of range",
        DAMAGED_HINT,
    )


def _compute(graph: Graph, op: Op, values: Int64, *, form: Form) -> Array:
    x = graph.tensors[op.inputs[0]]
    multiplier, shift = quantize_multiplier(x.scale * 2.0 ** (31 - _INTEGER_BITS))
    radius = (((1 << _INTEGER_BITS) - 1) << (31 - _INTEGER_BITS)) >> shift
    real = values - x.zero_point
    inside = np.abs(real) < radius
    scaled = requantize(np.where(inside, real, 0), multiplier, shift)
    fraction = form.function(scaled, _INTEGER_BITS)
    out = rounding_divide_by_power(fraction, 31 - form.out_bits) + form.out_zero_point
    out = np.clip(out, -128, 127)
    return np.where(inside, out, np.where(real <= -radius, -128, 127))


def _op_type(name: str, form: Form) -> OpType:
    return look_up_op(name, partial(_compute, form=form), partial(_check, form=form), max_version=3)


OPS = (
    _op_type("LOGISTIC", Form(fixed_point_functions.logistic, 8, -128)),
    _op_type("TANH", Form(fixed_point_functions.tanh, 7, 0)),
)

"""SOFTMAX over the last axis, int8, any beta, in TFLM's fixed point."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tinygen.graph import Graph, Op
from tinygen.ops.checks import DAMAGED_HINT, require, require_options
from tinygen.ops.contract import Array, Call, Constant, Kernel, OpType, Target, int8
from tinygen.ops.fixed_point import (
    Int64,
    doubling_high_multiply,
    quantize_multiplier,
    requantize,
    rounding_divide_by_power,
)
from tinygen.ops.fixed_point_functions import exp_of_negative, reciprocal_of_one_plus
from tinygen.ops.look_up import check_unary

_INTEGER_BITS = 5  # of a difference to the row's maximum
_SUM_BITS = 12  # integer bits of the sum of exponentials
_MAX_DEPTH = (1 << (_SUM_BITS + 1)) - 1  # ones that 32 unsigned bits hold
_MAX_MULTIPLIER = float((1 << 31) - 1)


@dataclass(frozen=True, slots=True)
class SoftmaxOptions:
    """``beta``: what inputs are multiplied by."""

    beta: float


def _read(table: Any) -> SoftmaxOptions | None:
    return None if table is None else SoftmaxOptions(table.Beta())


def _scale(graph: Graph, op: Op) -> float:
    scale: float = op.options.beta * graph.tensors[op.inputs[0]].scale
    return min(scale * 2.0 ** (31 - _INTEGER_BITS), _MAX_MULTIPLIER)


def _check(graph: Graph, op: Op) -> None:
    check_unary(graph, op)
    require_options(op)
    x, y = graph.tensors[op.inputs[0]], graph.outputs_of(op)[0]
    require(op, len(x.shape) > 0, "input is a scalar", DAMAGED_HINT)
    require(
        op,
        y.scale == 1 / 256 and y.zero_point == -128,
        f"output scale {y.scale:g} and zero point {y.zero_point} are not 1/256 and -128",
        DAMAGED_HINT,
    )
    require(
        op,
        _scale(graph, op) > 1,  # also refuses NaN
        f"beta {op.options.beta:g} and input scale {x.scale:g} are out of range",
        DAMAGED_HINT,
    )
    require(
        op,
        x.shape[-1] <= _MAX_DEPTH,
        f"{x.shape[-1]} classes; TFLM's sum holds {_MAX_DEPTH}",
        "split the layer",
    )


def input_scaling(graph: Graph, op: Op) -> tuple[int, int, int]:
    """Return multiplier and shift of a difference, and the largest whose exp is not 0."""
    multiplier, shift = quantize_multiplier(_scale(graph, op))
    largest = (1 << _INTEGER_BITS) - 1
    return multiplier, shift, (largest << (31 - _INTEGER_BITS)) >> shift


def exp_table(graph: Graph, op: Op) -> Int64:
    """Return exp by the difference to the row's maximum, in Q0; beyond its end it is 0."""
    multiplier, shift, radius = input_scaling(graph, op)
    differences = np.arange(min(radius, 255) + 1)
    return exp_of_negative(requantize(-differences, multiplier, shift), _INTEGER_BITS)


def _reference(graph: Graph, op: Op, inputs: Sequence[Array | None]) -> list[Array]:
    assert inputs[0] is not None
    x = inputs[0].astype(np.int64)
    table = np.zeros(256, dtype=np.int64)
    known = exp_table(graph, op)
    table[: len(known)] = known
    exponentials = table[x.max(axis=-1, keepdims=True) - x]
    total = rounding_divide_by_power(exponentials, _SUM_BITS).sum(axis=-1, keepdims=True)
    bits = np.frexp(total.astype(np.float64))[1].astype(np.int64)  # exact: below 2**53
    mantissa = (total << (32 - bits)) - (1 << 31)
    product = doubling_high_multiply(reciprocal_of_one_plus(mantissa), exponentials)
    exponent = bits + (_SUM_BITS - 32 + 23)
    rounded = rounding_divide_by_power(product, np.minimum(exponent, 31))
    # Beyond 31, where TFLM stops with an error, each share rounds to 0.
    return [int8(np.where(exponent > 31, 0, rounded) - 128)]


def _kernel(graph: Graph, op: Op, _target: Target) -> Kernel:
    x = graph.tensors[op.inputs[0]]
    table = exp_table(graph, op).astype(np.int32)
    sizes = [str(len(table)), str(x.size // x.shape[-1]), str(x.shape[-1])]
    return Kernel(
        name="tg_softmax_s8",
        calls=[Call("tg_softmax_s8", ["{in0}", "{table}", *sizes, "{out0}"])],
        sources=["kernels/softmax_s8.c"],
        headers=["tinygen/kernels/softmax_s8.h"],
        constants=[Constant("table", table, "table")],
        overlap={0: 0},
    )


OP = OpType(
    name="SOFTMAX",
    max_version=3,
    options_table="SoftmaxOptions",
    read_options=_read,
    check=_check,
    reference=_reference,
    kernel=_kernel,
)

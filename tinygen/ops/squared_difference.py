"""SQUARED_DIFFERENCE: int8 operands of any scale, broadcasting."""

from collections.abc import Sequence

import numpy as np

from tinygen.graph import Graph, Op
from tinygen.ops.binary import (
    Rescaling,
    binary_kernel,
    binary_params,
    check_binary,
    real_inputs,
    rescale_output,
)
from tinygen.ops.common_scale import input_multipliers, to_common_scale, twice_largest_scale
from tinygen.ops.contract import Array, Kernel, OpType, Target
from tinygen.ops.multiplier import checked_multiplier

_LEFT_SHIFT = 7  # TFLM's: the square of 255 << 7 fits int32


def _rescaling(graph: Graph, op: Op) -> Rescaling:
    in0, in1 = input_multipliers(graph, op)
    common = twice_largest_scale(graph, op)
    with np.errstate(over="ignore"):  # TFLM scales the output's scale in single precision
        out_scale = np.float32(1 << 2 * _LEFT_SHIFT) * np.float32(graph.outputs_of(op)[0].scale)
    return Rescaling(checked_multiplier(op, common * common / float(out_scale)), in0, in1)


def _check(graph: Graph, op: Op) -> None:
    check_binary(graph, op)
    _rescaling(graph, op)


def _reference(graph: Graph, op: Op, inputs: Sequence[Array | None]) -> list[Array]:
    first, second = real_inputs(graph, op, tuple(inputs))
    rescaling = _rescaling(graph, op)
    difference = to_common_scale(first, rescaling.in0, _LEFT_SHIFT) - to_common_scale(
        second, rescaling.in1, _LEFT_SHIFT
    )
    return rescale_output(graph, op, difference * difference, rescaling.out, (-128, 127))


def _kernel(graph: Graph, op: Op, _target: Target) -> Kernel:
    params = binary_params(graph, op, _rescaling(graph, op))
    return binary_kernel(graph, op, "tg_squared_difference_s8", params)


OP = OpType(
    name="SQUARED_DIFFERENCE",
    max_version=2,
    check=_check,
    reference=_reference,
    kernel=_kernel,
)

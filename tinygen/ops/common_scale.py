"""Bring two int8 operands to one scale: what ADD, SUB and SQUARED_DIFFERENCE share."""

import numpy as np

from tinygen.graph import Graph, Op
from tinygen.ops.contract import Array
from tinygen.ops.fixed_point import Int64, requantize
from tinygen.ops.multiplier import Multiplier, multiplier_below_one


def twice_largest_scale(graph: Graph, op: Op) -> float:
    """Return twice the larger input scale: the common scale before its left shift."""
    return 2.0 * max(graph.tensors[t].scale for t in op.inputs)


def input_multipliers(graph: Graph, op: Op) -> tuple[Multiplier, Multiplier]:
    """Return how each input is brought to `twice_largest_scale`; each is at most 0.5."""
    common = twice_largest_scale(graph, op)
    first, second = (multiplier_below_one(op, graph.tensors[t].scale / common) for t in op.inputs)
    return first, second


def to_common_scale(real: Array, multiplier: Multiplier, left_shift: int) -> Int64:
    """Return integers of the common scale divided by ``2**left_shift``.

    Args:
        real: Values without their zero point, in [-255, 255].
        multiplier: The input scale over the common one.
        left_shift: Bits of precision kept below the common scale.
    """
    return requantize(real.astype(np.int64) << left_shift, *multiplier)

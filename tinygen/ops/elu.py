"""ELU: exp(x) - 1 below zero; TFLM fills a table by single-precision arithmetic."""

import numpy as np

from tinygen.graph import Graph, Op
from tinygen.ops.checks import DAMAGED_HINT, require
from tinygen.ops.contract import Array, int8
from tinygen.ops.fixed_point import Int64
from tinygen.ops.float32 import float32_ratio, round_half_away
from tinygen.ops.look_up import check_unary, look_up_op


def _check(graph: Graph, op: Op) -> None:
    check_unary(graph, op)
    x, y = graph.tensors[op.inputs[0]].scale, graph.outputs_of(op)[0].scale
    require(
        op,
        float32_ratio(1.0, y) < 2.0**30 and 256 * float32_ratio(x, y) < 2.0**30,
        f"output scale {y:g} is too small for input scale {x:g}",
        DAMAGED_HINT,
    )


def _elu(graph: Graph, op: Op, values: Int64) -> Array:
    x, y = graph.tensors[op.inputs[0]], graph.outputs_of(op)[0]
    real = np.float32(x.scale) * (values - x.zero_point).astype(np.float32)
    # Rounding double precision once is what a correct expf returns.
    exponential = np.exp(np.minimum(real, 0).astype(np.float64)).astype(np.float32)
    transformed = np.where(real < 0, exponential - np.float32(1), real)
    scaled = transformed * (np.float32(1) / np.float32(y.scale))
    return int8(round_half_away(scaled) + y.zero_point)


OP = look_up_op("ELU", _elu, _check, max_version=1)

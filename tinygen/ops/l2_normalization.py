"""L2_NORMALIZATION: rows divided by their length, in units of 1/128."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tinygen.graph import Graph, Op
from tinygen.ops.checks import DAMAGED_HINT, require, require_options
from tinygen.ops.contract import Array, Call, Kernel, OpType, Target, int8
from tinygen.ops.fixed_point import requantize
from tinygen.ops.fixed_point_functions import inverse_sqrt
from tinygen.ops.look_up import check_unary

_MOST_SQUARES = 1 << 29  # beyond, `inverse_sqrt` has no result
_OUT_BITS = 7


@dataclass(frozen=True, slots=True)
class L2NormOptions:
    """``activation``: the schema's ActivationFunctionType."""

    activation: int


def _read(table: Any) -> L2NormOptions | None:
    return None if table is None else L2NormOptions(table.FusedActivationFunction())


def _check(graph: Graph, op: Op) -> None:
    check_unary(graph, op)
    require_options(op)
    require(op, op.options.activation == 0, "has a fused activation", DAMAGED_HINT)
    x, y = graph.tensors[op.inputs[0]], graph.outputs_of(op)[0]
    require(op, 0 < len(x.shape) <= 4, f"input has {len(x.shape)} dimensions", "use 1 to 4")
    require(
        op,
        (y.scale, y.zero_point) == (1 / 128, 0),
        f"output scale {y.scale:g} and zero point {y.zero_point} are not 1/128 and 0",
        DAMAGED_HINT,
    )
    most = _MOST_SQUARES // 255**2
    require(op, x.shape[-1] <= most, f"rows of {x.shape[-1]}", f"normalize at most {most}")


def _reference(graph: Graph, op: Op, inputs: Sequence[Array | None]) -> list[Array]:
    assert inputs[0] is not None
    values = inputs[0].astype(np.int64) - graph.tensors[op.inputs[0]].zero_point
    rows = values.reshape(-1, values.shape[-1])
    out = np.empty_like(rows)
    for row, to in zip(rows, out, strict=True):
        multiplier, shift = inverse_sqrt(max(int(row @ row), 1))
        to[:] = requantize(row, multiplier, shift + _OUT_BITS)
    return [int8(out).reshape(values.shape)]


def _kernel(graph: Graph, op: Op, _target: Target) -> Kernel:
    x = graph.tensors[op.inputs[0]]
    sizes = (-x.zero_point, x.size // x.shape[-1], x.shape[-1])
    return Kernel(
        name="tg_l2_normalization_s8",
        calls=[Call("tg_l2_normalization_s8", ["{in0}", *map(str, sizes), "{out0}"])],
        sources=["kernels/l2_normalization_s8.c"],
        headers=["tinygen/kernels/l2_normalization_s8.h"],
        overlap={0: 0},
    )


OP = OpType(
    name="L2_NORMALIZATION",
    max_version=2,
    options_table="L2NormOptions",
    read_options=_read,
    check=_check,
    reference=_reference,
    kernel=_kernel,
)

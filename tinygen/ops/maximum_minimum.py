"""MAXIMUM and MINIMUM: of the raw int8 values, as TFLM compares them; broadcasting."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from tinygen.graph import Graph, Op
from tinygen.ops.binary import binary_kernel, check_binary
from tinygen.ops.contract import Array, Kernel, OpType, Target


def _reference(
    _graph: Graph, _op: Op, inputs: Sequence[Array | None], *, choose: np.ufunc
) -> list[Array]:
    return [choose(*inputs)]


def _kernel(graph: Graph, op: Op, _target: Target, *, function: str) -> Kernel:
    return binary_kernel(graph, op, function)


def _op_type(name: str, function: str, choose: np.ufunc) -> OpType:
    return OpType(
        name=name,
        max_version=4,
        check=check_binary,
        reference=partial(_reference, choose=choose),
        kernel=partial(_kernel, function=function),
    )


OPS = (
    _op_type("MAXIMUM", "tg_maximum_s8", np.maximum),
    _op_type("MINIMUM", "tg_minimum_s8", np.minimum),
)

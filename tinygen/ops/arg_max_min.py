"""ARG_MAX and ARG_MIN: where the first extreme of an axis is, int8 to int32."""

from collections.abc import Sequence
from math import prod

import numpy as np

from tinygen.graph import Graph, Op
from tinygen.ops.checks import (
    require,
    require_counts,
    require_int8,
    require_shape,
    required_input,
)
from tinygen.ops.contract import Array, Call, Kernel, OpType, Target
from tinygen.ops.move_checks import constant_index, require_sizes, resolve_axis

_SIGNS = {"ARG_MAX": 1, "ARG_MIN": -1}


def _axis(graph: Graph, op: Op) -> int:
    axis = constant_index(graph, op, 1, "axis")
    return resolve_axis(op, axis, len(graph.tensors[op.inputs[0]].shape))


def _check(graph: Graph, op: Op) -> None:
    require_counts(op, (2,))
    x, y = required_input(graph, op, 0), graph.outputs_of(op)[0]
    require_int8(op, x, "input")
    require_sizes(op, (x, y))
    require(
        op,
        y.dtype == "int32",
        f"output is {y.dtype}, not int32",
        "ask for int32: tf.argmax(x, output_type=tf.int32)",
    )
    axis = _axis(graph, op)
    require_shape(op, y, (*x.shape[:axis], *x.shape[axis + 1 :]), "output")


def _reference(graph: Graph, op: Op, inputs: Sequence[Array | None]) -> list[Array]:
    assert inputs[0] is not None
    values = inputs[0].astype(np.int32) * _SIGNS[op.name]
    return [values.argmax(axis=_axis(graph, op)).astype(np.int32)]


def _kernel(graph: Graph, op: Op, _target: Target) -> Kernel:
    shape, axis = graph.tensors[op.inputs[0]].shape, _axis(graph, op)
    sizes = (prod(shape[:axis]), shape[axis], prod(shape[axis + 1 :]), _SIGNS[op.name])
    return Kernel(
        name="tg_arg_extreme_s8",
        calls=[Call("tg_arg_extreme_s8", ["{in0}", *map(str, sizes), "{out0}"])],
        sources=["kernels/arg_extreme_s8.c"],
        headers=["tinygen/kernels/arg_extreme_s8.h"],
    )


OPS = tuple(
    OpType(name=name, max_version=3, check=_check, reference=_reference, kernel=_kernel)
    for name in _SIGNS
)

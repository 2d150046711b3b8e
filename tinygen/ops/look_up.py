"""Functions of one 8-bit value: the reference computes them, the kernel looks them up."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from tinygen.graph import Graph, Op
from tinygen.ops.checks import require_counts, require_int8, require_shape, required_input
from tinygen.ops.contract import (
    Array,
    Call,
    Constant,
    Kernel,
    OpType,
    Target,
    no_options,
)
from tinygen.ops.fixed_point import Int64

Function = Callable[[Graph, Op, Int64], Array]
"""Input values as int64 to output values, saturated to the output's type's range."""


def check_unary(graph: Graph, op: Op) -> None:
    """Check an op with one int8 input and an int8 output of the same shape."""
    require_counts(op, (1,))
    x, y = required_input(graph, op, 0), graph.outputs_of(op)[0]
    require_int8(op, x, "input")
    require_int8(op, y, "output")
    require_shape(op, y, x.shape, "output")


def look_up_op(  # noqa: PLR0913 - what an op type has less what all of these share
    name: str,
    function: Function,
    check: Callable[[Graph, Op], None] = check_unary,
    *,
    max_version: int,
    options_table: str | None = None,
    read_options: Callable[[Any], Any] = no_options,
) -> OpType:
    """Return the op type of an elementwise ``function``.

    Args:
        name: TFLite's.
        function: Elementwise; called for inputs, and for all 256 values for the table.
        check: Everything ``function`` needs to hold.
        max_version: Highest operator version.
        options_table: See `OpType`.
        read_options: See `OpType`.
    """
    return OpType(
        name=name,
        max_version=max_version,
        options_table=options_table,
        read_options=read_options,
        check=check,
        reference=partial(apply_function, function=function),
        kernel=partial(look_up_kernel, function=function),
    )


def apply_function(
    graph: Graph, op: Op, inputs: Sequence[Array | None], *, function: Function
) -> list[Array]:
    """Compute ``function`` of each input value."""
    assert inputs[0] is not None
    values = function(graph, op, inputs[0].astype(np.int64))
    return [values.astype(graph.outputs_of(op)[0].dtype)]


def look_up_kernel(graph: Graph, op: Op, _target: Target, *, function: Function) -> Kernel:
    """Return ``tg_lookup_s8`` with the outputs for all 256 inputs.

    The input and the output may be uint8 as well: the kernel moves bytes.
    """
    out = graph.outputs_of(op)[0]
    in_dtype = graph.tensors[op.inputs[0]].dtype
    by_byte = np.arange(256, dtype=np.uint8).view(in_dtype)
    table = apply_function(graph, op, [by_byte], function=function)[0].view(np.int8)
    return Kernel(
        name="tg_lookup_s8",
        calls=[Call("tg_lookup_s8", ["(const void *){in0}", "{table}", str(out.size), "{out0}"])],
        sources=["kernels/lookup_s8.c"],
        headers=["tinygen/kernels/lookup_s8.h"],
        constants=[Constant("table", table, "table")],
        overlap={0: 0},
    )

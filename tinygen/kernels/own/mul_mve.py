"""MUL with the vector extension: eight products at a time, rows that repeat or not."""

from dataclasses import replace

from tinygen.graph import Graph, Op
from tinygen.kernels.own.constant_operand import look_up_constant
from tinygen.kernels.own.look_up_mve import vectorized
from tinygen.ops.contract import Call, Kernel, Target
from tinygen.ops.mul import output_multiplier
from tinygen.ops.registry import op_types

_FUNCTION = "tg_mve_mul_s8"


def emit(graph: Graph, op: Op, target: Target) -> Kernel | None:
    """Return the kernel; None where products are not scaled down."""
    if looked_up := vectorized(look_up_constant(graph, op)):
        return looked_up
    if output_multiplier(graph, op)[1] >= 0:
        return None
    portable = op_types()[op.name].kernel(graph, op, target)

    def renamed(text: str) -> str:
        return text.replace("tg_mul_s8", _FUNCTION)

    return replace(
        portable,
        name=_FUNCTION,
        calls=[
            Call(renamed(call.function), [renamed(a) for a in call.arguments])
            for call in portable.calls
        ],
        sources=["kernels/mve/mul_s8.c", *portable.sources[1:]],
        headers=["tinygen/mve/mul_s8.h"],
        why="eight products at a time",
    )


KERNELS_MVE = {"MUL": emit}

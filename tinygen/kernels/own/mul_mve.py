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
    return by_rows(op_types()[op.name].kernel(graph, op, target), _FUNCTION, "mul_s8")


def by_rows(portable: Kernel, function: str, file: str) -> Kernel:
    """Return a kernel of two inputs that calls vector ``function`` of ``file`` instead."""
    text = {portable.name: function}
    return replace(
        portable,
        name=function,
        calls=[
            Call(text.get(call.function, call.function), [text.get(a, a) for a in call.arguments])
            for call in portable.calls
        ],
        sources=[f"kernels/mve/{file}.c", *portable.sources[1:]],
        headers=[f"tinygen/mve/{file}.h"],
        why="a vector at a time",
    )


KERNELS_MVE = {"MUL": emit}

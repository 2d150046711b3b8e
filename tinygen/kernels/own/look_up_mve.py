"""Functions of one 8-bit value with the vector extension: 16 look-ups an instruction."""

from dataclasses import replace

from tinygen.graph import Graph, Op
from tinygen.ops.contract import Kernel, Target
from tinygen.ops.registry import op_types

_FUNCTION = "tg_lookup_s8"


def emit(graph: Graph, op: Op, target: Target) -> Kernel | None:
    """Return the kernel; None where the portable one does not look bytes up."""
    portable = op_types()[op.name].kernel(graph, op, target)
    if portable.name != _FUNCTION:
        return None
    function = "tg_mve_lookup_s8"
    return replace(
        portable,
        name=function,
        calls=[replace(call, function=function) for call in portable.calls],
        sources=["kernels/mve/lookup_s8.c"],
        headers=["tinygen/mve/lookup_s8.h"],
        why="16 look-ups an instruction",
    )


KERNELS_MVE = dict.fromkeys(
    (
        *("ABS", "ELU", "HARD_SWISH", "LEAKY_RELU", "LOGISTIC", "LOOK_UP", "QUANTIZE", "RELU"),
        *("RELU6", "RSQRT", "TANH"),
    ),
    emit,
)

"""Functions of one 8-bit value with the vector extension: 16 look-ups an instruction."""

from dataclasses import replace

from tinygen.graph import Graph, Op
from tinygen.kernels.own.constant_operand import look_up_constant
from tinygen.ops.contract import Kernel, Target
from tinygen.ops.registry import op_types

_FUNCTION = "tg_lookup_s8"


def vectorized(kernel: Kernel | None) -> Kernel | None:
    """Return the kernel with the vector look-up; None unless it looks bytes up."""
    if kernel is None or kernel.name != _FUNCTION:
        return None
    function = "tg_mve_lookup_s8"
    return replace(
        kernel,
        name=function,
        calls=[replace(call, function=function) for call in kernel.calls],
        sources=["kernels/mve/lookup_s8.c"],
        headers=["tinygen/mve/lookup_s8.h"],
        why=f"{kernel.why}; 16 look-ups an instruction".removeprefix("; "),
    )


def _emit(graph: Graph, op: Op, target: Target) -> Kernel | None:
    return vectorized(op_types()[op.name].kernel(graph, op, target))


def _emit_constant(graph: Graph, op: Op, _target: Target) -> Kernel | None:
    return vectorized(look_up_constant(graph, op))


_UNARY = (
    *("ABS", "ELU", "HARD_SWISH", "LEAKY_RELU", "LOGISTIC", "QUANTIZE", "RELU", "RELU6"),
    *("RSQRT", "TANH"),
)
# ADD, MUL and SUB have more kernels: add_mve, mul_mve.
_CONSTANT = ("MAXIMUM", "MINIMUM", "SQUARED_DIFFERENCE")

KERNELS_MVE = dict.fromkeys(_UNARY, _emit) | dict.fromkeys(_CONSTANT, _emit_constant)

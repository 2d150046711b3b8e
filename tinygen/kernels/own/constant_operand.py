"""Ops with two inputs of which one is a constant scalar: functions of one byte, looked up."""

import numpy as np

from tinygen.graph import Graph, Op
from tinygen.ops.contract import Call, Constant, Kernel, Target
from tinygen.ops.registry import op_types

_LEAST = 128  # outputs for which a table of 256 bytes pays


def look_up_constant(graph: Graph, op: Op) -> Kernel | None:
    """Return ``tg_lookup_s8`` with the outputs for all 256 values of the other input.

    None where no input is a constant scalar, and for few outputs.
    """
    tensors, out = [graph.tensors[t] for t in op.inputs], graph.outputs_of(op)[0]
    computed = [n for n, x in enumerate(tensors) if x.data is None]
    if out.size < _LEAST or len(computed) != 1 or tensors[1 - computed[0]].size != 1:
        return None
    by_byte = np.arange(256, dtype=np.uint8).view(np.int8)
    values = [by_byte if x.data is None else x.data.ravel() for x in tensors]
    table = op_types()[op.name].reference(graph, op, values)[0]
    (n,) = computed
    arguments = [f"(const void *){{in{n}}}", "{table}", str(out.size), "{out0}"]
    return Kernel(
        name="tg_lookup_s8",
        calls=[Call("tg_lookup_s8", arguments)],
        sources=["kernels/lookup_s8.c"],
        headers=["tinygen/kernels/lookup_s8.h"],
        constants=[Constant("table", table, "table")],
        overlap={n: 0},
        why="the other input is one constant",
    )


def _emit(graph: Graph, op: Op, _target: Target) -> Kernel | None:
    return look_up_constant(graph, op)


KERNELS = dict.fromkeys(("MAXIMUM", "MINIMUM", "MUL", "SQUARED_DIFFERENCE", "SUB"), _emit)

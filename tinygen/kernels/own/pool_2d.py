"""AVERAGE_POOL_2D and MAX_POOL_2D: four channels a word, and more with the vector extension."""

from dataclasses import replace
from functools import partial

from tinygen.graph import Graph, Op
from tinygen.ops.contract import Call, Kernel, Target
from tinygen.ops.pool_2d import window_of
from tinygen.ops.registry import op_types

_CHANNELS = 4
_LARGEST_COUNT = 255  # of int8 values whose sum fits 16 bits


def _emit_mve(name: str, graph: Graph, op: Op, target: Target) -> Kernel | None:
    window = window_of(graph, op)
    count = window.filter_hw[0] * window.filter_hw[1]
    if name == "average" and count > _LARGEST_COUNT:
        return None
    return replace(
        op_types()[op.name].kernel(graph, op, target),
        name=f"tg_mve_{name}_pool_s8",
        calls=[Call(f"tg_mve_{name}_pool_s8", ["&params", "{in0}", "{out0}"])],
        sources=["kernels/mve/pool_s8.c"],
        headers=["tinygen/mve/pool_s8.h"],
        why=f"{8 if name == 'average' else 16} channels a vector",
    )


def _emit(name: str, graph: Graph, op: Op, target: Target) -> Kernel | None:
    channels, window = graph.tensors[op.inputs[0]].shape[3], window_of(graph, op)
    count = window.filter_hw[0] * window.filter_hw[1]
    if not target.core.dsp or channels < _CHANNELS:
        return None
    if name == "average" and count > _LARGEST_COUNT:
        return None
    portable = op_types()[op.name].kernel(graph, op, target)
    return replace(
        portable,
        name=f"tg_{name}_pool_dsp_s8",
        calls=[Call(f"tg_{name}_pool_dsp_s8", ["&params", "{in0}", "{out0}"])],
        sources=["kernels/dsp/pool_s8.c"],
        headers=["tinygen/dsp/pool_s8.h"],
        # the last four channels are computed again where they are not a block of their own
        overlap=portable.overlap if channels % _CHANNELS == 0 else {},
        why="four channels a word",
    )


KERNELS = {
    "AVERAGE_POOL_2D": partial(_emit, "average"),
    "MAX_POOL_2D": partial(_emit, "max"),
}
KERNELS_MVE = {
    "AVERAGE_POOL_2D": partial(_emit_mve, "average"),
    "MAX_POOL_2D": partial(_emit_mve, "max"),
}

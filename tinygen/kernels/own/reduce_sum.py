"""MEAN and SUM over inner dimensions for cores with DSP instructions."""

from math import prod

from tinygen.graph import Graph, Op
from tinygen.ops.contract import Call, Kernel, Target
from tinygen.ops.reduce import reduced_axes, sum_params

_CHANNELS = 4  # at a time
_LARGEST_COUNT = 1 << 15  # values whose sum, with any zero point, is far from wrapping


def emit(graph: Graph, op: Op, target: Target) -> Kernel | None:
    """Return the kernel; None without DSP, and unless channels are what is kept last."""
    shape, axes = graph.tensors[op.inputs[0]].shape, reduced_axes(graph, op)
    if not target.core.dsp or not axes or axes[-1] - axes[0] != len(axes) - 1:
        return None
    outer, rows = prod(shape[: axes[0]]), prod(shape[axes[0] : axes[-1] + 1])
    channels = prod(shape[axes[-1] + 1 :])
    if channels < _CHANNELS or rows > _LARGEST_COUNT:
        return None
    sizes = [str(outer), str(rows), str(channels)]
    return Kernel(
        name="tg_reduce_sum_dsp_s8",
        calls=[Call("tg_reduce_sum_dsp_s8", ["&params", "{in0}", *sizes, "{out0}"])],
        sources=["kernels/dsp/reduce_sum_s8.c"],
        headers=["tinygen/dsp/reduce_sum_s8.h"],
        structs=[sum_params(graph, op)],
        why="four channels a word",
    )


KERNELS = {"MEAN": emit, "SUM": emit}

"""MEAN and SUM over inner dimensions: four channels a word, eight with the vector extension."""

from functools import partial
from math import prod

from tinygen.graph import Graph, Op
from tinygen.ops.contract import Call, Kernel, Target
from tinygen.ops.reduce import reduced_axes, sum_params

_CHANNELS = 4  # at a time
_LARGEST_COUNT = 1 << 15  # values whose sum, with any zero point, is far from wrapping


def _emit(kind: str, graph: Graph, op: Op, target: Target) -> Kernel | None:
    """Return the kernel; None without DSP, and unless channels are what is kept last."""
    shape, axes = graph.tensors[op.inputs[0]].shape, reduced_axes(graph, op)
    if not target.core.dsp or not axes or axes[-1] - axes[0] != len(axes) - 1:
        return None
    outer, rows = prod(shape[: axes[0]]), prod(shape[axes[0] : axes[-1] + 1])
    channels = prod(shape[axes[-1] + 1 :])
    if channels < _CHANNELS or rows > _LARGEST_COUNT:
        return None
    sizes = [str(outer), str(rows), str(channels)]
    function = {"dsp": "tg_reduce_sum_dsp_s8", "mve": "tg_mve_reduce_sum_s8"}[kind]
    return Kernel(
        name=function,
        calls=[Call(function, ["&params", "{in0}", *sizes, "{out0}"])],
        sources=[f"kernels/{kind}/reduce_sum_s8.c"],
        headers=[f"tinygen/{kind}/reduce_sum_s8.h"],
        structs=[sum_params(graph, op)],
        why={"dsp": "four channels a word", "mve": "eight channels a vector"}[kind],
    )


KERNELS = dict.fromkeys(("MEAN", "SUM"), partial(_emit, "dsp"))
KERNELS_MVE = dict.fromkeys(("MEAN", "SUM"), partial(_emit, "mve"))

"""Compute equal channels once: their readers weigh one of them by the sum of the weights.

That is lossless where all sums are int8 again; a channel whose sums are not is kept.
"""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinygen.graph import Graph, Op, Tensor
from tinygen.optimize.channels import REMOVE_CHANNELS
from tinygen.optimize.edit import with_ops, with_tensors
from tinygen.optimize.equal_channels import equal_everywhere
from tinygen.optimize.flow import Flow, flow_of
from tinygen.optimize.rewrite import Rewrite

_MOST = 127  # int8 weights are symmetric, TFLite's quantization specification


def _merge(graph: Graph) -> tuple[Graph, str] | None:
    flow = Flow(graph)
    readers, fixed = _readers(graph, flow)
    weights: dict[int, NDArray[np.int64]] = {}
    merged = 0
    for root, classes in equal_everywhere(graph, flow).items():
        ops = readers.get(root, [])
        if root in fixed or not ops:
            continue
        summed = [_weights(graph, op) for op in ops]
        count = _merge_group(classes, summed)
        merged += count
        if count:
            weights |= {op.index: w for op, w in zip(ops, summed, strict=True)}
    if not merged:
        return None
    removed = REMOVE_CHANNELS.apply(_with_weights(graph, weights))
    assert removed is not None, "a channel that nobody weighs was kept"
    return removed[0], f"{merged} channels that equal another"


MERGE_CHANNELS = Rewrite("merge-channels", _merge)


def _readers(graph: Graph, flow: Flow) -> tuple[dict[int, list[Op]], set[int]]:
    """Return the ops that weigh each group's channels, and the groups that stay whole."""
    readers: dict[int, list[Op]] = {}
    fixed = {flow.root(t) for t in (*graph.inputs, *graph.outputs)}
    for op in graph.ops:
        kind = flow_of(graph, op)
        if kind == "mixing":
            readers.setdefault(flow.root(op.inputs[0]), []).append(op)
        elif kind == "barrier":
            fixed |= {flow.root(t) for t in (*op.inputs, *op.outputs) if t in flow.tensors()}
    return readers, fixed


def _weights(graph: Graph, op: Op) -> NDArray[np.int64]:
    data = graph.tensors[op.inputs[1]].data
    assert data is not None
    return data.astype(np.int64)


def _merge_group(classes: NDArray[np.int64], weights: list[NDArray[Any]]) -> int:
    """Move weights to the first equal channel that can hold them; return how many moved.

    Args:
        classes: Equal numbers are equal channels.
        weights: Of each reader, channels last; changed in place.
    """
    kept: dict[int, list[int]] = {}
    moved = 0
    for channel, number in enumerate(classes):
        if not any(w[..., channel].any() for w in weights):
            continue  # nobody reads it
        places = kept.setdefault(int(number), [])
        place = next((p for p in places if _fits(weights, p, channel)), None)
        if place is None:
            places.append(channel)
            continue
        for w in weights:
            w[..., place] += w[..., channel]
            w[..., channel] = 0
        moved += 1
    return moved


def _fits(weights: list[NDArray[Any]], place: int, channel: int) -> bool:
    return all(np.abs(w[..., place] + w[..., channel]).max() <= _MOST for w in weights)


def _with_weights(graph: Graph, weights: dict[int, NDArray[np.int64]]) -> Graph:
    """Return the graph with weights replaced, each op reading a tensor of its own."""
    tensors: list[Tensor] = []
    ops: dict[int, Op | None] = {}
    for op in graph.ops:
        if op.index not in weights:
            continue
        old = graph.tensors[op.inputs[1]]
        index = len(graph.tensors) + len(tensors)
        tensors.append(replace(old, index=index, data=weights[op.index].astype(np.int8)))
        ops[op.index] = replace(op, inputs=(op.inputs[0], index, *op.inputs[2:]))
    return with_ops(with_tensors(graph, tensors), ops)

"""Find channels that hold the same values for every input: of equal filters on equal inputs."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from tinygen.graph import Graph, Op
from tinygen.optimize.flow import Flow, flow_of

# For each activation tensor a number for each channel; equal numbers are equal channels.
Classes = Mapping[int, NDArray[np.int64]]


def find_equal(graph: Graph) -> dict[int, NDArray[np.int64]]:
    """Return which channels of each activation tensor are equal, forward through the graph."""
    found = {t: np.arange((graph.tensors[t].shape or (1,))[-1]) for t in graph.inputs}
    for op in graph.ops:
        for t in op.outputs:
            channels = (graph.tensors[t].shape or (1,))[-1]
            kind = flow_of(graph, op)
            if kind == "mixing":
                found[t] = _number([*_mixed(graph, op, found[op.inputs[0]])])
            elif kind == "aligned":
                found[t] = _number([_aligned(graph, op, found, c) for c in range(channels)])
            else:
                found[t] = np.arange(channels)
    return found


def equal_everywhere(graph: Graph, flow: Flow) -> dict[int, NDArray[np.int64]]:
    """Return for each group of tensors that are cut alike which channels are equal in all."""
    members: dict[int, list[NDArray[np.int64]]] = {}
    for t, numbers in find_equal(graph).items():
        members.setdefault(flow.root(t), []).append(numbers)
    return {
        root: _number([tuple(int(n[c]) for n in numbers) for c in range(len(numbers[0]))])
        for root, numbers in members.items()
    }


def _number(keys: list[tuple[object, ...]]) -> NDArray[np.int64]:
    """Return for each key the position of the first that is equal to it."""
    first: dict[tuple[object, ...], int] = {}
    return np.array([first.setdefault(key, n) for n, key in enumerate(keys)], np.int64)


def _mixed(graph: Graph, op: Op, x: NDArray[np.int64]) -> list[tuple[object, ...]]:
    """Return what an output channel depends on: its weights, those of equal inputs added."""
    w = graph.tensors[op.inputs[1]].data
    assert w is not None
    summed = w.astype(np.int64)
    for channel in np.nonzero(x != np.arange(x.size))[0]:
        summed[..., x[channel]] += summed[..., channel]
        summed[..., channel] = 0
    return [(row.tobytes(), *_finish(graph, op, c)) for c, row in enumerate(summed)]


def _aligned(graph: Graph, op: Op, found: Classes, channel: int) -> tuple[object, ...]:
    """Return what channel ``channel`` of an op that works channel by channel depends on."""
    key: list[object] = []
    for t in op.inputs:
        tensor = graph.tensors[t] if t >= 0 else None
        if t in found:
            key.append(int(found[t][channel]))
        elif tensor is not None and tensor.data is not None:
            depends = tensor.shape[-1:] == graph.tensors[op.outputs[0]].shape[-1:]
            key.append(tensor.data[..., channel].tobytes() if depends else None)
    return (*key, *_finish(graph, op, channel)) if op.name == "DEPTHWISE_CONV_2D" else tuple(key)


def _finish(graph: Graph, op: Op, channel: int) -> tuple[object, ...]:
    """Return a filter's bias and scale."""
    quantization = graph.tensors[op.inputs[1]].quantization
    assert quantization is not None
    scale = quantization.scale[channel if len(quantization.scale) > 1 else 0]
    data = graph.tensors[op.inputs[2]].data if len(op.inputs) > 2 and op.inputs[2] >= 0 else None
    return (int(data.reshape(-1)[channel]) if data is not None else 0, scale)

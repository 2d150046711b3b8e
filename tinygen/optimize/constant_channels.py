"""Find channels that have one value for every input, and where biases can hold them."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tinygen.graph import Graph, Op
from tinygen.ops import conv_2d, depthwise_conv_2d
from tinygen.ops.contract import Array
from tinygen.ops.registry import op_types
from tinygen.optimize.flow import flow_of

_WINDOWS = {
    "CONV_2D": conv_2d.read_convolution,
    "DEPTHWISE_CONV_2D": depthwise_conv_2d.read_convolution,
}

# For each activation tensor the value of each channel, or None where it varies.
Constants = Mapping[int, Sequence[int | None]]


def find_constants(graph: Graph) -> dict[int, list[int | None]]:
    """Return each activation tensor's constant channels."""
    found: dict[int, list[int | None]] = {
        t: [None] * (graph.tensors[t].shape or (1,))[-1] for t in graph.inputs
    }
    for op in graph.ops:
        known = _known_outputs(graph, op, found)
        for t in op.outputs:
            channels = (graph.tensors[t].shape or (1,))[-1]
            found[t] = [None] * channels
            if known.any():
                found[t] = _evaluate(graph, op, found, known)
    return found


def has_padding(graph: Graph, op: Op) -> bool:
    """Return whether a convolution's window reaches beyond the input anywhere."""
    if op.name not in _WINDOWS:
        return False
    return _WINDOWS[op.name](graph, op).window.reaches_beyond()


def foldable(graph: Graph, op: Op, constants: Sequence[int | None]) -> NDArray[np.bool_]:
    """Return which constant input channels contribute the same at every position.

    With padding only a channel at the zero point does: padding counts as zero there.
    """
    zero_point, padded = graph.tensors[op.inputs[0]].zero_point, has_padding(graph, op)
    fixed = [v is not None and (v == zero_point or not padded) for v in constants]
    return np.array(fixed, dtype=np.bool_)


def _known_outputs(
    graph: Graph, op: Op, found: Mapping[int, Sequence[int | None]]
) -> NDArray[np.bool_]:
    """Return which output channels are the same for every input and position."""
    y = graph.tensors[op.outputs[0]]
    none = np.zeros((y.shape or (1,))[-1], bool)
    kind = flow_of(graph, op)
    if kind == "barrier" or y.dtype != "int8":
        return none
    if kind == "mixing" or op.name == "DEPTHWISE_CONV_2D":
        w = graph.tensors[op.inputs[1]].data
        assert w is not None
        fixed = foldable(graph, op, found[op.inputs[0]])
        if kind == "mixing":
            varies = np.abs(w.astype(np.int32)) * ~fixed
            return np.asarray(varies.reshape(w.shape[0], -1).max(axis=1) == 0)
        dead = np.abs(w.astype(np.int32)).reshape(-1, w.shape[-1]).max(axis=0) == 0
        return np.asarray(fixed | dead, dtype=np.bool_)
    known = ~none
    for t in op.inputs:
        if t in found and t >= 0 and graph.tensors[t].data is None:
            known &= np.array([v is not None for v in found[t]])
    return known


def _evaluate(
    graph: Graph,
    op: Op,
    found: Mapping[int, Sequence[int | None]],
    known: NDArray[np.bool_],
) -> list[int | None]:
    """Run the op's reference once, constant channels filled in, to read their values."""
    inputs: list[Array | None] = []
    for t in op.inputs:
        tensor = graph.tensors[t] if t >= 0 else None
        if tensor is None or tensor.data is not None:
            inputs.append(None if tensor is None else tensor.data)
            continue
        fill = [tensor.zero_point if v is None else v for v in found[t]]
        inputs.append(np.broadcast_to(np.array(fill, tensor.dtype), tensor.shape))
    out = op_types()[op.name].reference(graph, op, inputs)[0]
    values = out.reshape(-1, known.size)[0]
    return [int(v) if k else None for v, k in zip(values, known, strict=True)]

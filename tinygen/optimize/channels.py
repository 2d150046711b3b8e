"""Remove channels that are constant or that nobody reads, forward and backward.

A channel whose filter is all zero has one value everywhere; its contribution to the
next convolution is a constant that the bias can hold. A channel that no later filter
weighs need not be computed at all. Both are followed to a fixed point.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinygen.graph import Graph, Op, Quantization, Tensor
from tinygen.ops.fixed_point import wrap_int32
from tinygen.optimize.constant_channels import Constants, find_constants, foldable
from tinygen.optimize.edit import with_ops, with_tensors
from tinygen.optimize.flow import MIXING, Flow, flow_of
from tinygen.optimize.rewrite import Rewrite

Kept = Mapping[int, NDArray[np.bool_]]


def _remove(graph: Graph) -> tuple[Graph, str] | None:
    constants = find_constants(graph)
    kept = _kept_channels(graph, constants)
    gone = {t: int((~keep).sum()) for t, keep in kept.items() if not keep.all()}
    if not gone:
        return None
    smaller = _Surgeon(graph, kept, constants).operate()
    return smaller, f"{sum(gone.values())} channels of {len(gone)} tensors"


REMOVE_CHANNELS = Rewrite("remove-channels", _remove)


def _kept_channels(graph: Graph, constants: Constants) -> dict[int, NDArray[np.bool_]]:
    """Return for each activation tensor which channels must be computed."""
    flow = Flow(graph)
    needed = {root: np.zeros(graph.tensors[root].shape[-1:] or (1,), bool) for root in flow.roots()}
    for t in graph.outputs:
        needed[flow.root(t)][:] = True
    for t in graph.inputs:
        needed[flow.root(t)][:] = True
    changed = True
    while changed:
        changed = False
        for op in reversed(graph.ops):
            for t, mask in _needs(graph, op, flow, needed, constants):
                root = flow.root(t)
                if (mask & ~needed[root]).any():
                    needed[root] = needed[root] | mask
                    changed = True
    for mask in needed.values():
        if not mask.any():
            mask[0] = True  # a tensor keeps at least one channel
    return {t: needed[flow.root(t)] for t in flow.tensors()}


def _needs(
    graph: Graph,
    op: Op,
    flow: Flow,
    needed: Mapping[int, NDArray[np.bool_]],
    constants: Constants,
) -> list[tuple[int, NDArray[np.bool_]]]:
    """Return which channels of its activation tensors this op needs."""
    kind = flow_of(graph, op)
    tensors = [t for t in (*op.inputs, *op.outputs) if t in flow.tensors()]
    if kind == "barrier":
        return [(t, np.ones_like(needed[flow.root(t)])) for t in tensors]
    if kind == "aligned":
        return []  # one root: what is needed after is needed before
    x, w = op.inputs[0], graph.tensors[op.inputs[1]].data
    assert w is not None
    rows = w[needed[flow.root(op.outputs[0])]]
    weighed = np.abs(rows.astype(np.int32)).max(axis=tuple(range(rows.ndim - 1)), initial=0) > 0
    return [(x, weighed & ~foldable(graph, op, constants[x]))]


@dataclass(frozen=True, slots=True)
class _Surgeon:
    """Cuts tensors, weights and biases down to the kept channels."""

    graph: Graph
    kept: Kept
    constants: Constants

    def operate(self) -> Graph:
        """Return the smaller graph."""
        graph = self.graph
        tensors: dict[int, Tensor] = {t: self._activation(t) for t in self.kept}
        ops: dict[int, Op | None] = {}
        count = len(graph.tensors)
        for op in graph.ops:
            cut, new_op = self._op(op, count)
            for tensor in cut:
                tensors[tensor.index] = tensor
            count = max(count, *(t.index + 1 for t in cut)) if cut else count
            ops[op.index] = new_op
        return with_ops(with_tensors(graph, tensors.values()), ops)

    def _activation(self, t: int) -> Tensor:
        tensor = self.graph.tensors[t]
        if not tensor.shape:
            return tensor
        return replace(tensor, shape=(*tensor.shape[:-1], int(self.kept[t].sum())))

    def _op(self, op: Op, count: int) -> tuple[list[Tensor], Op]:
        """Return the new constants of an op, with fresh indices, and the op reading them."""
        if op.name in MIXING and flow_of(self.graph, op) == "mixing":
            new = self._mixing(op)
        elif op.name == "DEPTHWISE_CONV_2D" and flow_of(self.graph, op) == "aligned":
            new = self._depthwise(op)
        else:
            new = self._aligned_constants(op)
        inputs = list(op.inputs)
        tensors: list[Tensor] = []
        for position, tensor in sorted(new.items()):
            index = count + len(tensors)
            inputs += [-1] * (position + 1 - len(inputs))
            inputs[position] = index
            tensors.append(replace(tensor, index=index))
        return tensors, replace(op, inputs=tuple(inputs))

    def _mixing(self, op: Op) -> dict[int, Tensor]:
        keep_in, keep_out = self.kept[op.inputs[0]], self.kept[op.outputs[0]]
        if keep_in.all() and keep_out.all():
            return {}
        w = self.graph.tensors[op.inputs[1]]
        assert w.data is not None
        new = {1: _slice(w, {0: keep_out, w.data.ndim - 1: keep_in})}
        extra = self._folded(op, keep_in)[keep_out]
        bias = self._bias(op, keep_out)
        if bias is not None or extra.any():
            values = extra if bias is None else wrap_int32(bias.astype(np.int64) + extra)
            new[2] = self._bias_tensor(op, values, keep_out)
        return new

    def _folded(self, op: Op, keep_in: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return what the dropped constant channels add to each filter's accumulator."""
        x, w = self.graph.tensors[op.inputs[0]], self.graph.tensors[op.inputs[1]].data
        assert w is not None
        offsets = np.array(
            [
                0 if keep or value is None else value - x.zero_point
                for keep, value in zip(keep_in, self.constants[x.index], strict=True)
            ],
            dtype=np.int64,
        )
        per_channel = w.astype(np.int64).reshape(w.shape[0], -1, w.shape[-1]).sum(axis=1)
        return np.asarray(per_channel @ offsets, dtype=np.int64)

    def _bias(self, op: Op, keep_out: NDArray[np.bool_]) -> NDArray[Any] | None:
        if len(op.inputs) < 3 or op.inputs[2] < 0:
            return None
        data = self.graph.tensors[op.inputs[2]].data
        assert data is not None
        return data.reshape(-1)[keep_out]

    def _bias_tensor(self, op: Op, values: Any, keep_out: NDArray[np.bool_]) -> Tensor:
        old = self.graph.tensors[op.inputs[2]] if len(op.inputs) > 2 and op.inputs[2] >= 0 else None
        quantization = old.quantization if old is not None else None
        return Tensor(
            index=-1,
            name=old.name if old is not None else f"op{op.index}_bias",
            dtype="int32",
            shape=(int(keep_out.sum()),),
            quantization=_slice_quantization(quantization, 0, keep_out),
            data=np.asarray(values).astype(np.int32),
        )

    def _depthwise(self, op: Op) -> dict[int, Tensor]:
        keep = self.kept[op.outputs[0]]
        if keep.all():
            return {}
        new = {1: _slice(self.graph.tensors[op.inputs[1]], {3: keep})}
        bias = self._bias(op, keep)
        if bias is not None:
            new[2] = self._bias_tensor(op, bias, keep)
        return new

    def _aligned_constants(self, op: Op) -> dict[int, Tensor]:
        """Cut constant operands (a vector ADD) and RESHAPE's shape operand."""
        keep = self.kept.get(op.outputs[0])
        if keep is None or keep.all() or flow_of(self.graph, op) != "aligned":
            return {}
        new = {}
        for position, t in enumerate(op.inputs):
            tensor = self.graph.tensors[t] if t >= 0 else None
            if tensor is None or tensor.data is None:
                continue
            if tensor.dtype == "int8" and tensor.shape[-1:] == (keep.size,):
                new[position] = _slice(tensor, {tensor.data.ndim - 1: keep})
            elif op.name == "RESHAPE":
                shape = (*self.graph.tensors[op.outputs[0]].shape[:-1], int(keep.sum()))
                new[position] = replace(tensor, data=np.array(shape, tensor.dtype))
        return new


def _slice(tensor: Tensor, keep: Mapping[int, NDArray[np.bool_]]) -> Tensor:
    """Return a constant with only the kept entries along some axes."""
    data = tensor.data
    assert data is not None
    quantization = tensor.quantization
    for axis, mask in keep.items():
        data = np.compress(mask, data, axis=axis)
        quantization = _slice_quantization(quantization, axis, mask)
    return replace(tensor, shape=data.shape, data=data, quantization=quantization)


def _slice_quantization(
    quantization: Quantization | None, axis: int, keep: NDArray[np.bool_]
) -> Quantization | None:
    if quantization is None or len(quantization.scale) == 1 or quantization.axis != axis:
        return quantization
    return Quantization(
        tuple(s for s, k in zip(quantization.scale, keep, strict=True) if k),
        tuple(z for z, k in zip(quantization.zero_point, keep, strict=True) if k),
        quantization.axis,
    )

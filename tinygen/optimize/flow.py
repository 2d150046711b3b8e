"""How channels flow through an op, and which tensors' channels must be cut alike."""

from typing import Literal

from tinygen.graph import Graph, Op

Kind = Literal["mixing", "aligned", "barrier"]

# Every output channel weighs all input channels; weights are [out, ..., in].
MIXING = frozenset({"CONV_2D", "FULLY_CONNECTED"})

_UNARY = frozenset(
    {
        "ABS",
        "AVERAGE_POOL_2D",
        "DEPTHWISE_CONV_2D",
        "DEQUANTIZE",
        "HARD_SWISH",
        "LEAKY_RELU",
        "LOGISTIC",
        "LOOK_UP",
        "MAX_POOL_2D",
        "QUANTIZE",
        "RELU",
        "RELU6",
        "RELU_N1_TO_1",
        "RESHAPE",
        "TANH",
    }
)
_BINARY = frozenset({"ADD", "MAXIMUM", "MINIMUM", "MUL", "SUB"})


def flow_of(graph: Graph, op: Op) -> Kind:
    """Return how channels (the last dimension) flow through ``op``.

    ``mixing``: weights say which are read. ``aligned``: output channel c is computed
    from channel c of each input. ``barrier``: nothing is known, all are kept.
    """
    x, y = graph.tensors[op.inputs[0]], graph.tensors[op.outputs[0]]
    if op.name in MIXING:
        w = graph.tensors[op.inputs[1]]
        same = w.data is not None and x.shape[-1:] == w.shape[-1:] and y.shape[-1:] == w.shape[:1]
        return "mixing" if same else "barrier"
    if len(op.outputs) == 1 and x.shape[-1:] == y.shape[-1:] and _is_aligned(graph, op):
        return "aligned"
    return "barrier"


def _is_aligned(graph: Graph, op: Op) -> bool:
    """Return whether an op, its channel count unchanged, works channel by channel."""
    x, y = graph.tensors[op.inputs[0]], graph.tensors[op.outputs[0]]
    if op.name == "MEAN":
        axes = graph.tensors[op.inputs[1]].data
        last = len(x.shape) - 1
        return axes is not None and all(int(a) % len(x.shape) != last for a in axes.ravel())
    if op.name in _BINARY:
        return all(graph.tensors[t].shape == y.shape for t in op.inputs)
    return bool(x.shape) and op.name in _UNARY


class Flow:
    """Groups of tensors whose channels are cut alike: union-find over aligned ops."""

    def __init__(self, graph: Graph) -> None:
        computed = [t for op in graph.ops for t in op.outputs]
        self._parent = {t: t for t in (*graph.inputs, *computed)}
        for op in graph.ops:
            if flow_of(graph, op) == "aligned":
                for t in op.inputs:
                    if t in self._parent:
                        self._parent[self.root(t)] = self.root(op.outputs[0])

    def root(self, tensor: int) -> int:
        """Return the tensor that stands for the group of ``tensor``."""
        while self._parent[tensor] != tensor:
            tensor = self._parent[tensor]
        return tensor

    def roots(self) -> list[int]:
        """Return one tensor of each group."""
        return sorted({self.root(t) for t in self._parent})

    def tensors(self) -> frozenset[int]:
        """Return all activation tensors."""
        return frozenset(self._parent)

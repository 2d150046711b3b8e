"""Cut an op along its output channels: a smaller op that computes some of them."""

from dataclasses import dataclass, replace

from tinygen.graph import Graph, Op, Quantization, Tensor
from tinygen.ops.contract import Array


@dataclass(frozen=True, slots=True)
class Cut:
    """How an op type is cut.

    Attributes:
        axis: Of the weights, along which output channels run.
        group: Output channels that our kernels compute together.
        shares_input: Every output channel reads the whole input.
        is_strided: Outputs of one pixel lie side by side: a slab's are apart.
        gathers: Kernels make every window of the input ready, again for each slab.
    """

    axis: int
    group: int
    shares_input: bool = True
    is_strided: bool = True
    gathers: bool = False


CUTS = {
    "CONV_2D": Cut(axis=0, group=2, gathers=True),
    "DEPTHWISE_CONV_2D": Cut(axis=3, group=4, shares_input=False),
    "FULLY_CONNECTED": Cut(axis=0, group=4, is_strided=False),
}


def cannot_stream(graph: Graph, op: Op) -> str:
    """Return why the op's weights cannot be read while it runs; empty where they can."""
    if op.name not in CUTS:
        return "its weights are not cut along channels"
    x, weights = (graph.tensors[t] for t in op.inputs[:2])
    if weights.data is None or x.data is not None:
        return "its weights are computed"
    return ""


def cannot_cut(graph: Graph, op: Op) -> str:
    """Return why the op's weights only stream all at once; empty where they can be cut."""
    x, weights = (graph.tensors[t] for t in op.inputs[:2])
    if op.name == "CONV_2D" and weights.shape[3] != x.shape[3]:
        return "it is a grouped convolution"
    if op.name == "FULLY_CONNECTED" and x.size != weights.shape[1]:
        return "it has several rows of input"
    return ""


def uses_once(graph: Graph, op: Op) -> bool:
    """Return whether an inference needs each weight once: each channel has one output."""
    return graph.outputs_of(op)[0].size == channels_of(graph, op)


def channels_of(graph: Graph, op: Op) -> int:
    """Return the number of output channels."""
    return graph.tensors[op.inputs[1]].shape[CUTS[op.name].axis]


def granule(graph: Graph, op: Op) -> int:
    """Return how many output channels there must be at least: all filters of an input."""
    if CUTS[op.name].shares_input:
        return 1
    return channels_of(graph, op) // graph.tensors[op.inputs[0]].shape[3]


def cut_op(graph: Graph, op: Op, low: int, high: int) -> tuple[Graph, Op]:
    """Return a graph with the op replaced by one of output channels [low, high).

    Its input and output are views of the op's: of a pixel's channels it reads and writes
    some, and its options say how far apart pixels are.

    Args:
        graph: Verified.
        op: One that `cannot_stream` and `cannot_cut` have nothing against.
        low: First channel, a multiple of the `granule`.
        high: After the last.
    """
    cut = CUTS[op.name]
    x, weights, y = (graph.tensors[t] for t in (*op.inputs[:2], op.outputs[0]))
    count, each = channels_of(graph, op), granule(graph, op)
    changed = {weights.index: _part(weights, cut.axis, low, high)}
    changed[y.index] = replace(y, shape=(*y.shape[:-1], high - low))
    if not cut.shares_input:
        changed[x.index] = replace(x, shape=(*x.shape[:-1], (high - low) // each))
    if len(op.inputs) > 2 and op.inputs[2] >= 0:
        bias = graph.tensors[op.inputs[2]]
        changed[bias.index] = _part(bias, len(bias.shape) - 1, low, high)
    options = op.options
    if cut.is_strided:
        options = replace(options, in_step=x.shape[3], out_step=count)
    part = replace(op, options=options)
    tensors = tuple(changed.get(t.index, t) for t in graph.tensors)
    ops = tuple(part if one is op else one for one in graph.ops)
    return replace(graph, tensors=tensors, ops=ops), part


def _part(tensor: Tensor, axis: int, low: int, high: int) -> Tensor:
    """Return channels [low, high) along ``axis`` of a constant."""
    assert tensor.data is not None
    where = [slice(None)] * len(tensor.shape)
    where[axis] = slice(low, high)
    data: Array = tensor.data.reshape(tensor.shape)[tuple(where)]
    quantization = tensor.quantization
    if quantization is not None and len(quantization.scale) > 1:
        quantization = Quantization(
            quantization.scale[low:high], quantization.zero_point[low:high], quantization.axis
        )
    return replace(tensor, shape=data.shape, data=data, quantization=quantization)

"""Rows: which input rows an op's output rows need, and the op on a few rows alone."""

from dataclasses import dataclass, replace

from tinygen.graph import Graph, Op
from tinygen.ops import conv_2d, depthwise_conv_2d, pool_2d
from tinygen.ops.reduce import reduced_axes
from tinygen.ops.window import Pair, Window, dilated

_VALID = 1
_WINDOWS = {
    "CONV_2D": lambda graph, op: conv_2d.read_convolution(graph, op).window,
    "DEPTHWISE_CONV_2D": lambda graph, op: depthwise_conv_2d.read_convolution(graph, op).window,
    "AVERAGE_POOL_2D": pool_2d.window_of,
    "MAX_POOL_2D": pool_2d.window_of,
}
# An output value depends on the input values at its own place only.
_POINTWISE = frozenset(
    {
        *("ABS", "ADD", "ELU", "HARD_SWISH", "LEAKY_RELU", "LOGISTIC", "MAXIMUM", "MINIMUM"),
        *("MUL", "QUANTIZE", "RELU", "RELU6", "RELU_N1_TO_1", "SQUARED_DIFFERENCE"),
        *("SUB", "TANH"),
    }
)


@dataclass(frozen=True, slots=True)
class Rows:
    """How an op works its way down its images.

    Attributes:
        in_rows: Rows of each computed input.
        out_rows: Steps it can be cut into: rows of its output, or of its input where it
            sums all rows up.
        span: Input rows that one output row needs, padding included.
        stride: Input rows from one output row to the next.
        pad: Rows of padding above the input.
        is_sum: One output row is made from all input rows.
    """

    in_rows: int
    out_rows: int
    span: int = 1
    stride: int = 1
    pad: int = 0
    is_sum: bool = False

    def needed(self, first: int, stop: int) -> Pair:
        """Return the first and one past the last input row for output rows [first, stop).

        >>> Rows(in_rows=8, out_rows=8, span=3, pad=1).needed(0, 2)
        (0, 3)
        """
        origin, end = self._reach(first, stop)
        return max(origin, 0), min(end, self.in_rows)

    def part(self, first: int, stop: int) -> "Part":
        """Return what computing output rows [first, stop) looks like.

        >>> Rows(in_rows=8, out_rows=8, span=3, pad=1).part(0, 2)
        Part(in_rows=3, out_rows=2, above=1, below=0)
        """
        (low, high), (origin, end) = self.needed(first, stop), self._reach(first, stop)
        return Part(high - low, stop - first, low - origin, end - high)

    def _reach(self, first: int, stop: int) -> Pair:
        origin = first * self.stride - self.pad
        return origin, origin + (stop - first - 1) * self.stride + self.span


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """An op on some rows: all that its code depends on.

    Attributes:
        in_rows: Rows of each computed input, > 0.
        out_rows: Output rows to compute, > 0.
        above: Rows of padding above the input rows.
        below: Rows of padding below them.
    """

    in_rows: int
    out_rows: int
    above: int = 0
    below: int = 0


def rows_of(graph: Graph, op: Op) -> Rows | None:
    """Return how ``op`` can run by rows; None when it cannot.

    It can when all it computes with are int8 images of one batch, and a band of input
    rows that lie one after the other gives a band of output rows.
    """
    images = [graph.tensors[t] for t in computed_inputs(graph, op)]
    y = graph.outputs_of(op)[0]
    if (
        len(op.outputs) != 1
        or not images
        or any(t.dtype != "int8" or len(t.shape) != 4 or t.shape[0] != 1 for t in images)
        or y.dtype != "int8"
    ):
        return None
    in_rows = images[0].shape[1]
    if is_row_sum(graph, op):
        return Rows(in_rows, in_rows, is_sum=True)
    if len(y.shape) != 4:
        return None
    if op.name in _WINDOWS:
        return _sliding(_WINDOWS[op.name](graph, op))
    return Rows(in_rows, in_rows) if _is_pointwise(graph, op) else None


def computed_inputs(graph: Graph, op: Op) -> list[int]:
    """Return the tensors among the inputs that are not constant, in order."""
    return [t for t in op.inputs if t >= 0 and graph.tensors[t].data is None]


def is_row_sum(graph: Graph, op: Op) -> bool:
    """Return whether ``op`` makes one value a channel from a whole image's sum."""
    x, y = graph.tensors[op.inputs[0]], graph.outputs_of(op)[0]
    if len(x.shape) != 4 or x.shape[0] != 1 or y.size != x.shape[3]:
        return False
    if op.name in {"MEAN", "SUM"}:
        return reduced_axes(graph, op) == (1, 2)
    if op.name != "AVERAGE_POOL_2D":
        return False
    window = pool_2d.window_of(graph, op)
    return all(
        size - pad >= rows
        for size, pad, rows in zip(window.filter_hw, window.pad, window.in_hw, strict=True)
    )


def on_part(graph: Graph, op: Op, part: Part) -> tuple[Graph, Op]:
    """Return the graph and the op with images cut down to a part.

    The op keeps its index and tensors; only sizes and, for windows, padding change.
    """
    tensors = list(graph.tensors)
    for rows, indices in ((part.in_rows, computed_inputs(graph, op)), (part.out_rows, op.outputs)):
        for t in indices:
            batch, _, *rest = tensors[t].shape
            tensors[t] = replace(tensors[t], shape=(batch, rows, *rest))
    if op.name in _WINDOWS:
        columns = _columns_around(_WINDOWS[op.name](graph, op))
        around = ((part.above, part.below), columns)
        op = replace(op, options=replace(op.options, padding=_VALID, around=around))
    return replace(graph, tensors=tuple(tensors)), op


def _sliding(window: Window) -> Rows | None:
    """Return the rows of a window; None when some window lies in padding altogether."""
    span = dilated(window.filter_hw[0], window.dilation[0])
    rows = Rows(window.in_hw[0], window.out_hw[0], span, window.stride[0], window.pad[0])
    meets = all(low < high for low, high in (rows.needed(n, n + 1) for n in range(rows.out_rows)))
    return rows if meets else None


def _columns_around(window: Window) -> Pair:
    """Return the columns of padding left and right of the image."""
    reach = (window.out_hw[1] - 1) * window.stride[1]
    reach += dilated(window.filter_hw[1], window.dilation[1])
    return window.pad[1], max(reach - window.in_hw[1] - window.pad[1], 0)


def _is_pointwise(graph: Graph, op: Op) -> bool:
    """Return whether rows of the output come from the same rows of the inputs."""
    y = graph.outputs_of(op)[0]
    if op.name == "CONCATENATION":
        return len(computed_inputs(graph, op)) == len(op.inputs) and op.options.axis in {3, -1}
    return op.name in _POINTWISE and all(
        tensor is not None
        and (tensor.shape == y.shape if tensor.data is None else set(tensor.shape[:-1]) <= {1})
        for tensor in graph.inputs_of(op)
    )

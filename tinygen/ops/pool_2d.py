"""AVERAGE_POOL_2D and MAX_POOL_2D: one value out of each window of an image."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from tinygen.graph import Graph, Op
from tinygen.ops.activation import activation_range
from tinygen.ops.checks import (
    DAMAGED_HINT,
    require,
    require_counts,
    require_int8,
    require_shape,
    required_input,
)
from tinygen.ops.contract import Array, Call, Kernel, OpType, Struct, Target
from tinygen.ops.move_checks import require_options, require_sizes
from tinygen.ops.window import Pair, Window, require_image, sliding_window

# TFLM's tolerance between the scales of input and output.
_SCALE_TOLERANCE = 1e-6
# TFLM keeps paddings in 16 bits.
_LARGEST_PADDING = (1 << 15) - 1


@dataclass(frozen=True, slots=True)
class PoolOptions:
    """Pairs are (rows, columns); enums as the schema numbers them.

    ``around``: rows (above, below) and columns (left, right) of padding beside
    ``padding``'s; they count neither as values nor in the number of them.
    """

    padding: int
    stride: Pair
    filter_hw: Pair
    activation: int
    around: tuple[Pair, Pair] = field(default=((0, 0), (0, 0)), kw_only=True)


def _read(table: Any) -> PoolOptions | None:
    if table is None:
        return None
    return PoolOptions(
        padding=table.Padding(),
        stride=(table.StrideH(), table.StrideW()),
        filter_hw=(table.FilterHeight(), table.FilterWidth()),
        activation=table.FusedActivationFunction(),
    )


def window_of(graph: Graph, op: Op) -> Window:
    """Return how the window of a pooling op slides over its input."""
    options: PoolOptions = op.options
    _, rows, columns, _ = graph.tensors[op.inputs[0]].shape
    return sliding_window(
        op,
        (rows, columns),
        options.filter_hw,
        padding=options.padding,
        stride=options.stride,
        around=options.around,
    )


def _check(graph: Graph, op: Op) -> None:
    require_counts(op, (1,))
    require_options(op)
    x, y = required_input(graph, op, 0), graph.outputs_of(op)[0]
    require_int8(op, x, "input")
    require_int8(op, y, "output")
    require_sizes(op, (x, y))
    require_image(op, x, "input")
    difference = abs(float(np.float32(x.scale) - np.float32(y.scale)))
    equal = difference <= _SCALE_TOLERANCE and x.zero_point == y.zero_point
    require(op, equal, "input and output are quantized differently")
    window = window_of(graph, op)
    fits = max(window.pad) <= _LARGEST_PADDING
    require(op, fits, f"pads by {window.pad[0]} and {window.pad[1]}", DAMAGED_HINT)
    require_shape(op, y, (x.shape[0], *window.out_hw, x.shape[3]), "output")
    activation_range(op, op.options.activation, y)


def _spans(window: Window, axis: int) -> list[Pair]:
    """Return first and one past last input row (or column) of each output's window."""
    size, rows = window.in_hw[axis], window.filter_hw[axis]
    origins = [n * window.stride[axis] - window.pad[axis] for n in range(window.out_hw[axis])]
    return [(max(origin, 0), min(origin + rows, size)) for origin in origins]


def _reduce(values: Array, window: Window, reduce: Callable[..., Array]) -> Array:
    """Reduce rows, then columns, of every window of ``[batch, rows, columns, channels]``."""
    rows = [reduce(values[:, start:stop], axis=1) for start, stop in _spans(window, 0)]
    by_row = np.stack(rows, axis=1)
    columns = [reduce(by_row[:, :, start:stop], axis=2) for start, stop in _spans(window, 1)]
    return np.stack(columns, axis=2)


def _finish(graph: Graph, op: Op, values: Array) -> list[Array]:
    low, high = activation_range(op, op.options.activation, graph.outputs_of(op)[0])
    return [np.clip(values, low, high).astype(np.int8)]


def _average_reference(graph: Graph, op: Op, inputs: Sequence[Array | None]) -> list[Array]:
    window = window_of(graph, op)
    assert inputs[0] is not None
    total = _reduce(inputs[0].astype(np.int64), window, np.sum)
    counts = [np.array([stop - start for start, stop in _spans(window, axis)]) for axis in (0, 1)]
    count = (counts[0][:, None] * counts[1])[:, :, None]
    magnitude = (np.abs(total) + count // 2) // count  # halves away from zero
    return _finish(graph, op, np.sign(total) * magnitude)


def _max_reference(graph: Graph, op: Op, inputs: Sequence[Array | None]) -> list[Array]:
    assert inputs[0] is not None
    return _finish(graph, op, _reduce(inputs[0], window_of(graph, op), np.amax))


def overlap_bytes(window: Window, batches: int, channels: int) -> int:
    """Return how far below the input the output must start to be written over it.

    Pixels are computed in order, each channel by itself; writing pixel ``p`` must not
    reach the first input pixel that ``p`` or a later one reads.
    """
    (in_h, in_w), (out_h, out_w) = window.in_hw, window.out_hw
    top = np.array([start for start, _ in _spans(window, 0)])
    left = np.array([start for start, _ in _spans(window, 1)])
    batch = np.arange(batches)[:, None, None] * in_h * in_w
    first = (batch + top[:, None] * in_w + left).ravel()
    needed = np.minimum.accumulate(first[::-1])[::-1]
    ahead = np.arange(batches * out_h * out_w) - needed
    return max(int(ahead.max()), 0) * channels


def _params(graph: Graph, op: Op, window: Window) -> Struct:
    x, y = graph.tensors[op.inputs[0]], graph.outputs_of(op)[0]
    low, high = activation_range(op, op.options.activation, y)
    sizes = {"batches": x.shape[0], "channels": x.shape[3]}
    limits = {"out_min": low, "out_max": high}
    return Struct("tg_pool_params", "params", {**window.fields(), **sizes, **limits})


def _kernel(name: str, graph: Graph, op: Op, _target: Target) -> Kernel:
    batches, _, _, channels = graph.tensors[op.inputs[0]].shape
    window = window_of(graph, op)
    return Kernel(
        name=f"tg_{name}",
        calls=[Call(f"tg_{name}", ["&params", "{in0}", "{out0}"])],
        sources=[f"kernels/{name}.c"],
        headers=[f"tinygen/kernels/{name}.h"],
        structs=[_params(graph, op, window)],
        overlap={0: overlap_bytes(window, batches, channels)},
    )


_pool = partial(
    OpType, max_version=3, options_table="Pool2DOptions", read_options=_read, check=_check
)

OPS = (
    _pool(
        name="AVERAGE_POOL_2D",
        reference=_average_reference,
        kernel=partial(_kernel, "average_pool_2d_s8"),
    ),
    _pool(
        name="MAX_POOL_2D",
        reference=_max_reference,
        kernel=partial(_kernel, "max_pool_2d_s8"),
    ),
)

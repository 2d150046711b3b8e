"""Sliding windows: the geometry that convolutions and pooling share."""

from collections.abc import Iterator
from dataclasses import dataclass

from tinygen.graph import Op, Tensor
from tinygen.ops.checks import DAMAGED_HINT, require

# Values of the schema's Padding enum.
PADDINGS = {0: "SAME", 1: "VALID"}

# Positions (size + stride + dilated filter) are int32 in C.
_LARGEST = (1 << 31) - 1

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Tap:
    """One position in the filter, and the outputs for which it lies inside the input.

    Attributes:
        at: (row, column) in the filter.
        out: Slices (rows, columns) of the output.
        source: Slices (rows, columns) of the input, as many elements as ``out``.
    """

    at: Pair
    out: tuple[slice, slice]
    source: tuple[slice, slice]


@dataclass(frozen=True, slots=True)
class Window:
    """A window that slides over an image; every pair is (rows, columns).

    Attributes:
        in_hw: Input size.
        filter_hw: Filter size, before dilation.
        out_hw: Output size.
        stride: Input rows and columns from one output to the next.
        dilation: Input rows and columns from one filter element to the next.
        pad: Rows above and columns left of the input.
    """

    in_hw: Pair
    filter_hw: Pair
    out_hw: Pair
    stride: Pair
    dilation: Pair
    pad: Pair

    def taps(self) -> Iterator[Tap]:
        """Yield each filter position that meets the input at least once, row by row."""
        rows = [self._span(0, n) for n in range(self.filter_hw[0])]
        columns = [self._span(1, n) for n in range(self.filter_hw[1])]
        for y, row in enumerate(rows):
            for x, column in enumerate(columns):
                if row and column:
                    yield Tap((y, x), (row[0], column[0]), (row[1], column[1]))

    def _span(self, axis: int, at: int) -> tuple[slice, slice] | None:
        """Return output and input slices along an axis; None when the tap is all padding."""
        stride = self.stride[axis]
        start = at * self.dilation[axis] - self.pad[axis]
        first = max(-(start // stride), 0)
        last = min((self.in_hw[axis] - 1 - start) // stride, self.out_hw[axis] - 1)
        if first > last:
            return None
        begin, end = start + first * stride, start + last * stride + 1
        return slice(first, last + 1), slice(begin, end, stride)

    def reaches_beyond(self) -> bool:
        """Return whether the window covers padding anywhere."""
        return self.pad != (0, 0) or any(
            (out - 1) * stride + dilated(size, dilation) > rows
            for out, stride, size, dilation, rows in zip(
                self.out_hw, self.stride, self.filter_hw, self.dilation, self.in_hw, strict=True
            )
        )

    def fields(self, name: str = "window") -> dict[str, int]:
        """Return the fields of the C struct ``tg_window`` that is called ``name``."""
        pairs = {
            "in": self.in_hw,
            "filter": self.filter_hw,
            "out": self.out_hw,
            "stride": self.stride,
            "dilation": self.dilation,
            "pad": self.pad,
        }
        return {
            f"{name}.{key}_{axis}": value
            for key, pair in pairs.items()
            for axis, value in zip("hw", pair, strict=True)
        }


def require_image(op: Op, tensor: Tensor, role: str) -> None:
    """Check that ``tensor`` is ``[batch, rows, columns, channels]``."""
    require(op, len(tensor.shape) == 4, f"{role} has shape {list(tensor.shape)}, not 4-D")


def sliding_window(  # noqa: PLR0913 - six facts make a window
    op: Op,
    in_hw: Pair,
    filter_hw: Pair,
    *,
    padding: int,
    stride: Pair,
    dilation: Pair = (1, 1),
    around: tuple[Pair, Pair] = ((0, 0), (0, 0)),
) -> Window:
    """Return the window; pairs are (rows, columns).

    Args:
        op: For messages.
        in_hw: Input size, > 0.
        filter_hw: Filter size, before dilation.
        padding: The schema's Padding.
        stride: As the file has it.
        dilation: As the file has it.
        around: Rows (above, below) and columns (left, right) of padding that a folded
            PAD adds before ``padding`` applies.

    Raises:
        ModelError: A size, stride or dilation is not positive, the padding is unknown,
            or the window does not fit.
    """
    require(op, padding in PADDINGS, f"padding {padding} is unknown", DAMAGED_HINT)
    for name, pair in (("filter", filter_hw), ("stride", stride), ("dilation", dilation)):
        require(op, min(pair) > 0, f"{name} is {pair[0]} by {pair[1]}", DAMAGED_HINT)
    span = (
        dilated(filter_hw[0], dilation[0]),
        dilated(filter_hw[1], dilation[1]),
    )
    padded = [size + sum(extra) for size, extra in zip(in_hw, around, strict=True)]
    sizes = [
        output_size(op, padding, size, rows, step)
        for size, rows, step in zip(padded, span, stride, strict=True)
    ]
    pads = [
        extra[0] + padding_before(size, out, rows, step)
        for extra, size, out, rows, step in zip(around, padded, sizes, span, stride, strict=True)
    ]
    return Window(in_hw, filter_hw, (sizes[0], sizes[1]), stride, dilation, (pads[0], pads[1]))


def dilated(size: int, dilation: int) -> int:
    """Return the rows that a dilated filter of ``size`` rows covers.

    >>> dilated(3, 2)
    5
    """
    return (size - 1) * dilation + 1


def output_size(op: Op, padding: int, size: int, span: int, stride: int) -> int:
    """Return the output rows (or columns) of a sliding window.

    Args:
        op: For messages.
        padding: The schema's Padding.
        size: Input rows.
        span: Rows the dilated filter covers.
        stride: > 0.

    Raises:
        ModelError: VALID and the window is larger than the input, or positions do not
            fit 32 bits.
    """
    require(
        op,
        size + span + stride <= _LARGEST,
        f"{size} rows with a window of {span} and a stride of {stride} are too large",
        DAMAGED_HINT,
    )
    if PADDINGS[padding] == "SAME":
        return -(-size // stride)
    require(op, span <= size, f"a window of {span} does not fit {size}", DAMAGED_HINT)
    return (size - span) // stride + 1


def padding_before(size: int, out: int, span: int, stride: int) -> int:
    """Return the rows of padding above the input; 0 for VALID.

    Source: TensorFlow's SAME rule; an odd row goes below.

    >>> padding_before(size=6, out=3, span=3, stride=2)
    0
    """
    return max((out - 1) * stride + span - size, 0) // 2

"""Sliding windows against a brute-force walk over every output and filter element."""

import itertools

import numpy as np
import pytest

from tinygen.errors import ModelError
from tinygen.graph import Op
from tinygen.ops.window import sliding_window

OP = Op(7, "CONV_2D", 3, (), ())
SAME, VALID = 0, 1


def walk(window):
    """Return {(output, filter element): input} of all that lie inside, along both axes."""
    inside = {}
    for y, x, fy, fx in itertools.product(*map(range, (*window.out_hw, *window.filter_hw))):
        row = y * window.stride[0] - window.pad[0] + fy * window.dilation[0]
        column = x * window.stride[1] - window.pad[1] + fx * window.dilation[1]
        if 0 <= row < window.in_hw[0] and 0 <= column < window.in_hw[1]:
            inside[y, x, fy, fx] = row, column
    return inside


@pytest.mark.parametrize("seed", range(60))
def test_taps_are_the_elements_inside_the_input(seed):
    rng = np.random.default_rng(seed)
    size, taps, stride, dilation = (tuple(int(n) for n in rng.integers(1, 8, 2)) for _ in range(4))
    window = sliding_window(OP, size, taps, padding=SAME, stride=stride, dilation=dilation)
    found = {}
    for tap in window.taps():
        outs = itertools.product(*(range(*s.indices(1 << 20)) for s in tap.out))
        sources = itertools.product(*(range(*s.indices(1 << 20)) for s in tap.source))
        found |= {(*o, *tap.at): s for o, s in zip(outs, sources, strict=True)}
    assert found == walk(window)


@pytest.mark.parametrize(
    ("sizes", "facts", "out", "pad"),
    [
        (((96, 96), (3, 3)), ((2, 2), (1, 1), SAME), (48, 48), (0, 0)),
        (((49, 10), (10, 4)), ((2, 2), (1, 1), SAME), (25, 5), (4, 1)),
        (((5, 5), (3, 3)), ((1, 1), (2, 2), SAME), (5, 5), (2, 2)),
        (((9, 8), (3, 3)), ((2, 2), (1, 1), VALID), (4, 3), (0, 0)),
        (((5, 7), (3, 3)), ((1, 1), (2, 3), VALID), (1, 1), (0, 0)),
    ],
)
def test_sizes_follow_tensorflow(sizes, facts, out, pad):
    stride, dilation, padding = facts
    window = sliding_window(OP, *sizes, padding=padding, stride=stride, dilation=dilation)
    assert (window.out_hw, window.pad) == (out, pad)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"padding": 2}, "padding 2 is unknown"),
        ({"stride": (0, 1)}, "stride is 0 by 1"),
        ({"stride": (1, -3)}, "stride is 1 by -3"),
        ({"dilation": (1, 0)}, "dilation is 1 by 0"),
        ({"padding": VALID, "dilation": (1, 4)}, "a window of 9 does not fit 8"),
        (
            {"dilation": (1 << 30, 1)},
            "8 rows with a window of 2147483649 and a stride of 1 are too large",
        ),
    ],
)
def test_a_window_that_cannot_slide_is_refused(changes, reason):
    facts = {"padding": SAME, "stride": (1, 1), "dilation": (1, 1)} | changes
    with pytest.raises(ModelError) as caught:
        sliding_window(OP, (8, 8), (3, 3), **facts)
    assert str(caught.value) == f"op 7 (CONV_2D, version 3): {reason}"

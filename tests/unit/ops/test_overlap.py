"""The overlap distance against a simulation of which bytes are read and written when."""

import numpy as np
import pytest

from tinygen.ops.overlap import raster_overlap
from tinygen.ops.window import Window


def simulated(window, in_bytes, out_bytes, group, *, reads_first=False):
    """Return the least distance at which no write hits a byte that is read later."""
    reads = []
    for y in range(window.out_hw[0]):
        for x in range(window.out_hw[1]):
            rows = y * window.stride[0] - window.pad[0]
            columns = x * window.stride[1] - window.pad[1]
            reads.append(max(rows, 0) * window.in_hw[1] + max(columns, 0))
    count = len(reads)
    for distance in range(count * out_bytes + 1):
        clash = False
        for start in range(0, count, group):
            written = min(start + group, count) * out_bytes - distance
            later = reads[start + group * reads_first :]
            clash |= any(written > r * in_bytes for r in later)
        if not clash:
            return distance
    raise AssertionError


@pytest.mark.parametrize("seed", range(40))
def test_distance_is_the_least_that_is_safe(seed):
    rng = np.random.default_rng(seed)
    size = tuple(int(n) for n in rng.integers(3, 7, 2))
    filters = tuple(int(n) for n in rng.integers(1, 4, 2))
    stride = tuple(int(n) for n in rng.integers(1, 3, 2))
    out = tuple(-(-n // s) for n, s in zip(size, stride, strict=True))
    pad = tuple(
        max((o - 1) * s + f - n, 0) // 2
        for o, s, f, n in zip(out, stride, filters, size, strict=True)
    )
    window = Window(size, filters, out, stride, (1, 1), pad)
    in_bytes, out_bytes = (int(n) for n in rng.integers(1, 5, 2))
    group = int(rng.integers(1, 4))
    wanted = simulated(window, in_bytes, out_bytes, group)
    assert raster_overlap(window, in_bytes, out_bytes, group=group) == wanted
    wanted = simulated(window, in_bytes, out_bytes, group, reads_first=True)
    assert raster_overlap(window, in_bytes, out_bytes, group=group, reads_first=True) == wanted

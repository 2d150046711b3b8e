"""The picture of buffers over time: to scale, and inside its frame."""

import numpy as np
import pytest

from tinygen.report.model import BufferFigures
from tinygen.report.picture import HEIGHT, WIDTH, draw_buffers


def random_buffers(rng, ops):
    first = int(rng.integers(-1, ops))
    return BufferFigures(
        name=str(rng.choice(["tensor 3", "scratch of op 2", "weights of op 1"])),
        offset=int(rng.integers(0, 5000)),
        nbytes=int(rng.integers(1, 5000)),
        first=first,
        last=int(rng.integers(first, ops + 1)),
    )


@pytest.mark.parametrize("seed", range(20))
def test_rectangles_are_to_scale_and_in_the_frame(seed):
    rng = np.random.default_rng(seed)
    ops = int(rng.integers(1, 40))
    buffers = [random_buffers(rng, ops) for _ in range(int(rng.integers(1, 30)))]
    bound = int(rng.integers(0, 12000))
    picture = draw_buffers(buffers, ops, bound)
    top = max(b.offset + b.nbytes for b in buffers)
    assert picture.top_bytes == top
    unit = HEIGHT / max(top, bound)
    for buffer, drawn in zip(buffers, picture.rectangles, strict=True):
        assert drawn.kind in {"tensor", "scratch", "weights"}
        assert drawn.height == pytest.approx(buffer.nbytes * unit, abs=0.06)
        assert HEIGHT - drawn.y - drawn.height == pytest.approx(buffer.offset * unit, abs=0.11)
        assert drawn.x >= 0
        assert drawn.x + drawn.width <= WIDTH + 0.11
        assert f"{buffer.nbytes:,} bytes at {buffer.offset:,}" in drawn.title
    assert picture.bound_y == pytest.approx(HEIGHT - bound * unit, abs=0.06)


def test_labels_are_not_written_over_each_other():
    whole = BufferFigures("tensor 1", 0, 1000, 0, 9)
    over = BufferFigures("tensor 2", 0, 1000, 0, 9)
    beside = BufferFigures("tensor 3", 1000, 1000, 0, 9)
    labels = [r.label for r in draw_buffers([whole, over, beside], 10, 2000).rectangles]
    assert labels == ["tensor 1", "", "tensor 3"]

"""Joins and splits that copy nothing: exact, smaller and faster than with copies."""

import numpy as np
import pytest

from tests.unit.plan.joined_images import Branches
from tinygen.pipeline import Choices, build
from tinygen.plan import choose
from tinygen.progress import Silent
from tinygen.session import choose_inputs, open_project, profile, verify


def fire():
    net = Branches(np.random.default_rng(1))
    first = net.image((16, 16, 3))
    x = net.conv(first, out_c=16, k=(3, 3), act=1)
    x = net.fire(net.fire(x, 8, 16), 8, 24)
    return net, first, net.mean(x, keep_dims=False)


def halves():
    net = Branches(np.random.default_rng(2))
    first = net.image((16, 16, 4))
    upper, lower = net.halves(net.conv(first, out_c=8, k=(3, 3)))
    x = net.stack(*(net.conv(half, out_c=8, k=(1, 1), act=1) for half in (upper, lower)))
    return net, first, net.mean(x, keep_dims=False)


def dense():
    net = Branches(np.random.default_rng(3))
    x = first = net.image((12, 12, 8))
    for _ in range(3):
        x = net.dense(x, 8)
    return net, first, net.mean(x, keep_dims=False)


def measured(make, core, folder):
    """Return the report of an exact build."""
    net, first, last = make()
    path = folder / "net.tflite"
    path.write_bytes(net.b.build([first], [last]))
    build(path, folder / "out", Choices(f"qemu-{core}", optimize="speed"), Silent())
    project = open_project(folder / "out")
    inputs = choose_inputs(project, 4, None)
    _, difference = verify(project, inputs, None, Silent())
    assert difference is None
    return profile(project, inputs.sets[0], None)[0]


@pytest.mark.parametrize(
    ("make", "core", "share"),
    [
        (fire, "m4", 0.9),
        (fire, "m55", 0.9),
        (halves, "m4", 0.9),
        (halves, "m55", 0.9),
        (dense, "m55", 1.0),
    ],
)
def test_parts_save_memory_and_time(tmp_path, monkeypatch, make, core, share):
    found = measured(make, core, tmp_path)
    monkeypatch.setattr(choose, "strided_kernels", lambda *_: {})
    monkeypatch.setattr(choose, "has_rows", lambda *_: False)
    copying = measured(make, core, tmp_path)
    figures = [
        (report.memory.arena_bytes, sum(op.instructions or 0 for op in report.ops))
        for report in (found, copying)
    ]
    assert figures[0][0] <= share * figures[1][0]
    assert figures[0][1] < figures[1][1]
    assert any("no copy" in op.why or "need no copy" in op.why for op in found.ops)
    assert found.memory.arena_high_water_bytes == found.memory.arena_bytes

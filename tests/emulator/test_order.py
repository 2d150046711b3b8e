"""Ops that run in another order than the model file's: exact, and told by their numbers."""

import numpy as np
import pytest

from tests.unit.plan.test_order import late_branch_net
from tinygen.pipeline import Choices, build
from tinygen.progress import Silent
from tinygen.session import choose_inputs, open_project, profile, verify


@pytest.mark.parametrize("weights", ["flash", "stream"])
def test_another_order_is_exact_and_smaller(tmp_path, weights):
    path = tmp_path / "net.tflite"
    path.write_bytes(late_branch_net(np.random.default_rng(1)))
    choices = Choices("qemu-m4", optimize="speed", weights=weights, weight_ram=512)
    build(path, tmp_path / "p", choices, Silent())
    project = open_project(tmp_path / "p")
    inputs = choose_inputs(project, 8, None)
    _, first = verify(project, inputs, None, Silent())
    assert first is None
    report, _ = profile(project, inputs.sets[0], None)
    order = [op.index for op in report.ops]
    assert sorted(order) == list(range(len(order))) != order
    assert all(op.instructions for op in report.ops)
    assert report.memory.arena_high_water_bytes == report.memory.arena_bytes

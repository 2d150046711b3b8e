"""The MLPerf Tiny models in little memory, with --optimize ram above all, and bit-exact."""

import pytest

from tests.emulator.test_models import MODELS, built
from tinygen.pipeline import Choices, prepare
from tinygen.progress import Silent
from tinygen.session import choose_inputs, profile, verify

ARENA_AT_MOST = {"kws": 6_500, "ic": 24_000, "vww": 31_000, "ad": 1_024}
WHOLE_AT_MOST = {"kws": 9_024, "ic": 25_440, "vww": 29_936, "ad": 1_024}
INPUTS = 8


@pytest.mark.parametrize("core", ["m4", "m55"])
@pytest.mark.parametrize("model", WHOLE_AT_MOST)
def test_ops_that_run_whole_lie_over_what_they_read(models_dir, model, core):
    path = models_dir / f"{MODELS[model]}.tflite"
    prepared = prepare(path, Choices(f"qemu-{core}"), Silent())
    assert prepared.plan.arena_bytes <= WHOLE_AT_MOST[model]


@pytest.mark.parametrize("core", ["m4", "m55"])
@pytest.mark.parametrize("model", ARENA_AT_MOST)
def test_rows_are_bit_exact_in_little_memory(models_dir, tmp_path, model, core):
    project = built(models_dir, tmp_path, model, core, "tinygen", optimize="ram")
    inputs = choose_inputs(project, INPUTS, None)
    _, first = verify(project, inputs, None, Silent())
    assert first is None
    report, _ = profile(project, inputs.sets[0], None)
    assert report.memory.arena_bytes <= ARENA_AT_MOST[model]
    assert report.memory.arena_high_water_bytes == report.memory.arena_bytes
    assert sum(op.macs for op in report.ops) == report.model.macs_executed
    chains = [op for op in report.ops if op.op.startswith("CHAIN")]
    assert len(chains) == (0 if model == "ad" else 1)
    assert all("1 row at a time; saves" in chain.why for chain in chains)
    assert all(op.instructions for op in chains)


def test_cmsis_nn_runs_by_rows_too(models_dir, tmp_path):
    project = built(models_dir, tmp_path, "ic", "m4", "cmsis-nn", optimize="ram")
    _, first = verify(project, choose_inputs(project, INPUTS, None), None, Silent())
    assert first is None
    assert project.report.memory.arena_bytes <= ARENA_AT_MOST["ic"]

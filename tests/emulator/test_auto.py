"""``--kernels auto`` on emulated cores: exact, no dearer than one library, measured once."""

import pytest

from tinygen.pipeline import Choices, build, prepare
from tinygen.progress import Silent
from tinygen.session import choose_inputs, open_project, profile, verify
from tinygen.tune import choose


def made(models_dir, out, model, board, kernels):
    path = models_dir / f"{model}.tflite"
    build(path, out, Choices(board, kernels=kernels), Silent())
    return open_project(out)


def profiled(project):
    inputs = choose_inputs(project, 1, None).sets[0]
    return profile(project, inputs, None)[0]


@pytest.mark.parametrize(
    ("model", "core", "unit"),
    [("kws_ref_model", "m4", "estimated cycles"), ("ad01_int8", "m55", "instructions")],
)
def test_the_choice_is_exact_and_no_dearer_than_any_library(
    models_dir, tmp_path, monkeypatch, model, core, unit
):
    board = f"qemu-{core}"
    auto = made(models_dir, tmp_path / "auto", model, board, "auto")
    report, first = verify(auto, choose_inputs(auto, 8, None), None, Silent())
    assert first is None
    cost = profiled(auto).cost
    for library in ("tinygen", "cmsis-nn"):
        other = profiled(made(models_dir, tmp_path / library, model, board, library)).cost
        if unit == "instructions":
            assert cost.instructions <= 1.01 * other.instructions
        else:
            assert cost.cycles <= 1.01 * other.cycles
    measured = [op.why for op in report.ops if " measured; " in op.why]
    assert measured
    assert all(f" {unit} measured; " in why for why in measured)

    def never(*_):
        raise AssertionError("measured twice")

    monkeypatch.setattr(choose, "measure", never)
    again = prepare(models_dir / f"{model}.tflite", Choices(board, kernels="auto"), Silent())
    assert [k.name if k else "" for k in again.kernels] == [op.kernel for op in report.ops]


def test_what_was_measured_alone_is_what_the_op_costs_in_the_model(
    models_dir, tmp_path, monkeypatch
):
    monkeypatch.setenv("TINYGEN_CMSIS_NN_DIR", str(choose.find_cmsis_nn()))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    report = profiled(made(models_dir, tmp_path / "p", "ad01_int8", "qemu-m4", "auto"))
    for op in report.ops:
        alone = int(op.why.split(" estimated cycles measured")[0].split("; ")[-1].replace(",", ""))
        assert op.cycles == pytest.approx(alone, rel=0.002, abs=8)

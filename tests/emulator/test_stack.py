"""The bound on the stack holds on emulated cores, and is not much more than what is used."""

import shutil

import pytest

from tests.emulator.small_model import small_model
from tinygen.board import find_board
from tinygen.build.stack_bound import bound_stack
from tinygen.errors import DoesNotFitError
from tinygen.pipeline import Choices, build
from tinygen.progress import Silent
from tinygen.report.text import memory_text
from tinygen.session import choose_inputs, open_project, profile, verify

pytestmark = pytest.mark.skipif(
    shutil.which("qemu-system-arm") is None, reason="no qemu-system-arm"
)
CELLS = [
    ("kws_ref_model", "m4", {}),
    ("kws_ref_model", "m4", {"weights": "stream:serial"}),
    ("kws_ref_model", "m55", {"optimize": "ram"}),
    ("kws_ref_model", "m0", {"kernels": "reference"}),
    ("pretrainedResnet_quant", "m55", {"kernels": "cmsis-nn"}),
    ("ad01_int8", "m33", {"optimize": "size"}),
]
FAULT_ROOM = 384  # startup.c: with less above the limit, a fault is told from the stack's end


def made(path, folder, core, **choices):
    build(path, folder, Choices(f"qemu-{core}", **choices), Silent())
    return open_project(folder)


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "small.tflite"
    path.write_bytes(small_model())
    return path


@pytest.mark.parametrize(("model", "core", "choices"), CELLS)
def test_what_is_used_is_below_the_bound_and_near_it(models_dir, tmp_path, model, core, choices):
    project = made(models_dir / f"{model}.tflite", tmp_path / "p", core, **choices)
    inputs = choose_inputs(project, 2, None)
    _, first = verify(project, inputs, None, Silent())
    memory = profile(project, inputs.sets[0], None)[0].memory
    assert first is None
    assert memory.stack_bytes == max(memory.stack_worst_bytes, 512)
    fault = 36 if core == "m0" else 108  # is in the bound, and did not happen
    assert memory.stack_high_water_bytes <= memory.stack_worst_bytes - fault
    assert memory.stack_worst_bytes <= memory.stack_high_water_bytes + 128


def test_the_report_says_which_calls_take_the_most(small, tmp_path):
    project = made(small, tmp_path / "p", "m4")
    memory = project.report.memory
    assert memory.stack_chain[:4] == ("Reset_Handler", "tg_start_up", "main", "tg_serve")
    told = memory_text(project.report, find_board("qemu-m4")).splitlines()[-1]
    assert told.startswith(f"  stack at most {memory.stack_worst_bytes:,} bytes: main > tg_serve")


def test_less_than_the_bound_is_refused(small, tmp_path):
    worst = made(small, tmp_path / "p", "m4").report.memory.stack_worst_bytes
    with pytest.raises(DoesNotFitError) as caught:
        made(small, tmp_path / "p", "m4", stack_bytes=worst - 8)
    assert str(caught.value) == (
        f"the stack needs {worst} bytes but --stack reserves {worst - 8} (8 too many)"
    )
    assert caught.value.hint.startswith("Reset_Handler > tg_start_up > main > tg_serve")
    assert caught.value.hint.endswith(" takes it; leave --stack out")
    assert caught.value.exit_code == 5


def test_another_stack_is_linked_into_a_built_project(small, tmp_path):
    assert made(small, tmp_path / "p", "m4", stack_bytes=2048).report.memory.stack_bytes == 2048
    assert made(small, tmp_path / "p", "m4", stack_bytes=3072).report.memory.stack_bytes == 3072


@pytest.mark.parametrize("core", ["m0", "m4", "m55"])
def test_the_report_of_a_fault_fits_into_the_room_left_for_it(small, tmp_path, core):
    project = made(small, tmp_path / "p", core)
    board, objects = find_board(f"qemu-{core}"), project.elf.parent / "src"
    bound = bound_stack(project.elf, objects, board.cpu, "tg_report_fault")
    assert 0 < bound.nbytes <= FAULT_ROOM

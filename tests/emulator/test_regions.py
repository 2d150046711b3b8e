"""Models that fit neither of two memories alone run in both: bit-exact, in the bytes planned."""

import pytest

from tests.emulator.test_models import MODELS
from tests.two_rams import use_two_rams
from tinygen.board import find_board, list_boards
from tinygen.build.elf import measure
from tinygen.pipeline import Choices, build
from tinygen.progress import Silent
from tinygen.session import choose_inputs, open_project, profile, verify

STACK = 4096
ALIGNMENT = 16  # of buffers, in bytes
SPARE = 512  # for variables, as the planner keeps free


@pytest.fixture(autouse=True)
def boards_are_read_anew():
    yield
    list_boards.cache_clear()


# ram and bank: what the arena may have in each.
@pytest.mark.parametrize(
    ("model", "like", "ram", "bank", "more"),
    [
        ("kws", "qemu-m4", 8_704, 2_048, {}),
        ("kws", "qemu-m4", 4_608, 4_096, {"optimize": "ram"}),
        ("ic", "qemu-m7", 16_384, 12_288, {}),
        ("ad", "qemu-m4", 8_960, 1_024, {"weights": "stream:throttled", "weight_ram": 8192}),
    ],
)
def test_a_model_that_fits_two_memories_runs_in_both(
    models_dir, tmp_path, monkeypatch, model, like, ram, bank, more
):
    board_id = use_two_rams(monkeypatch, tmp_path / "boards", ram + STACK + SPARE, bank, like)
    folder = tmp_path / "p"
    build(models_dir / f"{MODELS[model]}.tflite", folder, Choices(board_id, **more), Silent())
    project = open_project(folder)
    inputs = choose_inputs(project, 4, None)
    _, first = verify(project, inputs, None, Silent())
    assert first is None
    memory = profile(project, inputs.sets[0], None)[0].memory

    assert memory.arena_bytes > max(ram, bank)
    unused = memory.arena_bytes - memory.arena_high_water_bytes
    assert 0 <= unused < ALIGNMENT  # of the topmost buffer
    parts = {part.region: part.arena_bytes for part in memory.arenas}
    assert parts.keys() == {"RAM", "BANK"}
    assert parts["RAM"] <= ram
    assert parts["BANK"] <= bank
    assert sum(parts.values()) == memory.arena_bytes

    size = measure(project.elf, find_board(board_id).regions)
    placed = {s.name: s.nbytes for s in size.sections if s.name.startswith(".tg_arena")}
    assert placed == {".tg_arena": parts["RAM"], ".tg_arena_BANK": parts["BANK"]}
    assert size.arena_bytes == memory.arena_bytes
    assert memory.ram_bytes == size.ram_bytes


def test_an_arena_outside_the_memory_of_data_and_stack_is_zeroed_and_painted(
    models_dir, tmp_path, monkeypatch
):
    more = "dma = true"
    board_id = use_two_rams(monkeypatch, tmp_path / "boards", 8192, 16_384, more=more)
    folder = tmp_path / "p"
    build(models_dir / f"{MODELS['kws']}.tflite", folder, Choices(board_id), Silent())
    project = open_project(folder)
    inputs = choose_inputs(project, 2, None)
    _, first = verify(project, inputs, None, Silent())
    assert first is None
    memory = profile(project, inputs.sets[0], None)[0].memory
    assert [part.region for part in memory.arenas] == ["BANK"]
    assert memory.arena_high_water_bytes == memory.arena_bytes

"""The four MLPerf Tiny models build for every Cortex-M board, or say what does not fit."""

import pytest

from tests.emulator.test_models import MODELS
from tinygen.board import list_boards
from tinygen.errors import DoesNotFitError
from tinygen.pipeline import Choices, build
from tinygen.progress import Silent

BOARDS = [one.id for one in list_boards() if not one.framework and not one.id.startswith("qemu-")]
# What 16 KB of RAM and 256 KB of flash cannot hold, and the region that the message names.
TOO_LARGE = {
    ("bbc_microbit", "vww"): "RAM",
    ("bbc_microbit", "ic"): "RAM",
    ("bbc_microbit", "ad"): "FLASH",
}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("board", BOARDS)
def test_a_model_builds_or_says_what_does_not_fit(models_dir, tmp_path, board, model):
    path, choices = models_dir / f"{MODELS[model]}.tflite", Choices(board, offline=True)
    if (board, model) in TOO_LARGE:
        with pytest.raises(DoesNotFitError) as caught:
            build(path, tmp_path / "p", choices, Silent())
        assert TOO_LARGE[board, model] in str(caught.value)
        assert caught.value.hint
        return
    report = build(path, tmp_path / "p", choices, Silent())
    assert report.board == board
    assert report.memory.flash_bytes > report.model.weights_bytes_stored
    assert (tmp_path / "p" / ".pio" / "build" / board / "firmware.elf").is_file()


def test_every_refusal_is_of_a_board_and_a_model():
    assert {board for board, _ in TOO_LARGE} <= set(BOARDS)
    assert {model for _, model in TOO_LARGE} <= set(MODELS)

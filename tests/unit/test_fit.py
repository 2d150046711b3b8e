"""What a model needs of a board before anything is built."""

from dataclasses import replace

import pytest

from tinygen.board import find_board
from tinygen.emit.kernels import choose_kernel, choose_kernels
from tinygen.errors import DoesNotFitError
from tinygen.estimate.code import guess_code
from tinygen.load.tflite import read_graph
from tinygen.ops.contract import Target
from tinygen.pipeline import Choices, fit_of, prepare
from tinygen.progress import Silent
from tinygen.report.fit import Fit, fit_text, require_fit
from tinygen.streaming import WeightChoice, make_chooser, place_weights, source_on

BOARD = find_board("qemu-m0")  # 16 KB of RAM


def test_weights_in_ram_count_as_ram(model):
    fits = {
        how: fit_of(prepare(model, choices, Silent()), choices)
        for how in ("flash", "ram")
        if (choices := Choices(BOARD.id, weights=how))
    }
    assert fits["flash"].weights == 0
    assert 0 < fits["ram"].weights < fits["ram"].constants == fits["flash"].constants
    assert fits["ram"].ram == fits["flash"].ram + fits["ram"].weights
    assert f"weights {fits['ram'].weights:,}" in fit_text("small", BOARD, fits["ram"])


def test_weights_that_are_too_large_for_ram_are_named():
    fit = Fit(constants=20_000, arena=1_000, stack=512, peak="op 3 (CONV_2D)", weights=18_000)
    with pytest.raises(DoesNotFitError) as caught:
        require_fit(BOARD, fit)
    assert caught.value.hint == (
        "--weights ram puts 18000 bytes there; use --weights flash or stream"
    )


@pytest.mark.parametrize(
    ("board_id", "way_out"),
    [("qemu-m0", ""), ("qemu-m4", "read weights from outside (--weights auto), or ")],
)
def test_what_is_too_large_for_flash_may_stream_where_it_can(model, board_id, way_out):
    choices = Choices(board_id)
    fit = replace(fit_of(prepare(model, choices, Silent()), choices), constants=2_000_000)
    with pytest.raises(DoesNotFitError) as caught:
        require_fit(find_board(board_id), fit)
    assert caught.value.hint == f"{way_out}use a smaller model or a board with more flash"


@pytest.mark.parametrize(("board_id", "source"), [("qemu-m4", "external"), ("qemu-ast1030", "nor")])
def test_auto_streams_what_the_code_leaves_no_room_for(models_dir, board_id, source):
    """Flash that the code will not need holds weights; with the fixed 48 KB it did not."""
    graph = read_graph((models_dir / "ad01_int8.tflite").read_bytes(), "ad")
    board = find_board(board_id)
    flash = replace(board.region("flash"), nbytes=128 * 1024)
    board = replace(board, regions=(flash, *board.regions[1:]))
    target, choice = Target(board.cpu), WeightChoice("auto", 8192)
    kernels = choose_kernels(graph, target, "tinygen")
    chooser = make_chooser(target, lambda part, op: choose_kernel(part, op, target, "tinygen"))
    placed = place_weights(graph, kernels, board, choice, chooser)
    assert source_on(board, choice) == source
    kept = sum(place.nbytes for place in placed.places if place.place == "flash")
    assert 96 * 1024 < kept + guess_code(placed.kernels) <= flash.nbytes
    assert {place.place for place in placed.places} == {"flash", "stream"}


def test_auto_keeps_all_in_flash_where_nothing_else_holds_weights():
    assert source_on(BOARD, WeightChoice("auto", 8192)) == ""

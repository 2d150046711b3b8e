"""Which kernel an op gets when candidates cost this or that; costs are made up here."""

import shutil
from dataclasses import replace

import pytest

from tests.emulator.small_model import small_model
from tests.tflite_builder import ModelBuilder
from tinygen.board import find_board
from tinygen.errors import ToolchainError
from tinygen.load.tflite import read_graph
from tinygen.ops.contract import Target
from tinygen.progress import Silent
from tinygen.tune import choose
from tinygen.tune.cost import Cost

pytestmark = pytest.mark.skipif(
    shutil.which("arm-none-eabi-gcc") is None, reason="no arm-none-eabi-gcc"
)
BOARD = find_board("qemu-m4")
FIRST, SECOND = 0, 1  # the small model's convolutions: 3x3, then 1x1


@pytest.fixture
def measured(tmp_path, monkeypatch):
    """Return the trials that were measured; ``prices`` says what they cost."""
    for name in ("Include", "Source"):
        (tmp_path / "cmsis" / name).mkdir(parents=True)
    (tmp_path / "cmsis" / "Include" / "arm_nnfunctions.h").write_text("/* 1 */")
    monkeypatch.setenv("TINYGEN_CMSIS_NN_DIR", str(tmp_path / "cmsis"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(choose, "build_plugin", lambda: None)
    log = Log()
    monkeypatch.setattr(choose, "measure", log.measure)
    return log


class Log:
    def __init__(self):
        self.trials = []
        self.prices = {}

    def measure(self, graph, trials, bench, progress):
        del graph, bench, progress
        self.trials += [(t.op.index, t.candidate.library) for t in trials]
        return {t: self.cost(t) for t in trials}

    def cost(self, trial):
        price = self.prices.get((trial.op.index, trial.candidate.library), 1000)
        return Cost(instructions=price // 2, cycles=price)


def pick(board=BOARD, optimize="balanced", content=None):
    graph = read_graph(content or small_model(), "small")
    return choose.pick_kernels(graph, board, Target(board.cpu, optimize), Silent(), may_fetch=False)


def libraries(picks):
    return {index: one.library for index, one in picks.items()}


def test_the_cheapest_wins_and_says_beside_what(measured):
    measured.prices = {(FIRST, "cmsis-nn"): 800, (SECOND, "reference"): 900}
    picks = pick()
    assert libraries(picks) == {FIRST: "cmsis-nn", SECOND: "reference"}
    assert picks[FIRST].why.startswith("800 estimated cycles measured; tinygen (tg_conv_2d_")
    assert "reference (tg_conv_2d_s8) 1,000" in picks[FIRST].why


def test_ties_go_to_our_own(measured):
    assert libraries(pick()) == {FIRST: "tinygen", SECOND: "tinygen"}
    assert len(measured.trials) >= 6


def test_another_library_is_not_worth_its_code_for_next_to_nothing(measured):
    measured.prices = {(FIRST, "tinygen"): 9_000_000, (FIRST, "cmsis-nn"): 8_999_000}
    measured.prices |= {(FIRST, "reference"): 9_500_000}
    assert libraries(pick())[FIRST] == "tinygen"


def test_a_second_build_measures_nothing(measured):
    first = pick()
    measured.trials.clear()
    assert pick() == first
    assert measured.trials == []


def test_other_sources_are_measured_anew(measured, tmp_path):
    pick()
    measured.trials.clear()
    (tmp_path / "cmsis" / "Include" / "arm_nnfunctions.h").write_text("/* 2 */")
    pick()
    assert {library for _, library in measured.trials} == {"cmsis-nn"}


def test_other_flags_are_measured_anew(measured):
    pick()
    measured.trials.clear()
    pick(optimize="size")
    assert {library for _, library in measured.trials} == {"tinygen", "cmsis-nn", "reference"}


def test_cores_without_a_trusted_estimate_go_by_instructions(measured):
    measured.prices = {(FIRST, "cmsis-nn"): 800}
    picks = pick(find_board("qemu-m7"))
    assert picks[FIRST].why.startswith("400 instructions measured; ")


@pytest.mark.usefixtures("measured")
def test_without_the_plugin_instructions_decide(monkeypatch):
    def missing():
        raise ToolchainError("no C compiler for this machine", hint="")

    monkeypatch.setattr(choose, "build_plugin", missing)
    assert pick()[FIRST].why.startswith("500 instructions measured; ")


def test_without_cmsis_nn_the_others_are_measured(measured, monkeypatch):
    monkeypatch.delenv("TINYGEN_CMSIS_NN_DIR")
    pick()
    assert {library for _, library in measured.trials} == {"tinygen", "reference"}


@pytest.mark.usefixtures("measured")
def test_what_could_not_be_measured_is_not_chosen(monkeypatch):
    monkeypatch.setattr(choose, "measure", lambda *_: {})
    assert pick() == {}


def test_a_small_flash_takes_the_smaller_constants(measured):
    measured.prices = {(op, "cmsis-nn"): 9000 for op in (FIRST, SECOND)}
    measured.prices |= {(FIRST, "reference"): 2000, (SECOND, "reference"): 1001}
    graph = read_graph(small_model(), "small")
    wide = pick()
    assert libraries(wide) == {FIRST: "tinygen", SECOND: "tinygen"}
    stored = {}
    for op in graph.ops:
        question = choose.ask(graph, op, Target(BOARD.cpu), choose.LIBRARIES)
        stored[op.index] = {c.library: c.stored_bytes for c in question.candidates}
    saved = stored[SECOND]["tinygen"] - stored[SECOND]["reference"]
    assert saved > 0
    total = sum(sizes["tinygen"] for sizes in stored.values())
    flash, *others = BOARD.regions
    room = choose._CODE_BYTES + total - 1
    small = replace(BOARD, regions=(replace(flash, nbytes=room), *others))
    # a cycle for the bytes of the second op is less than a thousand for those of the first
    assert libraries(pick(small)) == {FIRST: "tinygen", SECOND: "reference"}


def test_ops_on_other_types_are_left_to_our_own(measured):
    b = ModelBuilder()
    x = b.tensor([1, 8], "float32")
    y = b.tensor([1, 8], scale=0.1)
    b.op("QUANTIZE", [x], [y])
    assert pick(content=b.build([x], [y])) == {}
    assert measured.trials == []


def test_the_chosen_kernel_is_what_the_model_gets(measured):
    measured.prices = {(FIRST, "reference"): 1}
    graph, target = read_graph(small_model(), "small"), Target(BOARD.cpu)
    kernel_of = choose.measuring(graph, BOARD, target, Silent(), may_fetch=False)
    first, second = (kernel_of(graph, op) for op in graph.ops)
    assert first.name == "tg_conv_2d_s8"
    assert first.why.startswith("1 estimated cycles measured; ")
    assert second.name == choose.preferring(target, "tinygen")(graph, graph.ops[1]).name

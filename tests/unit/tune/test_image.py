"""Candidates as the ops of an artificial model."""

from dataclasses import replace

from tests.emulator.small_model import small_model
from tinygen.board import find_board
from tinygen.load.tflite import read_graph
from tinygen.ops.contract import Target
from tinygen.tune.candidates import ask
from tinygen.tune.image import Trial, make_project, split, workbench

BENCH = workbench(find_board("qemu-m4"))
TARGET = Target(BENCH.cpu)


def trials(graph):
    return [
        Trial(op, candidate)
        for op in graph.ops
        for candidate in ask(graph, op, TARGET, ["tinygen", "reference"]).candidates
    ]


def test_a_real_board_is_measured_on_the_emulated_one_with_its_core():
    bench = workbench(find_board("nucleo_f446re"))
    assert (bench.id, bench.core) == ("qemu-m4", "cortex-m4")
    assert bench.region("flash").nbytes == 4 << 20
    assert workbench(find_board("pico")).core == "cortex-m0plus"
    assert workbench(find_board("pico")).id == "qemu-m0"


def test_inputs_outputs_and_scratch_lie_apart_and_at_the_same_places():
    graph = read_graph(small_model(), "small")
    tried = trials(graph)
    project = make_project(graph, tried, BENCH, TARGET)
    assert [op.index for op in project.graph.ops] == list(range(len(tried)))
    offsets = project.plan.tensor_offsets
    inputs = {offsets[op.inputs[0]] for op in project.graph.ops}
    outputs = {offsets[op.outputs[0]] for op in project.graph.ops}
    assert inputs == {0}
    [output] = outputs
    assert output >= max(graph.tensors[op.inputs[0]].nbytes for op in graph.ops)
    for at in project.plan.scratch_offsets.values():
        assert at >= output + max(graph.tensors[op.outputs[0]].nbytes for op in graph.ops)


def test_what_no_ram_holds_is_no_project():
    graph = read_graph(small_model(), "small")
    flash, ram, *_ = BENCH.regions
    small = replace(BENCH, regions=(flash, replace(ram, nbytes=9000)))
    assert make_project(graph, trials(graph), small, TARGET) is None


def test_trials_are_split_evenly_and_none_is_lost():
    graph = read_graph(small_model(), "small")
    tried = trials(graph)
    parts = split(tried, BENCH, 2)
    assert len(parts) >= 2
    assert [t for part in parts for t in part] == tried


def test_what_no_flash_holds_is_left_out():
    graph = read_graph(small_model(), "small")
    flash, *others = BENCH.regions
    tiny = replace(BENCH, regions=(replace(flash, nbytes=1), *others))
    assert split(trials(graph), tiny, 2) == []

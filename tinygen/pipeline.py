"""Run the stages in order, from a model file to a built project and its report."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from tinygen.board import Board, find_board
from tinygen.build.cmsis_nn import find_cmsis_nn
from tinygen.build.cmsis_nn_files import collect_files
from tinygen.build.elf import ImageSize, measure
from tinygen.build.elf_official import measure_official
from tinygen.build.only_builder import only_builder
from tinygen.build.pio import Image
from tinygen.emit.parts import Project
from tinygen.emit.streams import Stream
from tinygen.emit.weight_source import choice_hint
from tinygen.errors import UsageError
from tinygen.gates import pass_gates
from tinygen.graph import Graph
from tinygen.load.model_file import LoadedModel, load_model
from tinygen.load.tflite import read_graph
from tinygen.manifest import REPORT_FILE, WeightsEntry, read_manifest
from tinygen.ops.contract import Kernel, Library, Optimize, Target
from tinygen.optimize.rewrite import Saving
from tinygen.optimize.surgery import REQUIRED, REWRITES, operate
from tinygen.plan.choose import RULES, choose_order, plan_with_chains
from tinygen.plan.model import Plan
from tinygen.plan.pieces import Rules
from tinygen.plan.regions import place_arena
from tinygen.plan.schedule import kernels_used
from tinygen.plan.units import needed_kernels
from tinygen.progress import Progress
from tinygen.quantize.convert import QuantizeOptions
from tinygen.report.fit import Fit, measure_fit, require_fit
from tinygen.report.from_build import add_buffers, report_build
from tinygen.report.model import Report, write_report
from tinygen.stack import build_with_stack, least_stack, likely_stack
from tinygen.streaming import (
    WeightChoice,
    make_chooser,
    place_weights,
    plan_stream,
    slabs_held,
    source_on,
    stream_model,
)
from tinygen.tflm import complete, find_source
from tinygen.tune.choose import KernelOf, measuring, preferring
from tinygen.verify.inputs import proof_samples
from tinygen.weights_file import FILE as WEIGHTS_FILE

Runtime = Literal["aot", "tflm"]


@dataclass(frozen=True, slots=True)
class Choices:
    """What the user chose for a build.

    Attributes:
        board_id: Id or alias.
        samples: Representative inputs, needed for a float model.
        kernels: Preferred library; ``auto``: whichever measures cheapest, op by op.
        optimize: What matters most.
        stack_bytes: RAM to reserve for the stack, > 0; None: the most it can take.
        surgery: Rewrite the graph losslessly.
        runtime: What runs the model: straight C, or TensorFlow Lite Micro, for which
            kernels and surgery have no meaning.
        tflm_dir: Folder of TensorFlow Lite Micro, for its runtime.
        offline: Do not ask the network for CMSIS-NN's source.
        weights: ``flash``, ``ram``, ``stream``, ``stream:SOURCE`` or ``auto``; what
            streams of TensorFlow Lite Micro is the model file, once, before it starts.
        weight_ram: Bytes of arena through which weights may stream.
        app: What talks to the host: ``serve`` is tinygen's own, ``mlperf`` MLPerf Tiny's.
    """

    board_id: str
    samples: Path | Literal["random"] | None = None
    kernels: Library | Literal["auto"] = "tinygen"
    optimize: Optimize = "balanced"
    stack_bytes: int | None = None
    surgery: bool = True
    runtime: Runtime = "aot"
    tflm_dir: Path | None = None
    offline: bool = False
    weights: str = "flash"
    weight_ram: int = 16384
    app: Literal["serve", "mlperf"] = "serve"


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A model made ready for a board, before any C is built.

    Attributes:
        board: Where it goes.
        loaded: The int8 model, and what quantizing it cost.
        given: Its graph.
        graph: What surgery left of it.
        savings: What surgery saved.
        kernels: Of each op of ``graph``.
        plan: Of ``graph``.
        weights: Where they are.
        stream: Those that are read while the model runs; None where none are.
    """

    board: Board
    loaded: LoadedModel
    given: Graph
    graph: Graph
    savings: Sequence[Saving]
    kernels: Sequence[Kernel | None]
    plan: Plan
    weights: WeightsEntry
    stream: Stream | None


def prepare(model: Path, choices: Choices, progress: Progress) -> Prepared:
    """Load, verify, optimize and plan a model: everything but the build.

    Raises:
        ModelError, BoardError, ToolchainError: As the stages say.
    """
    board = find_board(choices.board_id)
    require_possible(board, choices)
    progress.step(f"loading {model.name}")
    loaded = load_model(model, QuantizeOptions(samples=choices.samples))
    given = read_graph(loaded.content, loaded.name)
    if choices.surgery:
        progress.step("looking for work that can be left out")
    rewrites = REWRITES if choices.surgery else REQUIRED
    samples = proof_samples(given, choices.samples, was_float=loaded.quantization is not None)
    graph, savings = operate(given, samples, rewrites)
    target = Target(board.cpu, choices.optimize)
    choice = WeightChoice(choices.weights, choices.weight_ram)
    kernel_of = _chooser(graph, board, target, choices, progress)
    chosen: Sequence[Kernel | None] = [kernel_of(graph, op) for op in graph.ops]
    saved = 0
    if choices.runtime == "aot":  # an interpreter keeps the model file's
        graph, chosen, saved = choose_order(graph, chosen, kernel_of, _rules(choices))
    placement = place_weights(graph, chosen, board, choice, make_chooser(target, kernel_of))
    kernels = placement.kernels
    held = slabs_held(graph, placement)
    plan = plan_with_chains(graph, kernels, kernel_of, _rules(choices), held)
    plan = replace(plan, order_saves=saved)
    kernels = needed_kernels(kernels, plan)
    in_ram = sum(place.nbytes for place in placement.places if place.place == "ram")
    board, plan = _place(graph, plan, board, in_ram, choices)
    weights, stream = plan_stream(board, plan, placement, choice)
    return Prepared(board, loaded, given, graph, savings, kernels, plan, weights, stream)


def _chooser(
    graph: Graph, board: Board, target: Target, choices: Choices, progress: Progress
) -> KernelOf:
    """Return how ops, and parts of them, get their kernels."""
    if choices.kernels != "auto":
        return preferring(target, choices.kernels)
    return measuring(graph, board, target, progress, may_fetch=not choices.offline)


def _rules(choices: Choices) -> Rules:
    """Return which ops may run by rows; an interpreter runs none."""
    return RULES[choices.optimize if choices.runtime == "aot" else "speed"]


def _place(
    graph: Graph, plan: Plan, board: Board, data_bytes: int, choices: Choices
) -> tuple[Board, Plan]:
    """Place the arena in the board's memories; an interpreter has it in one piece."""
    if choices.runtime == "tflm" or board.framework:
        return board.with_joined_ram(), plan
    return place_arena(graph, plan, board, likely_stack(choices.stack_bytes) + data_bytes)


def build(model: Path, out: Path, choices: Choices, progress: Progress) -> Report:
    """Write the project of a model, build and measure it.

    Args:
        model: .keras, .h5, SavedModel folder or .tflite.
        out: Folder of the project; new, empty, or a tinygen project.
        choices: What the user chose.
        progress: Told what is being done.

    Returns:
        The report; it is also in ``out``, for `run`, `verify` and `profile`.

    Raises:
        TinygenError: Any of its kinds, as the stages say.
    """
    with only_builder(out):
        return _build(model, out, choices, progress)


def _build(model: Path, out: Path, choices: Choices, progress: Progress) -> Report:
    require_possible(find_board(choices.board_id), choices)
    tflm = find_source(choices.tflm_dir) if choices.runtime == "tflm" else None
    choice = WeightChoice(choices.weights, choices.weight_ram)
    if tflm:
        choices = replace(choices, kernels="reference", surgery=False, weights="flash")
    prepared = prepare(model, choices, progress)
    if tflm is None:  # else the arena is not known before it is measured
        require_fit(prepared.board, fit_of(prepared, choices))
    project = _project(prepared, choices)
    if tflm:
        weights, stream = stream_model(project.board, project.given, project.model, choice)
        project = complete(replace(project, weights=weights, stream=stream), tflm, progress)
    progress.step(f"building for {prepared.board.name}")
    image, stack = build_with_stack(project, out, choices.stack_bytes, progress)
    if project.stream:
        shutil.copyfile(out / WEIGHTS_FILE, image.elf.with_name(WEIGHTS_FILE))
    quantization = prepared.loaded.quantization
    report = report_build(
        read_manifest(out),
        check_and_measure(project, image),
        stack,
        prepared.savings,
        quantization.as_json() if quantization else None,
    )
    if tflm is None:
        report = add_buffers(report, prepared.plan.buffers)
    write_report(report, out / REPORT_FILE)
    return report


def _project(prepared: Prepared, choices: Choices) -> Project:
    """Return what is to be written and built."""
    return Project(
        given=prepared.given,
        graph=prepared.graph,
        kernels=prepared.kernels,
        plan=prepared.plan,
        board=prepared.board,
        model=prepared.loaded.content,
        library=choices.kernels,
        optimize=choices.optimize,
        stack_bytes=least_stack(choices.stack_bytes),
        app=choices.app,
        weights=prepared.weights,
        stream=prepared.stream,
        cmsis_nn=_cmsis_nn_files(
            kernels_used(prepared.kernels, prepared.plan.chains), may_fetch=not choices.offline
        ),
    )


def check_and_measure(project: Project, image: Image) -> ImageSize:
    """Look into the image, as far as it is ours."""
    if project.board.framework:
        return measure_official(image.elf, image.objects)
    pass_gates(project, image)
    return measure(image.elf, project.board.regions)


def require_possible(board: Board, choices: Choices) -> None:
    """Raise unless a board can have what was chosen.

    Raises:
        UsageError: It needs a port of our own, or a Cortex-M, or files.
    """
    if not board.framework:
        if choices.weights == "stream:file":
            raise UsageError(
                f"{board.id} has no files; --weights stream:file is for native builds of the C",
                hint=choice_hint(board),
            )
        return
    for option, value, able in (
        ("--runtime", choices.runtime, ("aot",)),
        ("--kernels", choices.kernels, ("tinygen", "reference")),
        ("--weights", choices.weights, ("flash",)),
    ):
        if value not in able:
            raise UsageError(
                f"{board.id} ({board.core}) cannot have {option} {value}",
                hint=f"it runs portable kernels on its vendor's framework: {option} {able[0]}",
            )


def fit_of(prepared: Prepared, choices: Choices) -> Fit:
    """Return what an image of the prepared model needs at least."""
    stack_bytes = least_stack(choices.stack_bytes)
    fit = measure_fit(
        prepared.graph,
        prepared.kernels,
        prepared.plan,
        stack_bytes,
        weights_in_ram=choices.weights == "ram",
    )
    has_source = source_on(prepared.board, WeightChoice("auto", choices.weight_ram)) != ""
    return replace(fit, may_stream=has_source and choices.weights in {"flash", "ram"})


def _cmsis_nn_files(kernels: Sequence[Kernel | None], *, may_fetch: bool) -> dict[str, bytes]:
    """Return the files of CMSIS-NN that the kernels need; none when none is."""
    sources = sorted({s for k in kernels if k for s in k.sources if s.startswith("cmsis-nn/")})
    return collect_files(find_cmsis_nn(may_fetch=may_fetch), sources) if sources else {}

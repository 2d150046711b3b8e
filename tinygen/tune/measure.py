"""Build images of candidates, run them on the emulated board, read the costs."""

import tempfile
from collections.abc import Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from tinygen.board import Board
from tinygen.build.cmsis_nn_files import collect_files
from tinygen.build.pio import build_project
from tinygen.build.project_dir import write_project
from tinygen.cycles import Inference, count_code, make_estimator
from tinygen.device.client import Device
from tinygen.device.measure import instructions
from tinygen.device.qemu import EMULATOR_TIMEOUTS, ICOUNT_SHIFT, emulate
from tinygen.emit.parts import Project
from tinygen.emit.project import emit_project
from tinygen.graph import Graph
from tinygen.ops.contract import Target
from tinygen.progress import Progress
from tinygen.tune.cost import Cost
from tinygen.tune.image import Trial, make_project, split
from tinygen.workers import workers

JOBS = 2
_TRIALS = 20  # of an image, about: more would show no progress, fewer build too often
_SEED = 1


@dataclass(frozen=True, slots=True)
class Bench:
    """Where candidates are measured.

    Attributes:
        board: An emulated one, with all its memory.
        target: What candidates are compiled for.
        cmsis_nn: CMSIS-NN's folder; None where it is not there.
        can_count: The plugin that estimates cycles can be had.
    """

    board: Board
    target: Target
    cmsis_nn: Path | None
    can_count: bool


def measure(
    graph: Graph, trials: Sequence[Trial], bench: Bench, progress: Progress
) -> dict[Trial, Cost]:
    """Return the cost of each trial; those that fit no image are left out."""
    parts = split(trials, bench.board, max(JOBS, len(trials) // _TRIALS))
    costs: dict[Trial, Cost] = {}
    with workers(JOBS) as pool:
        futures = [pool.submit(_measure_image, graph, part, bench) for part in parts]
        text = f"measuring {len(trials)} kernels on {bench.board.id}"
        with progress.each(as_completed(futures), len(futures), text) as done:
            for future in done:
                costs |= future.result()
    return costs


def _measure_image(graph: Graph, trials: Sequence[Trial], bench: Bench) -> dict[Trial, Cost]:
    project = make_project(graph, trials, bench.board, bench.target)
    if project is None:  # leave out what is largest, until the rest fits
        smaller = sorted(trials, key=lambda t: _ram_bytes(graph, t))[:-1]
        return _measure_image(graph, smaller, bench) if smaller else {}
    sources = sorted({s for t in trials for s in t.candidate.kernel.sources})
    if bench.cmsis_nn:
        project = replace(project, cmsis_nn=collect_files(bench.cmsis_nn, sources))
    with tempfile.TemporaryDirectory(prefix="tinygen-tune-") as folder:
        out = Path(folder) / "project"
        write_project(emit_project(project), out)
        costs = _run(project, build_project(out).elf, bench)
    return {trial: costs[number] for number, trial in enumerate(trials)}


def _ram_bytes(graph: Graph, trial: Trial) -> int:
    tensors = (graph.tensors[t] for t in (*trial.op.inputs, *trial.op.outputs) if t >= 0)
    return sum(t.nbytes for t in tensors if t.data is None) + trial.candidate.kernel.scratch_bytes


def _run(project: Project, elf: Path, bench: Bench) -> dict[int, Cost]:
    """Return the cost of each op of an artificial model."""
    filling = project.graph.tensors[project.graph.inputs[0]]
    rng = np.random.default_rng(_SEED)
    inputs = [rng.integers(-128, 128, filling.shape, dtype=np.int8).tobytes()]
    sha256 = project.graph.sha256
    if bench.can_count:
        counts = count_code(Inference(bench.board, elf, sha256, inputs))
        estimator = make_estimator(bench.board, elf)
        return {n: Cost(c.instructions, estimator.cycles(c)) for n, c in counts.ops.items()}
    with emulate(bench.board, elf) as link:
        device = Device.connect(link, sha256, bench.board.id, EMULATOR_TIMEOUTS)
        costs, _ = device.profile(inputs)
        hz = device.hello.counter_hz
    return {c.index: Cost(instructions(c.ticks, hz, ICOUNT_SHIFT), None) for c in costs}

"""Build, verify and measure models on cores with runtimes and kernels, side by side."""

import hashlib
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Any

from tinygen.errors import DoesNotFitError, UsageError
from tinygen.ops.contract import Library, Optimize
from tinygen.pipeline import Choices, Runtime, build
from tinygen.progress import Progress, Silent
from tinygen.quantize.benchmarks import BENCHMARKS
from tinygen.quantize.convert import quantize_benchmark
from tinygen.resources import cache_dir
from tinygen.session import choose_inputs, open_project, profile, verify

VERIFY_INPUTS = 4


@dataclass(frozen=True, slots=True)
class Cell:
    """One model, one board, one runtime with its kernels.

    ``tflm_dir`` is for the ``tflm`` runtime, whose kernels are always CMSIS-NN's.
    """

    model: Path
    board_id: str
    kernels: Library
    optimize: Optimize
    runtime: Runtime = "aot"
    tflm_dir: Path | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured of a cell; figures are None where ``problem`` says why.

    Attributes:
        model: Name.
        board: Id.
        kernels: Library.
        optimize: What mattered most.
        runtime: ``aot`` or ``tflm``.
        macs: Dense multiply-accumulates of the model as it was given.
        instructions: Of one inference.
        instructions_per_mac: Of the dense MACs.
        arena_bytes: Scratch included.
        scratch_bytes: The largest scratch buffer.
        code_bytes: Flash that is neither weights nor tables.
        flash_bytes: All of it.
        start_up_instructions: From reset until the firmware can run the model.
        bit_exact: Every output of `VERIFY_INPUTS` inputs equals TFLM's.
        problem: Why there are no figures; empty otherwise.
    """

    model: str
    board: str
    kernels: str
    optimize: str
    runtime: str
    macs: int | None = None
    instructions: int | None = None
    instructions_per_mac: float | None = None
    arena_bytes: int | None = None
    scratch_bytes: int | None = None
    code_bytes: int | None = None
    flash_bytes: int | None = None
    start_up_instructions: int | None = None
    bit_exact: bool | None = None
    problem: str = ""


def find_models(folder: Path | None, progress: Progress) -> list[Path]:
    """Return the .tflite files of a folder, or the four MLPerf Tiny architectures.

    The latter are rebuilt in Keras with seeded weights, once, and kept in the cache.

    Raises:
        UsageError: The folder holds no model.
        ToolchainError: TensorFlow, which rebuilds the architectures, is not installed.
    """
    if folder is not None:
        found = sorted(folder.glob("*.tflite"))
        if not found:
            raise UsageError(f"{folder} holds no .tflite file", hint="name another folder")
        return found
    return [_seeded_model(name, progress) for name in sorted(BENCHMARKS)]


def _seeded_model(name: str, progress: Progress) -> Path:
    path = cache_dir() / "benchmarks" / f"{name}.tflite"
    if not path.exists():
        progress.step(f"rebuilding {name}")
        content = quantize_benchmark(name).content
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{hashlib.sha256(content).hexdigest()[:8]}")
        partial.write_bytes(content)
        partial.replace(path)
    return path


def measure_cells(cells: Sequence[Cell], jobs: int, progress: Progress) -> list[Row]:
    """Measure every cell, ``jobs`` at a time; rows come in the order of the cells.

    Raises:
        TinygenError: A cell fails for another reason than that it does not fit.
    """
    with ThreadPoolExecutor(jobs) as pool:
        futures = {pool.submit(_measure, cell): n for n, cell in enumerate(cells)}
        rows: dict[int, Row] = {}
        with progress.each(as_completed(futures), len(cells), "measuring") as done:
            for future in done:
                rows[futures[future]] = future.result()
    return [rows[n] for n in range(len(cells))]


def _measure(cell: Cell) -> Row:
    head = (cell.model.stem, cell.board_id, cell.kernels, cell.optimize, cell.runtime)
    choices = Choices(
        cell.board_id,
        kernels=cell.kernels,
        optimize=cell.optimize,
        runtime=cell.runtime,
        tflm_dir=cell.tflm_dir,
    )
    with tempfile.TemporaryDirectory(prefix="tinygen-bench-") as folder:
        out = Path(folder) / "project"
        try:
            build(cell.model, out, choices, Silent())
        except DoesNotFitError as error:
            return Row(*head, problem=str(error))
        project = open_project(out)
        inputs = choose_inputs(project, VERIFY_INPUTS, None)
        _, first = verify(project, inputs, None, Silent())
        report, _ = profile(project, inputs.sets[-1], None)
    macs, instructions = report.model.macs, report.cost.instructions
    return Row(
        *head,
        macs=macs,
        instructions=instructions,
        instructions_per_mac=instructions / macs if instructions and macs else None,
        arena_bytes=report.memory.arena_bytes,
        scratch_bytes=report.memory.scratch_bytes,
        code_bytes=report.memory.flash.code,
        flash_bytes=report.memory.flash_bytes,
        start_up_instructions=report.cost.start_up_instructions,
        bit_exact=first is None,
    )


def all_cells(  # noqa: PLR0913, PLR0917 - the table's dimensions
    models: Sequence[Path],
    boards: Sequence[str],
    libraries: Sequence[Library],
    optimizes: Sequence[Optimize],
    runtimes: Sequence[Runtime] = ("aot",),
    tflm_dir: Path | None = None,
) -> list[Cell]:
    """Return the cells of the table, model by model; ``tflm`` has one library only."""
    kinds: list[tuple[Runtime, Library]] = []
    for runtime in runtimes:
        own: Sequence[Library] = ("cmsis-nn",) if runtime == "tflm" else libraries
        kinds += [(runtime, library) for library in own]
    return [
        Cell(model, board, library, optimize, runtime, tflm_dir)
        for model, board, optimize, (runtime, library) in product(models, boards, optimizes, kinds)
    ]


def table_json(rows: Sequence[Row]) -> dict[str, Any]:
    """Return the table as JSON; docs/report.md names the keys."""
    return {"schema": 1, "verify_inputs": VERIFY_INPUTS, "rows": [asdict(row) for row in rows]}


def table_text(rows: Sequence[Row]) -> str:
    """Return the table as text; the last column is against CMSIS-NN in the same run.

    Against TensorFlow Lite Micro's, where that has been measured, else ours.
    """
    others: dict[tuple[str, str, str], int | None] = {}
    for row in sorted(rows, key=lambda row: row.runtime):
        if row.kernels == "cmsis-nn":
            others[row.model, row.board, row.optimize] = row.instructions
    other_name = "tflm" if any(row.runtime == "tflm" for row in rows) else "cmsis-nn"
    head = (
        f"{'model':<24}{'board':<10}{'runtime':<8}{'kernels':<11}{'optimize':<10}"
        f"{'instructions':>13}{'a MAC':>7}{'arena':>9}{'code':>8}{'flash':>9}{'start-up':>11}"
        f"  {'exact':<6}{f'vs {other_name}':>11}"
    )
    return "\n".join(
        [head, *(_row_text(r, others.get((r.model, r.board, r.optimize))) for r in rows)]
    )


def _row_text(row: Row, other: int | None) -> str:
    head = f"{row.model:<24}{row.board:<10}{row.runtime:<8}{row.kernels:<11}{row.optimize:<10}"
    if row.problem or row.instructions is None:
        return f"{head}{row.problem}"
    per_mac = f"{row.instructions_per_mac:.2f}" if row.instructions_per_mac else "-"
    ratio = f"{row.instructions / other:.2f}x" if other else "-"
    return (
        f"{head}{row.instructions:>13,}{per_mac:>7}{row.arena_bytes:>9,}{row.code_bytes:>8,}"
        f"{row.flash_bytes:>9,}{row.start_up_instructions:>11,}"
        f"  {'yes' if row.bit_exact else 'NO':<6}{ratio:>11}"
    )

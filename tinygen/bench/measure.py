"""Build, verify and measure every cell of the table."""

import hashlib
import re
import subprocess
import tempfile
from collections.abc import Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass
from importlib.metadata import version
from itertools import product
from pathlib import Path
from typing import Literal

from tinygen import quantize
from tinygen.bench.table import VERIFY_INPUTS, Row
from tinygen.build.cmsis_nn import COMMIT
from tinygen.build.toolchain import find_compiler
from tinygen.device.qemu import find_qemu
from tinygen.errors import DoesNotFitError, UsageError
from tinygen.ops.contract import Library, Optimize
from tinygen.pipeline import Choices, Runtime, build
from tinygen.progress import Progress, Silent
from tinygen.quantize.benchmarks import BENCHMARKS
from tinygen.quantize.convert import quantize_benchmark
from tinygen.resources import cache_dir
from tinygen.session import choose_inputs, open_project, profile, verify
from tinygen.whole_file import write_whole
from tinygen.workers import workers


@dataclass(frozen=True, slots=True)
class Cell:
    """One model, one board, one runtime with its kernels.

    ``tflm_dir`` is for the ``tflm`` runtime, whose kernels are always CMSIS-NN's.
    """

    model: Path
    board_id: str
    kernels: Library | Literal["auto"]
    optimize: Optimize
    surgery: bool = True
    runtime: Runtime = "aot"
    tflm_dir: Path | None = None


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
    path = cache_dir() / "benchmarks" / _makers() / f"{name}.tflite"
    if not path.exists():
        progress.step(f"rebuilding {name}")
        content = quantize_benchmark(name).content
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
    return path


def _makers() -> str:
    """Return what a rebuilt model depends on: the version, and the code that makes it."""
    sources = sorted(Path(quantize.__file__).parent.glob("*.py"))
    code = b"".join(path.read_bytes() for path in sources)
    return f"{version('tinygen')}-{hashlib.sha256(code).hexdigest()[:12]}"


def measure_cells(cells: Sequence[Cell], jobs: int, progress: Progress) -> list[Row]:
    """Measure every cell, ``jobs`` at a time; rows come in the order of the cells.

    Raises:
        TinygenError: A cell fails for another reason than that it does not fit.
    """
    with workers(jobs) as pool:
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
        surgery=cell.surgery,
        runtime=cell.runtime,
        tflm_dir=cell.tflm_dir,
    )
    with tempfile.TemporaryDirectory(prefix="tinygen-bench-") as folder:
        out = Path(folder) / "project"
        try:
            build(cell.model, out, choices, Silent())
        except DoesNotFitError as error:
            return Row(*head, surgery=cell.surgery, problem=str(error))
        project = open_project(out)
        inputs = choose_inputs(project, VERIFY_INPUTS, None)
        _, first = verify(project, inputs, None, Silent())
        report, _ = profile(project, inputs.sets[-1], None)
    macs, instructions = report.model.macs, report.cost.instructions
    return Row(
        *head,
        surgery=cell.surgery,
        macs=macs,
        instructions=instructions,
        instructions_per_mac=instructions / macs if instructions and macs else None,
        cycles=report.cost.cycles,
        cycles_note=report.cost.cycles_note,
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
    libraries: Sequence[Library | Literal["auto"]],
    optimizes: Sequence[Optimize],
    runtimes: Sequence[Runtime] = ("aot",),
    tflm_dir: Path | None = None,
    *,
    surgery: bool = True,
) -> list[Cell]:
    """Return the cells of the table, model by model; ``tflm`` has one library only."""
    kinds: list[tuple[Runtime, Library | Literal["auto"]]] = []
    for runtime in runtimes:
        own: Sequence[Library | Literal["auto"]] = ("cmsis-nn",) if runtime == "tflm" else libraries
        kinds += [(runtime, library) for library in own]
    return [
        Cell(model, board, library, optimize, surgery, runtime, tflm_dir)
        for model, board, optimize, (runtime, library) in product(models, boards, optimizes, kinds)
    ]


def made_with() -> str:
    """Return the versions that decide the figures."""
    about = subprocess.run(
        [find_qemu(), "--version"], capture_output=True, text=True, check=True
    ).stdout
    found = re.search(r"version (\d+\.\d+)", about)
    qemu = found.group(1) if found else "unknown"
    return (
        f"arm-none-eabi-gcc {find_compiler().version}, QEMU {qemu}, CMSIS-NN {COMMIT}; "
        f"{VERIFY_INPUTS} inputs compared a row."
    )

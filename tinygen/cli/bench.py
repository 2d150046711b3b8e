"""``tinygen bench``: measure models, cores and kernel libraries side by side."""

import os
from pathlib import Path
from typing import Any, Literal, cast

import click

from tinygen.bench.measure import all_cells, find_models, made_with, measure_cells
from tinygen.bench.table import table_json, table_markdown, table_text, write_page
from tinygen.board import find_board
from tinygen.cli.options import (
    LIBRARIES,
    OPTIMIZES,
    RUNTIMES,
    json_file_option,
    output_options,
    surgery_option,
    tflm_dir_option,
)
from tinygen.cli.terminal import make_progress, say
from tinygen.errors import UsageError, VerifyError
from tinygen.ops.contract import Library, Optimize
from tinygen.pipeline import Runtime
from tinygen.report.model import write_json
from tinygen.tflm import find_source


@click.command("bench")
@click.option(
    "--models",
    metavar="DIR",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    help="Folder of int8 .tflite files; the MLPerf Tiny architectures, rebuilt with "
    "seeded weights, unless given.",
)
@click.option(
    "--boards",
    default="qemu-m4,qemu-m7,qemu-m33,qemu-m55",
    show_default=True,
    metavar="LIST",
    help="Emulated boards, separated by commas.",
)
@click.option(
    "--kernels",
    default="tinygen,cmsis-nn",
    show_default=True,
    metavar="LIST",
    help="Libraries: tinygen, cmsis-nn, reference, auto.",
)
@click.option(
    "--optimize",
    default="balanced",
    show_default=True,
    metavar="LIST",
    help="What matters: speed, balanced, size, ram.",
)
@surgery_option
@click.option(
    "--runtime",
    default="aot",
    show_default=True,
    metavar="LIST",
    help="aot, tflm or both; tflm always has CMSIS-NN's kernels.",
)
@tflm_dir_option
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=os.cpu_count() or 1,
    metavar="N",
    help="Cells measured at a time; all cores unless given.",
)
@json_file_option("Write the table as JSON.")
@click.option(
    "--markdown",
    "page",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Put the table into a page, between its marks.",
)
@output_options
def command(  # noqa: PLR0913 - click hands over one argument an option
    *,
    models: Path | None,
    boards: str,
    kernels: str,
    runtime: str,
    tflm_dir: Path | None,
    optimize: str,
    surgery: bool,
    jobs: int,
    json_path: Path | None,
    page: Path | None,
    quiet: bool,
    verbose: bool,
) -> None:
    """Build, verify and measure every model on every board with every runtime and kernel library.

    Instructions are counted exactly by the emulator, cycles are estimated; every cell is
    compared with TensorFlow Lite Micro bit for bit.
    """
    progress = make_progress(quiet=quiet, verbose=verbose)
    board_ids = [find_board(board_id).id for board_id in boards.split(",")]
    if not all(find_board(board_id).is_emulated for board_id in board_ids):
        raise UsageError("bench measures emulated boards", hint="name qemu-... boards only")
    libraries = cast("list[Library | Literal['auto']]", _chosen(kernels, LIBRARIES))
    optimizes = cast("list[Optimize]", _chosen(optimize, OPTIMIZES))
    runtimes = cast("list[Runtime]", _chosen(runtime, RUNTIMES))
    if "tflm" in runtimes:
        find_source(tflm_dir)  # before anything is measured
    found = find_models(models, progress)
    cells = all_cells(found, board_ids, libraries, optimizes, runtimes, tflm_dir, surgery=surgery)
    rows = measure_cells(cells, jobs, progress)
    say(table_text(rows), quiet=quiet)  # before a file cannot be written
    if json_path:
        write_json(table_json(rows), json_path)
    if page:
        write_page(table_markdown(rows, made_with()), page)
    if any(row.bit_exact is False for row in rows):
        raise VerifyError(
            "a cell is not bit-exact", hint="please report the model and the kernel library"
        )


def _chosen(text: str, known: tuple[str, ...]) -> list[Any]:
    """Return a comma-separated list whose words are all known."""
    words = text.split(",")
    for word in words:
        if word not in known:
            raise UsageError(f"unknown '{word}'", hint=f"choose from {', '.join(known)}")
    return words

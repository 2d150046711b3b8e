"""``tinygen build``: a model to a firmware project, built and measured."""

from pathlib import Path
from typing import Literal

import click

from tinygen.board import find_board
from tinygen.cli.options import (
    MODEL,
    board_option,
    json_option,
    kernel_options,
    output_options,
    runtime_options,
    sample_source,
    samples_option,
    weight_options,
)
from tinygen.cli.terminal import make_progress, say
from tinygen.ops.contract import Library, Optimize
from tinygen.pipeline import Choices, build
from tinygen.report.model import write_report
from tinygen.report.text import build_text


@click.command("build")
@click.argument("model", type=MODEL)
@board_option
@samples_option
@click.option(
    "-o",
    "--output",
    "out",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Project folder; build/MODEL-BOARD unless given.",
)
@kernel_options
@weight_options
@click.option(
    "--stack",
    "stack_bytes",
    type=click.IntRange(512, 1 << 20),
    metavar="BYTES",
    help="RAM to reserve for the stack; the most that the image can take unless given.",
)
@runtime_options
@click.option(
    "--app",
    type=click.Choice(["serve", "mlperf"]),
    default="serve",
    show_default=True,
    help="What talks to the host: tinygen's commands, or MLPerf Tiny's runner.",
)
@click.option("--offline", is_flag=True, help="Never ask the network for anything.")
@json_option
@output_options
def command(  # noqa: PLR0913 - click hands over one argument an option
    *,
    model: Path,
    board_id: str,
    samples: str | None,
    out: Path | None,
    kernels: Library,
    optimize: Optimize,
    surgery: bool,
    weights: str,
    weight_ram: int,
    stack_bytes: int | None,
    runtime: Literal["aot", "tflm"],
    tflm_dir: Path | None,
    app: Literal["serve", "mlperf"],
    offline: bool,
    json_path: Path | None,
    quiet: bool,
    verbose: bool,
) -> None:
    """Turn MODEL into a firmware project for a board, and build it.

    MODEL is a .keras, Keras .h5, SavedModel folder or int8 .tflite. A float model needs
    --samples: inputs from which the int8 ranges are measured.
    """
    board = find_board(board_id)
    choices = Choices(
        board_id=board.id,
        samples=sample_source(samples),
        kernels=kernels,
        optimize=optimize,
        stack_bytes=stack_bytes,
        surgery=surgery,
        runtime=runtime,
        tflm_dir=tflm_dir,
        offline=offline,
        app=app,
        weights=weights,
        weight_ram=weight_ram,
    )
    folder = out or Path("build") / f"{model.stem}-{board.id}"
    report = build(model, folder, choices, make_progress(quiet=quiet, verbose=verbose))
    if json_path:
        write_report(report, json_path)
    say(build_text(report, board), quiet=quiet)
    say(f"  project in {folder}", quiet=quiet)

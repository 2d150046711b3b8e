"""``tinygen build``: a model to a firmware project, built and measured."""

from pathlib import Path

import click

from tinygen.board import find_board
from tinygen.cli.choices import choice_options
from tinygen.cli.options import MODEL, json_option, output_options, runtime_options, stack_option
from tinygen.cli.terminal import make_progress, say
from tinygen.pipeline import Choices, build
from tinygen.report.model import write_report
from tinygen.report.text import build_text


@click.command("build")
@click.argument("model", type=MODEL)
@choice_options
@click.option(
    "-o",
    "--output",
    "out",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Project folder; build/MODEL-BOARD unless given.",
)
@stack_option
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
    choices: Choices,
    out: Path | None,
    json_path: Path | None,
    quiet: bool,
    verbose: bool,
) -> None:
    """Turn MODEL into a firmware project for a board, and build it.

    MODEL is a .keras, Keras .h5, SavedModel folder or .tflite. A float model needs
    --samples: inputs from which the int8 ranges are measured. With them, too, it is proved
    that what is left out of the model changes no output.
    """
    board = find_board(choices.board_id)
    folder = out or Path("build") / f"{model.stem}-{board.id}"
    report = build(model, folder, choices, make_progress(quiet=quiet, verbose=verbose))
    if json_path:
        write_report(report, json_path)
    say(build_text(report, board), quiet=quiet)
    say(f"  project in {folder}", quiet=quiet)

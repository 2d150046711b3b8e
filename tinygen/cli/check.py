"""``tinygen check``: does a model fit a board, without building."""

from pathlib import Path

import click

from tinygen.cli.options import (
    MODEL,
    board_option,
    kernel_options,
    output_options,
    sample_source,
    samples_option,
    weight_options,
)
from tinygen.cli.terminal import make_progress, say
from tinygen.ops.contract import Library, Optimize
from tinygen.pipeline import Choices, fit_of, prepare
from tinygen.report.fit import fit_text, require_fit
from tinygen.report.weights_text import transfer_text


@click.command("check")
@click.argument("model", type=MODEL)
@board_option
@samples_option
@kernel_options
@weight_options
@click.option(
    "--stack",
    "stack_bytes",
    type=click.IntRange(512, 1 << 20),
    metavar="BYTES",
    help="RAM to reserve for the stack; the build sets it unless given.",
)
@output_options
def command(  # noqa: PLR0913 - click hands over one argument an option
    *,
    model: Path,
    board_id: str,
    samples: str | None,
    kernels: Library,
    optimize: Optimize,
    surgery: bool,
    weights: str,
    weight_ram: int,
    stack_bytes: int | None,
    quiet: bool,
    verbose: bool,
) -> None:
    """Say whether MODEL fits a board, without building.

    The arena and the constants are exact; code is what the build adds to them.
    """
    choices = Choices(
        board_id,
        sample_source(samples),
        kernels,
        optimize,
        stack_bytes,
        surgery=surgery,
        weights=weights,
        weight_ram=weight_ram,
    )
    prepared = prepare(model, choices, make_progress(quiet=quiet, verbose=verbose))
    fit = fit_of(prepared, choices)
    say(fit_text(prepared.given.name, prepared.board, fit), quiet=quiet)
    if transfer := transfer_text(prepared.weights.bytes_an_inference, prepared.board):
        say(transfer, quiet=quiet)
    require_fit(prepared.board, fit)

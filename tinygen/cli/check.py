"""``tinygen check``: does a model fit a board, without building."""

from pathlib import Path

import click

from tinygen.cli.choices import choice_options
from tinygen.cli.options import MODEL, output_options, stack_option
from tinygen.cli.terminal import make_progress, say
from tinygen.pipeline import Choices, fit_of, prepare
from tinygen.report.fit import fit_text, require_fit
from tinygen.report.weights_text import transfer_text


@click.command("check")
@click.argument("model", type=MODEL)
@choice_options
@stack_option
@output_options
def command(
    *,
    model: Path,
    choices: Choices,
    quiet: bool,
    verbose: bool,
) -> None:
    """Say whether MODEL fits a board, without building.

    The arena and the constants are exact; code is what the build adds to them.
    """
    prepared = prepare(model, choices, make_progress(quiet=quiet, verbose=verbose))
    fit = fit_of(prepared, choices)
    say(fit_text(prepared.given.name, prepared.board, fit), quiet=quiet)
    if transfer := transfer_text(prepared.weights.bytes_an_inference, prepared.board):
        say(transfer, quiet=quiet)
    require_fit(prepared.board, fit)

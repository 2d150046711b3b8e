"""``tinygen plan``: where each buffer lies in memory, and the proof."""

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
from tinygen.pipeline import Choices, prepare
from tinygen.report.plan_text import plan_text


@click.command("plan")
@click.argument("model", type=MODEL)
@board_option
@samples_option
@kernel_options
@weight_options
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
    quiet: bool,
    verbose: bool,
) -> None:
    """Show where each buffer of MODEL lies in the arena, and how small it could be.

    In the picture a letter is a buffer, '#' an output laid over the input it is made
    from, and ' a buffer thinner than a row.
    """
    choices = Choices(
        board_id,
        sample_source(samples),
        kernels,
        optimize,
        surgery=surgery,
        weights=weights,
        weight_ram=weight_ram,
    )
    prepared = prepare(model, choices, make_progress(quiet=quiet, verbose=verbose))
    region = prepared.board.region("ram")
    say(f"{prepared.given.name} on {prepared.board.id}: arena in {region.name}", quiet=quiet)
    say(plan_text(prepared.graph, prepared.plan), quiet=quiet)

"""``tinygen plan``: where each buffer lies in memory, and the proof."""

from pathlib import Path

import click

from tinygen.cli.options import (
    MODEL,
    board_option,
    json_option,
    kernel_options,
    output_options,
    sample_source,
    samples_option,
    weight_options,
)
from tinygen.cli.terminal import make_progress, say
from tinygen.ops.contract import Library, Optimize
from tinygen.pipeline import Choices, prepare
from tinygen.report.model import write_json
from tinygen.report.plan_json import plan_json
from tinygen.report.plan_text import plan_text


@click.command("plan")
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
@json_option
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
    json_path: Path | None,
    quiet: bool,
    verbose: bool,
) -> None:
    """Show where each buffer of MODEL lies in memory, why, and how small it could be.

    In the picture a letter is a buffer, '#' an output laid over the input it is made
    from, and ' a buffer thinner than a row.
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
    plan, board = prepared.plan, prepared.board
    if json_path:
        write_json(plan_json(prepared.graph, plan, board), json_path)
    names = " and ".join(use.name for use in plan.regions)
    where = f"fits no combination of {names}" if plan.missing_bytes else f"arena in {names}"
    say(f"{prepared.given.name} on {board.id}: {where}", quiet=quiet)
    say(plan_text(prepared.graph, plan), quiet=quiet)

"""``tinygen plan``: where each buffer lies in memory, and the proof."""

from pathlib import Path

import click

from tinygen.cli.choices import choice_options
from tinygen.cli.options import MODEL, json_option, output_options, stack_option
from tinygen.cli.terminal import make_progress, say
from tinygen.pipeline import Choices, prepare
from tinygen.report.model import write_json
from tinygen.report.plan_json import plan_json
from tinygen.report.plan_text import plan_text


@click.command("plan")
@click.argument("model", type=MODEL)
@choice_options
@stack_option
@json_option
@output_options
def command(
    *,
    model: Path,
    choices: Choices,
    json_path: Path | None,
    quiet: bool,
    verbose: bool,
) -> None:
    """Show where each buffer of MODEL lies in memory, why, and how small it could be.

    In the picture a letter is a buffer, '#' an output laid over the input it is made
    from, and ' a buffer thinner than a row.
    """
    prepared = prepare(model, choices, make_progress(quiet=quiet, verbose=verbose))
    plan, board = prepared.plan, prepared.board
    if json_path:
        write_json(plan_json(prepared.graph, plan, board), json_path)
    names = " and ".join(use.name for use in plan.regions)
    where = f"fits no combination of {names}" if plan.missing_bytes else f"arena in {names}"
    say(f"{prepared.given.name} on {board.id}: {where}", quiet=quiet)
    say(plan_text(prepared.graph, plan), quiet=quiet)

"""``tinygen profile``: measure each op's cost, and the memory really used."""

from pathlib import Path

import click

from tinygen.cli.options import PROJECT, json_option, output_options, port_option, samples_option
from tinygen.cli.terminal import make_progress, say
from tinygen.report.model import write_report
from tinygen.report.text import cost_text, heading, ops_text, used_text
from tinygen.session import choose_inputs, open_project, profile


@click.command("profile")
@click.argument("project", type=PROJECT)
@samples_option
@port_option
@json_option
@output_options
def command(  # noqa: PLR0913 - click hands over one argument an option
    *,
    project: Path,
    samples: str | None,
    port: str | None,
    json_path: Path | None,
    quiet: bool,
    verbose: bool,
) -> None:
    """Measure the project in DIR: the whole inference, each op, stack and arena.

    On an emulated board the unit is the instruction, counted exactly; on a real one the
    core's cycle.
    """
    built = open_project(project)
    make_progress(quiet=quiet, verbose=verbose).step(f"profiling on {built.manifest.board}")
    inputs = choose_inputs(built, 1, Path(samples) if samples else None).sets[0]
    report, _ = profile(built, inputs, port)
    if json_path:
        write_report(report, json_path)
    say("\n".join([heading(report), ops_text(report), cost_text(report)]), quiet=quiet)
    say(used_text(report), quiet=quiet)

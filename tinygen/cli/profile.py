"""``tinygen profile``: measure each op's cost, and the memory really used."""

from pathlib import Path

import click

from tinygen.cli.options import PROJECT, json_option, output_options, port_option, samples_option
from tinygen.cli.terminal import make_progress, say
from tinygen.evaluation import evaluate
from tinygen.report.model import write_report
from tinygen.report.text import cost_text, heading, ops_text, spread_text, used_text
from tinygen.report.weights_text import streamed_text
from tinygen.session import choose_inputs, open_project, profile


@click.command("profile")
@click.argument("project", type=PROJECT)
@samples_option
@click.option(
    "--input",
    "input_file",
    metavar="FILE",
    help="The input to measure with: .npy or .npz, the first sample of it.",
)
@click.option(
    "--dataset",
    metavar="FILE",
    help="Labelled samples (.npz with 'y') to run besides: accuracy and confusion matrix.",
)
@click.option(
    "--runs",
    type=click.IntRange(1, 100_000),
    default=1,
    show_default=True,
    metavar="N",
    help="Inferences to time: their min, median and max.",
)
@port_option
@json_option
@output_options
def command(  # noqa: PLR0913 - click hands over one argument an option
    *,
    project: Path,
    samples: str | None,
    input_file: str | None,
    dataset: str | None,
    runs: int,
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
    progress = make_progress(quiet=quiet, verbose=verbose)
    progress.step(f"profiling on {built.manifest.board}")
    given = input_file or samples
    inputs = choose_inputs(built, 1, Path(given) if given else None).sets[0]
    report, _ = profile(built, inputs, port, runs)
    results = [heading(report), ops_text(report), cost_text(report), spread_text(report)]
    if streamed := streamed_text(report):
        results.append(streamed)
    results.append(used_text(report))
    if dataset:
        evaluation = evaluate(open_project(project), Path(dataset), port, progress)
        report = evaluation.report
        results.append(evaluation.text())
    if json_path:
        write_report(report, json_path)
    say("\n".join(results), quiet=quiet)

"""``tinygen verify``: compare the device's outputs with TensorFlow Lite Micro's."""

from pathlib import Path

import click

from tinygen.cli.options import PROJECT, json_option, output_options, port_option, samples_option
from tinygen.cli.terminal import make_progress, say
from tinygen.errors import VerifyError
from tinygen.report.model import write_report
from tinygen.report.text import verify_text
from tinygen.session import choose_inputs, open_project, verify


@click.command("verify")
@click.argument("project", type=PROJECT)
@click.option(
    "--inputs",
    "count",
    type=click.IntRange(1, 100_000),
    default=32,
    show_default=True,
    metavar="N",
    help="How many random inputs to send.",
)
@samples_option
@port_option
@json_option
@output_options
def command(  # noqa: PLR0913 - click hands over one argument an option
    *,
    project: Path,
    count: int,
    samples: str | None,
    port: str | None,
    json_path: Path | None,
    quiet: bool,
    verbose: bool,
) -> None:
    """Send inputs to the project in DIR and compare its outputs, bit for bit.

    The oracle is TensorFlow Lite Micro on this machine. With --samples those inputs are
    sent instead of random ones; labels among them give the accuracy, too.
    """
    built = open_project(project)
    inputs = choose_inputs(built, count, Path(samples) if samples else None)
    report, first = verify(built, inputs, port, make_progress(quiet=quiet, verbose=verbose))
    if json_path:
        write_report(report, json_path)
    if first is not None:
        raise VerifyError(
            f"input {first.input_number}, output {first.output}, value {first.position}: the "
            f"device gives {first.device:g}, {report.verify.oracle if report.verify else ''} "
            f"{first.oracle:g}",
            hint="build with --kernels reference; if that is exact, report the kernel library",
        )
    say(verify_text(report), quiet=quiet)

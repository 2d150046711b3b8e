"""``tinygen run``: boot a built project and run one inference."""

from pathlib import Path

import click
import numpy as np

from tinygen.cli.options import PROJECT, json_option, output_options, port_option, samples_option
from tinygen.cli.terminal import make_progress, say
from tinygen.graph import Tensor
from tinygen.ops.contract import Array
from tinygen.report.model import write_report
from tinygen.report.text import cost_text, heading
from tinygen.session import choose_inputs, open_project, profile

_SHOWN = 16


@click.command("run")
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
    """Boot the project in DIR and run one inference.

    The input is the first of --samples, else a random one. An emulated board needs
    nothing else; a real one needs --port, and the firmware flashed.
    """
    built = open_project(project)
    make_progress(quiet=quiet, verbose=verbose).step(f"starting {built.manifest.board}")
    inputs = choose_inputs(built, 1, Path(samples) if samples else None).sets[0]
    report, trace = profile(built, inputs, port)
    if json_path:
        write_report(report, json_path)
    say(heading(report), quiet=quiet)
    for tensor, raw in zip(
        (built.graph.tensors[t] for t in built.graph.outputs), trace.outputs, strict=True
    ):
        say(_output_text(tensor, np.frombuffer(raw, tensor.dtype)), quiet=quiet)
    say(cost_text(report), quiet=quiet)


def _output_text(tensor: Tensor, values: Array) -> str:
    """Return an output's first values, as integers and as the reals they stand for."""
    shown = ", ".join(str(v) for v in values[:_SHOWN])
    more = f" ... ({values.size} values)" if values.size > _SHOWN else ""
    text = f"  output       {shown}{more}"
    if tensor.quantization is not None:
        real = (values.astype(np.float64) - tensor.zero_point) * tensor.scale
        best = int(np.argmax(real))
        text += f"\n  largest      {real[best]:.4g} at {best}"
    return text

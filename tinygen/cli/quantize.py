"""``tinygen quantize``: a float model to an int8 .tflite file."""

from pathlib import Path

import click

from tinygen.cli.options import (
    MODEL,
    json_file_option,
    output_options,
    sample_source,
    samples_option,
)
from tinygen.cli.terminal import make_progress, say
from tinygen.errors import UsageError
from tinygen.load.model_file import load_model
from tinygen.load.tflite import read_graph
from tinygen.quantize.convert import QuantizeOptions
from tinygen.report.model import write_json
from tinygen.report.quantization import quantization_text
from tinygen.whole_file import write_whole


@click.command("quantize")
@click.argument("model", type=MODEL)
@samples_option
@click.option(
    "-o",
    "--output",
    "out",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The int8 .tflite file; MODEL_int8.tflite beside the model unless given.",
)
@json_file_option("Write the quantization report as JSON.")
@output_options
def command(  # noqa: PLR0913 - click hands over one argument an option
    *,
    model: Path,
    samples: str | None,
    out: Path | None,
    json_path: Path | None,
    quiet: bool,
    verbose: bool,
) -> None:
    """Quantize MODEL (.keras, .h5, SavedModel or float .tflite) to int8.

    --samples gives the inputs from which the ranges are measured; labels among them
    ('y') give the accuracy of the float and of the int8 model.
    """
    progress = make_progress(quiet=quiet, verbose=verbose)
    progress.step(f"quantizing {model.name}")
    loaded = load_model(model, QuantizeOptions(samples=sample_source(samples)))
    if loaded.quantization is None:
        raise UsageError(f"{model} is int8 already", hint="build it as it is: tinygen build")
    read_graph(loaded.content, loaded.name)  # what cannot be built is said now
    target = out or model.with_name(f"{loaded.name}_int8.tflite")
    _write(loaded.content, target)
    if json_path:
        write_json(loaded.quantization.as_json(), json_path)
    say(quantization_text(loaded.quantization), quiet=quiet)
    say(f"  {len(loaded.content):,} bytes in {target}", quiet=quiet)


def _write(content: bytes, target: Path) -> None:
    """Write the model, whole or not at all."""
    try:
        write_whole(target, content)
    except OSError as error:
        raise UsageError(
            f"cannot write {target}: {error.strerror}", hint="name another file with --output"
        ) from error

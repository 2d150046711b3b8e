"""The subprocess that imports TensorFlow: a request in a folder to a model and a report.

Run as ``python -m tinygen.quantize.worker FOLDER`` by `tinygen.quantize.convert`.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType

from tinygen.errors import ModelError
from tinygen.quantize.exchange import (
    MODEL_FILE,
    Request,
    Response,
    read_request,
    write_response,
)
from tinygen.quantize.float_model import FloatModel
from tinygen.quantize.measure import measure
from tinygen.quantize.samples import RANDOM, Samples, random_samples, read_samples


def serve(folder: Path) -> None:
    """Answer the request in a folder; a bug in tinygen leaves a traceback and no answer."""
    try:
        response = _answer(read_request(folder), folder)
    except ModelError as error:
        response = Response(message=str(error), hint=error.hint)
    except MemoryError:
        response = Response(
            message="quantizing ran out of memory",
            hint="use fewer samples, or a machine with more memory",
        )
    write_response(folder, response)


def _answer(request: Request, folder: Path) -> Response:
    name = Path(request.source).name
    with _naming(name):
        model = _open(request)
    samples = _samples(request, model)
    with _naming(name):
        content = model.quantize(samples.sets)
    (folder / MODEL_FILE).write_bytes(content)
    return Response(report=measure(model, content, samples).as_json())


@contextmanager
def _naming(name: str) -> Iterator[None]:
    """Put the model's name before an error about it."""
    try:
        yield
    except ModelError as error:
        raise ModelError(f"{name}: {error}", hint=error.hint) from error


def _open(request: Request) -> FloatModel:
    """Open the model by the module its format needs; each imports TensorFlow."""
    path = Path(request.source)
    opened: FloatModel
    match request.format:
        case "keras":
            opened = _module("keras_model").open_keras(path)
        case "saved_model":
            opened = _module("saved_model").open_saved_model(path)
        case "tflite":
            opened = _module("float_tflite").open_float_tflite(path)
        case "benchmark":
            network = _module("mlperf_tiny").build(request.source)
            opened = _module("keras_model").wrap_keras(network)
    return opened


def _samples(request: Request, model: FloatModel) -> Samples:
    if request.format == "benchmark":
        samples: Samples = _module("mlperf_tiny").samples(request.source)
        return samples
    if request.samples == RANDOM:
        return random_samples(model.inputs)
    return read_samples(Path(request.samples), model.inputs, request.max_samples)


def _module(name: str) -> ModuleType:
    return import_module(f"tinygen.quantize.{name}")


if __name__ == "__main__":
    serve(Path(sys.argv[1]))

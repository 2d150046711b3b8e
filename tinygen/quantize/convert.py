"""Start the worker that quantizes a model, and turn whatever becomes of it into words."""

import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from tinygen.errors import ModelError, ToolchainError
from tinygen.quantize.exchange import (
    MODEL_FILE,
    Request,
    SourceFormat,
    read_response,
    write_request,
)
from tinygen.quantize.report import QuantizationReport, report_from_json
from tinygen.quantize.samples import RANDOM

WORKER = ("-m", "tinygen.quantize.worker")
_QUIET = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",  # quiet, and the same sums on every x86
    "CUDA_VISIBLE_DEVICES": "-1",
    "KERAS_BACKEND": "tensorflow",
    "PYTHONWARNINGS": "ignore",
    "PYTHONHASHSEED": "0",
}


@dataclass(frozen=True, slots=True)
class QuantizeOptions:
    """How to quantize.

    Attributes:
        samples: Path of the sample inputs, ``random`` for made-up ones, None for none.
        max_samples: Of more samples, this many evenly spaced ones are used; > 0. 200 gave
            the float accuracy on four trained models.
        timeout_s: How long the worker may take; > 0.
    """

    samples: Path | Literal["random"] | None = None
    max_samples: int = 200
    timeout_s: float = 1800.0


@dataclass(frozen=True, slots=True)
class Quantized:
    """An int8 model and how good it is.

    Attributes:
        content: The .tflite file; the same bytes for the same model, samples and TensorFlow.
        report: Measured on the samples.
    """

    content: bytes
    report: QuantizationReport


def quantize_model(path: Path, source: SourceFormat, options: QuantizeOptions) -> Quantized:
    """Quantize a float model to int8, per channel, with int8 inputs and outputs.

    Args:
        path: The model; exists.
        source: What it is.
        options: Samples and limits.

    Raises:
        ModelError: The model or the samples are unusable, or the converter gave up.
        ToolchainError: TensorFlow is not installed.
    """
    if options.samples is None:
        raise ModelError(
            f"{path.name} is a float model, and no samples are given to quantize it with",
            hint="--samples FILE.npz with 100 or more typical inputs as 'x', or --samples "
            "random to try out size and speed",
        )
    samples: str
    if options.samples == RANDOM:
        samples = RANDOM
    elif Path(options.samples).exists():
        samples = str(Path(options.samples).absolute())
    else:
        raise ModelError(
            f"{options.samples}: no such samples",
            hint="give an .npz with the inputs as 'x', an .npy, or a folder of them",
        )
    request = Request(source, str(path.absolute()), samples, options.max_samples)
    return _run_worker(path.name, request, options.timeout_s)


def quantize_benchmark(name: str, timeout_s: float = 1800.0) -> Quantized:
    """Build and quantize one of `mlperf_tiny`'s models, with seeded weights and samples.

    Raises:
        ModelError: The converter gave up.
        ToolchainError: TensorFlow is not installed.
    """
    return _run_worker(name, Request("benchmark", name, RANDOM, 1), timeout_s)


def _run_worker(name: str, request: Request, timeout_s: float) -> Quantized:
    if find_spec("tensorflow") is None:
        raise ToolchainError(
            f"{name} needs TensorFlow to be quantized, and it is not installed",
            hint="pip install 'tinygen[keras]', or give an int8 .tflite",
        )
    with tempfile.TemporaryDirectory(prefix="tinygen-") as folder:
        write_request(Path(folder), request)
        _wait(name, Path(folder), timeout_s)
        response = read_response(Path(folder))
        if response.report is None:
            raise ModelError(response.message, hint=response.hint)
        content = (Path(folder) / MODEL_FILE).read_bytes()
    return Quantized(content, report_from_json(response.report))


def _wait(name: str, folder: Path, timeout_s: float) -> None:
    """Run the worker to its end.

    Raises:
        ModelError: It crashed or took too long.
        RuntimeError: It holds a bug; the text is its traceback.
    """
    try:
        done = subprocess.run(
            [sys.executable, *WORKER, str(folder)],
            cwd=folder,
            env=os.environ | _QUIET,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout_s,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ModelError(
            f"{name}: TensorFlow's converter did not finish in {timeout_s:g} s",
            hint="use fewer samples",
        ) from error
    if done.returncode < 0:
        raise _crash(name, -done.returncode)
    if done.returncode > 0:
        raise RuntimeError(f"the worker failed:\n{done.stderr}")


def _crash(name: str, number: int) -> ModelError:
    if number == signal.SIGKILL:
        return ModelError(
            f"{name}: quantizing was killed, most likely because memory ran out",
            hint="use fewer samples, or a machine with more memory",
        )
    return ModelError(
        f"{name}: TensorFlow's converter crashed ({signal.Signals(number).name})",
        hint="loops are the usual cause: build recurrent layers with unroll=True; or convert "
        "the model to an int8 .tflite yourself and give that",
    )

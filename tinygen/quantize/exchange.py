"""What tinygen and its worker hand each other: two JSON files and a .tflite in a folder."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

SourceFormat = Literal["keras", "saved_model", "tflite", "benchmark"]
MODEL_FILE = "model.tflite"


@dataclass(frozen=True, slots=True)
class Request:
    """What to quantize.

    Attributes:
        format: ``keras`` is a .keras or .h5 file, ``benchmark`` a name in `mlperf_tiny`.
        source: Absolute path of the model, or the benchmark's name.
        samples: Absolute path, or ``random``; a benchmark brings its own.
        max_samples: > 0.
    """

    format: SourceFormat
    source: str
    samples: str
    max_samples: int


@dataclass(frozen=True, slots=True)
class Response:
    """A report beside `MODEL_FILE`, or a message and hint for the user.

    Attributes:
        report: `QuantizationReport.as_json`, when it worked.
        message: What is wrong with the model or the samples.
        hint: What to do about it.
    """

    report: dict[str, Any] | None = None
    message: str = ""
    hint: str = ""


def write_request(folder: Path, request: Request) -> None:
    """Write the request for the worker."""
    (folder / "request.json").write_text(json.dumps(asdict(request)), encoding="utf-8")


def read_request(folder: Path) -> Request:
    """Read what `write_request` wrote."""
    return Request(**json.loads((folder / "request.json").read_text(encoding="utf-8")))


def write_response(folder: Path, response: Response) -> None:
    """Write the worker's answer."""
    (folder / "response.json").write_text(json.dumps(asdict(response)), encoding="utf-8")


def read_response(folder: Path) -> Response:
    """Read what `write_response` wrote."""
    return Response(**json.loads((folder / "response.json").read_text(encoding="utf-8")))

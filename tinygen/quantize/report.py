"""The quantization report: what int8 costs in accuracy, measured on the samples."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class InputScale:
    """How the caller turns real inputs to int8: ``value = round(real / scale) + zero_point``.

    Attributes:
        name: The model's name for the input.
        shape: With the batch of 1.
        dtype: numpy's name, ``int8`` unless the model takes indices.
        scale: 0.0 when the input is not quantized.
        zero_point: Within the type.
        low: Smallest real value in the samples.
        high: Largest real value in the samples.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    scale: float
    zero_point: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class OutputError:
    """How far one int8 output is from the float model's.

    Attributes:
        name: The model's name for the output.
        shape: With the batch of 1.
        scale: 0.0 when the output is not quantized.
        zero_point: Within the type.
        sqnr_db: Signal to quantization noise over all samples; None when the outputs are
            equal, or the float output is all zero.
        max_error: Largest absolute difference, in the output's unit.
        agreement: Share of samples whose largest value is at the same place, 0 to 1; None
            for an output of one value.
    """

    name: str
    shape: tuple[int, ...]
    scale: float
    zero_point: int
    sqnr_db: float | None
    max_error: float
    agreement: float | None


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Share of samples whose label the first output's largest value names.

    An output of one value is taken as the probability of label 1.

    Attributes:
        float_model: 0 to 1.
        int8_model: 0 to 1.
    """

    float_model: float
    int8_model: float


@dataclass(frozen=True, slots=True)
class QuantizationReport:
    """What quantization did to a model.

    Attributes:
        samples_source: File name, or ``random``.
        samples_found: How many the source holds.
        samples_used: How many calibrated and measured the model; evenly spread over the source.
        is_meaningful: False when the samples were random: the ranges, and so every number
            here, say nothing about real inputs.
        runtime: What computed the int8 outputs: ``tflite-micro`` (exact) or ``litert``
            (at most a few steps off in fully connected ops).
        inputs: One an input, in the model's order.
        outputs: One an output, in the model's order.
        accuracy: None without labels.
        warnings: Sentences for the user.
    """

    samples_source: str
    samples_found: int
    samples_used: int
    is_meaningful: bool
    runtime: str
    inputs: tuple[InputScale, ...]
    outputs: tuple[OutputError, ...]
    accuracy: Accuracy | None
    warnings: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the report as dicts, lists, strings and finite numbers."""
        return asdict(self)


def report_from_json(data: Mapping[str, Any]) -> QuantizationReport:
    """Rebuild the report from what `QuantizationReport.as_json` gave, read back by json."""
    accuracy = data["accuracy"]
    return QuantizationReport(
        **{
            **data,
            "inputs": tuple(InputScale(**_with_shape(item)) for item in data["inputs"]),
            "outputs": tuple(OutputError(**_with_shape(item)) for item in data["outputs"]),
            "accuracy": None if accuracy is None else Accuracy(**accuracy),
            "warnings": tuple(data["warnings"]),
        }
    )


def _with_shape(item: Mapping[str, Any]) -> dict[str, Any]:
    return {**item, "shape": tuple(item["shape"])}

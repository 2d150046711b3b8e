"""Measure an int8 model against the float one it came from, sample by sample."""

from collections.abc import Sequence
from math import log10
from typing import Any

import numpy as np

from tinygen.quantize.activations import activation_warnings
from tinygen.quantize.float_model import Array, FloatModel, InputSpec
from tinygen.quantize.int8_model import Int8Model
from tinygen.quantize.report import Accuracy, InputScale, OutputError, QuantizationReport
from tinygen.quantize.samples import Samples

_WIDE_INPUT = 30.0
_FEW_SAMPLES = 50


def measure(model: FloatModel, content: bytes, samples: Samples) -> QuantizationReport:
    """Run both models on all samples and compare.

    Args:
        model: The float model.
        content: The int8 .tflite made from it.
        samples: At least one.
    """
    int8 = Int8Model(content)
    wanted = _stack([model.run(values) for values in samples.sets()])
    got = _stack([int8.run(values) for values in samples.sets()])
    return QuantizationReport(
        samples_source=samples.source,
        samples_found=samples.found,
        samples_used=samples.count,
        is_meaningful=not samples.is_random,
        runtime=int8.runtime,
        inputs=tuple(
            _input_scale(spec, detail, values)
            for spec, detail, values in zip(model.inputs, int8.inputs, samples.inputs, strict=True)
        ),
        outputs=tuple(
            _output_error(name, detail, a, b)
            for name, detail, a, b in zip(
                model.output_names, int8.outputs, wanted, got, strict=True
            )
        ),
        accuracy=_accuracy(samples.labels, wanted[0], got[0]),
        warnings=(*_sample_warnings(model.inputs, samples), *activation_warnings(content, samples)),
    )


def sqnr_db(wanted: Array, got: Array) -> float | None:
    """Return the signal to quantization noise ratio; None where it is not a finite number.

    >>> round(sqnr_db(np.array([1.0, 2.0]), np.array([1.1, 2.0])), 2)
    26.99
    """
    signal = float(np.square(wanted, dtype=np.float64).sum())
    noise = float(np.square(wanted.astype(np.float64) - got).sum())
    return None if signal == 0.0 or noise == 0.0 else 10 * log10(signal / noise)


def _stack(runs: Sequence[Sequence[Array]]) -> list[Array]:
    """Turn one list of outputs a sample into one array an output."""
    return [np.concatenate([outputs[n] for outputs in runs]) for n in range(len(runs[0]))]


def _input_scale(spec: InputSpec, detail: dict[str, Any], values: Array) -> InputScale:
    scale, zero_point = detail["quantization"]
    return InputScale(
        spec.name,
        spec.shape,
        np.dtype(detail["dtype"]).name,
        float(scale),
        int(zero_point),
        float(values.min()),
        float(values.max()),
    )


def _output_error(name: str, detail: dict[str, Any], wanted: Array, got: Array) -> OutputError:
    scale, zero_point = detail["quantization"]
    classes = wanted.shape[-1]
    agreement = float((_best(wanted) == _best(got)).mean()) if classes > 1 else None
    return OutputError(
        name,
        tuple(int(size) for size in detail["shape"]),
        float(scale),
        int(zero_point),
        sqnr_db(wanted, got),
        float(np.abs(wanted.astype(np.float64) - got).max()),
        agreement,
    )


def _best(outputs: Array) -> Array:
    best: Array = np.argmax(outputs.reshape(-1, outputs.shape[-1]), axis=1)
    return best


def _accuracy(labels: Array | None, wanted: Array, got: Array) -> Accuracy | None:
    if labels is None or wanted.ndim != 2:
        return None
    return Accuracy(_share_right(labels, wanted), _share_right(labels, got))


def _share_right(labels: Array, outputs: Array) -> float:
    named = outputs[:, 0] > 0.5 if outputs.shape[1] == 1 else np.argmax(outputs, axis=1)
    return float((named == labels).mean())


def _sample_warnings(specs: Sequence[InputSpec], samples: Samples) -> list[str]:
    warnings = []
    if samples.is_random:
        warnings.append("the samples are random: accuracy is not meaningful; size and speed are")
    elif samples.count < _FEW_SAMPLES:
        warnings.append(
            f"only {samples.count} samples: give 100 or more, or rare inputs will saturate"
        )
    for spec, values in zip(specs, samples.inputs, strict=True):
        low, high = float(values.min()), float(values.max())
        if low == high:
            warnings.append(f"input '{spec.name}' is {low:g} in every sample: its range is unknown")
        elif spec.dtype == "float32" and max(-low, high) > _WIDE_INPUT:
            warnings.append(
                f"input '{spec.name}' ranges from {low:g} to {high:g}: right only if the model "
                "was trained on such values, not on normalised ones"
            )
    return warnings

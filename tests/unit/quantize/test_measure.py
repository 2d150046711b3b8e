"""The report's numbers, against hand-made models whose answers are known."""

import json

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from tests.tflite_builder import ModelBuilder
from tinygen.quantize.float_model import FloatModel, InputSpec
from tinygen.quantize.int8_model import Int8Model, dequantize, quantize
from tinygen.quantize.measure import measure
from tinygen.quantize.report import Accuracy, report_from_json
from tinygen.quantize.samples import RANDOM, Samples

SPEC = InputSpec("x", (1, 4), "float32")
FEW = "only 4 samples: give 100 or more, or rare inputs will saturate"

WIDE = (
    "input 'x' ranges from 0 to 255: right only if the model was trained on such values, not on "
    "normalised ones"
)


def relu(scale=0.5, out_zero_point=0) -> bytes:
    b = ModelBuilder()
    x = b.tensor([1, 4], scale=scale)
    y = b.tensor([1, 4], scale=scale, zero_point=out_zero_point)
    b.op("RELU", [x], [y])
    return b.build([x], [y])


def float_model(function=lambda x: np.maximum(x, 0)):
    return FloatModel(
        inputs=(SPEC,),
        output_names=("y",),
        run=lambda values: [function(values[0])],
        quantize=lambda _samples: b"",
    )


def samples(values, labels=None, source="s.npz"):
    values = np.asarray(values, np.float32)
    labels = None if labels is None else np.asarray(labels)
    return Samples((values,), labels, len(values), source)


ROWS = [[1, 2, 3, 4], [4, 3, 2, 1], [-1, 0, 5, 0], [0, 6.5, 0, -2]]


def test_an_exact_model_has_no_error():
    report = measure(float_model(), relu(), samples(ROWS))
    (output,) = report.outputs
    assert (output.sqnr_db, output.max_error, output.agreement) == (None, 0.0, 1.0)
    assert (output.name, output.shape, output.scale, output.zero_point) == ("y", (1, 4), 0.5, 0)
    (given,) = report.inputs
    assert (given.name, given.dtype, given.scale, given.zero_point) == ("x", "int8", 0.5, 0)
    assert (given.low, given.high) == (-2.0, 6.5)
    assert report.warnings == (FEW,)
    assert report.is_meaningful


def test_error_is_measured_against_the_float_model():
    report = measure(float_model(), relu(), samples([[1.1, 2, 3, 4]] * 4))
    assert report.outputs[0].max_error == pytest.approx(0.1, rel=1e-5)
    noise_share = 0.1**2 / (1.1**2 + 4 + 9 + 16)
    assert report.outputs[0].sqnr_db == pytest.approx(-10 * np.log10(noise_share), rel=1e-5)


def test_accuracy_needs_labels_and_counts_both_models():
    swapped = float_model(lambda x: np.maximum(x, 0)[:, ::-1])
    assert measure(swapped, relu(), samples(ROWS)).accuracy is None
    report = measure(swapped, relu(), samples(ROWS, [3, 0, 2, 1]))
    assert report.accuracy == Accuracy(float_model=0.0, int8_model=1.0)
    assert report.outputs[0].agreement == 0.0


def test_one_output_is_the_probability_of_label_1():
    b = ModelBuilder()
    x, y = b.tensor([1, 1], scale=1 / 256), b.tensor([1, 1], scale=1 / 256)
    b.op("RELU", [x], [y])
    spec = InputSpec("x", (1, 1), "float32")
    model = FloatModel((spec,), ("y",), lambda v: [v[0] * 0 + 1], lambda _s: b"")
    values = np.array([[0.1], [0.4], [0.2], [0.3]], np.float32)
    report = measure(model, b.build([x], [y]), Samples((values,), np.array([0, 0, 0, 1]), 4, "s"))
    assert report.accuracy == Accuracy(float_model=0.25, int8_model=0.75)
    assert report.outputs[0].agreement is None


def test_random_samples_mark_the_report():
    report = measure(float_model(), relu(), samples(ROWS, source=RANDOM))
    assert not report.is_meaningful
    assert report.warnings[0] == (
        "the samples are random: accuracy is not meaningful; size and speed are"
    )


def test_wide_and_constant_inputs_are_warned_of():
    wide = measure(float_model(), relu(scale=2.0), samples([[0, 255, 1, 2]] * 60))
    assert list(wide.warnings) == [WIDE]
    constant = measure(float_model(), relu(), samples([[1, 1, 1, 1]] * 60))
    assert constant.warnings == (
        "input 'x' is 1 in every sample: its range is unknown",
        "op 0 (RELU): its output is 2 for every sample: it is dead",
    )


def test_a_dead_op_is_warned_of():
    report = measure(float_model(), relu(), samples([[-1, -2, -3, -4]] * 60))
    assert report.warnings == ("op 0 (RELU): its output is 0 for every sample: it is dead",)


def two_ops(first, scale, out_scale, out_zero_point=0, size=4) -> bytes:
    b = ModelBuilder()
    x = b.tensor([1, size], scale=scale)
    y = b.tensor([1, size], scale=out_scale, zero_point=out_zero_point)
    z = b.tensor([1, size], scale=out_scale, zero_point=out_zero_point)
    b.op(first, [x], [y])
    b.op("RESHAPE", [y, b.tensor([2], "int32", data=[1, size])], [z], schema.ReshapeOptionsT())
    return b.build([x], [z])


def test_a_saturated_squashing_op_inside_is_warned_of():
    content = two_ops("TANH", 1.0, 1 / 128)
    report = measure(float_model(np.tanh), content, samples([[90, -90, 80, 0.0]] * 60))
    assert "op 0 (TANH): 75% of its output is saturated: are the inputs normalised?" in (
        report.warnings
    )


def test_a_range_that_outliers_take_is_warned_of():
    size = 4096
    values = np.random.default_rng(0).uniform(0, 2, (60, size)).astype(np.float32)
    values[0, 0] = 127
    content = two_ops("RELU", 1.0, 1.0, size=size)
    spec = InputSpec("x", (1, size), "float32")
    model = FloatModel((spec,), ("y",), lambda v: [v[0]], lambda _s: b"")
    report = measure(model, content, Samples((values,), None, 60, "s"))
    assert (
        "op 0 (RELU): 99.9 % of its output lies in 3 of 256 levels: rare outliers, or a channel "
        "far larger than the others, take the rest"
    ) in report.warnings


def test_an_op_that_stays_float_is_warned_of():
    b = ModelBuilder()
    x, y = b.tensor([1, 4], scale=0.5), b.tensor([1, 4], "float32")
    z = b.tensor([1, 4], "float32")
    b.op("DEQUANTIZE", [x], [y], version=2)
    b.op("RELU", [y], [z])
    report = measure(float_model(), b.build([x], [z]), samples(ROWS))
    assert report.warnings == (
        FEW,
        "op 1 (RELU): stays float: the converter has no int8 version of it",
    )
    assert report.outputs[0].scale == 0.0


def test_values_are_rounded_half_away_from_zero_and_saturated():
    detail = {"quantization": (0.5, 3), "dtype": np.int8}
    values = np.array([0.25, -0.25, 0.74, 100, -100], np.float32)
    assert quantize(values, detail).tolist() == [4, 2, 4, 127, -128]
    assert dequantize(np.array([4, 2], np.int8), detail).tolist() == [0.5, -0.5]


def test_the_oracle_runs_the_model():
    int8 = Int8Model(relu())
    assert int8.runtime == "tflite-micro"
    assert int8.run([np.array([[1, -1, 2, 0]], np.float32)])[0].tolist() == [[1, 0, 2, 0]]


def test_the_report_survives_json():
    report = measure(float_model(), relu(), samples(ROWS, [3, 0, 2, 1]))
    text = json.dumps(report.as_json(), allow_nan=False)
    assert report_from_json(json.loads(text)) == report

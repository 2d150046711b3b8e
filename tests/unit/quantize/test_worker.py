"""The worker on real Keras models; all requests are served by one process."""

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from tests.oracle import random_inputs, run_numpy, run_tflm
from tinygen.load.tflite import read_graph
from tinygen.ops.registry import op_types
from tinygen.quantize.benchmarks import BENCHMARKS
from tinygen.quantize.exchange import Request
from tinygen.quantize.report import report_from_json

EXPORT = "in the program that made it, call model.export('folder') and give that folder"
REFUSALS = {
    "lambda.keras": (
        "holds a Lambda layer, whose code Keras does not load from files", EXPORT),
    "custom.keras": (
        "holds the custom layer 'Doubling', whose code is not in the file", EXPORT),
    "custom.h5": (
        "holds the custom layer 'Doubling', whose code is not in the file", EXPORT),
    "weights.weights.h5": (
        "holds weights only", "save the whole model with model.save(...)"),
    "open.keras": (
        "input 'steps' has shape [None, None, 4]: only the batch may be open",
        "build the model with fixed input sizes, such as keras.Input((96, 96, 3))"),
    "unbuilt.keras": (
        "the model has no input shape yet",
        ("add keras.Input(shape) as its first layer, or call model.build, and save again")),
    "gru.keras": (
        "layer 'gru' (GRU) is a loop, which TensorFlow's converter cannot quantize",
        ("train it with GRU(..., unroll=True, reset_after=False), or use a plain "
         "keras.layers.LSTM, which becomes one op")),
    "both.keras": (
        "layer 'backward_l' (LSTM) is a loop, which TensorFlow's converter cannot quantize",
        "build it with LSTM(..., unroll=True) and the same weights"),
    "backwards.keras": (
        "layer 'lstm_2' (LSTM) has settings that the int8 LSTM op lacks",
        ("use activation='tanh', recurrent_activation='sigmoid', use_bias=True and no "
         "go_backwards, stateful or return_state; or unroll=True")),
    "mask.keras": (
        "an LSTM with a mask cannot be fused: the int8 LSTM op takes every step",
        "remove the Masking layer (or mask_zero) and train on full-length inputs"),
}  # fmt: skip


@pytest.fixture(scope="module")
def refusals(answers, made):
    return answers({n: Request("keras", str(made / n), "random", 9) for n in [*REFUSALS, "cut.h5"]})


@pytest.mark.parametrize("name", REFUSALS)
def test_what_cannot_be_quantized_is_refused_in_words(refusals, name):
    response, content = refusals[name]
    message, hint = REFUSALS[name]
    assert (response.message, response.hint) == (f"{name}: {message}", hint)
    assert response.report is None
    assert content is None


def test_a_cut_h5_file_is_refused(refusals):
    response, _ = refusals["cut.h5"]
    assert response.message.startswith("cut.h5: cannot read it: ")
    assert response.hint == "the file is damaged or cut short; save or copy it again"


@pytest.fixture(scope="module")
def results(answers, made):
    images, pair = str(made / "images.npz"), str(made / "pair.npz")
    return answers(
        {
            "keras": Request("keras", str(made / "image.keras"), images, 50),
            "h5": Request("keras", str(made / "image.h5"), images, 50),
            "pair": Request("keras", str(made / "pair.keras"), pair, 50),
            "saved": Request("saved_model", str(made / "pair"), pair, 50),
            "lstm": Request("keras", str(made / "lstm.keras"), "random", 9),
            "wrong": Request("keras", str(made / "pair.keras"), images, 50),
            "again": Request("keras", str(made / "image.keras"), images, 50),
        }
        | {name: Request("benchmark", name, "random", 1) for name in BENCHMARKS}
    )


def open_litert(content):
    return Interpreter(
        model_content=content, experimental_op_resolver_type=OpResolverType.BUILTIN_REF
    )


def opened(results, name):
    response, content = results[name]
    assert response.report is not None, response.message
    return report_from_json(response.report), read_graph(content, name)


@pytest.mark.parametrize("name", ["keras", "h5"])
def test_an_image_model_becomes_four_int8_ops(results, name):
    report, graph = opened(results, name)
    ops = ["CONV_2D", "RESHAPE", "FULLY_CONNECTED", "SOFTMAX"]
    assert [op.name for op in graph.ops] == ops
    assert graph.tensors[graph.inputs[0]].dtype == graph.tensors[graph.outputs[0]].dtype == "int8"
    assert len(graph.tensors[graph.ops[0].inputs[1]].quantization.scale) == 8
    assert (report.samples_used, report.samples_found) == (50, 60)
    assert report.samples_source == "images.npz"
    assert report.outputs[0].sqnr_db > 30
    assert report.outputs[0].max_error < 0.02
    assert report.runtime == "tflite-micro"
    assert report.warnings == ()


def test_accuracy_is_measured_with_labels(results):
    report, _ = opened(results, "keras")
    assert abs(report.accuracy.float_model - report.accuracy.int8_model) <= 0.06
    assert 0 < report.accuracy.float_model < 1


def test_the_same_model_gives_the_same_bytes(results):
    assert results["keras"][1] == results["again"][1]


@pytest.mark.parametrize(("name", "outputs"), [("pair", "zz aa"), ("saved", "output_0 output_1")])
def test_inputs_and_outputs_keep_their_order(results, name, outputs):
    report, graph = opened(results, name)
    assert [given.name for given in report.inputs] == ["b", "a"]
    assert [graph.tensors[i].shape for i in graph.inputs] == [(1, 16), (1, 8)]
    assert [output.name for output in report.outputs] == outputs.split()
    assert [graph.tensors[i].shape for i in graph.outputs] == [(1, 3), (1, 1)]
    assert report.inputs[0].scale > 3 * report.inputs[1].scale
    assert min(output.sqnr_db for output in report.outputs) > 25


def test_an_lstm_becomes_one_op(results):
    response, content = results["lstm"]
    report = report_from_json(response.report)
    ops = [op["op_name"] for op in open_litert(content)._get_ops_details()]
    assert ops == ["UNIDIRECTIONAL_SEQUENCE_LSTM", "STRIDED_SLICE", "FULLY_CONNECTED"]
    assert report.outputs[0].sqnr_db > 25
    assert not report.is_meaningful


def test_samples_that_do_not_fit_the_model_are_refused(results):
    response, _ = results["wrong"]
    assert response.message == "images.npz holds x, but the model has 2 inputs: 'b', 'a'"


@pytest.mark.parametrize("name", BENCHMARKS)
def test_benchmarks_have_the_reference_networks_macs(results, name):
    _, graph = opened(results, name)
    macs = sum(op_types()[op.name].macs(graph, op) for op in graph.ops)
    assert macs == BENCHMARKS[name].macs
    assert graph.tensors[graph.inputs[0]].shape[1:] == BENCHMARKS[name].input_shape


@pytest.mark.parametrize("name", BENCHMARKS)
def test_benchmarks_answer_differently_to_different_inputs(results, name):
    inputs = random_inputs(results[name][1], 6)
    outputs = run_tflm(results[name][1], inputs)
    assert len({answer[0].tobytes() for answer in outputs}) >= 5, "vww has two outputs only"
    for ours, theirs in zip(run_numpy(results[name][1], inputs[:2]), outputs, strict=False):
        np.testing.assert_array_equal(ours[0], theirs[0])


@pytest.mark.parametrize("name", BENCHMARKS)
def test_benchmarks_use_their_ranges(results, name):
    report, _ = opened(results, name)
    assert len(report.warnings) == 1, "no op is dead, narrow or saturated"
    assert report.outputs[0].sqnr_db > 20


def test_real_float_models_convert(answers, models_dir):
    folder = models_dir / "float"
    sources = {
        "vww_96.h5": "keras",
        "pretrainedResnet.h5": "keras",
        "ad01.h5": "keras",
        "kws_ref_model_savedmodel": "saved_model",
    }
    found = answers({n: Request(s, str(folder / n), "random", 9) for n, s in sources.items()})
    macs = {}
    for name in sources:
        _, graph = opened(found, name)
        macs[name] = sum(op_types()[op.name].macs(graph, op) for op in graph.ops)
    assert list(macs.values()) == [7_489_664, 12_501_632, 264_192, 2_656_768]

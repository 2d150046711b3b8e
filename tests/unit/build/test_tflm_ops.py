"""The operators of a model are matched with what a copy of TFLM registers."""

import pytest

from tests.emulator.small_model import small_model
from tests.tflm_stand_in import FILES, write_tree
from tinygen.build.tflm_ops import TflmOp, match_ops
from tinygen.errors import ToolchainError
from tinygen.load.tflite import read_graph

RESOLVER = "tensorflow/lite/micro/micro_mutable_op_resolver.h"
INTERPRETER = "tensorflow/lite/micro/micro_interpreter.h"
CONV = "tensorflow/lite/micro/kernels/conv.h"
HINT = "use a newer copy of TensorFlow Lite Micro, or --runtime aot"


@pytest.fixture
def graph():
    return read_graph(small_model(), "small")


def test_int8_ops_get_the_int8_registration(tmp_path, graph):
    (op,) = match_ops(graph, write_tree(tmp_path))
    assert op == TflmOp("CONV_2D", "AddConv2D", "tflite::Register_CONV_2D_INT8()", CONV)
    assert op.kernel == "tflm CONV_2D_INT8"


def test_without_an_int8_registration_the_methods_own_is_taken(tmp_path, graph):
    (op,) = match_ops(graph, write_tree(tmp_path, {CONV: ""}))
    assert op == TflmOp("CONV_2D", "AddConv2D", "", "")
    assert op.kernel == "tflm CONV_2D"


def test_a_method_without_a_registration_gets_none(tmp_path, graph):
    text = FILES[RESOLVER].replace(
        "AddConv2D(\n      const TFLMRegistration& registration = Register_CONV_2D())",
        "AddConv2D()",
    )
    (op,) = match_ops(graph, write_tree(tmp_path, {RESOLVER: text}))
    assert op.registration == ""


def test_an_op_that_this_tflm_lacks_is_named(tmp_path, graph):
    text = FILES[RESOLVER].replace("BuiltinOperator_CONV_2D", "BuiltinOperator_RESHAPE")
    with pytest.raises(ToolchainError) as caught:
        match_ops(graph, write_tree(tmp_path, {RESOLVER: text}))
    assert str(caught.value) == "op 0 (CONV_2D): this TensorFlow Lite Micro does not have it"
    assert caught.value.hint == HINT


def test_another_schema_is_refused(tmp_path, graph):
    text = FILES[INTERPRETER].replace("(3)", "(4)")
    with pytest.raises(ToolchainError) as caught:
        match_ops(graph, write_tree(tmp_path, {INTERPRETER: text}))
    assert str(caught.value) == "this TensorFlow Lite Micro reads schema version 4, not 3"
    assert caught.value.hint == HINT


def test_a_tflm_that_is_too_old_is_refused(tmp_path, graph):
    text = FILES[RESOLVER].replace("TFLMRegistration", "TfLiteRegistration")
    with pytest.raises(ToolchainError) as caught:
        match_ops(graph, write_tree(tmp_path, {RESOLVER: text}))
    assert str(caught.value) == (
        "this TensorFlow Lite Micro is from before mid-2023: it has no TFLMRegistration"
    )
    assert caught.value.hint == HINT

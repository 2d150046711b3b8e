"""Float32 functions between DEQUANTIZE and QUANTIZE become tables, exact to the wheel."""

import numpy as np
import pytest

from tests.oracle import run_graph_c, run_tflm
from tests.tflite_builder import ModelBuilder
from tinygen.errors import ModelError
from tinygen.load.tflite import read_graph
from tinygen.ops.float_functions import FUNCTIONS
from tinygen.ops.interpret import interpret
from tinygen.optimize.surgery import REQUIRED, operate

ALL = np.arange(-128, 128, dtype=np.int8).reshape(1, 256)
FROM_ZERO = {"LOG", "SQRT"}  # of less they are no number, which is undefined to quantize


def chain(names, scales=(0.05, 0.03), zero_points=(0, 0), ends="QUANTIZE"):
    """Return DEQUANTIZE, the ops called ``names``, and QUANTIZE."""
    b = ModelBuilder()
    x = b.tensor([1, 256], scale=scales[0], zero_point=zero_points[0])
    at = b.tensor([1, 256], "float32")
    b.op("DEQUANTIZE", [x], [at])
    for name in names:
        y = b.tensor([1, 256], "float32")
        b.op(name, [at], [y])
        at = y
    if ends:
        y = b.tensor([1, 256], scale=scales[1], zero_point=zero_points[1])
        b.op(ends, [at], [y])
        at = y
    return b.build([x], [at])


@pytest.mark.parametrize("scales", [(0.05, 0.03), (0.4, 0.011), (1.7, 0.9), (0.003, 0.0001)])
@pytest.mark.parametrize("name", [*sorted(FUNCTIONS), "ELU", "NEG"])
def test_a_function_is_exact_for_every_int8_value(name, scales):
    zero_points = (-128 if name in FROM_ZERO else 11, -5)
    content = chain([name], scales, zero_points)
    graph, savings = operate(read_graph(content, "test"), rewrites=REQUIRED)
    assert [op.name for op in graph.ops] == ["LOOK_UP"]
    assert [(s.rewrite, s.ops) for s in savings] == [("fold-float", 2)]
    wanted = run_tflm(content, [[ALL]])[0][0]
    defined = slice(1 if name == "LOG" else 0, None)  # infinite at 0
    got = interpret(graph, [ALL])[0]
    np.testing.assert_array_equal(got[0, defined], wanted[0, defined])


def test_a_chain_of_functions_is_one_table(tmp_path):
    content = chain(["NEG", "SQUARE", "ELU", "COS"], zero_points=(3, -4))
    graph, savings = operate(read_graph(content, "test"))
    assert savings[0].what == "NEG and SQUARE and ELU and COS of op 5 became a table"
    wanted = run_tflm(content, [[ALL]])[0][0]
    np.testing.assert_array_equal(run_graph_c(graph, [[ALL]], tmp_path)[0][0], wanted)


def test_a_value_that_another_op_reads_is_still_computed(tmp_path):
    b = ModelBuilder()
    x, f = b.tensor([1, 256], scale=0.02, zero_point=1), b.tensor([1, 256], "float32")
    b.op("DEQUANTIZE", [x], [f])
    outputs = [f]
    for name in ("SIN", "SQUARE"):
        g, y = b.tensor([1, 256], "float32"), b.tensor([1, 256], scale=0.01)
        b.op(name, [f], [g])
        b.op("QUANTIZE", [g], [y])
        outputs.append(y)
    content = b.build([x], outputs)
    graph, _ = operate(read_graph(content, "test"))
    assert [op.name for op in graph.ops] == ["DEQUANTIZE", "LOOK_UP", "LOOK_UP"]
    wanted, got = run_tflm(content, [[ALL]])[0], run_graph_c(graph, [[ALL]], tmp_path)[0]
    for a, c in zip(wanted, got, strict=True):
        np.testing.assert_array_equal(a, c)


@pytest.mark.parametrize("name", ["ELU", "SIN"])
def test_a_function_whose_values_stay_float_is_refused(name):
    with pytest.raises(ModelError) as caught:
        read_graph(chain([name], ends=""), "test")
    assert str(caught.value) == (
        f"op 1 ({name}, version 1): its float32 values are not quantized to int8 again"
    )
    assert caught.value.hint == "keep the layer between int8 layers, or replace it"


def test_a_function_of_a_float_input_is_refused():
    b = ModelBuilder()
    x, y, z = b.tensor([1, 4], "float32"), b.tensor([1, 4], "float32"), b.tensor([1, 4], scale=0.1)
    b.op("SIN", [x], [y])
    b.op("QUANTIZE", [y], [z])
    with pytest.raises(ModelError) as caught:
        read_graph(b.build([x], [z]), "test")
    assert str(caught.value) == (
        "op 0 (SIN, version 1): computes float32 values that no int8 layer made"
    )


def test_a_function_of_int8_is_refused():
    b = ModelBuilder()
    x, y = b.tensor([1, 4], scale=0.1), b.tensor([1, 4], scale=0.1)
    b.op("EXP", [x], [y], version=2)
    with pytest.raises(ModelError) as caught:
        read_graph(b.build([x], [y]), "test")
    assert str(caught.value) == "op 0 (EXP, version 2): input is int8, not float32"

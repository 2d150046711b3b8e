"""Every tensor of real models against the tflite-micro wheel."""

import numpy as np
import pytest
from tflite_micro import runtime

from tests.oracle import assert_bit_exact, random_inputs
from tinygen.load.tflite import read_graph
from tinygen.ops.interpret import run_tensors

NAMES = ["kws_ref_model", "vww_96_int8", "pretrainedResnet_quant", "ad01_int8"]


@pytest.mark.parametrize("name", NAMES)
def test_every_tensor_of_a_real_model_is_bit_exact(name, models_dir):
    content = (models_dir / f"{name}.tflite").read_bytes()
    graph = read_graph(content, name)
    interpreter = runtime.Interpreter.from_bytes(
        content,
        arena_size=4 << 20,
        intrepreter_config=runtime.InterpreterConfig.kPreserveAllTensors,
    )
    for inputs in random_inputs(content, 8):
        interpreter.reset()
        for n, values in enumerate(inputs):
            interpreter.set_input(values, n)
        interpreter.invoke()
        computed = run_tensors(graph, inputs)
        for t in (t for op in graph.ops for t in op.outputs):
            wanted = interpreter.GetTensor(t, 0)["tensor_data"]
            np.testing.assert_array_equal(
                computed[t], np.reshape(wanted, computed[t].shape), err_msg=f"tensor {t}"
            )


@pytest.mark.parametrize("name", NAMES)
def test_a_real_model_is_bit_exact_in_c(name, models_dir, tmp_path):
    assert_bit_exact((models_dir / f"{name}.tflite").read_bytes(), tmp_path, count=8)

"""Shapes that a model computes become constants, and the outputs stay what they were."""

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from tests.tflite_builder import ModelBuilder
from tinygen.load.computed_shapes import fold_shapes
from tinygen.load.tflite import read_graph


def flatten_as_keras_writes_it(signature=None, shape_is_output=False) -> bytes:
    """SHAPE, STRIDED_SLICE, PACK, RESHAPE: what the converter makes of Flatten."""
    b = ModelBuilder()
    x = b.tensor([1, 2, 3], scale=0.5)
    b.tensors[x].shapeSignature = signature or [-1, 2, 3]
    r = b.tensor([1, 2, 3], scale=0.5)
    b.tensors[r].shapeSignature = signature or [-1, 2, 3]
    shape = b.tensor([3], "int32")
    begin = b.tensor([1], "int32", data=[0])
    end = b.tensor([1], "int32", data=[1])
    strides = b.tensor([1], "int32", data=[1])
    batch = b.tensor([], "int32")
    six = b.tensor([], "int32", data=[6])
    packed = b.tensor([2], "int32")
    y = b.tensor([1, 1], scale=0.5)
    b.tensors[y].shapeSignature = [-1, -1]
    b.op("RELU", [x], [r])
    b.op("SHAPE", [r], [shape], schema.ShapeOptionsT())
    b.ops[-1].builtinOptions.outType = schema.TensorType.INT32
    slicing = schema.StridedSliceOptionsT()
    slicing.shrinkAxisMask = 1
    b.op("STRIDED_SLICE", [shape, begin, end, strides], [batch], slicing)
    packing = schema.PackOptionsT()
    packing.valuesCount = 2
    b.op("PACK", [batch, six], [packed], packing)
    b.op("RESHAPE", [r, packed], [y], schema.ReshapeOptionsT())
    return b.build([x], [y, shape] if shape_is_output else [y])


def run(content: bytes, values: np.ndarray) -> np.ndarray:
    interpreter = Interpreter(
        model_content=content, experimental_op_resolver_type=OpResolverType.BUILTIN_REF
    )
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], values)
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])


def test_shape_ops_go_and_the_outputs_stay():
    content = flatten_as_keras_writes_it()
    folded = fold_shapes(content, "m")
    graph = read_graph(folded, "m")
    assert [op.name for op in graph.ops] == ["RELU", "RESHAPE"]
    reshape = graph.ops[-1]
    np.testing.assert_array_equal(graph.tensors[reshape.inputs[1]].data, [1, 6])
    assert graph.tensors[graph.outputs[0]].shape == (1, 6)
    values = np.random.default_rng(0).integers(-128, 128, (1, 2, 3), dtype=np.int8)
    np.testing.assert_array_equal(run(folded, values), run(content, values))


def test_a_model_without_shape_ops_keeps_its_bytes():
    b = ModelBuilder()
    x, y = b.tensor([1, 4], scale=0.5), b.tensor([1, 4], scale=0.5)
    b.op("RELU", [x], [y])
    content = b.build([x], [y])
    assert fold_shapes(content, "m") is content


def test_a_model_with_open_sizes_keeps_its_bytes():
    content = flatten_as_keras_writes_it(signature=[-1, -1, 3])
    assert fold_shapes(content, "m") is content


def test_a_shape_that_is_an_output_is_kept():
    content = flatten_as_keras_writes_it(shape_is_output=True)
    assert fold_shapes(content, "m") is content


@pytest.mark.parametrize("name", ["kws_ref_model.tflite", "ad01_int8.tflite"])
def test_real_int8_models_keep_their_bytes(models_dir, name):
    content = (models_dir / name).read_bytes()
    assert fold_shapes(content, name) is content

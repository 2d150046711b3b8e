"""Matrix ops that cannot be built are refused in words, whatever is wrong with them."""

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from tests.unit.ops import conv_models, test_batch_matmul, test_fully_connected
from tests.unit.ops.conv_models import VALID, Conv
from tests.unit.ops.test_fully_connected import Dense
from tinygen.errors import ModelError
from tinygen.load.tflite import read_graph

TYPES = schema.TensorType


def conv_2d():
    return conv_models.model(np.random.default_rng(0), "CONV_2D", Conv((1, 6, 6, 4)))


def depthwise():
    return conv_models.model(np.random.default_rng(0), "DEPTHWISE_CONV_2D", Conv((1, 6, 6, 4)))


def transposed():
    conv = Conv((1, 3, 3, 2), stride=(2, 2), padding=VALID)
    return conv_models.model(np.random.default_rng(0), "TRANSPOSE_CONV", conv)


def dense():
    return test_fully_connected.model(np.random.default_rng(0), Dense((2, 8)))


def channel_dense():
    return test_fully_connected.model(np.random.default_rng(0), Dense((2, 8), per_channel=True))


def matmul():
    return test_batch_matmul.matmul(np.random.default_rng(0), (2, 4, 6), (2, 6, 5))


class Editor:
    """What a refusal test changes in a model of one op."""

    def __init__(self, content):
        self.model = schema.ModelT.InitFromPackedBuf(bytearray(content), 0)
        self.graph = self.model.subgraphs[0]
        self.op = self.graph.operators[0]

    def tensor(self, position):
        """Return the op's input ``position``, or its output for -1."""
        indices = self.op.outputs if position < 0 else self.op.inputs
        return self.graph.tensors[indices[max(position, 0)]]

    def content(self):
        builder = flatbuffers.Builder(1024)
        builder.Finish(self.model.Pack(builder), b"TFL3")
        return bytes(builder.Output())


def option(name, value):
    return lambda e: setattr(e.op.builtinOptions, name, value)


def shape(position, values):
    return lambda e: setattr(e.tensor(position), "shape", values)


def dtype(position, value):
    """Change a computed tensor's type."""
    return lambda e: setattr(e.tensor(position), "type", value)


def quantization(position, **values):
    def change(e):
        for key, value in values.items():
            setattr(e.tensor(position).quantization, key, value)

    return change


def unquantized(position):
    return lambda e: setattr(e.tensor(position), "quantization", None)


def computed(position):
    """Turn a constant into an input of the model."""

    def change(e):
        e.tensor(position).buffer = 0
        e.graph.inputs = [*e.graph.inputs, e.op.inputs[position]]

    return change


def inputs(*positions):
    def change(e):
        e.op.inputs = [-1 if p < 0 else e.op.inputs[p] for p in positions]

    return change


def no_options(e):
    e.op.builtinOptionsType, e.op.builtinOptions = 0, None


CASES = [
    (conv_2d, no_options, "has no options"),
    (conv_2d, inputs(0), "has 1 inputs and 1 outputs"),
    (conv_2d, inputs(0, 1, 2, 2), "has 4 inputs and 1 outputs"),
    (conv_2d, inputs(-1, 1, 2), "input 0 is left out"),
    (conv_2d, inputs(0, -1, 2), "input 1 is left out"),
    (conv_2d, dtype(0, TYPES.UINT8), "input is uint8, not int8"),
    (conv_2d, dtype(-1, TYPES.INT16), "output is int16, not int8"),
    (conv_2d, dtype(1, TYPES.UINT8), "weights are uint8, not int8"),
    (conv_2d, unquantized(0), "input is not quantized per tensor"),
    (conv_2d, unquantized(-1), "output is not quantized per tensor"),
    (conv_2d, unquantized(1), "weights are not quantized"),
    (conv_2d, quantization(0, scale=[0.1] * 6, zeroPoint=[0] * 6, quantizedDimension=1),
     "input is not quantized per tensor"),
    (conv_2d, quantization(1, quantizedDimension=3), "weights are quantized along axis 3, not 0"),
    (conv_2d, quantization(1, scale=[0.1] * 3, zeroPoint=[0] * 3, quantizedDimension=1),
     "3 weight scales for 4 channels"),
    (conv_2d, quantization(1, zeroPoint=[0, 0, 1, 0]), "weights have a zero point that is not 0"),
    (conv_2d, computed(1), "weights are not constant"),
    (conv_2d, computed(2), "bias is not constant"),
    (conv_2d, shape(0, [1, 36, 4]), "input has shape [1, 36, 4], not 4-D"),
    (conv_2d, shape(0, [1, 6, 6, 6]), "6 channels, filters of 4"),
    (conv_2d, shape(0, [1, 6, 6, 12]), "4 filters in 3 groups"),
    (conv_2d, shape(0, [2, 6, 6, 4]),
     "output has shape [1, 6, 6, 4], but [2, 6, 6, 4] follows from the inputs"),
    (conv_2d, shape(-1, [1, 6, 6, 5]),
     "output has shape [1, 6, 6, 5], but [1, 6, 6, 4] follows from the inputs"),
    (conv_2d, option("strideH", 0), "stride is 0 by 1"),
    (conv_2d, option("dilationWFactor", -1), "dilation is 1 by -1"),
    (conv_2d, option("padding", 3), "padding 3 is unknown"),
    (conv_2d, option("fusedActivationFunction", 4), "fused activation 4 is unknown"),
    (conv_2d, shape(0, [1, 1 << 12, 1 << 12, 4]),
     "a tensor of 67108864 bytes is larger than 16777216"),
    (depthwise, no_options, "has no options"),
    (depthwise, option("depthMultiplier", 0),
     "4 filters for 4 channels with a depth multiplier of 0"),
    (depthwise, option("depthMultiplier", 2),
     "4 filters for 4 channels with a depth multiplier of 2"),
    (depthwise, shape(1, [3, 3, 1, 4]), "weights have first dimension 3, not 1"),
    (transposed, no_options, "has no options"),
    (transposed, inputs(0, 1), "has 2 inputs and 1 outputs"),
    (transposed, inputs(-1, 1, 2), "input 0 is left out"),
    (transposed, inputs(2, 1, 2), "output shape is int8, not int32"),
    (transposed, shape(2, [1, 3, 3, 3]), "3 channels, filters of 2"),
    (transposed, shape(-1, [1, 7, 7]), "output has shape [1, 7, 7], not 4-D"),
    (transposed, shape(-1, [1, 7, 9, 4]),
     "an output of [1, 7, 9, 4] needs an input of [3, 4] rows and columns, not [3, 3]"),
    (transposed, shape(-1, [1, 8, 7, 4]), "output has shape [1, 8, 7, 4], not [1, 7, 7, 4]"),
    (transposed, shape(-1, [2, 7, 7, 4]),
     "output has shape [2, 7, 7, 4], but [1, 7, 7, 4] follows from the inputs"),
    (transposed, option("strideW", 0), "stride is 2 by 0"),
    (dense, inputs(0), "has 1 inputs and 1 outputs"),
    (dense, shape(0, [1 << 23, 8]), "a tensor of 67108864 bytes is larger than 16777216"),
    (dense, option("weightsFormat", 1), "weights are shuffled"),
    (dense, option("fusedActivationFunction", 5), "fused activation 5 is unknown"),
    (dense, shape(1, [5, 4, 2]), "weights have shape [5, 4, 2], not 2-D"),
    (dense, shape(0, [3, 5]), "15 inputs are not rows of 8"),
    (dense, shape(-1, [5, 2]),
     "output has shape [5, 2], but 2 rows of 5 follow from the inputs"),
    (dense, shape(-1, []), "output has shape [], but 2 rows of 5 follow from the inputs"),
    (dense, unquantized(1), "weight matrix is not quantized per tensor"),
    (dense, unquantized(0), "input is not quantized per tensor"),
    (channel_dense, computed(1), "weights are not constant"),
    (matmul, inputs(0), "has 1 inputs and 1 outputs"),
    (matmul, dtype(1, TYPES.FLOAT32), "second input is float32, not int8"),
    (matmul, unquantized(0), "first input is not quantized per tensor"),
    (matmul, shape(0, [24]), "an operand has shape [24], not 2-D to 5-D"),
    (matmul, shape(1, [1, 1, 1, 1, 6, 5]),
     "an operand has shape [1, 1, 1, 1, 6, 5], not 2-D to 5-D"),
    (matmul, shape(0, [3, 4, 6]), "cannot multiply [1, 1, 3, 4, 6] by [1, 1, 2, 6, 5]"),
    (matmul, shape(1, [1 << 23, 8]), "a tensor of 67108864 bytes is larger than 16777216"),
    (matmul, option("adjX", True), "cannot multiply [1, 1, 2, 4, 6] by [1, 1, 2, 6, 5]"),
    (matmul, shape(-1, [1, 2, 4, 5]),
     "output has shape [1, 2, 4, 5], but [2, 4, 5] follows from the inputs"),
]  # fmt: skip


@pytest.mark.parametrize("case", range(len(CASES)))
def test_an_op_that_cannot_be_built_is_refused_in_words(case):
    make, change, reason = CASES[case]
    editor = Editor(make())
    change(editor)
    with pytest.raises(ModelError) as caught:
        read_graph(editor.content(), "test")
    assert str(caught.value).partition("): ")[2] == reason
    assert caught.value.hint


@pytest.mark.parametrize("make", [conv_2d, depthwise, transposed, dense, channel_dense, matmul])
def test_the_undamaged_models_are_read(make):
    assert len(read_graph(make(), "test").ops) == 1


def test_a_bias_whose_scale_is_far_from_that_of_the_sums_is_refused():
    editor = Editor(dense())
    quantization(2, scale=[1.0])(editor)
    with pytest.raises(ModelError, match=r"bias has scale 1, not [\d.e-]+ as its sums"):
        read_graph(editor.content(), "test")

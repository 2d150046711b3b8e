"""Which of CMSIS-NN's functions a shape gets on which core, and when it gets none."""

import numpy as np
import pytest

from tests.tflite_builder import ModelBuilder
from tests.unit.kernels.cases import VALID, Cases
from tinygen.core import CORES
from tinygen.kernels.cmsis_nn.flags import file_flags
from tinygen.kernels.registry import emitters
from tinygen.load.tflite import read_graph
from tinygen.ops.contract import Target

PLAIN, DSP, MVE = "cortex-m3", "cortex-m4", "cortex-m55"


def emitted(add, core, optimize="balanced"):
    """Return the kernel of the last op that ``add`` puts into a model."""
    cases = Cases(0)
    add(cases)
    graph = read_graph(cases.build(), "test")
    op = graph.ops[-1]
    return emitters("cmsis-nn")[op.name](graph, op, Target(CORES[core], optimize))


def conv(**options):
    return lambda cases: cases.conv(**options)


def depthwise(**options):
    return lambda cases: cases.depthwise(**options)


IMAGE = dict(shape=(1, 8, 8, 4), out_c=6)
ROW = dict(shape=(1, 1, 20, 4), out_c=6)
DEEP = dict(shape=(1, 8, 8, 4), multiplier=1)


@pytest.mark.parametrize(
    ("add", "core", "optimize", "function"),
    [
        (conv(**IMAGE, window=(1, 1)), DSP, "balanced", "arm_nn_mat_mult_nt_t_s8"),
        (conv(**IMAGE, window=(1, 1)), DSP, "ram", "arm_convolve_s8"),
        (conv(**IMAGE, window=(1, 1)), MVE, "ram", "arm_nn_mat_mult_nt_t_s8"),
        (conv(**IMAGE, window=(1, 1), stride=(2, 1)), DSP, "ram", "arm_convolve_1x1_s8"),
        (conv(**IMAGE, window=(1, 3)), MVE, "balanced", "arm_convolve_s8"),
        (conv(**ROW, window=(1, 3)), MVE, "balanced", "arm_convolve_1_x_n_s8"),
        (conv(**ROW, window=(1, 3)), DSP, "balanced", "arm_convolve_s8"),
        (conv(**ROW, window=(1, 3), dilation=(1, 2)), MVE, "balanced", "arm_convolve_s8"),
        (conv(shape=(1, 1, 20, 3), out_c=2, window=(1, 3)), MVE, "balanced", "arm_convolve_s8"),
        (conv(shape=(1, 1, 2, 4), out_c=2, window=(1, 5)), MVE, "balanced", "arm_convolve_s8"),
        (
            conv(shape=(1, 1, 19, 4), out_c=2, window=(1, 3), stride=(1, 5), padding=VALID),
            MVE, "balanced", "arm_convolve_s8",
        ),
        (depthwise(**DEEP, window=(3, 3)), PLAIN, "balanced", "arm_depthwise_conv_3x3_s8"),
        (depthwise(**DEEP, window=(3, 3)), MVE, "balanced", "arm_depthwise_conv_s8_opt"),
        (depthwise(**DEEP, window=(3, 4)), DSP, "balanced", "arm_depthwise_conv_s8_opt"),
        (depthwise(**DEEP, window=(3, 4)), PLAIN, "balanced", "arm_depthwise_conv_s8"),
        (depthwise(**DEEP, window=(3, 3), dilation=(2, 1)), MVE, "balanced",
         "arm_depthwise_conv_s8"),
    ],
)  # fmt: skip
def test_the_wrappers_choice_is_made_at_build_time(add, core, optimize, function):
    assert emitted(add, core, optimize).name == function


def test_a_vector_shares_the_product_that_a_convolution_needs_anyway():
    def both(cases):
        cases.conv(**IMAGE, window=(1, 1))
        cases.fully_connected(1, 3, 2)

    def alone(cases):
        cases.fully_connected(1, 3, 2)

    assert emitted(both, DSP).name == "arm_nn_mat_mult_nt_t_s8"
    assert emitted(both, DSP, "speed").name == "arm_nn_vec_mat_mult_t_s8"
    assert emitted(alone, DSP).name == "arm_nn_vec_mat_mult_t_s8"


def test_mve_finds_the_sums_of_weights_in_the_bias():
    def add(cases):
        cases.fully_connected(1, 3, 2)

    cases = Cases(0)
    add(cases)
    graph = read_graph(cases.build(), "test")
    x, weights, bias = (graph.tensors[t] for t in graph.ops[0].inputs)
    (table,) = emitted(add, MVE).constants
    sums = weights.data.astype(np.int64).sum(axis=1)
    np.testing.assert_array_equal(table.values, bias.data - x.zero_point * sums)
    assert emitted(add, DSP).constants == []


def test_transposed_convolutions_are_arms_only_for_speed():
    def add(cases):
        cases.transpose_conv((1, 8, 8, 32), 16, (3, 3), stride=(2, 2))

    kernel = emitted(add, DSP, "speed")
    assert kernel.name == "arm_transpose_conv_s8"
    assert kernel.scratch_bytes == 53_248
    assert emitted(add, DSP) is None


@pytest.mark.parametrize(
    "add",
    [
        conv(shape=(1, 6, 6, 6), out_c=9, window=(3, 3), groups=3),
        conv(shape=(1, 1, 1, 1 << 15), out_c=1, window=(1, 1)),
        lambda cases: cases.binary("ADD", (1, 4, 5), (1, 1, 5)),
        lambda cases: cases.binary("MUL", (1, 4, 5), (1, 1, 5)),
        lambda cases: cases.binary("MUL", (4,), (4,), factor=1e-7),
        lambda cases: cases.softmax((1, 512), 0.1),
    ],
)
def test_what_cmsis_nn_cannot_do_is_left_to_the_reference(add):
    assert emitted(add, DSP) is None


def test_sums_that_a_left_shift_overflows_are_left_to_the_reference():
    def model(bias):
        b = ModelBuilder()
        x, y = b.tensor([1, 2], scale=1.0), b.tensor([1, 1], scale=1.0)
        w = b.tensor([1, 2], scale=4.0, data=np.array([[1, 1]]))
        c = b.tensor([1], "int32", scale=4.0, data=np.array([bias], np.int32))
        b.op("FULLY_CONNECTED", [x, w, c], [y])
        return read_graph(b.build([x], [y]), "test")

    emit = emitters("cmsis-nn")["FULLY_CONNECTED"]
    small, large = model(1 << 20), model(1 << 29)
    assert emit(small, small.ops[0], Target(CORES[DSP])) is not None
    assert emit(large, large.ops[0], Target(CORES[DSP])) is None


def test_weights_with_a_zero_point_or_computed_are_left_to_the_reference():
    b = ModelBuilder()
    x, y = b.tensor([1, 2], scale=1.0), b.tensor([1, 1], scale=1.0)
    offset = b.tensor([1, 2], scale=0.5, zero_point=3, data=np.array([[1, 1]]))
    computed, z = b.tensor([1, 2], scale=0.5), b.tensor([1, 1], scale=1.0)
    b.op("FULLY_CONNECTED", [x, offset], [y])
    b.op("FULLY_CONNECTED", [x, computed], [z])
    graph = read_graph(b.build([x, computed], [y, z]), "test")
    emit = emitters("cmsis-nn")["FULLY_CONNECTED"]
    assert [emit(graph, op, Target(CORES[DSP])) for op in graph.ops] == [None, None]


def test_files_are_compiled_for_speed_except_what_runs_seldom():
    assert file_flags(CORES[DSP], "balanced") == [
        ("cmsis-nn/*", ("-O2",)),
        ("cmsis-nn/SoftmaxFunctions/arm_nn_softmax_common_s8.c", ("-Os",)),
        ("cmsis-nn/BasicMathFunctions/arm_elementwise_add_s8.c", ("-Os",)),
    ]
    assert file_flags(CORES[MVE], "speed")[0] == ("cmsis-nn/*", ("-O2", "-fno-ivopts"))
    assert file_flags(CORES[MVE], "size") == [("cmsis-nn/*", ("-Os",))]

"""Damaged .tflite files: each a clean error, or a graph that computes what TFLM computes."""

import struct

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from tflite_micro import runtime

from tests.oracle import random_inputs
from tests.tflite_builder import ModelBuilder
from tinygen.core import Core
from tinygen.emit.kernels import choose_kernels
from tinygen.emit.model import emit_model
from tinygen.errors import ModelError
from tinygen.load.tflite import read_graph
from tinygen.ops.contract import Target
from tinygen.ops.interpret import interpret
from tinygen.optimize.surgery import operate
from tinygen.plan.layout import plan_memory

COUNT = 300


def small_net() -> bytes:
    """Return a model with most kinds of op: conv, depthwise, add, pool, reshape, fc, softmax."""
    rng = np.random.default_rng(0)
    b = ModelBuilder()

    def weights(shape, axis):
        scale = rng.uniform(0.002, 0.02, shape[axis])
        return b.tensor(shape, scale=scale, axis=axis, data=rng.integers(-127, 128, shape)), scale

    x = b.tensor([1, 6, 6, 2], scale=0.05, zero_point=-3)
    w, scale = weights([4, 3, 3, 2], 0)
    bias = b.tensor([4], "int32", scale=scale * 0.05, data=rng.integers(-900, 900, 4))
    y = b.tensor([1, 6, 6, 4], scale=0.1, zero_point=-128)
    o = schema.Conv2DOptionsT()
    o.strideH = o.strideW = o.dilationHFactor = o.dilationWFactor = 1
    o.fusedActivationFunction = 1
    b.op("CONV_2D", [x, w, bias], [y], o, version=3)
    w, scale = weights([1, 3, 3, 4], 3)
    bias = b.tensor([4], "int32", scale=scale * 0.1, data=rng.integers(-900, 900, 4))
    z = b.tensor([1, 6, 6, 4], scale=0.1, zero_point=4)
    o = schema.DepthwiseConv2DOptionsT()
    o.strideH = o.strideW = o.dilationHFactor = o.dilationWFactor = o.depthMultiplier = 1
    b.op("DEPTHWISE_CONV_2D", [y, w, bias], [z], o, version=3)
    s = b.tensor([1, 6, 6, 4], scale=0.15, zero_point=-7)
    b.op("ADD", [y, z], [s], schema.AddOptionsT(), version=2)
    p = b.tensor([1, 3, 3, 4], scale=0.15, zero_point=-7)
    o = schema.Pool2DOptionsT()
    o.strideH = o.strideW = o.filterHeight = o.filterWidth = 2
    b.op("MAX_POOL_2D", [s], [p], o, version=2)
    flat = b.tensor([1, 36], scale=0.15, zero_point=-7)
    shape = b.tensor([2], "int32", data=np.array([1, 36]))
    b.op("RESHAPE", [p, shape], [flat], schema.ReshapeOptionsT())
    w = b.tensor([5, 36], scale=0.01, data=rng.integers(-127, 128, (5, 36)))
    bias = b.tensor([5], "int32", scale=0.0015, data=rng.integers(-900, 900, 5))
    f = b.tensor([1, 5], scale=0.2, zero_point=10)
    b.op("FULLY_CONNECTED", [flat, w, bias], [f], schema.FullyConnectedOptionsT(), version=4)
    out = b.tensor([1, 5], scale=1 / 256, zero_point=-128)
    o = schema.SoftmaxOptionsT()
    o.beta = 1.0
    b.op("SOFTMAX", [f], [out], o, version=2)
    return b.build([x], [out])


def mutate(content: bytes, rng: np.random.Generator) -> bytes:
    """Damage a file in one of the ways files are damaged."""
    data = bytearray(content)
    kind = rng.integers(5)
    if kind == 0:  # cut short
        return bytes(data[: rng.integers(len(data))])
    if kind == 1:  # a few bits flipped
        for _ in range(rng.integers(1, 5)):
            data[rng.integers(len(data))] ^= 1 << rng.integers(8)
    elif kind == 2:  # a word that says something else: offsets, sizes, shapes
        at = int(rng.integers(len(data) // 4)) * 4
        value = rng.choice([0, 1, 2, -1, 7, 1 << 16, 0x7FFFFFFF, -(1 << 31)])
        data[at : at + 4] = int(value).to_bytes(4, "little", signed=True)
    elif kind == 3:  # a piece moved
        a, b = sorted(int(n) for n in rng.integers(0, len(data), 2))
        data[a:b] = bytes(reversed(data[a:b]))
    else:  # a piece missing
        a = int(rng.integers(len(data)))
        del data[a : a + int(rng.integers(1, 40))]
    return bytes(data)


def tflm_outputs(content: bytes, inputs):
    """Return TFLM's outputs; None where it refuses the model."""
    try:
        interpreter = runtime.Interpreter.from_bytes(content, arena_size=1 << 18)
        interpreter.set_input(inputs[0], 0)
        interpreter.invoke()
        return interpreter.get_output(0)
    except (RuntimeError, ValueError, TypeError, IndexError, AttributeError, struct.error):
        return None


def build_and_compare(content: bytes):
    """Return what became of a file: refused, or built, with outputs and their inputs."""
    try:
        graph = read_graph(content, "mutated")
    except ModelError:
        return "refused"
    smaller, _ = operate(graph)
    kernels = choose_kernels(smaller, Target(Core("cortex-m4", dsp=True)), "tinygen")
    scratch = {k: kernel.scratch_bytes for k, kernel in enumerate(kernels) if kernel}
    assert "model_run" in emit_model(smaller, kernels, plan_memory(smaller, scratch))["model.c"]
    inputs = random_inputs(content, 3)[2]
    got = interpret(smaller, inputs)
    return "built", got, inputs


@pytest.mark.parametrize("seed", range(COUNT))
def test_a_damaged_file_is_an_error_or_a_correct_build(seed):
    content = mutate(small_net(), np.random.default_rng(seed))
    result = build_and_compare(content)
    if result != "refused" and content[:8] == small_net()[:8]:
        _, got, inputs = result
        wanted = tflm_outputs(content, inputs)
        if wanted is not None and len(got) == 1:
            np.testing.assert_array_equal(got[0], wanted)


def test_mutations_reach_both_outcomes():
    outcomes = [build_and_compare(mutate(small_net(), np.random.default_rng(s))) for s in range(60)]
    refused = sum(outcome == "refused" for outcome in outcomes)
    assert 20 < refused < 60


def test_the_undamaged_net_is_built():
    assert build_and_compare(small_net()) != "refused"

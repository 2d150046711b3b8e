"""Damaged files with elementwise ops: refused in words or computed, never a traceback."""

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from tests.oracle import HOST, random_inputs
from tests.tflite_builder import ModelBuilder
from tinygen.emit.kernels import choose_kernels
from tinygen.errors import ModelError
from tinygen.load.tflite import read_graph
from tinygen.ops.interpret import interpret

OPTIONS = {
    "ADD": schema.AddOptionsT,
    "SUB": schema.SubOptionsT,
    "MUL": schema.MulOptionsT,
    "LEAKY_RELU": schema.LeakyReluOptionsT,
    "SOFTMAX": schema.SoftmaxOptionsT,
}
BINARY = [*list(OPTIONS)[:3], "MAXIMUM", "MINIMUM", "SQUARED_DIFFERENCE", "PRELU"]
UNARY = ["RELU", "RELU6", "LEAKY_RELU", "HARD_SWISH", "LOGISTIC", "TANH", "ABS", "RSQRT", "ELU"]
OTHER = {
    "SOFTMAX": "int8 int8",
    "QUANTIZE": "float32 int8",
    "DEQUANTIZE": "int8 float32",
    "NEG": "float32 float32",
}
OUT = {"LOGISTIC": (1 / 256, -128), "SOFTMAX": (1 / 256, -128), "TANH": (1 / 128, 0)}
WORDS = [
    b"\xff\xff\xff\xff",
    bytes(4),
    b"\0\0\x80\x7f",
    b"\0\0\xc0\x7f",
    b"\1\0\0\0",
    b"\0\0\0\x80",
    b"\xff\xff\x7f\x7f",
]  # among them infinity, NaN and the largest float
MODELS = 300
LARGEST = 100_000


def model(name):
    in_dtype, out_dtype = OTHER.get(name, "int8 int8").split()
    b = ModelBuilder()
    ins = [b.tensor((2, 3), in_dtype, scale=0.1, zero_point=2) for _ in range(1 + (name in BINARY))]
    scale, zero_point = OUT.get(name, (0.2, -3))
    y = b.tensor((2, 3), out_dtype, scale=scale, zero_point=zero_point)
    options = OPTIONS[name]() if name in OPTIONS else None
    if name == "SOFTMAX":
        options.beta = 1.0
    b.op(name, ins, [y], options)
    return b.build(ins, [y])


def damage(content, rng):
    """Change one to three places, each a byte, a bit or a whole word."""
    changed = bytearray(content)
    for _ in range(rng.integers(1, 4)):
        at = int(rng.integers(8, len(changed) - 4))
        kind = rng.integers(3)
        if kind == 0:
            changed[at] = int(rng.integers(256))
        elif kind == 1:
            changed[at] ^= 1 << int(rng.integers(8))
        else:
            at -= at % 4
            changed[at : at + 4] = WORDS[rng.integers(len(WORDS))]
    return bytes(changed)


@pytest.mark.parametrize("name", [*BINARY, *UNARY, *OTHER])
def test_a_damaged_file_is_refused_or_computed(name):
    rng = np.random.default_rng(len(name))
    content = model(name)
    read_graph(content, "test")
    refused = 0
    for _ in range(MODELS):
        changed = damage(content, rng)
        try:
            graph = read_graph(changed, "test")
        except ModelError:
            refused += 1
            continue
        if sum(t.size for t in graph.tensors) < LARGEST:
            interpret(graph, random_inputs(changed, 1)[0])
            choose_kernels(graph, HOST, "reference")
    assert 0 < refused < MODELS

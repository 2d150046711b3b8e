"""UNIDIRECTIONAL_SEQUENCE_LSTM against the tflite-micro wheel, in numpy and in C."""

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from tests.oracle import assert_bit_exact
from tests.tflite_builder import ModelBuilder
from tinygen.errors import ModelError
from tinygen.load.tflite import read_graph

TANH = 4


def lstm(seed=0, batches=1, steps=5, size=6, units=4, **change):
    """``change``: time_major, clip, cell_power, hidden_scale, act, and broken things."""
    rng = np.random.default_rng(seed)
    time_major = change.get("time_major", False)
    lead = (steps, batches) if time_major else (batches, steps)
    b = ModelBuilder()
    x = b.tensor((*lead, size), scale=0.03, zero_point=int(rng.integers(-128, 128)))
    inputs = [x] + [-1] * 23
    hidden = {
        "scale": change.get("hidden_scale", 1 / 128),
        "zero_point": int(rng.integers(-60, 60)),
    }
    for first, columns in ((1, size), (5, units)):
        for n in range(4):
            scale = float(rng.uniform(0.004, 0.02))
            data = rng.integers(-127, 128, (units, columns))
            inputs[first + n] = b.tensor(
                (units, columns), scale=change.get("weight_scale", scale), data=data
            )
    for n in range(4):
        bias = rng.integers(-9000, 9000, units)
        inputs[12 + n] = b.tensor([units], "int32", scale=1e-4, data=bias)
    states = (batches, units + change.get("extra", 0))
    constant = np.zeros(states) if change.get("constant") else None
    inputs[18] = b.tensor(states, variable=constant is None, data=constant, **hidden)
    inputs[19] = b.tensor(
        (batches, units), change.get("cell", "int16"), variable=True,
        scale=change.get("cell_scale", 2.0 ** change.get("cell_power", -11)),
    )  # fmt: skip
    if "peephole" in change:
        inputs[9] = inputs[12]
    y = b.tensor((*lead, units), **hidden)
    o = schema.UnidirectionalSequenceLSTMOptionsT()
    o.fusedActivationFunction = change.get("act", TANH)
    o.cellClip, o.timeMajor = change.get("clip", 0.0), time_major
    b.op("UNIDIRECTIONAL_SEQUENCE_LSTM", inputs, [y], o, version=3)
    b.ops[-1].intermediates = [b.tensor([0], "float32") for _ in range(change.get("gates", 0))]
    return b.build([x], [y])


CASES = [
    dict(),
    dict(steps=1, size=1, units=1),
    dict(batches=3, steps=4, units=7),
    dict(gates=5),  # empty tensors that the converter leaves behind
    dict(batches=2, steps=4, time_major=True),
    dict(steps=30, clip=10.0),
    dict(steps=30, clip=0.5, cell_power=-13),
    dict(steps=40, cell_power=-15),
    dict(steps=20, cell_power=-9, hidden_scale=0.002),
    dict(steps=12, weight_scale=0.3),
    dict(steps=12, clip=1e9, weight_scale=0.3, cell_power=-12),
]


@pytest.mark.parametrize("case", range(len(CASES)))
def test_lstm_is_bit_exact(case, tmp_path):
    assert_bit_exact(lstm(case, **CASES[case]), tmp_path)


REFUSED = {
    "has an activation other than tanh": dict(act=1),
    "has peepholes, a projection or normalization": dict(peephole=True),
    "hidden state is not variable": dict(constant=True),
    "hidden state holds 5": dict(extra=1),
    "cell state is int8, not int16": dict(cell="int8"),
    "cell scale 0.3 is not a power of 2 up to 1": dict(cell_scale=0.3),
    "scales give a multiplier of 1.2288e+12": dict(weight_scale=1e10),
}


@pytest.mark.parametrize("message", REFUSED)
def test_what_tflm_does_not_compute_is_refused(message):
    with pytest.raises(ModelError) as error:
        read_graph(lstm(**REFUSED[message]), "m")
    assert message in str(error.value)


def test_state_that_another_op_reads_is_refused():
    b = ModelBuilder()
    x, state = b.tensor([4], scale=0.1), b.tensor([4], scale=0.1, variable=True)
    y = b.tensor([2, 4], scale=0.1)
    o = schema.PackOptionsT()
    o.valuesCount = 2
    b.op("PACK", [x, state], [y], o)
    with pytest.raises(ModelError, match="an input is read before it is computed"):
        read_graph(b.build([x], [y]), "m")

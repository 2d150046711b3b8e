"""UNIDIRECTIONAL_SEQUENCE_LSTM: Keras' LSTM layer, int8 with an int16 cell."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import frexp
from typing import Any

import numpy as np

from tinygen.graph import Graph, Op, Tensor
from tinygen.ops.checks import (
    DAMAGED_HINT,
    require,
    require_counts,
    require_int8,
    require_shape,
    required_input,
)
from tinygen.ops.contract import Array, Call, Constant, Kernel, OpType, Struct, Target, int8
from tinygen.ops.fixed_point import Int64, requantize, wrap_int32
from tinygen.ops.int16_functions import logistic_int16, logistic_table, tanh_int16
from tinygen.ops.move_checks import require_options, require_sizes
from tinygen.ops.multiplier import Multiplier, checked_multiplier

_HINT = "use Keras' LSTM layer with its default activations"
# Positions of the op's inputs, as the schema orders them.
_GATES = ("input", "forget", "cell", "output")
_WEIGHTS, _RECURRENT, _BIASES, _HIDDEN, _CELL = 1, 5, 12, 18, 19
_ABSENT = (9, 10, 11, 16, 17, 20, 21, 22, 23)  # peephole, projection, normalization
_TANH = 4  # in the schema's ActivationFunctionType
_GATE_SCALE = 2.0**-12
_UNIT_SCALE = 2.0**-15
_CELL_POWERS = range(-15, 1)
_GATE_TANH = (3, 0)
_SCRATCH_BYTES = 11  # a unit: cell and four gates of 16 bits, hidden state of 8


@dataclass(frozen=True, slots=True)
class LstmOptions:
    """``time_major``: the input is ``[steps, batch, size]``, else ``[batch, steps, size]``."""

    activation: int
    cell_clip: float
    time_major: bool


@dataclass(frozen=True, slots=True)
class Scaling:
    """Multipliers between the op's fixed-point formats.

    Attributes:
        inputs: Of each gate's input product, to Q3.12.
        recurrent: Of each gate's recurrent product, to Q3.12.
        forget: Of forget gate times cell, to the cell.
        update: Of input gate times cell gate, to the cell.
        hidden: Of output gate times tanh of the cell, to the hidden state.
        tanh: Multiplier and right shift from the cell to tanh's argument.
        limits: Least and largest value of the cell.
    """

    inputs: tuple[Multiplier, ...]
    recurrent: tuple[Multiplier, ...]
    forget: Multiplier
    update: Multiplier
    hidden: Multiplier
    tanh: Multiplier
    limits: tuple[int, int]


def _read(table: Any) -> LstmOptions | None:
    if table is None:
        return None
    return LstmOptions(
        table.FusedActivationFunction(), float(table.CellClip()), bool(table.TimeMajor())
    )


def _input(graph: Graph, op: Op, position: int) -> Tensor:
    return graph.tensors[op.inputs[position]]


def _check(graph: Graph, op: Op) -> None:
    require_counts(op, (24,))
    require_options(op)
    require(op, op.options.activation == _TANH, "has an activation other than tanh", _HINT)
    extra = [n for n in _ABSENT if op.inputs[n] >= 0]
    require(op, not extra, "has peepholes, a projection or normalization", _HINT)
    x, y = required_input(graph, op, 0), graph.outputs_of(op)[0]
    hidden = required_input(graph, op, _HIDDEN)
    for tensor, role in ((x, "input"), (y, "output"), (hidden, "hidden state")):
        require_int8(op, tensor, role)
    require_sizes(op, (x, y))
    require(op, len(x.shape) == 3, f"input has shape {list(x.shape)}, not 3-D", DAMAGED_HINT)
    units = y.shape[-1] if y.shape else 0
    require_shape(op, y, (*x.shape[:2], units), "output")
    _check_states(graph, op, x.shape[0 if not op.options.time_major else 1] * units)
    for gate in range(len(_GATES)):
        _check_gate(graph, op, gate, units)
    scaling(graph, op)


def _check_states(graph: Graph, op: Op, size: int) -> None:
    hidden, cell = required_input(graph, op, _HIDDEN), required_input(graph, op, _CELL)
    require(op, cell.dtype == "int16", f"cell state is {cell.dtype}, not int16")
    for state, role in ((hidden, "hidden"), (cell, "cell")):
        require(op, state.variable, f"{role} state is not variable", DAMAGED_HINT)
        require(op, state.size == size, f"{role} state holds {state.size}", DAMAGED_HINT)
    require(
        op,
        cell.quantization is not None and len(cell.quantization.scale) == 1,
        "cell state is not quantized per tensor",
    )
    fraction, power = frexp(cell.scale)
    holds = fraction == 0.5 and power - 1 in _CELL_POWERS
    require(op, holds, f"cell scale {cell.scale:g} is not a power of 2 up to 1", DAMAGED_HINT)


def _check_gate(graph: Graph, op: Op, gate: int, units: int) -> None:
    x = _input(graph, op, 0)
    for first, columns in ((_WEIGHTS, x.shape[2]), (_RECURRENT, units)):
        weights = required_input(graph, op, first + gate)
        require_int8(op, weights, "weights")
        symmetric = weights.data is not None and weights.zero_point == 0
        require(op, symmetric, "weights are not constant, or have a zero point")
        require_shape(op, weights, (units, columns), f"{_GATES[gate]} gate's weights")
    bias = required_input(graph, op, _BIASES + gate)
    holds = bias.dtype == "int32" and bias.data is not None
    require(op, holds, f"bias is {bias.dtype}, not constant int32")
    require_shape(op, bias, (units,), f"{_GATES[gate]} gate's bias")


def scaling(graph: Graph, op: Op) -> Scaling:
    """Return all multipliers of the op.

    Source: as TFLM's FULLY_CONNECTED and MUL; gates are Q3.12 before and Q0.15 after their
    activation.
    """

    def product(a: Tensor, b: Tensor) -> Multiplier:
        return checked_multiplier(op, a.scale * b.scale / _GATE_SCALE)

    x, hidden, cell = _input(graph, op, 0), _input(graph, op, _HIDDEN), _input(graph, op, _CELL)
    gates = range(len(_GATES))
    left = frexp(cell.scale)[1] - 1 + 12
    clip = op.options.cell_clip
    largest = int(min(clip / cell.scale, 32767.0)) if clip > 0 else 32767
    return Scaling(
        inputs=tuple(product(x, _input(graph, op, _WEIGHTS + n)) for n in gates),
        recurrent=tuple(product(hidden, _input(graph, op, _RECURRENT + n)) for n in gates),
        forget=checked_multiplier(op, _UNIT_SCALE * cell.scale / cell.scale),
        update=checked_multiplier(op, _UNIT_SCALE * _UNIT_SCALE / cell.scale),
        hidden=checked_multiplier(op, _UNIT_SCALE * _UNIT_SCALE / hidden.scale),
        tanh=(3 << left, 0) if left >= 0 else (3, -left),
        limits=(-largest if clip > 0 else -32768, largest),
    )


def _int16(values: Int64) -> Int64:
    return np.asarray(np.clip(values, -32768, 32767), np.int64)


def _reference(graph: Graph, op: Op, inputs: Sequence[Array | None]) -> list[Array]:
    x, hidden_tensor = _input(graph, op, 0), _input(graph, op, _HIDDEN)
    values, scales = inputs[0], scaling(graph, op)
    assert values is not None
    steps = values if op.options.time_major else values.swapaxes(0, 1)
    units = graph.outputs_of(op)[0].shape[2]
    cell = np.zeros((steps.shape[1], units), np.int64)
    hidden = np.full_like(cell, hidden_tensor.zero_point)
    outputs = []
    for step in steps.astype(np.int64) - x.zero_point:
        state = hidden - hidden_tensor.zero_point
        gates = [_gate(inputs, n, step, state, scales) for n in range(len(_GATES))]
        cell = _next_cell(cell, gates, scales)
        product = tanh_int16(cell, *scales.tanh) * gates[3]
        hidden = int8(requantize(product, *scales.hidden) + hidden_tensor.zero_point)
        hidden = hidden.astype(np.int64)
        outputs.append(hidden.astype(np.int8))
    result = np.stack(outputs)
    return [result if op.options.time_major else result.swapaxes(0, 1)]


def _gate(
    inputs: Sequence[Array | None], n: int, step: Int64, state: Int64, scales: Scaling
) -> Int64:
    weights, recurrent, bias = (inputs[first + n] for first in (_WEIGHTS, _RECURRENT, _BIASES))
    assert weights is not None
    assert recurrent is not None
    assert bias is not None
    acc = wrap_int32(step @ weights.T.astype(np.int64) + bias)
    fed = _int16(requantize(acc, *scales.inputs[n]))
    acc = wrap_int32(state @ recurrent.T.astype(np.int64))
    total = _int16(fed + _int16(requantize(acc, *scales.recurrent[n])))
    return tanh_int16(total, *_GATE_TANH) if _GATES[n] == "cell" else logistic_int16(total)


def _next_cell(cell: Int64, gates: Sequence[Int64], scales: Scaling) -> Int64:
    kept = _int16(requantize(gates[1] * cell, *scales.forget))
    added = _int16(requantize(gates[0] * gates[2], *scales.update))
    return np.asarray(np.clip(kept + added, *scales.limits), np.int64)


def _macs(graph: Graph, op: Op) -> int:
    x, y = _input(graph, op, 0), graph.outputs_of(op)[0]
    units = y.shape[2]
    return x.shape[0] * x.shape[1] * len(_GATES) * units * (x.shape[2] + units)


def _gate_struct(n: int, scales: Scaling) -> Struct:
    return Struct(
        "tg_lstm_gate",
        f"{_GATES[n]}_gate",
        {
            "weights": f"{{in{_WEIGHTS + n}}}",
            "recurrent": f"{{in{_RECURRENT + n}}}",
            "bias": f"{{in{_BIASES + n}}}",
            "multiplier": scales.inputs[n][0],
            "shift": scales.inputs[n][1],
            "recurrent_multiplier": scales.recurrent[n][0],
            "recurrent_shift": scales.recurrent[n][1],
        },
    )


def _params(graph: Graph, op: Op, scales: Scaling) -> Struct:
    x, y, hidden = _input(graph, op, 0), graph.outputs_of(op)[0], _input(graph, op, _HIDDEN)
    batches, steps = x.shape[:2] if not op.options.time_major else x.shape[1::-1]
    time_major = op.options.time_major
    fields: dict[str, int | str] = {
        "batches": batches,
        "steps": steps,
        "in_size": x.shape[2],
        "units": y.shape[2],
        "batch_stride": 1 if time_major else steps,
        "step_stride": batches if time_major else 1,
        "in_offset": -x.zero_point,
        "hidden_zero_point": hidden.zero_point,
        "tanh_multiplier": scales.tanh[0],
        "tanh_shift": scales.tanh[1],
        "cell_min": scales.limits[0],
        "cell_max": scales.limits[1],
    }
    for name in ("forget", "update", "hidden"):
        multiplier: Multiplier = getattr(scales, name)
        fields |= {f"{name}_multiplier": multiplier[0], f"{name}_shift": multiplier[1]}
    return Struct("tg_lstm_params", "params", fields)


def _kernel(graph: Graph, op: Op, _target: Target) -> Kernel:
    scales = scaling(graph, op)
    units = graph.outputs_of(op)[0].shape[2]
    above_half = (logistic_table() - (1 << 15)).astype(np.int16)
    gates = [f"&{name}_gate" for name in _GATES]
    arguments = ["&params", *gates, "{logistic}", "{in0}", "{scratch}", "{out0}"]
    structs = [_params(graph, op, scales), *(_gate_struct(n, scales) for n in range(len(_GATES)))]
    return Kernel(
        name="tg_lstm_s8",
        calls=[Call("tg_lstm_s8", arguments)],
        sources=["kernels/lstm_s8.c"],
        headers=["tinygen/kernels/lstm_s8.h"],
        constants=[Constant("logistic", above_half, "table")],
        structs=structs,
        scratch_bytes=-(-units * _SCRATCH_BYTES // 16) * 16,
    )


OP = OpType(
    name="UNIDIRECTIONAL_SEQUENCE_LSTM",
    max_version=4,
    options_table="UnidirectionalSequenceLSTMOptions",
    read_options=_read,
    check=_check,
    reference=_reference,
    macs=_macs,
    kernel=_kernel,
)

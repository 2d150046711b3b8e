"""What ops with two int8 inputs share: options, checks, parameters and loops."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tinygen.graph import Graph, Op
from tinygen.ops.activation import activation_range
from tinygen.ops.broadcast import Level, broadcast_levels, broadcast_shape
from tinygen.ops.checks import (
    require_counts,
    require_int8,
    require_options,
    require_shape,
    required_input,
)
from tinygen.ops.contract import Array, Call, Constant, Kernel, Struct, int8
from tinygen.ops.fixed_point import requantize, wrap_int32
from tinygen.ops.multiplier import Multiplier

_FLAT = (1, 1)


@dataclass(frozen=True, slots=True)
class FusedOptions:
    """``activation``: the schema's ActivationFunctionType."""

    activation: int


@dataclass(frozen=True, slots=True)
class Rescaling:
    """The multipliers of a ``tg_binary_params``; an op leaves out what it does not use."""

    out: Multiplier = (0, 0)
    in0: Multiplier = (0, 0)
    in1: Multiplier = (0, 0)


def read_fused(table: Any) -> FusedOptions | None:
    """Read the options of ADD, SUB and MUL; None when the file has none."""
    return None if table is None else FusedOptions(table.FusedActivationFunction())


def check_binary(graph: Graph, op: Op) -> None:
    """Check counts, types, quantization and shapes of two inputs and an output."""
    require_counts(op, (2,))
    first, second = required_input(graph, op, 0), required_input(graph, op, 1)
    out = graph.outputs_of(op)[0]
    for tensor, role in ((first, "input 0"), (second, "input 1"), (out, "output")):
        require_int8(op, tensor, role)
    require_shape(op, out, broadcast_shape(op, first.shape, second.shape), "output")


def check_fused(graph: Graph, op: Op) -> None:
    """Check an op with two inputs and a fused activation."""
    check_binary(graph, op)
    require_options(op)
    fused_range(graph, op)


def fused_range(graph: Graph, op: Op) -> tuple[int, int]:
    """Return the int8 range that the fused activation leaves."""
    return activation_range(op, op.options.activation, graph.outputs_of(op)[0])


def real_inputs(graph: Graph, op: Op, inputs: tuple[Array | None, ...]) -> tuple[Array, Array]:
    """Return both inputs as int64, zero points removed."""
    first, second = (
        values.astype(np.int64) - graph.tensors[t].zero_point
        for values, t in zip(inputs, op.inputs, strict=True)
        if values is not None
    )
    return first, second


def rescale_output(
    graph: Graph, op: Op, acc: Array, multiplier: Multiplier, limits: tuple[int, int]
) -> list[Array]:
    """Return the output for accumulators: rescaled, offset and clamped to ``limits``."""
    offset = graph.outputs_of(op)[0].zero_point
    return [int8(np.clip(wrap_int32(requantize(acc, *multiplier) + offset), *limits))]


def binary_params(
    graph: Graph, op: Op, rescaling: Rescaling, limits: tuple[int, int] = (-128, 127)
) -> Struct:
    """Return the ``tg_binary_params`` of this op."""
    first, second = (graph.tensors[t] for t in op.inputs)
    return Struct(
        "tg_binary_params",
        "params",
        {
            "in0_offset": -first.zero_point,
            "in1_offset": -second.zero_point,
            "out_offset": graph.outputs_of(op)[0].zero_point,
            "in0_multiplier": rescaling.in0[0],
            "in0_shift": rescaling.in0[1],
            "in1_multiplier": rescaling.in1[0],
            "in1_shift": rescaling.in1[1],
            "out_multiplier": rescaling.out[0],
            "out_shift": rescaling.out[1],
            "out_min": limits[0],
            "out_max": limits[1],
        },
    )


def binary_kernel(graph: Graph, op: Op, function: str, params: Struct | None = None) -> Kernel:
    """Return the flat loop of ``function`` where shapes are equal, else loops around it.

    Args:
        graph: Verified.
        op: With two inputs.
        function: A ``tg_binary_s8`` in a file and a header of its name.
        params: None for ops that only compare.
    """
    first, second = (graph.tensors[t] for t in op.inputs)
    size = graph.outputs_of(op)[0].size
    levels = broadcast_levels(first.shape, second.shape)
    is_flat = len(levels) == 1 and levels[0].steps == _FLAT
    pointer = "NULL" if params is None else "&params"
    file = function.removeprefix("tg_")
    return Kernel(
        name=function,
        calls=[
            Call(function, [pointer, "{in0}", "{in1}", str(size), "{out0}"])
            if is_flat
            else Call(
                "tg_broadcast_s8",
                [function, pointer, "{levels}", str(len(levels)), "{in0}", "{in1}", "{out0}"],
            )
        ],
        sources=[f"kernels/{file}.c", *([] if is_flat else ["kernels/broadcast_s8.c"])],
        headers=[f"tinygen/kernels/{file}.h"],
        constants=[] if is_flat else [_levels_constant(levels)],
        structs=[] if params is None else [params],
        overlap={n: 0 for n, x in enumerate((first, second)) if x.size == size},
    )


def _levels_constant(levels: tuple[Level, ...]) -> Constant:
    rows = [(level.count, *level.steps) for level in levels]
    return Constant("levels", np.array(rows, dtype=np.int32), "table")

"""MEAN, SUM, REDUCE_MAX and REDUCE_MIN: one value out of all along some axes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from math import prod
from typing import Any

import numpy as np

from tinygen.graph import Graph, Op
from tinygen.ops.checks import (
    DAMAGED_HINT,
    require,
    require_counts,
    require_int8,
    require_shape,
    required_input,
)
from tinygen.ops.contract import Array, Call, Kernel, OpType, Struct, Target, int8
from tinygen.ops.fixed_point import quantize_multiplier, requantize, wrap_int32
from tinygen.ops.move_checks import (
    constant_indices,
    require_options,
    require_same_quantization,
    require_sizes,
    resolve_axis,
)
from tinygen.ops.moves import c_array

# TG_REDUCE_DIMS of the kernels: kept and reduced dimensions alternate at most 4 times.
_GROUPS = 4
_MAX_RANK = 2 * _GROUPS


@dataclass(frozen=True, slots=True)
class ReduceOptions:
    """``keep_dims``: reduced dimensions stay, with size 1."""

    keep_dims: bool


@dataclass(frozen=True, slots=True)
class Loops:
    """Sizes and strides (in elements) of loops over the input, outermost first."""

    sizes: tuple[int, ...]
    strides: tuple[int, ...]


def _read(table: Any) -> ReduceOptions | None:
    return None if table is None else ReduceOptions(bool(table.KeepDims()))


def reduced_axes(graph: Graph, op: Op) -> tuple[int, ...]:
    """Return the axes to reduce, from the front, sorted, each once."""
    rank = len(graph.tensors[op.inputs[0]].shape)
    values = constant_indices(graph, op, 1, "axis")
    return tuple(sorted({resolve_axis(op, value, rank) for value in values}))


def _check(graph: Graph, op: Op) -> None:
    require_counts(op, (2,))
    require_options(op)
    x, y = required_input(graph, op, 0), graph.outputs_of(op)[0]
    require_int8(op, x, "input")
    require_int8(op, y, "output")
    require_sizes(op, (x, y))
    rank = len(x.shape)
    require(op, 0 < rank <= _MAX_RANK, f"input has {rank} dimensions", "use 1 to 8 dimensions")
    axes = reduced_axes(graph, op)
    kept = [1 if n in axes else size for n, size in enumerate(x.shape)]
    if not op.options.keep_dims:
        kept = [size for n, size in enumerate(x.shape) if n not in axes]
    require_shape(op, y, kept, "output")


def _check_scaled(graph: Graph, op: Op) -> None:
    _check(graph, op)
    ratio = _ratio(graph, op)
    require(op, ratio < 2.0**30, f"scales give a multiplier of {ratio:g}", DAMAGED_HINT)


def _check_extreme(graph: Graph, op: Op) -> None:
    _check(graph, op)
    require_same_quantization(op, (graph.tensors[op.inputs[0]], graph.outputs_of(op)[0]))


def _ratio(graph: Graph, op: Op) -> float:
    x, y = graph.tensors[op.inputs[0]], graph.outputs_of(op)[0]
    return float(np.float32(x.scale)) / float(np.float32(y.scale))


def _count(graph: Graph, op: Op) -> int:
    """Return how many inputs make one output."""
    shape = graph.tensors[op.inputs[0]].shape
    return prod(shape[axis] for axis in reduced_axes(graph, op))


def multiplier(graph: Graph, op: Op) -> tuple[int, int]:
    """Return the Q31 multiplier and shift that turn a sum into the output.

    Source: TFLM divides a mean's multiplier by the count after shifting it up by the
    count's bits, so that no precision is lost; the quotient rounds down.
    """
    factor, shift = quantize_multiplier(_ratio(graph, op))
    if op.name == "SUM":
        return factor, shift
    count = _count(graph, op)
    up = min(count.bit_length() - 1, 32, 31 + shift)
    return (factor << up) // count, shift - up


def _sum_reference(graph: Graph, op: Op, inputs: Sequence[Array | None]) -> list[Array]:
    x, y = graph.tensors[op.inputs[0]], graph.outputs_of(op)[0]
    assert inputs[0] is not None
    total = inputs[0].sum(axis=reduced_axes(graph, op), dtype=np.int64)
    acc = wrap_int32(total - x.zero_point * _count(graph, op))
    return [int8(requantize(acc, *multiplier(graph, op)) + y.zero_point).reshape(y.shape)]


def _extreme_reference(
    extreme: Callable[..., Array], graph: Graph, op: Op, inputs: Sequence[Array | None]
) -> list[Array]:
    result = np.asarray(extreme(inputs[0], axis=reduced_axes(graph, op)))
    return [result.reshape(graph.outputs_of(op)[0].shape)]


def loops(graph: Graph, op: Op) -> tuple[Loops, Loops]:
    """Return the loops over kept and over reduced dimensions, neighbours merged."""
    shape, axes = graph.tensors[op.inputs[0]].shape, reduced_axes(graph, op)
    found: dict[bool, list[tuple[int, int]]] = {False: [], True: []}
    axes_left = [n for n, size in enumerate(shape) if size > 1]
    for is_reduced, group in groupby(axes_left, lambda n: n in axes):
        members = list(group)
        size = prod(shape[n] for n in members)
        found[is_reduced].append((size, prod(shape[members[-1] + 1 :])))
    kept, reduced = (
        Loops(*zip(*([(1, 0)] * (_GROUPS - len(found[kind])) + found[kind]), strict=True))
        for kind in (False, True)
    )
    return kept, reduced


def _loops_struct(graph: Graph, op: Op) -> Struct:
    kept, reduced = loops(graph, op)
    return Struct(
        "tg_reduce_loops",
        "loops",
        {
            "kept_size": c_array(kept.sizes),
            "kept_stride": c_array(kept.strides),
            "reduced_size": c_array(reduced.sizes),
            "reduced_stride": c_array(reduced.strides),
        },
    )


def sum_params(graph: Graph, op: Op) -> Struct:
    """Return the ``tg_reduce_sum_params`` of a MEAN or SUM."""
    x, y = graph.tensors[op.inputs[0]], graph.outputs_of(op)[0]
    factor, shift = multiplier(graph, op)
    return Struct(
        "tg_reduce_sum_params",
        "params",
        {
            "offset": int(wrap_int32(-x.zero_point * _count(graph, op))),
            "multiplier": factor,
            "shift": shift,
            "out_offset": y.zero_point,
        },
    )


def _sum_kernel(graph: Graph, op: Op, _target: Target) -> Kernel:
    return Kernel(
        name="tg_reduce_sum_s8",
        calls=[Call("tg_reduce_sum_s8", ["&loops", "&params", "{in0}", "{out0}"])],
        sources=["kernels/reduce_sum_s8.c"],
        headers=["tinygen/kernels/reduce_sum_s8.h"],
        structs=[_loops_struct(graph, op), sum_params(graph, op)],
    )


def _extreme_kernel(name: str, graph: Graph, op: Op, _target: Target) -> Kernel:
    return Kernel(
        name=f"tg_{name}",
        calls=[Call(f"tg_{name}", ["&loops", "{in0}", "{out0}"])],
        sources=[f"kernels/{name}.c"],
        headers=[f"tinygen/kernels/{name}.h"],
        structs=[_loops_struct(graph, op)],
    )


def _scaled_op(name: str) -> OpType:
    return OpType(
        name=name,
        max_version=3,
        options_table="ReducerOptions",
        read_options=_read,
        check=_check_scaled,
        reference=_sum_reference,
        kernel=_sum_kernel,
    )


def _extreme_op(name: str, kernel: str, extreme: Callable[..., Array]) -> OpType:
    return OpType(
        name=name,
        max_version=3,
        options_table="ReducerOptions",
        read_options=_read,
        check=_check_extreme,
        reference=partial(_extreme_reference, extreme),
        kernel=partial(_extreme_kernel, kernel),
    )


OPS = (
    _scaled_op("MEAN"),
    _scaled_op("SUM"),
    _extreme_op("REDUCE_MAX", "reduce_max_s8", np.amax),
    _extreme_op("REDUCE_MIN", "reduce_min_s8", np.amin),
)

"""Ops that only move values: each is a list of copies between views of its tensors."""

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tinygen.graph import Graph, Op, Tensor
from tinygen.ops.contract import (
    Array,
    Call,
    Constant,
    Copy,
    Kernel,
    OpType,
    Struct,
    Target,
    no_options,
)

# TG_COPY_DIMS of the kernel.
_DIMS = 5
View = Callable[[Array], Array]


def whole(values: Array) -> Array:
    """Return the tensor itself: the view that needs no arithmetic."""
    return values


@dataclass(frozen=True, slots=True)
class Move:
    """One copy: ``put(output)[...] = take(input)``.

    Attributes:
        take: View of the input.
        put: View of the output, of the same shape.
        source: Position of the input in ``op.inputs``.
        target: Position of the output in ``op.outputs``.
    """

    take: View = whole
    put: View = whole
    source: int = 0
    target: int = 0


Moves = Callable[[Graph, Op], Sequence[Move]]
Background = Callable[[Graph, Op], Array]


@dataclass(frozen=True, slots=True)
class StridedCopy:
    """Loops of a copy, outermost first, strides and starts in bytes."""

    size: tuple[int, ...]
    in_stride: tuple[int, ...]
    out_stride: tuple[int, ...]
    in_start: int
    out_start: int
    run_bytes: int


def _template(tensor: Tensor) -> Array:
    """Return an array of the tensor's shape and type, its values never touched."""
    return np.empty(tensor.shape, tensor.dtype)


def _start(base: Array, view: Array) -> int:
    return int(view.__array_interface__["data"][0] - base.__array_interface__["data"][0])


def strided_copy(source: Tensor, target: Tensor, move: Move) -> StridedCopy:
    """Return the loops of ``move``: as few as possible, the innermost run contiguous.

    >>> x = Tensor(0, "x", "int8", (1, 4, 6, 2))
    >>> y = Tensor(1, "y", "int8", (1, 4, 3, 2))
    >>> strided_copy(x, y, Move(take=lambda v: v[:, :, 1:4])).run_bytes
    6
    """
    whole_in, whole_out = _template(source), _template(target)
    view_in, view_out = move.take(whole_in), move.put(whole_out)
    if view_in.shape != view_out.shape:
        raise ValueError(f"{view_in.shape} does not fit {view_out.shape}")
    run = whole_in.itemsize
    loops = _merge(list(zip(view_in.shape, view_in.strides, view_out.strides, strict=True)))
    if loops and loops[-1][1:] == (run, run):
        run *= loops.pop()[0]
    if len(loops) > _DIMS:
        raise ValueError(f"{len(loops)} loops do not fit the kernel")
    padded = [(1, 0, 0)] * (_DIMS - len(loops)) + loops
    size, in_stride, out_stride = zip(*padded, strict=True)
    starts = _start(whole_in, view_in), _start(whole_out, view_out)
    return StridedCopy(size, in_stride, out_stride, *starts, run)


def _merge(loops: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Join neighbouring loops that walk memory as one; drop those of size 1."""
    merged: list[tuple[int, int, int]] = []
    for size, in_stride, out_stride in (loop for loop in loops if loop[0] > 1):
        outer = merged[-1] if merged else (0, 0, 0)
        if merged and outer[1:] == (size * in_stride, size * out_stride):
            merged[-1] = (outer[0] * size, in_stride, out_stride)
        else:
            merged.append((size, in_stride, out_stride))
    return merged


def c_array(values: Sequence[int]) -> str:
    """Print a `Struct` field that is an array; braces stand twice, for placeholders.

    >>> c_array([1, -2])
    '{{1, -2}}'
    """
    return "{{" + ", ".join(str(value) for value in values) + "}}"


def _struct(name: str, copy: StridedCopy) -> Struct:
    return Struct(
        "tg_copy_strided_params",
        name,
        {
            "size": c_array(copy.size),
            "in_stride": c_array(copy.in_stride),
            "out_stride": c_array(copy.out_stride),
            "in_start": copy.in_start,
            "out_start": copy.out_start,
            "run_bytes": copy.run_bytes,
        },
    )


def move_kernel(graph: Graph, op: Op, moves: Sequence[Move], fill: Array | None = None) -> Kernel:
    """Return the calls that fill output 0 with ``fill``, if given, and do the copies."""
    sources, headers = ["kernels/copy_strided.c"], ["tinygen/kernels/copy_strided.h"]
    calls, constants = [], []
    if fill is not None:
        y = graph.outputs_of(op)[0]
        calls.append(Call("tg_fill", ["{fill}", str(fill.itemsize), str(y.size), "{out0}"]))
        constants.append(Constant("fill", fill.reshape(1), "table"))
        sources.append("kernels/fill.c")
        headers.append("tinygen/kernels/fill.h")
    structs = []
    for n, move in enumerate(moves):
        x = graph.tensors[op.inputs[move.source]]
        y = graph.outputs_of(op)[move.target]
        structs.append(_struct(f"copy{n}", strided_copy(x, y, move)))
        arguments = [f"&copy{n}", f"{{in{move.source}}}", f"{{out{move.target}}}"]
        calls.append(Call("tg_copy_strided", arguments))
    return Kernel(
        name="tg_copy_strided",
        calls=calls,
        sources=sources,
        headers=headers,
        constants=constants,
        structs=structs,
    )


def _copies(graph: Graph, op: Op, moves: Sequence[Move]) -> list[Copy]:
    """Return the moves of bytes in a row, to bytes in a row or to runs equally far apart."""
    found = []
    for call, move in enumerate(moves):
        x, y = graph.tensors[op.inputs[move.source]], graph.outputs_of(op)[move.target]
        copy = strided_copy(x, y, move)
        place = call, move.source, move.target, copy.in_start, copy.out_start
        *outer, runs = copy.size
        if set(copy.size) == {1}:
            found.append(Copy(*place, copy.run_bytes))
        elif set(outer) == {1} and copy.in_stride[-1] == copy.run_bytes:
            nbytes = runs * copy.run_bytes
            found.append(Copy(*place, nbytes, copy.run_bytes, copy.out_stride[-1]))
    return found


def without_calls(kernel: Kernel, left_out: Container[int]) -> Kernel | None:
    """Return a move op's kernel without some of its calls; None where none is left."""
    kept = [n for n in range(len(kernel.calls)) if n not in left_out]
    if not kept:
        return None
    return replace(
        kernel,
        calls=[kernel.calls[n] for n in kept],
        structs=[kernel.structs[n] for n in kept],
        why=f"{len(kernel.calls) - len(kept)} of {len(kernel.calls)} parts need no copy",
    )


def _move(
    graph: Graph,
    op: Op,
    inputs: Sequence[Array | None],
    moves: Sequence[Move],
    fill: Array | None,
) -> list[Array]:
    outputs = [_template(y) for y in graph.outputs_of(op)]
    if fill is not None:
        outputs[0][...] = fill
    for move in moves:
        values = inputs[move.source]
        assert values is not None
        move.put(outputs[move.target])[...] = move.take(values)
    return outputs


@dataclass(frozen=True, slots=True)
class Options:
    """Where an op's options are and how they are read."""

    table: str | None = None
    read: Callable[[Any], Any] = no_options


def move_op(  # noqa: PLR0913 - what differs between such ops, and no more
    name: str,
    max_version: int,
    check: Callable[[Graph, Op], None],
    moves: Moves,
    *,
    options: Options | None = None,
    background: Background | None = None,
) -> OpType:
    """Return an op type whose reference and kernel both come from its moves.

    Args:
        name: TFLite's name.
        max_version: The highest operator version.
        check: As in `OpType`; afterwards ``moves`` cannot fail.
        moves: The copies, given graph and op.
        options: Of the op; none when left out.
        background: The one value that output 0 is filled with first.
    """

    def fill(graph: Graph, op: Op) -> Array | None:
        return None if background is None else background(graph, op)

    def reference(graph: Graph, op: Op, inputs: Sequence[Array | None]) -> list[Array]:
        return _move(graph, op, inputs, moves(graph, op), fill(graph, op))

    def kernel(graph: Graph, op: Op, _target: Target) -> Kernel:
        return move_kernel(graph, op, moves(graph, op), fill(graph, op))

    def copies(graph: Graph, op: Op) -> Sequence[Copy]:
        return _copies(graph, op, moves(graph, op)) if background is None else ()

    options = options or Options()
    return OpType(
        name=name,
        max_version=max_version,
        options_table=options.table,
        read_options=options.read,
        check=check,
        reference=reference,
        kernel=kernel,
        copies=copies,
    )

"""Ops that pick positions along axes: each is one list of indices an axis."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from tinygen.graph import Graph, Op
from tinygen.ops.contract import Array, Call, Constant, Kernel, OpType, Struct, Target
from tinygen.ops.moves import Options, c_array

# TG_COPY_DIMS of the kernel.
_DIMS = 5
# An axis that is taken whole, in its order.
_ALL = -1


@dataclass(frozen=True, slots=True)
class Pick:
    """What an output holds: ``input.reshape(shape)[indices[0]][:, indices[1]] ...``.

    Attributes:
        shape: The input's elements, in its order; at most 5 sizes.
        indices: For each axis, positions within its size; None for all of them.
    """

    shape: tuple[int, ...]
    indices: tuple[Sequence[int] | None, ...]


Picks = Callable[[Graph, Op], Pick]


@dataclass(frozen=True, slots=True)
class _Loops:
    """Loops of the kernel, outermost first; ``table`` holds all indices, one after another."""

    size: list[int]
    stride: list[int]
    table_at: list[int]
    table: list[int]
    run_bytes: int


def _loops(pick: Pick, element_bytes: int) -> _Loops:
    axes = list(zip(pick.shape, pick.indices, strict=True))
    run = element_bytes
    while axes and axes[-1][1] is None:
        run *= axes.pop()[0]
    loops = _Loops([], [], [], [], run)
    for n, (size, indices) in enumerate(axes):
        loops.stride.append(run * prod(size for size, _ in axes[n + 1 :]))
        loops.size.append(size if indices is None else len(indices))
        loops.table_at.append(_ALL if indices is None else len(loops.table))
        loops.table.extend(indices or ())
    return loops


def _kernel(graph: Graph, op: Op, pick: Pick) -> Kernel:
    element_bytes = np.dtype(graph.outputs_of(op)[0].dtype).itemsize
    loops = _loops(pick, element_bytes)
    missing = _DIMS - len(loops.size)
    fields: dict[str, int | str] = {
        "size": c_array([1] * missing + loops.size),
        "in_stride": c_array([0] * missing + loops.stride),
        "index_at": c_array([_ALL] * missing + loops.table_at),
        "run_bytes": loops.run_bytes,
    }
    table = np.array(loops.table or [0], np.int32)
    return Kernel(
        name="tg_copy_indexed",
        calls=[Call("tg_copy_indexed", ["&copy", "{index}", "{in0}", "{out0}"])],
        sources=["kernels/copy_indexed.c"],
        headers=["tinygen/kernels/copy_indexed.h"],
        constants=[Constant("index", table, "table")],
        structs=[Struct("tg_copy_indexed_params", "copy", fields)],
    )


def _reference(graph: Graph, op: Op, values: Array | None, pick: Pick) -> list[Array]:
    assert values is not None
    chosen = [
        range(size) if indices is None else indices
        for size, indices in zip(pick.shape, pick.indices, strict=True)
    ]
    taken = values.reshape(pick.shape)[np.ix_(*chosen)]
    return [taken.reshape(graph.outputs_of(op)[0].shape)]


def pick_op(
    name: str,
    max_version: int,
    check: Callable[[Graph, Op], None],
    picks: Picks,
    options: Options,
) -> OpType:
    """Return an op type whose reference and kernel both come from its pick.

    Args:
        name: TFLite's name.
        max_version: The highest operator version.
        check: As in `OpType`; afterwards ``picks`` cannot fail.
        picks: What the output holds, given graph and op.
        options: Of the op.
    """

    def reference(graph: Graph, op: Op, inputs: Sequence[Array | None]) -> list[Array]:
        return _reference(graph, op, inputs[0], picks(graph, op))

    def kernel(graph: Graph, op: Op, _target: Target) -> Kernel:
        return _kernel(graph, op, picks(graph, op))

    return OpType(
        name=name,
        max_version=max_version,
        options_table=options.table,
        read_options=options.read,
        check=check,
        reference=reference,
        kernel=kernel,
    )

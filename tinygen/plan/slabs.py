"""Add the slabs that weights stream through to a memory plan."""

from collections.abc import Sequence
from dataclasses import replace

from tinygen.plan.model import Bounds, Buffer, Plan

_ALIGN = 16


def add_slabs(
    plan: Plan, sizes: Sequence[int], first: int, last: int
) -> tuple[Plan, tuple[int, ...]]:
    """Return the plan with a buffer for each slab on top, and the slabs' offsets.

    They lie above everything else, because they live nearly as long as the inference:
    a chunk is read while the op before it runs.

    Args:
        plan: Of tensors and scratch.
        sizes: Bytes of each slab.
        first: Position of the first op that uses one.
        last: Of the last.
    """
    offsets, buffers = [], list(plan.buffers)
    top = -(-plan.arena_bytes // _ALIGN) * _ALIGN
    for n, nbytes in enumerate(sizes):
        offsets.append(top)
        buffers.append(Buffer(f"weight slab {n}", top, nbytes, first, last))
        top += -(-nbytes // _ALIGN) * _ALIGN
    more = top - plan.arena_bytes
    grown = replace(
        plan,
        buffers=tuple(buffers),
        arena_bytes=top,
        bounds=Bounds(plan.bounds.layerwise + more, plan.bounds.overlap + more),
    )
    return grown, tuple(offsets)

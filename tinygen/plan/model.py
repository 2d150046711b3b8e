"""The memory plan: buffers, where they lie and when they live."""

from collections.abc import Mapping
from dataclasses import dataclass

from tinygen.plan.schedule import Chain


@dataclass(frozen=True, slots=True)
class Buffer:
    """A piece of the arena.

    Attributes:
        name: ``tensor 12``, ``scratch of op 3`` or ``weights of op 3``.
        offset: Bytes from the start of its region's arena.
        nbytes: Size.
        first: Position in ``Graph.ops`` of the op that writes it first; -1 for inputs.
        last: Position of the last op that uses it; ``len(ops)`` for outputs.
    """

    name: str
    offset: int
    nbytes: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Bounds:
    """What no plan can go below.

    Attributes:
        layerwise: Bytes live at the worst op, were every op run whole and no two live
            buffers to share a byte.
        overlap: The same where an op's output may be laid over an input that it has
            finished reading, as its kernel allows; the bound of the plan itself.
    """

    layerwise: int
    overlap: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Where everything lies that lives only during inference.

    Attributes:
        buffers: All of them, scratch included.
        tensor_offsets: Byte offset of each computed tensor and graph input.
        scratch_offsets: Byte offset of the scratch buffer of each op that has one, by
            position in ``Graph.ops``.
        arena_bytes: Highest byte used, scratch included.
        scratch_bytes: The largest scratch buffer.
        bounds: Proven lower bounds.
        is_optimal: The search proved that no smaller arena exists for these lifetimes
            and overlaps.
        peak_op: Position in ``Graph.ops`` of the op that sets the layer-wise bound.
        chains: Ops that run row by row; a tensor between them has a band only.
        held_offsets: Byte offset of each buffer that is neither tensor nor scratch.
    """

    buffers: tuple[Buffer, ...]
    tensor_offsets: Mapping[int, int]
    scratch_offsets: Mapping[int, int]
    arena_bytes: int
    scratch_bytes: int
    bounds: Bounds
    is_optimal: bool
    peak_op: int
    chains: tuple[Chain, ...] = ()
    held_offsets: tuple[int, ...] = ()

"""Decide which tensors share a buffer, and where in it each of them lies."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tinygen.graph import Graph, Op
from tinygen.ops.registry import op_types
from tinygen.plan.join import Join
from tinygen.plan.schedule import Chain, Unit, is_chained

_NONE = -1  # tensor
_LATER = 1 << 30  # than any op


@dataclass(frozen=True, slots=True)
class Sharing:
    """Where tensors in RAM lie, relative to each other.

    Attributes:
        root: Each tensor to the one whose bytes it has, or takes the place of, exactly.
        buffer: Each root to the tensor that its buffer is known by.
        shift: Each root to its first byte in the buffer; 0 where left out.
        nbytes: Size of each buffer; empty where each has one root.
        free: Positions of ops to the numbers of their calls that have nothing to copy.
        stepping: Tensors that lie in a buffer in runs, between those of others, each with
            its bytes from the first to the last.
    """

    root: Mapping[int, int]
    buffer: Mapping[int, int]
    shift: Mapping[int, int] = field(default_factory=dict)
    nbytes: Mapping[int, int] = field(default_factory=dict)
    free: Mapping[int, frozenset[int]] = field(default_factory=dict)
    stepping: Mapping[int, int] = field(default_factory=dict)

    @property
    def buffers(self) -> dict[int, int]:
        """Return the buffer of each tensor."""
        return {t: self.buffer[r] for t, r in self.root.items()}

    @property
    def shifts(self) -> dict[int, int]:
        """Return the first byte of each tensor that does not begin where its buffer does."""
        found = {t: self.shift.get(r, 0) for t, r in self.root.items()}
        return {t: shift for t, shift in found.items() if shift}


def share(
    graph: Graph,
    in_place: Container[int] = (),
    chains: Sequence[Chain | Unit] = (),
    *,
    parts: bool = False,
    stepping: Iterable[int] = (),
) -> Sharing:
    """Return who shares a buffer.

    Args:
        graph: Verified.
        in_place: Positions of ops whose output may only lie exactly over input 0.
        chains: Ops that run row by row.
        parts: Tensors may be parts of others, so that ops have less to copy.
        stepping: Positions of ops that can then write their output in runs that are apart.
    """
    root = roots(graph, in_place, chains)
    if not parts:
        return Sharing(root, {r: r for r in root.values()})
    step = {graph.ops[n].outputs[0] for n in stepping if not is_chained(chains, n)}
    join = Join(graph, root, chains, step)
    whole = [n for n in range(len(graph.ops)) if not is_chained(chains, n)]
    for position in whole:
        join.join_copies(position)
    found = {n: join.free_calls(n) for n in whole}
    spots = {r: join.spot(r) for r in root.values()}
    return Sharing(
        root,
        {r: spot.buffer for r, spot in spots.items()},
        {r: spot.shift for r, spot in spots.items()},
        {spot.buffer: join.nbytes(spot.buffer) for spot in spots.values()},
        {n: calls for n, calls in found.items() if calls},
        join.stepping,
    )


def has_rows(graph: Graph, op: Op) -> bool:
    """Return whether an op copies bytes in a row, which could be at their place already."""
    return any(not copy.out_step for copy in op_types()[op.name].copies(graph, op))


def roots(
    graph: Graph, in_place: Container[int] = (), chains: Sequence[Chain | Unit] = ()
) -> dict[int, int]:
    """Map each tensor in RAM to the one whose place it has: views, and ops in place."""
    chained = {n for chain in chains for n in range(chain.first, chain.last + 1)}
    last_use = {t: n for n, op in enumerate(graph.ops) for t in op.inputs}
    last_use |= dict.fromkeys(graph.outputs, len(graph.ops))
    root = {t: t for t in graph.inputs}
    needed = {t: last_use.get(t, -1) for t in root}  # by root: the last op that does
    for position, op in enumerate(graph.ops):
        may_replace = position in in_place and position not in chained
        for t in op.outputs:
            dies = may_replace and needed.get(root.get(op.inputs[0], _NONE), _LATER) <= position
            shares = dies or is_view(op, root)
            root[t] = root[op.inputs[0]] if shares else t
            needed[root[t]] = max(needed.get(root[t], -1), last_use.get(t, -1))
    return root


def is_view(op: Op, in_ram: Container[int]) -> bool:
    """Return whether an op is a view of a tensor in RAM."""
    return op_types()[op.name].is_view and op.inputs[0] in in_ram

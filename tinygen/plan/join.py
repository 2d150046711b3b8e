"""Lay tensors into one buffer so that copies between them have nothing to do.

Two tensors of a buffer may have a byte in common only where that is the same value, copied
from the same place, or where they do not live at the same time.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tinygen.graph import Graph
from tinygen.ops.contract import Copy
from tinygen.ops.registry import op_types
from tinygen.plan.schedule import Chain, Unit

# Bytes. Ports are what applications, and DMA, read and write; a buffer starts at as many.
_PORT_ALIGN = 16
_ALIGN = 4


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a tensor lies: ``shift`` bytes from the start of a buffer."""

    buffer: int
    shift: int


@dataclass(frozen=True, slots=True)
class _Run:
    """Bytes of a tensor from ``start`` to before ``stop``: those of ``origin`` from ``at``."""

    start: int
    stop: int
    origin: int
    at: int


class Join:
    """Groups of tensors, each group one buffer; at first those that have one place."""

    def __init__(
        self,
        graph: Graph,
        root: Mapping[int, int],
        chains: Sequence[Chain | Unit] = (),
        stepping: Container[int] = (),
    ) -> None:
        """Begin with a group for each root.

        Args:
            graph: Verified.
            root: Each tensor in RAM to the one whose place it has.
            chains: Ops that run row by row: at one time, as far as lives go.
            stepping: Tensors that can be written in runs that are apart.
        """
        self._graph, self._root = graph, root
        self._lives = _lives(graph, chains)
        self._runs = _runs(graph, root)
        self._copied = _copied(graph)
        self._nbytes = {t: graph.tensors[t].nbytes for t in root}
        self._stepping = stepping
        self._between: dict[int, int] = {}
        self._spots = {t: Spot(r, 0) for t, r in root.items()}
        self._members: dict[int, list[int]] = {}
        for t, r in root.items():
            self._members.setdefault(r, []).append(t)

    def spot(self, tensor: int) -> Spot:
        """Return where a tensor lies."""
        return self._spots[tensor]

    def nbytes(self, buffer: int) -> int:
        """Return the size of a buffer."""
        return max(self._end(t) for t in self._members[buffer])

    @property
    def stepping(self) -> dict[int, int]:
        """Return the tensors whose runs are apart, each with its bytes from first to last."""
        return {t: self._nbytes[t] for t in self._between}

    def join_copies(self, position: int) -> None:
        """Lay the tensors of an op so that it has little to copy, large parts first."""
        for copy, source, target in sorted(self._copies(position), key=lambda c: -c[0].nbytes):
            if not copy.out_step:
                self._join(source, target, copy.in_start - copy.out_start)
            elif source in self._stepping and len(self._members[self._spots[source].buffer]) == 1:
                self._join_runs(copy, source, target)

    def _join_runs(self, copy: Copy, source: int, target: int) -> None:
        """Lay a tensor's runs between those of others in ``target``."""
        self._between[source] = target
        self._nbytes[source] = extent(copy)
        self._join(source, target, -copy.out_start)
        if self._spots[source].buffer != self._spots[target].buffer:
            del self._between[source]
            self._nbytes[source] = copy.nbytes

    def free_calls(self, position: int) -> frozenset[int]:
        """Return the calls of an op whose bytes are at their place already."""
        return frozenset(
            copy.call
            for copy, source, target in self._copies(position)
            if bool(copy.out_step) == (source in self._between)
            and self._moved(source, copy.in_start) == self._moved(target, copy.out_start)
        )

    def _copies(self, position: int) -> Iterator[tuple[Copy, int, int]]:
        op = self._graph.ops[position]
        for copy in op_types()[op.name].copies(self._graph, op):
            source, target = op.inputs[copy.source], op.outputs[copy.target]
            if source in self._spots and target in self._spots:
                yield copy, source, target

    def _moved(self, tensor: int, start: int) -> Spot:
        spot = self._spots[tensor]
        return Spot(spot.buffer, spot.shift + start)

    def _end(self, tensor: int) -> int:
        return self._spots[tensor].shift + self._nbytes[tensor]

    def _join(self, one: int, other: int, distance: int) -> None:
        """Lay ``other`` ``distance`` bytes above ``one``, with all that is in their buffers."""
        a, b = self._spots[one], self._spots[other]
        if a.buffer == b.buffer:
            return
        move = a.shift + distance - b.shift
        spots = {t: self._spots[t].shift for t in self._members[a.buffer]}
        moved = {t: self._spots[t].shift + move for t in self._members[b.buffer]}
        lowest = min((spots | moved).values())
        shifts = {t: shift - lowest for t, shift in (spots | moved).items()}
        if not self._is_aligned(shifts) or not self._agree(spots, moved):
            return
        key = max(shifts, key=lambda t: (self._nbytes[t], -t))
        members = sorted(shifts)
        del self._members[a.buffer], self._members[b.buffer]
        self._members[self._root[key]] = members
        self._spots |= {t: Spot(self._root[key], shifts[t]) for t in members}

    def _is_aligned(self, shifts: Mapping[int, int]) -> bool:
        ports = {*self._graph.inputs, *self._graph.outputs}
        return all(
            shift % (_PORT_ALIGN if t in ports else _ALIGN) == 0
            for t, shift in shifts.items()
            if t not in self._between  # no two of its runs begin alike
        )

    def _agree(self, spots: Mapping[int, int], moved: Mapping[int, int]) -> bool:
        """Return whether no tensor of one group spoils what one of the other has."""
        return all(
            self._are_apart_in_time(a, b) or self._are_equal(a, b, spots[a] - moved[b])
            for a in spots
            for b in moved
        )

    def _are_apart_in_time(self, a: int, b: int) -> bool:
        (first_a, last_a), (first_b, last_b) = self._lives[a], self._lives[b]
        return last_a < first_b or last_b < first_a

    def _are_equal(self, a: int, b: int, up: int) -> bool:
        """Return whether two tensors agree where they meet, ``a`` lying ``up`` above ``b``."""
        low = max(0, -up)
        high = min(self._nbytes[a], self._nbytes[b] - up)
        if low >= high:
            return True
        if a in self._between or b in self._between:
            return self._between.get(a, a) == self._between.get(b, b)
        if up not in self._copied.get((a, b), (up,)):  # what is still copied must not overlap
            return False
        return _cut(self._runs[a], low, high) == _cut(self._runs[b], low + up, high + up)


def extent(copy: Copy) -> int:
    """Return the bytes from the first to the last that a copy writes in runs."""
    return (copy.nbytes // copy.run_bytes - 1) * copy.out_step + copy.run_bytes


def _lives(graph: Graph, chains: Sequence[Chain | Unit]) -> dict[int, tuple[int, int]]:
    """Return when each tensor is written and used last, in positions of ops."""
    begin = {n: c.first for c in chains for n in range(c.first, c.last + 1)}
    lives = dict.fromkeys(graph.inputs, (-1, -1))
    for n, op in enumerate(graph.ops):
        at = begin.get(n, n)
        lives |= {t: (lives[t][0], at) for t in op.inputs if t in lives}
        lives |= dict.fromkeys(op.outputs, (at, at))
    return lives | {t: (lives[t][0], len(graph.ops)) for t in graph.outputs if t in lives}


def _copied(graph: Graph) -> dict[tuple[int, int], set[int]]:
    """Return how far above the second of two tensors the first must lie to spare a copy."""
    found: dict[tuple[int, int], set[int]] = {}
    for op in graph.ops:
        for copy in op_types()[op.name].copies(graph, op):
            source, target = op.inputs[copy.source], op.outputs[copy.target]
            up = copy.out_start - copy.in_start
            found.setdefault((source, target), set()).add(up)
            found.setdefault((target, source), set()).add(-up)
    return found


def _runs(graph: Graph, root: Mapping[int, int]) -> dict[int, list[_Run]]:
    """Return for each tensor in RAM which tensors its bytes are copied from."""
    runs = {t: [_Run(0, graph.tensors[t].nbytes, t, 0)] for t in root}
    for op in graph.ops:
        kind = op_types()[op.name]
        if kind.is_view and op.inputs[0] in root:
            runs[op.outputs[0]] = runs[op.inputs[0]]
        for copy in kind.copies(graph, op):
            source, target = op.inputs[copy.source], op.outputs[copy.target]
            if source in root and not copy.out_step:
                taken = _cut(runs[source], copy.in_start, copy.in_start + copy.nbytes)
                runs[target] = _put(runs[target], copy.out_start, taken)
    return runs


def _cut(runs: Iterable[_Run], low: int, high: int) -> list[_Run]:
    """Return some bytes of a tensor, counted from the first; runs are as long as can be.

    >>> _cut([_Run(0, 4, 7, 0), _Run(4, 8, 9, 2)], 2, 6)
    [_Run(start=0, stop=2, origin=7, at=2), _Run(start=2, stop=4, origin=9, at=2)]
    """
    found: list[_Run] = []
    for run in runs:
        first, stop = max(run.start, low), min(run.stop, high)
        if first >= stop:
            continue
        at = run.at + first - run.start
        last = found[-1] if found else _Run(0, 0, -1, 0)
        if found and (last.origin, last.at + last.stop - last.start) == (run.origin, at):
            found[-1] = _Run(last.start, stop - low, last.origin, last.at)
        else:
            found.append(_Run(first - low, stop - low, run.origin, at))
    return found


def _put(runs: Sequence[_Run], start: int, taken: Sequence[_Run]) -> list[_Run]:
    """Return a tensor's runs with some bytes, from ``start`` on, replaced."""
    stop = start + taken[-1].stop
    total = runs[-1].stop
    above = [_Run(r.start + stop, r.stop + stop, r.origin, r.at) for r in _cut(runs, stop, total)]
    moved = [_Run(r.start + start, r.stop + start, r.origin, r.at) for r in taken]
    return [*_cut(runs, 0, start), *moved, *above]

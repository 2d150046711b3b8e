"""Which bytes of which buffer are live when, and how close two buffers may lie."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tinygen.graph import Graph
from tinygen.plan.schedule import Held, Span, Step, Unit
from tinygen.plan.share import Sharing

ALIGN = 16
_DEAD = Span(1 << 40, -(1 << 40))

# Buffers, and places in them, are known by tensor index, scratch by -1 - the op's position,
# held ones by `held_key`.
Live = dict[int, Span]
_HELD = -(1 << 20)  # below that of any op's scratch


@dataclass(frozen=True, slots=True)
class Meeting:
    """An output that its kernel may write over an input while it reads it.

    Attributes:
        output: Buffer.
        source: The input's buffer.
        instant: While which step.
        distance: Bytes that the input's buffer must start above the output's.
    """

    output: int
    source: int
    instant: int
    distance: int


@dataclass(slots=True)
class Timeline:
    """Live bytes of each buffer at each instant: during each step, and after it."""

    instants: list[Live] = field(default_factory=list)
    meetings: list[Meeting] = field(default_factory=list)


def padded(nbytes: int) -> int:
    """Round up to what buffers are aligned to.

    >>> padded(17)
    32
    """
    return -(-nbytes // ALIGN) * ALIGN


def held_key(number: int) -> int:
    """Return the key of the held buffer of a number."""
    return _HELD - number


def is_scratch(key: int) -> bool:
    """Return whether a key is that of an op's scratch."""
    return _HELD < key < 0


def follow(  # noqa: PLR0913 - the schedule, and what of it to follow
    graph: Graph,
    sharing: Sharing,
    last_unit: Mapping[int, int],
    units: Sequence[Unit],
    numbers: range | None = None,
    *,
    held: Sequence[Held] = (),
) -> Timeline:
    """Return what is live over the steps of units.

    Args:
        graph: Verified.
        sharing: Where tensors lie relative to each other.
        last_unit: By root, the number of the last unit that uses it.
        units: All of them, in order.
        numbers: Of the units to follow; all if None.
        held: By number: buffers beside tensors and scratch.
    """
    numbers = range(len(units)) if numbers is None else numbers
    line, root = Timeline(), sharing.root
    live = _live_before(graph, root, last_unit, units, numbers.start)
    line.instants.append(_by_buffer(live, sharing))
    for number in numbers:
        ending = {r for r, last in last_unit.items() if last == number}
        dying = ending - _shared(units[number], root)
        _hold(live, units[number], held)
        if units[number].parts:
            live |= {root[t]: Span(0, graph.tensors[t].nbytes) for t in units[number].parts}
            line.instants.append(_by_buffer(live, sharing))
        for step in units[number].steps:
            _run(line, live, step, sharing, dying | set(units[number].bands))
        for r in ending:
            live.pop(r, None)
    return line


def _hold(live: Live, unit: Unit, held: Sequence[Held]) -> None:
    """Add to what is live the held buffers of a unit, and take away the others."""
    for n, buffer in enumerate(held):
        if buffer.first <= unit.last and unit.first <= buffer.last:
            live[held_key(n)] = Span(0, buffer.nbytes)
        else:
            live.pop(held_key(n), None)


def _live_before(
    graph: Graph,
    root: Mapping[int, int],
    last_unit: Mapping[int, int],
    units: Sequence[Unit],
    number: int,
) -> Live:
    """Return what is live, whole, before a unit."""
    written = {
        root[t]
        for unit in units[:number]
        for op in graph.ops[unit.first : unit.last + 1]
        for t in op.outputs
        if t in root and t not in unit.bands
    }
    written |= {root[t] for t in graph.inputs}
    return {r: Span(0, graph.tensors[r].nbytes) for r in sorted(written) if last_unit[r] >= number}


def _shared(unit: Unit, root: Mapping[int, int]) -> set[int]:
    """Return the places at which a unit reads more than one tensor."""
    read = {a.tensor for step in unit.steps for a in step.reads.values()}
    places = [root[t] for t in sorted(read)]
    return {r for r in places if places.count(r) > 1}


def _by_buffer(live: Live, sharing: Sharing) -> Live:
    """Return the live bytes of buffers: from the first to the last of what lies in each."""
    if not sharing.nbytes:
        return dict(live)
    found: Live = {}
    for key, span in live.items():
        buffer, shift = sharing.buffer.get(key, key), sharing.shift.get(key, 0)
        other = found.get(buffer, _DEAD)
        found[buffer] = Span(min(other.low, span.low + shift), max(other.high, span.high + shift))
    return found


def _run(
    line: Timeline,
    live: Live,
    step: Step,
    sharing: Sharing,
    shrinking: set[int],
) -> None:
    """Add the instants during and after a step.

    Args:
        line: To add to.
        live: As before the step, by root; it is brought up to date.
        step: What runs.
        sharing: Where tensors lie relative to each other.
        shrinking: Roots whose bytes die as they are read.
    """
    scratch, root = -1 - step.op, sharing.root
    if step.kernel.scratch_bytes:
        live[scratch] = Span(0, step.kernel.scratch_bytes)
    for access in step.writes:
        key = root[access.tensor]
        if access.span.low >= access.span.high:
            continue
        before = live.get(key, _DEAD)
        low = 0 if any(s.tensor == access.tensor for s in step.shifts) else access.span.low
        live[key] = Span(min(before.low, low), max(before.high, access.span.high))
    _meet(line, live, step, sharing)
    line.instants.append(_by_buffer(live, sharing))
    for t, span in step.after.items():
        key = root[t]
        if key in shrinking or t in {a.tensor for a in step.writes}:
            live[key] = span
        if key in live and live[key].low >= live[key].high:
            del live[key]
    if not step.keeps_scratch:
        live.pop(scratch, None)
    line.instants.append(_by_buffer(live, sharing))


def _meet(line: Timeline, live: Live, step: Step, sharing: Sharing) -> None:
    """Note where the step's kernel may lay output 0 over an input."""
    out, overlap = step.writes[0], step.kernel.overlap
    key = sharing.root[out.tensor]
    if key not in live:
        return
    output, start = sharing.buffer[key], sharing.shift.get(key, 0) + out.span.low
    whole = _by_buffer(live, sharing)
    beside = _by_buffer({k: span for k, span in live.items() if k != key}, sharing)
    read = {sharing.root[access.tensor] for access in step.reads.values()}
    unread = _by_buffer({k: span for k, span in live.items() if k not in read}, sharing)
    sources: dict[int, list[int | None]] = {}
    for n, access in step.reads.items():
        source = sharing.root[access.tensor]
        low = sharing.shift.get(source, 0) + access.span.low
        distance = start + overlap[n] - low if n in overlap else None
        sources.setdefault(sharing.buffer[source], []).append(distance)
    for source, distances in sources.items():
        known = [d for d in distances if d is not None]
        if source != output and len(known) == len(distances):
            older = start - whole[source].low if whole[output].low < start else 0
            others = [beside[output].high - whole[source].low] if output in beside else []
            others += [whole[output].high - unread[source].low] if source in unread else []
            instant = len(line.instants)
            line.meetings.append(Meeting(output, source, instant, max(older, *known, *others)))


def left_alone(line: Timeline, units: Iterable[Unit], root: Mapping[int, int]) -> set[int]:
    """Return the buffers that are live before units and that none of them touches.

    All their bytes are live throughout, so nothing overlaps them.

    Args:
        line: Of the units.
        units: That run.
        root: The tensor in whose buffer each tensor lies.
    """
    touched = {root[t] for unit in units for step in unit.steps for t in step.after if t in root}
    return {key for key in line.instants[0] if key >= 0} - touched


def live_between(
    graph: Graph, root: Mapping[int, int], last_unit: Mapping[int, int], units: Sequence[Unit]
) -> list[int]:
    """Return the bytes that are live before each unit, and after all of them."""
    between = [
        _live_before(graph, root, last_unit, units, number) for number in range(len(units) + 1)
    ]
    return [sum(padded(span.high) for span in live.values()) for live in between]


def separations(
    line: Timeline, keys: Sequence[int], sizes: Sequence[int]
) -> list[list[int | None]]:
    """Return how far above each buffer another must start (`search.Problem`).

    Args:
        line: When what is live.
        keys: The buffers.
        sizes: Of each buffer, padded.
    """
    if not keys:
        return []
    low, high = _extents(line, keys)
    apart = np.array([_gaps(ends, low) for ends in high], np.int64)
    position = {key: n for n, key in enumerate(keys)}
    for (output, source), distances in _by_pair(line).items():
        a, b = position[output], position[source]
        gaps = high[a] - low[b]
        for instant, distance in distances.items():
            gaps[instant] = distance
        apart[a, b] = gaps.max()
    lives = (high > low).astype(np.float32)
    together = lives @ lives.T > 0
    np.fill_diagonal(together, val=False)
    apart = np.maximum(apart, 0)
    apart = np.minimum(apart + -apart % ALIGN, np.array(sizes, np.int64)[:, None])
    rows: list[list[int | None]] = [[None] * len(keys) for _ in keys]
    firsts, seconds = np.nonzero(together)
    distances = apart[firsts, seconds]
    for a, b, nbytes in zip(firsts.tolist(), seconds.tolist(), distances.tolist(), strict=True):
        rows[a][b] = nbytes
    return rows


def _gaps(ends: NDArray[np.int64], low: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how far a buffer reaches above the start of each other while it lives."""
    lives = ends > _DEAD.high
    gaps: NDArray[np.int64] = (ends[lives] - low[:, lives]).max(axis=1, initial=_DEAD.high)
    return gaps


def _extents(line: Timeline, keys: Sequence[int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first and one past the last live byte, ``[buffers, instants]``."""
    position = {key: n for n, key in enumerate(keys)}
    low = np.full((len(keys), len(line.instants)), _DEAD.low, np.int64)
    high = np.full_like(low, _DEAD.high)
    for instant, live in enumerate(line.instants):
        spans = {position[key]: span for key, span in live.items() if key in position}
        rows = list(spans)
        low[rows, instant] = [span.low for span in spans.values()]
        high[rows, instant] = [span.high for span in spans.values()]
    return low, high


def _by_pair(line: Timeline) -> dict[tuple[int, int], dict[int, int]]:
    pairs: dict[tuple[int, int], dict[int, int]] = {}
    for m in line.meetings:
        pairs.setdefault((m.output, m.source), {})[m.instant] = m.distance
    return pairs

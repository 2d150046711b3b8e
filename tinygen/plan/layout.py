"""Lay buffers out: exact lifetimes, then optimal offsets."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace

from tinygen.graph import Graph
from tinygen.ops.contract import Kernel
from tinygen.plan.model import Bounds, Buffer, Layout, Plan
from tinygen.plan.schedule import Chain, Held, Unit
from tinygen.plan.search import Problem, height_of, least_height, part_of, place, tails_of
from tinygen.plan.share import Sharing, roots, share
from tinygen.plan.timeline import (
    Timeline,
    follow,
    held_key,
    is_scratch,
    padded,
    separations,
)
from tinygen.plan.traffic import count_traffic
from tinygen.plan.units import Overlaps, last_units, make_units

_LIVE_AT_MOST = 40  # a run with more live buffers is not solved exactly: it takes too long
_LONGEST_RUN = 4


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A buffer to place; ``key`` is as in `tinygen.plan.timeline`."""

    key: int
    name: str
    nbytes: int
    first: int
    last: int


def plan_memory(  # noqa: PLR0913, PLR0917 - all that a plan is made from
    graph: Graph,
    scratch_bytes: Mapping[int, int],
    overlaps: Overlaps | None = None,
    chains: Sequence[Chain] = (),
    in_place: Container[int] = (),
    held: Sequence[Held] = (),
    *,
    parts: bool = False,
    strided: Mapping[int, Kernel] | None = None,
) -> Plan:
    """Place every tensor, band and scratch buffer.

    Args:
        graph: Verified.
        scratch_bytes: Scratch each op needs, by position in ``graph.ops``.
        overlaps: By position of the op, then by input: how many bytes below that
            input output 0 must start so that the op may write it while it still reads
            the input (``Kernel.overlap``). Only used where the input dies there.
        chains: Ops that run row by row, in order; what the other arguments say of
            them counts for the layer-wise bound only.
        in_place: Positions of ops whose output may only lie exactly over input 0
            (``Kernel.in_place``); it does where the input dies there.
        held: Buffers beside tensors and scratch.
        parts: Tensors may be parts of others: `Plan.free` says what then need not run.
        strided: By position, kernels of ops that can write into a part of another tensor
            with bytes of others in between (`strided_kernels`).
    """
    sharing = share(graph, in_place, chains, parts=parts, stepping=strided or ())
    step = {
        n: kernel
        for n, kernel in (strided or {}).items()
        if graph.ops[n].outputs[0] in sharing.stepping
    }
    scratch_bytes = {**scratch_bytes, **{n: kernel.scratch_bytes for n, kernel in step.items()}}
    overlaps = {**(overlaps or {}), **{n: kernel.overlap for n, kernel in step.items()}}
    units = make_units(graph, scratch_bytes, overlaps, chains, sharing)
    line = follow(graph, sharing, last_units(graph, sharing.root, units), units, held=held)
    wanted = _wanted(graph, sharing, units, line, held)
    sizes = [w.nbytes for w in wanted]
    separation = separations(line, [w.key for w in wanted], sizes)
    layerwise, peak = _layerwise(graph, roots(graph), scratch_bytes, held)
    offsets, overlap, is_optimal = _solve(wanted, separation, line, len(graph.ops))
    buffers = tuple(
        Buffer(w.name, offset, w.nbytes, w.first, w.last)
        for w, offset in zip(wanted, offsets, strict=True)
    )
    number = {w.key: n for n, w in enumerate(wanted)}
    tensors = {t: number[buffer] for t, buffer in sharing.buffers.items()}
    layout = Layout(
        Problem(sizes, separation, overlap, _cliques(wanted, line)),
        count_traffic(graph, units, tensors, number, held),
        tensors,
        {-1 - key: n for key, n in number.items() if is_scratch(key)},
        tuple(number[held_key(n)] for n in range(len(held))),
        sharing.shifts,
    )
    used = [s.kernel.scratch_bytes for unit in units for s in unit.steps]
    return Plan(
        buffers=buffers,
        tensor_offsets=layout.tensor_offsets(offsets),
        scratch_offsets={k: offsets[n] for k, n in layout.scratch.items()},
        arena_bytes=max((b.offset + b.nbytes for b in buffers), default=0),
        scratch_bytes=max(used, default=0),
        bounds=Bounds(layerwise, overlap),
        is_optimal=is_optimal,
        peak_op=peak,
        chains=tuple(chains),
        held_offsets=tuple(offsets[n] for n in layout.held),
        layout=layout,
        free=sharing.free,
        kernels=step,
    )


def _wanted(
    graph: Graph,
    sharing: Sharing,
    units: Sequence[Unit],
    line: Timeline,
    held: Sequence[Held],
) -> list[_Wanted]:
    bands = {t: nbytes for unit in units for t, nbytes in unit.bands.items()}
    used = {key for live in line.instants for key in live}
    lives = _lifetimes(graph, sharing.buffers)
    sizes = {**{t: graph.tensors[t].nbytes for t in lives}, **sharing.nbytes, **bands}
    tensors = [
        _Wanted(
            t,
            f"rows of tensor {t}" if t in bands else f"tensor {t}",
            padded(sizes[t]),
            *lives[t],
        )
        for t in lives
    ]
    scratch: dict[int, int] = {}
    for step in (step for unit in units for step in unit.steps):
        scratch[step.op] = max(scratch.get(step.op, 0), step.kernel.scratch_bytes)
    tensors += [
        _Wanted(-1 - k, f"scratch of op {graph.ops[k].index}", padded(scratch[k]), k, k)
        for k in sorted(scratch)
        if -1 - k in used
    ]
    return tensors + [
        _Wanted(held_key(n), h.name, padded(h.nbytes), h.first, h.last) for n, h in enumerate(held)
    ]


def _lifetimes(graph: Graph, root: Mapping[int, int]) -> dict[int, tuple[int, int]]:
    """Return the positions of the first and last op that use each buffer."""
    spans = {root[t]: [-1, -1] for t in graph.inputs}
    for k, op in enumerate(graph.ops):
        for t in (*op.inputs, *op.outputs):
            if t in root:
                spans.setdefault(root[t], [k, k])[1] = k
    for t in graph.outputs:
        if t in root:
            spans[root[t]][1] = len(graph.ops)
    return {t: (first, last) for t, (first, last) in spans.items()}


def _layerwise(
    graph: Graph,
    root: Mapping[int, int],
    scratch_bytes: Mapping[int, int],
    held: Sequence[Held],
) -> tuple[int, int]:
    """Return the bytes live at the worst op, were every op run whole, and its position."""
    lives = _lifetimes(graph, root).items()
    live = [
        padded(scratch_bytes.get(k, 0))
        + sum(padded(graph.tensors[t].nbytes) for t, (first, last) in lives if first <= k <= last)
        + sum(padded(h.nbytes) for h in held if h.first <= k <= h.last)
        for k in range(len(graph.ops))
    ]
    bound = max(live, default=0)
    return bound, live.index(bound) if live else 0


def _solve(
    wanted: list[_Wanted], separation: list[list[int | None]], line: Timeline, count: int
) -> tuple[list[int], int, bool]:
    """Return offsets, a proven bound, and whether they meet it.

    The bound comes from what is live at one time, and from ever longer runs of ops, each
    solved exactly with all else left out, until the plan meets it or the runs grow too
    long to solve.
    """
    cliques = _cliques(wanted, line)
    sizes = [w.nbytes for w in wanted]
    problem = Problem(sizes, separation, 0, cliques)
    bound = max([least_height(problem), *(tails.height for tails in tails_of(problem))])
    offsets, is_optimal = [0] * len(wanted), False
    for length in range(1, _LONGEST_RUN + 1):
        raised = _run_bound(wanted, replace(problem, bound=bound), count, length)
        if length == 1 or raised > bound:  # else it would find the same
            bound = raised
            offsets, is_optimal = place(replace(problem, bound=bound))
        if is_optimal:
            break
    height = max((o + n for o, n in zip(offsets, sizes, strict=True)), default=0)
    return offsets, height if is_optimal else bound, is_optimal


def _cliques(wanted: Sequence[_Wanted], line: Timeline) -> list[list[int]]:
    """Return the largest sets of buffers that are live at one time."""
    position = {w.key: n for n, w in enumerate(wanted)}
    sets = {frozenset(position[key] for key in live) for live in line.instants}
    largest = [s for s in sets if not any(s < other for other in sets)]
    return sorted(sorted(s) for s in largest)


def _run_bound(wanted: list[_Wanted], problem: Problem, count: int, length: int) -> int:
    """Return the bound, raised to the height of the worst run of ``length`` ops alone."""
    bound = problem.bound
    for n in range(max(count - length + 1, 1)):
        live = _live(wanted, n, n + length - 1)
        if sum(wanted[b].nbytes for b in live) <= bound or len(live) > _LIVE_AT_MOST:
            continue
        part = part_of(problem, live, bound)
        offsets, proved = place(part)
        if proved:
            bound = max(bound, height_of(part, offsets))
    return bound


def _live(wanted: list[_Wanted], first: int, last: int) -> list[int]:
    """Return the buffers live at any op from ``first`` to ``last``."""
    return [n for n, w in enumerate(wanted) if w.first <= last and first <= w.last]

"""Decide by measurement which kernel each op gets."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from tinygen.board import Board
from tinygen.build.cmsis_nn import find_cmsis_nn
from tinygen.build.host_plugin import build_plugin
from tinygen.emit.kernels import choose_kernel
from tinygen.errors import ToolchainError
from tinygen.estimate.cycles import MODELS
from tinygen.graph import Graph, Op
from tinygen.ops.contract import Kernel, Library, Optimize, Target, stored_constants
from tinygen.progress import Progress
from tinygen.tune.candidates import LIBRARIES, Candidate, Question, ask
from tinygen.tune.cost import Cost, CostCache
from tinygen.tune.image import Trial, workbench
from tinygen.tune.measure import Bench, measure

KernelOf = Callable[[Graph, Op], Kernel | None]

# Another library's code is worth its flash only where it saves this share of the model.
_WORTH = 0.001
# What code takes beside the constants in the images we have measured, rounded up.
_CODE_BYTES = 49152


@dataclass(frozen=True, slots=True)
class Pick:
    """The kernel that an op gets, and why."""

    library: Library
    optimize: Optimize
    why: str


@dataclass(frozen=True, slots=True, eq=False)
class _Priced:
    """A question with the cost of each candidate that could be measured."""

    question: Question
    costs: Mapping[Candidate, Cost]
    unit: Literal["cycles", "instructions"]

    def price(self, candidate: Candidate) -> int:
        cost = self.costs[candidate]
        return cost.instructions if self.unit == "instructions" else cost.cycles or 0

    @property
    def best(self) -> Candidate:
        return min(self.costs, key=self.price)


def preferring(target: Target, library: Library) -> KernelOf:
    """Return how each op, or a part of one, gets the kernel of one library."""
    return lambda graph, op: choose_kernel(graph, op, target, library)


def measuring(
    graph: Graph, board: Board, target: Target, progress: Progress, *, may_fetch: bool
) -> KernelOf:
    """Return how each op, or a part of one, gets what measured cheapest for the whole op.

    Args:
        graph: Optimized.
        board: Where the model will run; its core is emulated.
        target: What matters.
        progress: Told how far it is.
        may_fetch: Ask the network for CMSIS-NN's source.

    Raises:
        ToolchainError: Compiler or emulator are missing.
    """
    picks = pick_kernels(graph, board, target, progress, may_fetch=may_fetch)

    def choose(part: Graph, op: Op) -> Kernel | None:
        pick = picks.get(op.index)
        if pick is None:
            return choose_kernel(part, op, target, "tinygen")
        kernel = choose_kernel(part, op, replace(target, optimize=pick.optimize), pick.library)
        if kernel is None:
            return None
        return replace(kernel, why=f"{kernel.why}; {pick.why}" if kernel.why else pick.why)

    return choose


def pick_kernels(
    graph: Graph, board: Board, target: Target, progress: Progress, *, may_fetch: bool
) -> dict[int, Pick]:
    """Return what each op gets that has a choice, by its index in the model file."""
    bench = _make_bench(board, target, progress, may_fetch=may_fetch)
    libraries = [x for x in LIBRARIES if x != "cmsis-nn" or bench.cmsis_nn]
    asked = {op.index: ask(graph, op, target, libraries) for op in graph.ops}
    questions = {index: question for index, question in asked.items() if question}
    priced = _price(graph, list(questions.values()), bench, progress)
    rows = {index: priced[q.key] for index, q in questions.items() if len(priced[q.key].costs) > 1}
    chosen = {index: row.best for index, row in rows.items()}
    chosen = _without_strangers(rows, chosen)
    chosen = _within_flash(rows, chosen, board, _other_bytes(graph, target, rows))
    return {n: Pick(c.library, c.optimize, _why(rows[n], c)) for n, c in chosen.items()}


def _make_bench(board: Board, target: Target, progress: Progress, *, may_fetch: bool) -> Bench:
    try:
        cmsis_nn: Path | None = find_cmsis_nn(may_fetch=may_fetch)
    except ToolchainError as error:
        progress.step(f"choosing without CMSIS-NN: {error}")
        cmsis_nn = None
    try:
        build_plugin()
        can_count = True
    except ToolchainError as error:
        progress.step(f"choosing by instructions: {error}")
        can_count = False
    return Bench(workbench(board), target, cmsis_nn, can_count)


def _price(
    graph: Graph, questions: Sequence[Question], bench: Bench, progress: Progress
) -> dict[str, _Priced]:
    """Return the questions, each once, with costs from the cache or measured now."""
    cache = CostCache(bench.board, bench.target, bench.cmsis_nn)
    distinct = {q.key: q for q in questions}
    known: dict[str, dict[Candidate, Cost]] = {key: {} for key in distinct}
    trials: dict[Trial, Question] = {}
    for key, question in distinct.items():
        for candidate in question.candidates:
            cost = cache.find(question, candidate)
            if cost is None or (cost.cycles is None and bench.can_count):
                trials[Trial(question.op, candidate)] = question
            else:
                known[key][candidate] = cost
    measured = measure(graph, list(trials), bench, progress) if trials else {}
    for trial, cost in measured.items():
        cache.keep(trials[trial], trial.candidate, cost)
        known[trials[trial].key][trial.candidate] = cost
    is_trusted = MODELS[bench.board.core].is_trusted and bench.can_count
    unit: Literal["cycles", "instructions"] = "cycles" if is_trusted else "instructions"
    return {
        key: _Priced(q, {c: known[key][c] for c in q.candidates if c in known[key]}, unit)
        for key, q in distinct.items()
    }


def _without_strangers(
    rows: Mapping[int, _Priced], chosen: Mapping[int, Candidate]
) -> dict[int, Candidate]:
    """Return the choice with our own kernels where another library's saves next to nothing."""
    total = sum(rows[n].price(c) for n, c in chosen.items())
    kept = dict(chosen)
    for n, candidate in chosen.items():
        own = [c for c in rows[n].costs if c.library == "tinygen"]
        if candidate.library != "tinygen" and own:
            best = min(own, key=rows[n].price)
            if rows[n].price(best) - rows[n].price(candidate) < _WORTH * total:
                kept[n] = best
    return kept


def _other_bytes(graph: Graph, target: Target, asked: Collection[int]) -> int:
    """Count the constants of the ops that have no choice."""
    total = 0
    for op in graph.ops:
        kernel = None if op.index in asked else choose_kernel(graph, op, target, "tinygen")
        if kernel:
            total += sum(c.values.nbytes for c in stored_constants(graph, op, kernel))
    return total


def _within_flash(
    rows: Mapping[int, _Priced], chosen: Mapping[int, Candidate], board: Board, others: int
) -> dict[int, Candidate]:
    """Return the choice with smaller constants where flash would not hold them all.

    Each step gives up the least time for a byte.
    """
    room = board.region("flash").nbytes - _CODE_BYTES - others
    kept = dict(chosen)
    while sum(c.stored_bytes for c in kept.values()) > room:
        steps = [
            ((rows[n].price(c) - rows[n].price(now)) / (now.stored_bytes - c.stored_bytes), n, c)
            for n, now in kept.items()
            for c in rows[n].costs
            if c.stored_bytes < now.stored_bytes
        ]
        if not steps:
            break
        _, n, smaller = min(steps, key=lambda step: step[:2])
        kept[n] = smaller
    return kept


def _why(row: _Priced, chosen: Candidate) -> str:
    unit = "estimated cycles" if row.unit == "cycles" else "instructions"
    others = [c for c in row.costs if c is not chosen]
    beside = ", ".join(f"{c.label} {row.price(c):,}" for c in others)
    return f"{row.price(chosen):,} {unit} measured; {beside}"

"""Decide in which order the rows of a chain's ops are computed."""

from collections.abc import Mapping
from dataclasses import dataclass

from tinygen.graph import Graph
from tinygen.ops.rows import Rows, computed_inputs


@dataclass(frozen=True, slots=True)
class Turn:
    """Compute some rows of one op.

    Attributes:
        op: Position in ``Graph.ops``.
        first: First output row; first input row where the op sums rows up.
        stop: One past the last.
    """

    op: int
    first: int
    stop: int


def walk(graph: Graph, rows: Mapping[int, Rows], lines: int) -> list[Turn]:
    """Return the turns of the ops at the positions ``rows`` names.

    The op furthest down the chain that has all the rows it needs is always next, so rows
    are used up as soon as they can be.

    Args:
        graph: Verified.
        rows: How each op works its way down, by position; all can run by rows.
        lines: Rows to compute in one turn at most, > 0.
    """
    writer = {graph.ops[n].outputs[0]: n for n in rows}
    inputs = {n: computed_inputs(graph, graph.ops[n]) for n in rows}
    feeds = {n: [writer[t] for t in inputs[n] if t in writer] for n in rows}
    done = dict.fromkeys(rows, 0)
    turns: list[Turn] = []

    def is_ready(turn: Turn) -> bool:
        _, needed = rows[turn.op].needed(turn.first, turn.stop)
        return all(written_rows(rows[n], done[n]) >= needed for n in feeds[turn.op])

    while True:
        possible = (_next(n, rows[n], done[n], lines) for n in reversed(list(rows)))
        turn = next((turn for turn in possible if turn and is_ready(turn)), None)
        if turn is None:
            return turns
        turns.append(turn)
        done[turn.op] = turn.stop


def _next(position: int, rows: Rows, first: int, lines: int) -> Turn | None:
    stop = min(first + lines, rows.out_rows)
    return Turn(position, first, stop) if first < stop else None


def written_rows(rows: Rows, done: int) -> int:
    """Return the rows of the output that are there after ``done`` rows of turns.

    >>> written_rows(Rows(in_rows=5, out_rows=5, is_sum=True), 4)
    0
    """
    return done // rows.out_rows if rows.is_sum else done

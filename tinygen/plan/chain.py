"""Turn a range of ops into a chain: its bands, and each step's place in them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tinygen.graph import Graph
from tinygen.ops.contract import Kernel
from tinygen.ops.rows import Rows, computed_inputs, rows_of
from tinygen.plan.schedule import Access, Chain, PartName, Shift, Span, Step
from tinygen.plan.walk import Turn, walk, written_rows

# Position of an op and a part of it to the kernel of the part.
PartKernel = Callable[[int, PartName], Kernel]


@dataclass(slots=True)
class _Image:
    """One tensor that a chain reads or writes, while its turns are laid out.

    Attributes:
        row_bytes: Of one row.
        count: Rows of the whole image.
        last_use: By row, the last turn that reads it; -1 for none.
        is_inner: It is never whole.
        is_kept: All of it is needed after the chain.
        there: Rows that have been written.
        low: First row that is still needed.
        origin: Row at the buffer's start.
        capacity: Rows of the buffer.
    """

    row_bytes: int
    count: int
    last_use: list[int]
    is_inner: bool
    is_kept: bool
    there: int = 0
    low: int = 0
    origin: int = 0
    capacity: int = 0

    def span(self, first: int, stop: int) -> Span:
        return Span((first - self.origin) * self.row_bytes, (stop - self.origin) * self.row_bytes)

    def forget(self, turn: int) -> None:
        """Let go of rows that no turn from ``turn`` on reads."""
        while not self.is_kept and self.low < self.there and self.last_use[self.low] < turn:
            self.low += 1


@dataclass(slots=True)
class _Layout:
    graph: Graph
    rows: Mapping[int, Rows]
    turns: list[Turn]
    images: dict[int, _Image] = field(default_factory=dict)


def make_chain(
    graph: Graph, first: int, last: int, lines: int, part_kernel: PartKernel
) -> Chain | None:
    """Return the ops from ``first`` to ``last`` as a chain; None when they cannot be one.

    Args:
        graph: Verified.
        first: Position of the first op.
        last: Position of the last op.
        lines: Rows that a step computes at most.
        part_kernel: Chooses the kernels.
    """
    found = {n: rows_of(graph, graph.ops[n]) for n in range(first, last + 1)}
    rows = {n: r for n, r in found.items() if r is not None}
    if len(rows) < len(found):
        return None
    layout = _Layout(graph, rows, walk(graph, rows, lines))
    layout.images = _images(layout)
    _set_capacities(layout)
    steps = [_step(layout, n, turn, part_kernel) for n, turn in enumerate(layout.turns)]
    bands = {t: i.capacity * i.row_bytes for t, i in layout.images.items() if i.is_inner}
    return Chain(first, last, lines, steps, bands)


def _images(layout: _Layout) -> dict[int, _Image]:
    graph = layout.graph
    ops = {n: graph.ops[n] for n in layout.rows}
    outputs = {op.outputs[0] for op in ops.values()}
    outside = {t for n, op in enumerate(graph.ops) if n not in ops for t in op.inputs}
    images = {}
    for t in (*outputs, *(t for op in ops.values() for t in computed_inputs(graph, op))):
        tensor = graph.tensors[t]
        count = tensor.shape[1] if len(tensor.shape) == 4 else 1
        is_inner = t in outputs and t not in outside and t not in graph.outputs
        is_kept = t in outputs and not is_inner
        image = _Image(tensor.nbytes // count, count, [-1] * count, is_inner, is_kept)
        image.there = 0 if t in outputs else count
        images[t] = image
    for n, turn in enumerate(layout.turns):
        low, high = layout.rows[turn.op].needed(turn.first, turn.stop)
        for t in computed_inputs(graph, ops[turn.op]):
            images[t].last_use[low:high] = [n] * (high - low)
    return images


def _written(layout: _Layout, turn: Turn) -> tuple[int, int]:
    """Return first and one past the last output row that a turn writes."""
    rows = layout.rows[turn.op]
    return written_rows(rows, turn.first), written_rows(rows, turn.stop)


def _set_capacities(layout: _Layout) -> None:
    """Find how many rows of each image are needed at once."""
    for n, turn in enumerate(layout.turns):
        image = layout.images[layout.graph.ops[turn.op].outputs[0]]
        image.forget(n)
        _, stop = _written(layout, turn)
        image.capacity = max(image.capacity, stop - image.low)
        image.there = stop
    for image in layout.images.values():
        image.low = 0
        image.there = 0 if image.capacity else image.count
        image.capacity = image.capacity if image.is_inner else image.count


def _step(layout: _Layout, number: int, turn: Turn, part_kernel: PartKernel) -> Step:
    op, rows = layout.graph.ops[turn.op], layout.rows[turn.op]
    inputs = computed_inputs(layout.graph, op)
    low, high = rows.needed(turn.first, turn.stop)
    first, stop = _written(layout, turn)
    out = layout.images[op.outputs[0]]
    out.forget(number)
    shifts = _make_room(op.outputs[0], out, stop)
    reads = {
        n: Access(t, layout.images[t].span(low, high))
        for n, t in enumerate(op.inputs)
        if t in inputs
    }
    writes = [Access(op.outputs[0], out.span(first, stop))]
    out.there = stop
    after = {}
    for t in (op.outputs[0], *inputs):
        image = layout.images[t]
        image.forget(number + 1)
        after[t] = image.span(image.low, image.there)
    is_first = turn.first == 0 or not rows.is_sum
    is_last = turn.stop == rows.out_rows or not rows.is_sum
    name = PartName(rows.part(turn.first, turn.stop), is_first, is_last)
    kernel = part_kernel(turn.op, name)
    return Step(turn.op, kernel, reads, writes, after, shifts, name.text, not is_last)


def _make_room(tensor: int, image: _Image, stop: int) -> list[Shift]:
    """Let rows up to ``stop`` fit the band; return what must be moved for that."""
    if stop - image.origin <= image.capacity:
        return []
    source = image.span(image.low, image.there)
    image.origin = image.low
    nbytes = source.high - source.low
    return [Shift(tensor, source.low, nbytes)] if nbytes else []

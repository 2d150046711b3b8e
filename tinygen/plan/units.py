"""What runs in order: ops whole, and chains."""

from collections.abc import Container, Iterable, Mapping, Sequence

from tinygen.graph import Graph
from tinygen.ops.contract import Kernel
from tinygen.ops.moves import without_calls
from tinygen.ops.registry import op_types
from tinygen.plan.model import Plan
from tinygen.plan.schedule import Access, Chain, Span, Step, Unit
from tinygen.plan.share import Sharing, is_view

Overlaps = Mapping[int, Mapping[int, int]]


def make_units(
    graph: Graph,
    scratch_bytes: Mapping[int, int],
    overlaps: Overlaps,
    chains: Sequence[Chain],
    sharing: Sharing | None = None,
) -> list[Unit]:
    """Return what runs in order: chains, and the other ops whole.

    Args:
        graph: Verified.
        scratch_bytes: Of each op, by position.
        overlaps: Of each op, by position.
        chains: In order.
        sharing: What then need not be copied, and what lies in runs.
    """
    begins = {chain.first: chain for chain in chains}
    units: list[Unit] = []
    position, in_ram = 0, set(graph.inputs)
    while position < len(graph.ops):
        op, chain = graph.ops[position], begins.get(position)
        if chain is not None:
            units.append(Unit(chain.first, chain.last, chain.steps, chain.bands))
        elif is_view(op, in_ram):
            units.append(Unit(position, position, ()))
        else:
            kernel = Kernel(
                "",
                [],
                [],
                [],
                scratch_bytes=scratch_bytes.get(position, 0),
                overlap=overlaps.get(position, {}),
            )
            units.append(_whole(graph, position, kernel, in_ram, sharing))
        position = units[-1].last + 1
        in_ram |= {t for other in graph.ops[:position] for t in other.outputs}
    return units


def _whole(
    graph: Graph, position: int, kernel: Kernel, in_ram: Container[int], sharing: Sharing | None
) -> Unit:
    """Return the unit that runs a whole op, less the calls that have nothing to copy."""
    op = graph.ops[position]
    sizes = {t: graph.tensors[t].nbytes for t in (*op.inputs, *op.outputs) if t >= 0}
    free = sharing.free.get(position, frozenset()) if sharing else ()
    sizes |= sharing.stepping if sharing else {}
    copies = [c for c in op_types()[op.name].copies(graph, op) if c.call in free]
    read = _left(graph, op.inputs, [(c.source, c.nbytes) for c in copies])
    written = _left(graph, op.outputs, [(c.target, c.nbytes) for c in copies])
    reads = {n: Access(t, Span(0, sizes[t])) for n, t in read.items() if t in in_ram}
    writes = [Access(t, Span(0, sizes[t])) for t in written.values()]
    after = {access.tensor: Span(0, 0) for access in reads.values()}
    after |= {t: Span(0, sizes[t]) for t in written.values()}
    parts = tuple(t for n, t in enumerate(op.outputs) if n not in written)
    step = Step(position, kernel, reads, writes, after)
    return Unit(position, position, (step,) if writes else (), parts=parts)


def _left(
    graph: Graph, tensors: Sequence[int], copied: Iterable[tuple[int, int]]
) -> dict[int, int]:
    """Return those of an op's tensors, by position, of which not every byte is at its place.

    Args:
        graph: Verified.
        tensors: Its inputs or its outputs.
        copied: Positions and bytes that need no copy.
    """
    left = {n: graph.tensors[t].nbytes for n, t in enumerate(tensors) if t >= 0}
    for n, nbytes in copied:
        left[n] -= nbytes
    return {n: tensors[n] for n, nbytes in left.items() if nbytes}


def last_units(graph: Graph, root: Mapping[int, int], units: Sequence[Unit]) -> dict[int, int]:
    """Return the number of the last unit that uses each buffer."""
    last = dict.fromkeys(graph.inputs, 0)
    for number, unit in enumerate(units):
        for op in graph.ops[unit.first : unit.last + 1]:
            last |= {root[t]: number for t in (*op.inputs, *op.outputs) if t in root}
    return last | {root[t]: len(units) for t in graph.outputs if t in root}


def needed_kernels(kernels: Sequence[Kernel | None], plan: Plan) -> list[Kernel | None]:
    """Return the kernels that a plan needs: without the calls that have nothing to copy.

    Args:
        kernels: Of each op, as the plan was made from.
        plan: Of the graph.
    """
    found = [plan.kernels.get(n, kernel) for n, kernel in enumerate(kernels)]
    return [
        without_calls(kernel, plan.free[n]) if kernel and n in plan.free else kernel
        for n, kernel in enumerate(found)
    ]

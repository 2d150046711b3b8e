"""Guess how often an inference touches each buffer, so that busy ones get fast memory."""

from collections.abc import Iterator, Mapping, Sequence

from tinygen.graph import Graph
from tinygen.ops.registry import op_types
from tinygen.plan.schedule import Held, Step, Unit
from tinygen.plan.timeline import held_key

# Products that a kernel makes of each operand that it loads: ours and CMSIS-NN's compute
# two pixels of two filters at once. Only the ratio to values read once matters.
_PRODUCTS_A_LOAD = 4


def count_traffic(
    graph: Graph,
    units: Sequence[Unit],
    tensors: Mapping[int, int],
    number: Mapping[int, int],
    held: Sequence[Held] = (),
) -> tuple[int, ...]:
    """Return about how many bytes an inference reads from and writes to each buffer.

    Args:
        graph: Verified.
        units: All of them, in order.
        tensors: Tensor to the number of its buffer.
        number: Key of a buffer (`timeline.Live`) to its number.
        held: Buffers beside tensors and scratch: filled with weights for each op, and read.
    """
    found = [0] * len(number)
    for step in (step for unit in units for step in unit.steps):
        for key, nbytes in _touched(graph, step):
            found[number[key] if key < 0 else tensors[key]] += nbytes
    for n, buffer in enumerate(held):
        found[number[held_key(n)]] = 2 * buffer.nbytes * (buffer.last - buffer.first + 1)
    return tuple(found)


def _touched(graph: Graph, step: Step) -> Iterator[tuple[int, int]]:
    """Yield tensors, or -1 - position for scratch, and bytes."""
    for shift in step.shifts:
        yield shift.tensor, 2 * shift.nbytes
    for access in (*step.reads.values(), *step.writes):
        yield access.tensor, access.span.high - access.span.low
    scratch, loads = step.kernel.scratch_bytes, _operand_loads(graph, step)
    if scratch:  # kernels gather there what they multiply
        yield -1 - step.op, scratch + loads
        return
    sizes = {a.tensor: a.span.high - a.span.low for a in step.reads.values()}
    for tensor, nbytes in sizes.items():
        yield tensor, loads * nbytes // max(sum(sizes.values()), 1)


def _operand_loads(graph: Graph, step: Step) -> int:
    """Return the bytes that are loaded to be multiplied, each as often as it is."""
    op = graph.ops[step.op]
    whole = graph.tensors[op.outputs[0]].nbytes
    written = min(step.writes[0].span.high - step.writes[0].span.low, whole)
    return op_types()[op.name].macs(graph, op) * written // max(whole, 1) // _PRODUCTS_A_LOAD

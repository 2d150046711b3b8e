"""Look for an order of execution that needs less memory than the model file's.

All sets of ops that can have run are gone through once (E. Liberis and N. D. Lane, Neural
networks on microcontrollers: saving memory at inference via operator reordering, 2019);
of very many, those that look best.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tinygen.graph import Graph
from tinygen.ops.contract import Kernel
from tinygen.plan.share import roots
from tinygen.plan.timeline import padded

_STATES_AT_MOST = 256  # of as many ops run


@dataclass(slots=True)
class _Buffer:
    """What some op fills, or the caller: bytes, and the ops that need them, as a bit set."""

    nbytes: int
    users: int = 0
    is_output: bool = False

    def ends(self, ran: int) -> bool:
        """Return whether nobody needs it after these ops."""
        return not self.is_output and not self.users & ~ran


@dataclass(slots=True)
class _Node:
    """An op.

    Attributes:
        needs: The ops that run before it, as a bit set.
        makes: Its outputs' buffers; none if it is a view.
        reads: By input, where they are in RAM.
        kernel: None for a view.
    """

    makes: list[_Buffer]
    reads: dict[int, _Buffer]
    kernel: Kernel | None
    needs: int = 0


@dataclass(frozen=True, slots=True)
class _State:
    """Some ops have run.

    Attributes:
        peak: Bytes that were live at most.
        total: The sum of what was live.
        live: Bytes live now.
        order: The last op, and the state before it.
    """

    peak: int
    total: int
    live: int
    order: "tuple[int, _State] | None" = field(default=None, repr=False)

    @property
    def rank(self) -> tuple[int, int]:
        """Return what is less for a better way to the same ops."""
        return self.peak, self.total


def find_order(graph: Graph, kernels: Sequence[Kernel | None]) -> list[int] | None:
    """Return positions of ops in an order whose peak is lower; None where none was found.

    The peak is what the worst op needs, where an output may lie over one input that dies
    (``Kernel.overlap``, ``Kernel.in_place``); how buffers can be laid out, only a plan says.

    Args:
        graph: Verified.
        kernels: Of each op; None for views.
    """
    nodes, live = _nodes(graph, kernels)
    as_given = first = _State(live, live, live)
    for position in range(len(nodes)):
        ran = (1 << position) - 1
        as_given = _run(as_given, position, nodes[position], ran)
    best = _search(nodes, first)
    return list(_positions(best)) if best.peak < as_given.peak else None


def reorder(
    graph: Graph, kernels: Sequence[Kernel | None], order: Sequence[int]
) -> tuple[Graph, list[Kernel | None]]:
    """Return the graph and its kernels with the ops in this order."""
    ops = tuple(graph.ops[position] for position in order)
    return replace(graph, ops=ops), [kernels[position] for position in order]


def _nodes(graph: Graph, kernels: Sequence[Kernel | None]) -> tuple[list[_Node], int]:
    """Return the ops, and the bytes live before the first."""
    root = roots(graph)
    buffers = {t: _Buffer(padded(graph.tensors[t].nbytes)) for t in root.values()}
    maker: dict[int, int] = {}
    nodes: list[_Node] = []
    for position, op in enumerate(graph.ops):
        reads = {n: buffers[root[t]] for n, t in enumerate(op.inputs) if t in root}
        made = [buffers[t] for t in op.outputs if root[t] == t]
        node = _Node(made, reads, kernels[position])
        for t in op.inputs:
            # what a variable is for depends on who had it before
            node.needs |= 1 << maker[t] if t in maker else 0
            if t >= 0 and graph.tensors[t].variable:
                maker[t] = position
        maker |= dict.fromkeys(op.outputs, position)
        for buffer in reads.values():
            buffer.users |= 1 << position
        nodes.append(node)
    for t in graph.outputs:
        if t in root:
            buffers[root[t]].is_output = True
    return nodes, sum(buffers[root[t]].nbytes for t in graph.inputs)


def _run(state: _State, position: int, node: _Node, ran: int) -> _State:
    """Return the state after an op.

    Args:
        state: Before it.
        position: Of the op.
        node: The op.
        ran: What has run before, as a bit set.
    """
    ran |= 1 << position
    distinct = {id(b): b for b in (*node.reads.values(), *node.makes)}.values()
    live = state.live + sum(b.nbytes for b in node.makes)
    scratch = padded(node.kernel.scratch_bytes) if node.kernel else 0
    peak = max(state.peak, live + scratch - _shared_bytes(node, ran))
    live -= sum(b.nbytes for b in distinct if b.ends(ran))
    return _State(peak, state.total + live, live, (position, state))


def _shared_bytes(node: _Node, ran: int) -> int:
    """Return the bytes that output 0 can share with an input that ends here, at most."""
    if node.kernel is None or not node.makes:
        return 0
    made, most = node.makes[0].nbytes, 0
    for n, distance in _distances(node.kernel).items():
        read = node.reads.get(n)
        if read and read.ends(ran):
            most = max(most, read.nbytes + made - max(made, distance + read.nbytes))
    return most


def _distances(kernel: Kernel) -> Mapping[int, int]:
    return {**kernel.overlap, 0: 0} if kernel.in_place else kernel.overlap


def _search(nodes: Sequence[_Node], first: _State) -> _State:
    """Return the best state in which all ops have run."""
    states = {0: first}
    for _ in nodes:
        after: dict[int, _State] = {}
        for ran, state in states.items():
            for position in _ready(nodes, ran):
                new, reached = ran | 1 << position, _run(state, position, nodes[position], ran)
                if new not in after or reached.rank < after[new].rank:
                    after[new] = reached
        kept = sorted(after, key=lambda ran: (after[ran].rank, ran))[:_STATES_AT_MOST]
        states = {ran: after[ran] for ran in kept}
    (last,) = states.values()
    return last


def _ready(nodes: Sequence[_Node], ran: int) -> Iterator[int]:
    """Yield the ops that can run next."""
    for position, node in enumerate(nodes):
        if not ran >> position & 1 and not node.needs & ~ran:
            yield position


def _positions(state: _State) -> list[int]:
    """Return the ops that led to a state, in order."""
    order: list[int] = []
    while state.order:
        position, state = state.order
        order.append(position)
    return order[::-1]

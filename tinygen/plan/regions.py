"""Place the arena in the board's memories: what is busy in fast ones, inputs where DMA is."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tinygen.board import Board
from tinygen.graph import Graph
from tinygen.plan.assign import Assignment, Memory, assign
from tinygen.plan.model import Buffer, Layout, PlacementCost, Plan, RegionUse

_PICOSECONDS = 1_000_000_000_000
_STEP = 16  # bytes to which what is missing is found
# What start-up, link and protocol have in RAM at most in the images we have measured.
_VARIABLES = 512


def find_memories(board: Board, taken_bytes: int) -> list[Memory]:
    """Return the memories that the arena may lie in.

    Args:
        board: Its first RAM also holds data and stack.
        taken_bytes: Stack and initialized data.
    """
    first = board.region("ram")
    return [
        Memory(
            region.name,
            region.nbytes - (taken_bytes + _VARIABLES if region is first else 0),
            _PICOSECONDS // board.bytes_per_second(region),
            region.dma,
            holds_data=region is first,
        )
        for region in board.arena_regions
    ]


def place_arena(graph: Graph, plan: Plan, board: Board, taken_bytes: int) -> tuple[Board, Plan]:
    """Return the plan in the board's memories, and the board with the memories it needs.

    Memories that follow each other are one where only that holds the arena. Where nothing
    does, the plan is one arena still and says how many bytes are missing.

    Args:
        graph: Of the plan.
        plan: One arena.
        board: With a RAM at least.
        taken_bytes: Stack and initialized data in its first RAM.
    """
    for one in (board, board.with_joined_ram()):
        placed = place_in_regions(graph, plan, find_memories(one, taken_bytes))
        if placed:
            return one, placed
    memories = find_memories(board, taken_bytes)
    tried = tuple(_use(memory, 0, 0) for memory in memories)
    return board, replace(plan, regions=tried, missing_bytes=_missing_bytes(plan, memories))


def place_in_regions(graph: Graph, plan: Plan, memories: Sequence[Memory]) -> Plan | None:
    """Return the plan with a memory for each buffer; None where no choice was found.

    The order of what matters: that it fits, that DMA reaches inputs and outputs, that what
    is read and written most is in fast memory, that little memory is used.

    Args:
        graph: Of the plan.
        plan: As `choose` and `slabs` made it: one arena.
        memories: At least one.
    """
    assert plan.layout is not None
    layout = plan.layout
    if len(memories) == 1:  # whether it holds the arena is not for this stage to say
        return _whole(plan, memories[0], is_only=True)
    if any(memory.nbytes < 0 for memory in memories):
        return None
    for ports in _wishes(graph, layout, memories):
        allowed = [
            [m for m, memory in enumerate(memories) if memory.dma or b not in ports]
            for b in range(len(plan.buffers))
        ]
        if whole := _in_one(plan, memories, allowed):
            return whole
        found = assign(layout.problem, layout.traffic, memories, allowed)
        if found:
            return _explained(_placed(plan, memories, found), graph, memories)
    return None


def _ports(graph: Graph, layout: Layout) -> list[int]:
    """Return the buffers of inputs and outputs, large ones first."""
    found = {layout.tensors[t] for t in (*graph.inputs, *graph.outputs) if t in layout.tensors}
    return sorted(found, key=lambda b: (-layout.problem.sizes[b], b))


def _wishes(graph: Graph, layout: Layout, memories: Sequence[Memory]) -> Iterator[set[int]]:
    """Yield sets of buffers that DMA shall reach, from all inputs and outputs to none."""
    ports = _ports(graph, layout)
    if all(memory.dma for memory in memories) or not any(memory.dma for memory in memories):
        ports = []
    for without in range(len(ports) + 1):
        yield set(ports[without:])


def _in_one(
    plan: Plan, memories: Sequence[Memory], allowed: Sequence[Sequence[int]]
) -> Plan | None:
    """Return the plan in one of the fastest memories, where all of it may be there and fits."""
    least = min(memory.cost for memory in memories)
    for m, memory in enumerate(memories):
        is_fastest = memory.cost == least and all(m in ways for ways in allowed)
        if is_fastest and plan.arena_bytes <= memory.nbytes:
            return _whole(plan, memory, is_only=len(memories) == 1)
    return None


def _whole(plan: Plan, memory: Memory, *, is_only: bool) -> Plan:
    assert plan.layout is not None
    why = "the only memory" if is_only else "all fits the fastest memory"
    cost = sum(plan.layout.traffic) * memory.cost
    return replace(
        plan,
        buffers=tuple(replace(b, region=memory.name, why=why) for b in plan.buffers),
        regions=(_use(memory, 0, plan.arena_bytes),),
        placement=PlacementCost(cost, cost, is_optimal=True),
    )


def _placed(plan: Plan, memories: Sequence[Memory], found: Assignment) -> Plan:
    """Return the plan with the parts of the arena one behind the other."""
    layout = plan.layout
    assert layout is not None
    regions, start = dict[int, RegionUse](), 0
    for m in sorted(set(found.memory)):
        ends = [
            offset + nbytes
            for of, offset, nbytes in zip(
                found.memory, found.offsets, layout.problem.sizes, strict=True
            )
            if of == m
        ]
        regions[m] = _use(memories[m], start, max(ends))
        start += max(ends)
    at = [regions[m].start + o for m, o in zip(found.memory, found.offsets, strict=True)]
    return replace(
        plan,
        buffers=tuple(
            replace(buffer, offset=offset, region=memories[m].name)
            for buffer, offset, m in zip(plan.buffers, found.offsets, found.memory, strict=True)
        ),
        tensor_offsets=layout.tensor_offsets(at),
        scratch_offsets={k: at[b] for k, b in layout.scratch.items()},
        held_offsets=tuple(at[b] for b in layout.held),
        arena_bytes=start,
        is_optimal=start == plan.bounds.overlap,
        regions=tuple(regions.values()),
        placement=PlacementCost(found.cost, found.bound, found.is_optimal),
    )


def _use(memory: Memory, start: int, nbytes: int) -> RegionUse:
    return RegionUse(memory.name, start, nbytes, memory.nbytes, memory.holds_data)


def _explained(plan: Plan, graph: Graph, memories: Sequence[Memory]) -> Plan:
    """Say of each buffer why it is where it is."""
    assert plan.layout is not None
    ports = set(_ports(graph, plan.layout))
    by_name = {memory.name: memory for memory in memories}
    return replace(
        plan,
        buffers=tuple(
            replace(buffer, why=_why(buffer, by_name[buffer.region], memories, is_port=n in ports))
            for n, buffer in enumerate(plan.buffers)
        ),
    )


def _why(buffer: Buffer, memory: Memory, memories: Sequence[Memory], *, is_port: bool) -> str:
    fastest = min(memories, key=lambda m: m.cost)
    if is_port and not memory.dma and any(m.dma for m in memories):
        return "no memory that DMA reaches has room for it"
    if is_port and memory.dma and not fastest.dma:
        return f"DMA reaches it, and not {fastest.name}"
    if memory is fastest:
        return "the fastest memory" if memory.cost < max(m.cost for m in memories) else "first"
    if memory.cost == fastest.cost:
        return f"{fastest.name} is as fast, and full"
    if buffer.nbytes > fastest.nbytes:
        return f"larger than what {fastest.name} has"
    return f"{fastest.name} is full of what is used more"


def _missing_bytes(plan: Plan, memories: Sequence[Memory]) -> int:
    """Return by how much the largest memory is too small for the best choice found.

    Args:
        plan: That `place_in_regions` found no choice for, on the same memories.
        memories: At least one.
    """
    assert plan.layout is not None
    layout = plan.layout
    largest = max(range(len(memories)), key=lambda m: memories[m].nbytes)
    if any(memory.nbytes < 0 for memory in memories):
        return -min(memory.nbytes for memory in memories)
    everywhere = [range(len(memories))] * len(plan.buffers)

    def is_enough(more: int) -> bool:
        grown = [
            replace(memory, nbytes=memory.nbytes + (more if m == largest else 0), cost=0)
            for m, memory in enumerate(memories)
        ]
        return assign(layout.problem, layout.traffic, grown, everywhere) is not None

    low, high = 0, max(-(-(plan.arena_bytes - memories[largest].nbytes) // _STEP), 1)
    while low + 1 < high:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle * _STEP) else (middle, high)
    return high * _STEP

"""Which memory a buffer goes to, and what the plan says of it."""

import dataclasses
import itertools

import numpy as np
import pytest

from tests.unit.plan.random_nets import Net, random_net
from tests.unit.plan.test_chain import (
    DSP,
    PORTABLE,
    assert_exact,
    chained_ranges,
    planned,
    require_no_shared_bytes,
    setting,
)
from tinygen.board import Board, find_board, list_boards
from tinygen.graph import Graph, Op, Tensor
from tinygen.load.tflite import read_graph
from tinygen.plan.assign import Memory
from tinygen.plan.chain import make_chain
from tinygen.plan.layout import plan_memory
from tinygen.plan.regions import find_memories, place_arena, place_in_regions
from tinygen.plan.schedule import Held
from tinygen.region import Region

STACK = 4096


def chain(*sizes):
    """Return a graph of ops over tensors of these bytes, of which nobody checks the shapes."""
    tensors = tuple(Tensor(n, f"t{n}", "int8", (size,)) for n, size in enumerate(sizes))
    ops = tuple(Op(n, "RELU", 1, (n,), (n + 1,), None) for n in range(len(sizes) - 1))
    return Graph("chain", "", tensors, ops, (0,), (len(sizes) - 1,))


FAST = Memory("FAST", 96, 1, dma=False)
SLOW = Memory("SLOW", 400, 4, dma=True)


def placed(graph, memories, scratch=None):
    plan = place_in_regions(graph, plan_memory(graph, scratch or {}), memories)
    assert plan is not None
    require_apart(plan)
    return plan


def require_apart(plan):
    """No two buffers that live at one time share a byte; parts of the arena do not overlap."""
    start = 0
    for use in plan.regions:
        assert use.start == start
        assert use.nbytes <= use.free_bytes
        start += use.nbytes
    assert plan.arena_bytes == start
    for a, b in itertools.combinations(plan.buffers, 2):
        meet = a.region == b.region and a.first <= b.last and b.first <= a.last
        assert not meet or a.offset + a.nbytes <= b.offset or b.offset + b.nbytes <= a.offset


def where(plan):
    return [buffer.region for buffer in plan.buffers]


def test_what_fits_the_fastest_memory_is_as_it_was_in_one_arena():
    graph = chain(32, 48, 48, 16)
    one = plan_memory(graph, {})
    fast = dataclasses.replace(FAST, dma=True)
    plan = placed(graph, [SLOW, fast])
    assert set(where(plan)) == {"FAST"}
    assert plan.tensor_offsets == one.tensor_offsets
    assert plan.arena_bytes == one.arena_bytes
    assert {b.why for b in plan.buffers} == {"all fits the fastest memory"}


def test_a_board_with_one_memory_keeps_the_plan_and_says_so():
    graph = chain(32, 48)
    plan = placed(graph, [SLOW])
    assert {(b.region, b.why) for b in plan.buffers} == {("SLOW", "the only memory")}


def test_inputs_and_outputs_are_where_dma_reaches_and_the_rest_where_it_is_fast():
    plan = placed(chain(32, 48, 48, 16), [SLOW, FAST])
    assert where(plan) == ["SLOW", "FAST", "FAST", "SLOW"]
    assert plan.buffers[0].why == "DMA reaches it, and not FAST"
    assert plan.buffers[1].why == "the fastest memory"
    assert plan.placement.is_optimal


def test_an_input_is_where_it_fits_when_no_memory_that_dma_reaches_has_room():
    slow = dataclasses.replace(SLOW, nbytes=48)
    plan = placed(chain(64, 32, 16), [slow, FAST])
    assert where(plan) == ["FAST", "FAST", "SLOW"]
    assert plan.buffers[0].why == "no memory that DMA reaches has room for it"


def test_scratch_that_is_used_more_than_tensors_gets_the_fast_memory():
    net = Net(np.random.default_rng(0))
    x = net.image((4, 4, 16))
    y = net.conv(x, "CONV_2D", k=(3, 3))
    graph = read_graph(net.b.build([x], [y]), "conv")
    fast = Memory("FAST", 256, 1, dma=True)
    plan = placed(graph, [dataclasses.replace(SLOW, nbytes=1024), fast], {0: 200})
    assert where(plan) == ["SLOW", "SLOW", "FAST"]
    assert plan.buffers[1].why == "FAST is full of what is used more"
    assert plan.scratch_offsets[0] == plan.regions[0].nbytes  # the parts follow each other


def test_of_equal_memories_the_first_is_filled_and_then_the_next():
    equal = Memory("NEXT", 64, 4, dma=True)
    plan = placed(chain(96, 64), [dataclasses.replace(SLOW, nbytes=112), equal])
    assert where(plan) == ["SLOW", "NEXT"]
    assert [b.why for b in plan.buffers] == ["first", "SLOW is as fast, and full"]


def test_what_weights_are_read_into_is_placed_like_other_buffers():
    graph = chain(32, 48, 32)
    plan = plan_memory(graph, {}, held=[Held("weights", 64, 0, 1)])
    split = place_in_regions(graph, plan, [SLOW, FAST])
    require_apart(split)
    assert split.buffers[-1].region == "FAST"
    assert split.held_offsets == (split.regions[1].start + split.buffers[-1].offset,)


def board(*regions):
    flash = Region("FLASH", "flash", 0x0800_0000, 1 << 20)
    model = find_board("stm32h7")
    return dataclasses.replace(model, regions=(flash, *regions))


def test_data_and_stack_are_taken_off_the_first_memory():
    memories = find_memories(find_board("stm32h7"), STACK)
    free = {memory.name: memory.nbytes for memory in memories}
    assert free["AXI_SRAM"] == (512 << 10) - STACK - 512
    assert free["DTCM"] == 128 << 10
    assert "ITCM" not in free
    assert min(memories, key=lambda m: m.cost).name == "DTCM"
    assert [m.name for m in memories if not m.dma] == ["DTCM"]


def test_memories_in_a_row_are_joined_where_only_that_holds_a_tensor():
    graph = chain(9000, 16)
    a = Region("A", "ram", 0x2000_0000, 0x2000)
    b = Region("B", "ram", 0x2000_2000, 0x2000, bandwidth=1000, dma=False)
    joined, plan = place_arena(graph, plan_memory(graph, {}), board(a, b), STACK)
    assert joined.arena_regions == (
        Region("A_B", "ram", 0x2000_0000, 0x4000, bandwidth=1000, dma=False),
    )
    assert (set(where(plan)), plan.missing_bytes) == ({"A_B"}, 0)


def test_what_fits_no_combination_says_how_much_is_missing():
    graph = chain(9000, 7000)
    a = Region("A", "ram", 0x2000_0000, 0x2000)
    b = Region("B", "ram", 0x3000_0000, 0x1C00)
    _, plan = place_arena(graph, plan_memory(graph, {}), board(a, b), 0)
    assert [(use.name, use.nbytes) for use in plan.regions] == [("A", 0), ("B", 0)]
    # the smaller tensor fits B, so A must grow until it holds the larger one
    assert plan.missing_bytes == 9008 - (0x2000 - 512)


def test_a_stack_larger_than_its_memory_fits_nothing():
    graph = chain(16, 16)
    a = Region("A", "ram", 0x2000_0000, 0x1000)
    b = Region("B", "ram", 0x3000_0000, 0x1000)
    _, plan = place_arena(graph, plan_memory(graph, {}), board(a, b), 0x1000)
    assert plan.missing_bytes == 512


def random_split(seed, target=DSP):
    """Return a random net in random memories, in which it fits in more than one of them only."""
    rng = np.random.default_rng(seed)
    content = random_net(seed)
    graph, kernels, choose = setting(content, target)
    ranges = chained_ranges(graph, rng) if seed % 2 else []
    chains = [make_chain(graph, *ends, 1 + seed % 4, choose) for ends in ranges]
    plan = planned(graph, kernels, chains)
    largest = max(buffer.nbytes for buffer in plan.buffers)
    sizes = [largest, int(rng.integers(largest // 4, largest)), plan.arena_bytes]
    memories = [
        Memory(f"M{n}", size, int(rng.integers(1, 5)), dma=bool(rng.random() < 0.7))
        for n, size in enumerate(sizes)
    ]
    return content, graph, kernels, plan, place_in_regions(graph, plan, memories)


@pytest.mark.parametrize("seed", range(30))
def test_in_memories_of_their_own_no_two_live_bytes_share_an_address(seed):
    _, graph, kernels, one, plan = random_split(seed)
    assert plan is not None
    assert one.bounds.overlap <= plan.arena_bytes
    assert all(use.nbytes <= use.free_bytes for use in plan.regions)
    assert {b.region for b in plan.buffers} == {use.name for use in plan.regions}
    require_no_shared_bytes(graph, kernels, plan)


@pytest.mark.parametrize("seed", range(8))
def test_nets_in_several_memories_are_bit_exact(seed, tmp_path):
    content, graph, kernels, _, plan = random_split(seed, DSP if seed % 3 else PORTABLE)
    assert_exact(content, graph, kernels, plan, tmp_path)


@pytest.mark.parametrize("one", list_boards(), ids=lambda one: one.id)
def test_joining_memories_keeps_every_byte(one: Board):
    def total(board: Board) -> int:
        return sum(region.nbytes for region in board.regions)

    joined = one.with_joined_ram()
    assert total(joined) == total(one)
    assert joined.region("ram").origin <= one.region("ram").origin
    assert joined.region("flash") == one.region("flash")

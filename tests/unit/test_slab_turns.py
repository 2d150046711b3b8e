"""Slabs: one that is filled again and again, or two in turn."""

from dataclasses import replace

import pytest

from tests.firmware.stream_model import HOST, random_model
from tinygen.emit.kernels import choose_kernel
from tinygen.load.tflite import read_graph
from tinygen.ops.contract import Kernel, SlabLoop, Target
from tinygen.streaming import make_chooser
from tinygen.weights.turns import Slab, SlabRam, Spot, place_slabs, stream_in_turns

EMPTY = Kernel("k", [], [], [])


def kernel(*sizes):
    """Return a kernel whose slabs are of some sizes."""
    return replace(EMPTY, loops=[SlabLoop([bytes(n)], [], [], [], 1, 0) for n in sizes])


def test_without_reading_ahead_each_op_has_a_slab_while_it_runs():
    slabs, spots = place_slabs([kernel(32), None, kernel(320, 96), EMPTY], SlabRam(320))
    assert slabs == (Slab(64, 0, 0), Slab(320, 2, 2))  # 64: the header's
    assert spots == (Spot(0, 0, False), Spot(1, 0, False), Spot(1, 0, False))


def test_reading_ahead_puts_chunks_at_both_ends_where_they_fit_together():
    kernels = [None, kernel(128, 64), kernel(224), kernel(32)]
    slabs, spots = place_slabs(kernels, SlabRam(256, cycles_a_byte=2.0))
    assert slabs == (Slab(256, 0, 3),)
    assert spots == (
        Spot(0, 0, False),
        Spot(0, 192, True),
        Spot(0, 0, False),  # 64 and 224 do not fit together
        Spot(0, 224, True),
    )


def count(cycles_a_byte, nbytes=1024, *, conv=True):
    """Return the number of slabs of a model's first convolution, or of its matrix."""
    graph = read_graph(random_model(4), "test")
    op = graph.ops[0 if conv else -1]
    chooser = make_chooser(
        Target(HOST), lambda part, op: choose_kernel(part, op, Target(HOST), "reference")
    )
    found = stream_in_turns(graph, op, chooser, SlabRam(nbytes, cycles_a_byte))
    assert isinstance(found, Kernel)
    return sum(len(loop.slabs) for loop in found.loops)


def test_a_slow_source_reads_ahead_and_one_that_the_core_waits_for_does_not():
    assert count(cycles_a_byte=50.0) > count(cycles_a_byte=0.0)


def test_an_op_that_computes_long_goes_through_its_input_as_rarely_as_it_can():
    assert count(cycles_a_byte=0.01) == count(cycles_a_byte=0.0)


@pytest.mark.parametrize("cycles_a_byte", [0.5, 50.0])
def test_a_matrix_whose_input_is_short_always_reads_ahead(cycles_a_byte):
    assert count(cycles_a_byte, conv=False) > count(0.0, conv=False)

"""Slabs: one that is filled again and again, or two in turn."""

from dataclasses import replace

import numpy as np
import pytest

from tests.firmware.stream_model import HOST, random_model
from tests.unit.ops.conv_models import VALID, Conv
from tests.unit.ops.conv_models import model as conv_model
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


CHOOSER = make_chooser(
    Target(HOST), lambda part, op: choose_kernel(part, op, Target(HOST), "reference")
)


def count(cycles_a_byte, nbytes=1024, *, conv=True):
    """Return the number of slabs of a model's first convolution, or of its matrix."""
    graph = read_graph(random_model(4), "test")
    op = graph.ops[0 if conv else -1]
    found = stream_in_turns(graph, op, CHOOSER, SlabRam(nbytes, cycles_a_byte))
    assert isinstance(found, Kernel)
    return sum(len(loop.slabs) for loop in found.loops)


def test_a_slow_source_reads_ahead_and_one_that_the_core_waits_for_does_not():
    assert count(cycles_a_byte=50.0) > count(cycles_a_byte=0.0)


def test_an_op_that_computes_long_goes_through_its_input_as_rarely_as_it_can():
    assert count(cycles_a_byte=0.01) == count(cycles_a_byte=0.0)


@pytest.mark.parametrize("cycles_a_byte", [0.5, 50.0])
def test_a_matrix_whose_input_is_short_always_reads_ahead(cycles_a_byte):
    assert count(cycles_a_byte, conv=False) > count(0.0, conv=False)


@pytest.mark.parametrize(
    ("kind", "size", "stays"),
    [
        ("CONV_2D", (1, 5, 5, 16), True),  # one window is all of the image
        ("CONV_2D", (1, 5, 6, 16), False),
        ("CONV_2D", (2, 5, 5, 16), False),
        ("DEPTHWISE_CONV_2D", (1, 5, 5, 16), True),
        ("DEPTHWISE_CONV_2D", (1, 6, 5, 16), False),
    ],
)
def test_weights_stay_in_memory_only_where_each_is_used_once(kind, size, stays):
    conv = Conv(size, out_c=8, k=(5, 5), padding=VALID)
    graph = read_graph(conv_model(np.random.default_rng(0), kind, conv), "test")
    op = graph.ops[0]
    mapped = stream_in_turns(graph, op, CHOOSER, SlabRam(512, is_mapped=True))
    copied = stream_in_turns(graph, op, CHOOSER, SlabRam(512))
    assert isinstance(mapped, Kernel)
    assert isinstance(copied, Kernel)
    assert [loop.stays for loop in mapped.loops] == [stays] * len(mapped.loops)
    assert not any(loop.stays for loop in copied.loops)
    if stays:  # of any size: nothing limits what needs no RAM
        assert [len(slab) for slab in mapped.loops[0].slabs] == [graph.tensors[op.inputs[1]].size]


def test_a_chunk_that_stays_has_no_slab_and_leaves_the_header_to_the_next_op():
    stays, slabs = kernel(4000), kernel(32, 64)
    stays = replace(stays, loops=[replace(stays.loops[0], stays=True)])
    assert place_slabs([stays, slabs], SlabRam(64, is_mapped=True)) == (
        (Slab(64, 1, 1),),
        (None, Spot(0, 0, False), Spot(0, 0, False)),
    )
    assert place_slabs([stays], SlabRam(64, is_mapped=True)) == ((), (None,))

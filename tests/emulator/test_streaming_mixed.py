"""Ops of many kinds stream as their use of weights asks for, bit-exact on emulated cores."""

import pytest

from tests.emulator.mve_cases import MveCases
from tests.unit.kernels.cases import VALID
from tinygen.pipeline import Choices, build
from tinygen.progress import Silent
from tinygen.session import choose_inputs, open_project, profile, verify
from tinygen.weights_file import FILE, read_weights

ROWS_IN_SLABS, WIDE_IN_SLABS, ONE_WINDOW, CHANNELS, ONE_ROW, SEVERAL_ROWS = range(6)


def mixed() -> bytes:
    """Return independent ops, in the order of the names above."""
    cases = MveCases(9)
    cases.set().conv((1, 13, 7, 24), 13, (3, 3))
    cases.set().conv((1, 15, 9, 16), 22, (3, 3), stride=(2, 2))
    cases.set().conv((1, 5, 4, 16), 10, (5, 4), padding=VALID)
    cases.set().depthwise((1, 6, 6, 64), 1, (5, 5))
    cases.set().fully_connected(1, 90, 33)
    cases.set().fully_connected(3, 90, 33)
    return cases.build()


@pytest.fixture(scope="module", params=[("m4", "tinygen"), ("m4", "cmsis-nn"), ("m55", "tinygen")])
def project(request, tmp_path_factory):
    core, library = request.param
    folder = tmp_path_factory.mktemp("mixed")
    (folder / "mixed.tflite").write_bytes(mixed())
    choices = Choices(f"qemu-{core}", kernels=library, weights="stream", weight_ram=1024)
    build(folder / "mixed.tflite", folder / "p", choices, Silent())
    return open_project(folder / "p")


def test_ops_of_many_kinds_stream_bit_exact(project):
    report, first = verify(project, choose_inputs(project, 4, None), None, Silent())
    assert first is None
    assert report.verify.bit_exact


def test_only_weights_that_are_used_again_take_slabs(project):
    places = {place.index: place for place in project.manifest.weights.places}
    stays = {n for n, place in places.items() if "where it lies" in place.why}
    assert stays == {ONE_WINDOW, ONE_ROW}
    assert all(places[n].chunks == 1 for n in stays)
    assert all(places[n].chunks > 1 for n in (ROWS_IN_SLABS, WIDE_IN_SLABS, CHANNELS))
    assert (places[SEVERAL_ROWS].place, places[SEVERAL_ROWS].why) == (
        "flash",
        "it has several rows of input, and its weights are larger than a slab of 1024",
    )
    assert project.manifest.weights.slab_bytes <= 1024


def test_what_stays_counts_as_read_and_costs_no_stall(project):
    report = profile(project, choose_inputs(project, 1, None).sets[0], None)[0]
    chunks = read_weights(project.folder / FILE).chunks
    for op in report.ops:
        own = [chunk.nbytes for chunk in chunks if chunk.op == op.index]
        assert (op.loads, op.bytes_moved) == (len(own), sum(own))
        assert (op.stall_instructions == 0) == (op.index in {ONE_WINDOW, ONE_ROW, SEVERAL_ROWS})

"""Models whose weights are not in the image run bit-exact on emulated cores."""

import os
import shutil
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.emulator.qemu_line import on_socket, retry
from tests.emulator.test_models import built
from tinygen.board import find_board
from tinygen.device.channel import Timeouts
from tinygen.device.client import Device
from tinygen.device.link import SerialLink
from tinygen.device.qemu import emulate
from tinygen.errors import DeviceError, DoesNotFitError, UsageError
from tinygen.pipeline import Choices, build
from tinygen.progress import Silent
from tinygen.session import choose_inputs, open_project, profile, verify
from tinygen.verify.oracle import find_oracle
from tinygen.weights_file import FILE, read_weights, write_weights

INTERNAL_FLASH = 40_960
AD_ARENA = 10_240
AS_FAST_AS_MEMCPY = 1.15
THROTTLED = 1.15
AS_DOCUMENTED = 0.05
POINTS_AS_DOCUMENTED = 2.0
DOCS = Path(__file__).parents[2] / "docs" / "weights-format.md"
PATIENT = Timeouts(connect_s=60, reply_s=20, run_s=300)
MEGABYTE = 1 << 20


def is_exact(project, count=2):
    report, first = verify(project, choose_inputs(project, count, None), None, Silent())
    return first is None and report.verify.bit_exact


def measured(project):
    return profile(project, choose_inputs(project, 1, None).sets[0], None)[0]


def pair(models_dir, folder, model, core, weight_ram, ways):
    """Return a model built in two ways."""
    projects = []
    for n, how in enumerate(ways):
        (folder / str(n)).mkdir()
        projects.append(
            built(
                *(models_dir, folder / str(n), model, core, "tinygen"),
                weight_ram=weight_ram,
                weights=how,
            )
        )
    return projects


@pytest.mark.parametrize("core", ["m3", "m4", "m7", "m33", "m55"])
def test_ad_streams_through_8_kb(models_dir, tmp_path, core):
    project = built(models_dir, tmp_path, "ad", core, "tinygen", weights="stream", weight_ram=8192)
    assert is_exact(project, 8)
    memory = project.report.memory
    assert memory.flash_bytes < INTERNAL_FLASH
    assert memory.arena_bytes < AD_ARENA
    assert project.manifest.weights.slab_bytes <= 8192


@pytest.mark.parametrize("library", ["tinygen", "cmsis-nn", "reference"])
@pytest.mark.parametrize("core", ["m4", "m55"])
@pytest.mark.parametrize(("model", "weight_ram"), [("kws", 2048), ("vww", 4096), ("ic", 4096)])
def test_models_stream_through_little_ram(models_dir, tmp_path, model, weight_ram, core, library):
    project = built(
        models_dir, tmp_path, model, core, library, weights="stream", weight_ram=weight_ram
    )
    assert is_exact(project)
    assert project.manifest.weights.slab_bytes <= weight_ram


def documented(model, weight_ram):
    """Return percent on M4 and M55, arena and arena from flash: docs/weights-format.md."""
    rows = DOCS.read_text(encoding="utf-8").splitlines()
    (row,) = (row for row in rows if row.startswith(f"| {model}, {weight_ram:,} |"))
    return tuple(float(cell.strip(" %").replace(",", "")) for cell in row.split("|")[2:-1])


@pytest.mark.parametrize(
    ("model", "core", "weight_ram"),
    [
        ("kws", "m4", 2048),
        ("kws", "m4", 4096),
        ("kws", "m7", 2048),
        ("kws", "m55", 2048),
        ("kws", "m55", 4096),
        ("ic", "m4", 4096),
        ("ic", "m7", 4096),
        ("ic", "m55", 4096),
        ("vww", "m4", 4096),
        ("vww", "m7", 4096),
        ("vww", "m55", 4096),
        ("ad", "m4", 8192),
        ("ad", "m7", 8192),
        ("ad", "m55", 8192),
    ],
)
def test_a_source_as_fast_as_memcpy_costs_little(models_dir, tmp_path, model, core, weight_ram):
    streamed, flash = pair(models_dir, tmp_path, model, core, weight_ram, ("stream", "flash"))
    report, weights = measured(streamed), streamed.manifest.weights
    instructions = measured(flash).cost.instructions
    assert report.cost.instructions <= AS_FAST_AS_MEMCPY * instructions
    on_m4, on_m55, *arenas = documented(model, weight_ram)
    share = 100 * report.cost.instructions / instructions
    percent = on_m55 if core == "m55" else on_m4
    assert percent == pytest.approx(share, abs=POINTS_AS_DOCUMENTED)
    if core == "m4":
        found = [report.memory.arena_bytes, flash.report.memory.arena_bytes]
        assert arenas == pytest.approx(found, rel=AS_DOCUMENTED)
    assert is_exact(streamed)
    assert sum(op.bytes_moved for op in report.ops) == weights.bytes_an_inference
    assert sum(op.loads for op in report.ops) == sum(place.chunks for place in weights.places)
    stay = {place.index for place in weights.places if "where it lies" in place.why}
    for op in (op for op in report.ops if op.loads):
        assert 0 <= op.stall_instructions < op.instructions
        assert (op.stall_instructions == 0) == (op.index in stay)


def test_a_slow_source_costs_what_it_takes(models_dir, tmp_path):
    ways = ("stream:throttled", "stream")
    slow, fast = pair(models_dir, tmp_path, "ad", "m4", 8192, ways)
    board = find_board("qemu-m4")
    region = next(region for region in board.regions if region.kind == "external")
    per_byte = board.clock_hz / region.bandwidth  # an instruction stands for a cycle
    transfer = per_byte * slow.manifest.weights.bytes_an_inference
    first = per_byte * read_weights(slow.folder / FILE).chunks[0].nbytes
    assert transfer > measured(fast).cost.instructions  # or this would show nothing
    assert transfer <= measured(slow).cost.instructions <= THROTTLED * transfer + first
    assert is_exact(slow)


def test_a_slow_source_costs_little_where_computing_takes_longer(models_dir, tmp_path):
    ways = ("stream:throttled", "flash")
    slow, flash = pair(models_dir, tmp_path, "ic", "m4", 4096, ways)
    assert measured(slow).cost.instructions <= THROTTLED * measured(flash).cost.instructions
    assert is_exact(slow)


def test_slabs_share_the_arena_with_what_is_idle(models_dir, tmp_path):
    ways = ("stream", "flash")
    streamed, flash = (p.report.memory for p in pair(models_dir, tmp_path, "vww", "m4", 4096, ways))
    assert streamed.arena_bytes <= flash.arena_bytes  # though it holds slabs, too
    assert streamed.arena_bytes == streamed.bounds.overlap


def test_the_host_serves_weights_through_pyserial(models_dir, tmp_path):
    project = built(
        models_dir, tmp_path, "kws", "m4", "tinygen", weights="stream:serial", weight_ram=2048
    )
    values = choose_inputs(project, 1, None).sets[0]
    weights = read_weights(project.folder / FILE)
    board, sha256 = find_board("qemu-m4"), project.manifest.model.sha256
    with (
        on_socket(board, "-kernel", str(project.elf)) as url,
        closing(retry(lambda: SerialLink(url), DeviceError)) as link,
    ):
        device = Device.connect(link, sha256, board.id, PATIENT, weights=weights.content)
        outputs = device.infer([array.tobytes() for array in values]).outputs
        assert device.streamed().loads == len(weights.chunks)
    wanted = find_oracle(project.content, project.graph).run(values)
    assert outputs == tuple(array.tobytes() for array in wanted)


@pytest.fixture(scope="module")
def kws(models_dir, tmp_path_factory):
    folder = tmp_path_factory.mktemp("kws")
    return built(models_dir, folder, "kws", "m4", "tinygen", weights="stream", weight_ram=2048)


def refusal(project, content, folder):
    """Return what the device says when it starts with ``content`` as its weights."""
    path = folder / "other.bin"
    path.write_bytes(content)
    manifest = project.manifest
    with (
        pytest.raises(DeviceError) as caught,
        emulate(find_board(manifest.board), project.elf, {manifest.weights.origin: path}) as link,
    ):
        Device.connect(link, manifest.model.sha256, manifest.board, PATIENT)
    return str(caught.value)


def test_weights_that_do_not_belong_are_refused_at_the_start(kws, tmp_path):
    file = read_weights(kws.folder / FILE)
    slabs = [(c.op, file.content[c.offset : c.offset + c.nbytes]) for c in file.chunks]
    other_model = write_weights("12" * 32, slabs).content
    other_build = write_weights(file.model_sha256, slabs[:-1]).content
    damaged = bytearray(file.content)
    damaged[file.chunks[5].offset + 3] ^= 0x10
    half_written = file.content[: file.chunks[7].offset] + bytes(50_000)
    assert refusal(kws, other_model, tmp_path) == "the weights from 'external' are of another model"
    assert (
        refusal(kws, other_build, tmp_path)
        == "the weights from 'external' are of another build of this model"
    )
    assert refusal(kws, b"no weights", tmp_path) == (
        "'external' holds no weights file of this format"
    )
    assert refusal(kws, bytes(damaged), tmp_path) == (
        "chunk 5 of the weights from 'external' is damaged"
    )
    assert refusal(kws, half_written, tmp_path) == (
        "chunk 7 of the weights from 'external' is damaged"
    )


def test_weights_that_stay_where_they_lie_are_checked_there(models_dir, tmp_path):
    ad = built(models_dir, tmp_path, "ad", "m55", "tinygen", weights="stream", weight_ram=8192)
    assert ad.manifest.weights.slab_bytes == 0
    file = read_weights(ad.folder / FILE)
    slabs = [(c.op, file.content[c.offset : c.offset + c.nbytes]) for c in file.chunks]
    other_model = write_weights("12" * 32, slabs).content
    damaged = bytearray(file.content)
    damaged[file.chunks[-1].offset] ^= 1
    assert refusal(ad, other_model, tmp_path) == "the weights from 'external' are of another model"
    assert refusal(ad, bytes(damaged), tmp_path) == (
        "chunk 9 of the weights from 'external' is damaged"
    )


def test_weights_that_are_gone_are_missed_before_the_emulator_starts(kws, tmp_path):
    shutil.copytree(kws.folder, tmp_path / "copy")
    (tmp_path / "copy" / FILE).unlink()
    copy = open_project(tmp_path / "copy")
    with pytest.raises(UsageError) as caught:
        is_exact(copy, 1)
    assert str(caught.value) == f"{tmp_path / 'copy'} has no weights.bin"


def test_the_plan_and_the_report_say_where_weights_are(kws):
    weights = kws.report.weights
    assert {place["place"] for place in weights["places"]} == {"stream"}
    assert all(place["why"] for place in weights["places"])
    assert weights["file_bytes"] == (kws.folder / FILE).stat().st_size
    assert (kws.elf.parent / FILE).read_bytes() == (kws.folder / FILE).read_bytes()


def test_a_keras_model_three_times_as_large_as_the_flash_runs(tmp_path):
    if find_spec("tensorflow") is None:
        pytest.skip("TensorFlow is not installed: pip install 'tinygen[keras]'")
    model = tmp_path / "mobilenet.keras"
    script = Path(__file__).parent / "make_mobilenet.py"
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": str(Path(__file__).parents[2])}
    subprocess.run(
        [sys.executable, script, model], env=os.environ | quiet, check=True, capture_output=True
    )
    choices = Choices("qemu-m4", samples="random", weight_ram=32768)
    with pytest.raises(DoesNotFitError):
        build(model, tmp_path / "p", choices, Silent())
    build(model, tmp_path / "p", replace(choices, weights="stream"), Silent())
    project = open_project(tmp_path / "p")
    assert find_board("qemu-m4").region("flash").nbytes == MEGABYTE
    assert project.manifest.weights.bytes_an_inference >= 3 * MEGABYTE
    assert is_exact(project, 1)

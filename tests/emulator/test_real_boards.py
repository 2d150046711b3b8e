"""Boards that QEMU has with their real addresses: the path of a real board, whole.

The host talks through pyserial, over a terminal as to a USB port or over a socket, and
flashes over a debug port.
"""

import os
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from tests.emulator.qemu_line import free_port, on_pty, on_socket, retry
from tests.emulator.small_model import small_model
from tests.oracle import random_inputs, run_tflm
from tinygen.board import find_board
from tinygen.cli.main import cli
from tinygen.device.client import Device
from tinygen.device.link import SerialLink
from tinygen.device.measure import take_trace
from tinygen.device.qemu import EMULATOR_TIMEOUTS
from tinygen.errors import DeviceError
from tinygen.flash.contract import Job
from tinygen.flash.flash import flash
from tinygen.flash.rsp import GdbStub
from tinygen.progress import Silent

REAL = ["netduinoplus2", "bbc_microbit"]

pytestmark = pytest.mark.skipif(
    shutil.which("qemu-system-arm") is None, reason="no qemu-system-arm"
)


def call(url):
    """Open a port as soon as QEMU has made it."""
    return retry(lambda: SerialLink(url), DeviceError)


def call_gdb(port):
    return retry(lambda: GdbStub("127.0.0.1", port), DeviceError)


def require_exact(link, image, board_id):
    device = Device.connect(link, image.graph.sha256, board_id, EMULATOR_TIMEOUTS)
    inputs = random_inputs(small_model(), 3)
    for one, wanted in zip(inputs, run_tflm(small_model(), inputs), strict=True):
        outputs = device.infer([values.tobytes() for values in one]).outputs
        assert list(outputs) == [values.tobytes() for values in wanted]
    return device, [values.tobytes() for values in inputs[0]]


@pytest.mark.parametrize("board_id", REAL)
def test_pyserial_on_a_terminal_verifies_and_profiles(images, board_id, tmp_path):
    image = images(board_id)
    with (
        on_pty(find_board(board_id), image.elf, tmp_path) as (name, start),
        closing(SerialLink(name)) as link,
    ):
        start()
        device, inputs = require_exact(link, image, board_id)
        trace = take_trace(device, inputs, None)
    assert trace.ticks > 0
    assert all(op.ticks > 0 for op in trace.ops)
    assert 0 < trace.memory.arena_used <= trace.memory.arena_bytes


@pytest.mark.parametrize("board_id", REAL)
def test_pyserial_on_a_socket_verifies(images, board_id):
    image = images(board_id)
    with (
        on_socket(find_board(board_id), "-kernel", str(image.elf)) as url,
        closing(call(url)) as link,
    ):
        require_exact(link, image, board_id)


def test_the_f405_says_which_counter_it_found(images):
    image = images("netduinoplus2")
    with (
        on_socket(find_board("netduinoplus2"), "-kernel", str(image.elf)) as url,
        closing(call(url)) as link,
    ):
        device, _ = require_exact(link, image, "netduinoplus2")
    assert not device.hello.counts_cycles  # QEMU has no DWT
    assert device.hello.counter_hz == 62_500_000  # TIM2 at 1 GHz, by 16


def job_for(board_id, image, port):
    board = find_board(board_id)
    binary = image.elf.with_suffix(".bin")
    return Job(board, image.elf.parent, image.elf, binary, board.region("flash").origin, port)


def make_binary(image):
    subprocess.run(
        ["arm-none-eabi-objcopy", "-O", "binary", image.elf, image.elf.with_suffix(".bin")],
        check=True,
    )


@pytest.mark.parametrize("board_id", REAL)
def test_an_image_is_flashed_over_the_debug_port_and_runs(images, board_id):
    image = images(board_id)
    make_binary(image)
    debug = free_port()
    with (
        on_socket(find_board(board_id), "-S", "-gdb", f"tcp:127.0.0.1:{debug}") as url,
        closing(call(url)) as link,
    ):
        call_gdb(debug).close()
        flash(job_for(board_id, image, f"127.0.0.1:{debug}"), "gdb", Silent())
        require_exact(link, image, board_id)


def test_no_debug_port_is_an_error(images):
    image = images("netduinoplus2")
    make_binary(image)
    port = free_port()
    with pytest.raises(DeviceError) as caught:
        flash(job_for("netduinoplus2", image, f"127.0.0.1:{port}"), "gdb", Silent())
    assert str(caught.value) == f"no gdb server at 127.0.0.1:{port}: Connection refused"


def labelled_samples(folder):
    """Store three inputs with the classes that the wheel gives, the last one wrong."""
    inputs = random_inputs(small_model(), 3)
    labels = [int(np.argmax(outputs[0])) for outputs in run_tflm(small_model(), inputs)]
    labels[2] += 1
    np.savez(folder / "test.npz", x=np.concatenate([one[0] for one in inputs]), y=labels)
    return folder / "test.npz"


@pytest.mark.parametrize("board_id", REAL)
def test_the_commands_of_a_real_board_work_over_its_port(board_id, tmp_path):
    (tmp_path / "small.tflite").write_bytes(small_model())
    project = str(tmp_path / "project")
    build = ["build", str(tmp_path / "small.tflite"), "--board", board_id, "-o", project]
    done = CliRunner().invoke(cli, [*build, "--offline"])
    assert done.exit_code == 0, done.output
    debug = free_port()
    with on_socket(find_board(board_id), "-S", "-gdb", f"tcp:127.0.0.1:{debug}") as url:
        with closing(call(url)):  # QEMU's debug port opens when somebody listens to the serial one
            call_gdb(debug).close()
            done = CliRunner().invoke(
                cli, ["flash", project, "--tool", "gdb", "--port", f"127.0.0.1:{debug}"]
            )
            assert done.exit_code == 0, done.output
            assert f"{board_id} flashed with gdb, verified and started" in done.output
        samples = str(labelled_samples(tmp_path))
        outputs = {}
        for command in (
            ["verify", "--inputs", "2"],
            ["profile", "--runs", "5", "--input", samples, "--dataset", samples],
            ["run"],
        ):
            done = CliRunner().invoke(cli, [command[0], project, *command[1:], "--port", url])
            assert done.exit_code == 0, done.output
            outputs[command[0]] = done.output
        assert "5 runs       ticks: min" in outputs["profile"]
        assert f"ms at {find_board(board_id).clock_hz / 1e6:g} MHz" in outputs["profile"]
        assert "accuracy host 0.6667, device 0.6667 on 3 samples" in outputs["profile"]
        assert "3 inputs bit-exact" in outputs["profile"]
        assert "mistaken most:" in outputs["profile"]
        done = CliRunner().invoke(cli, ["monitor", "--port", url, "--for", "0.8"])
        assert done.exit_code == 0, done.output
        assert f"{board_id} at" in done.output


def test_the_hardware_tests_pass_on_a_board_that_qemu_is(tmp_path):
    """Run what `pytest -m hardware` runs, with a roster that names QEMU as the board."""
    debug = free_port()
    with on_socket(find_board("netduinoplus2"), "-S", "-gdb", f"tcp:127.0.0.1:{debug}") as url:
        with closing(call(url)):
            call_gdb(debug).close()
        roster = tmp_path / "roster.toml"
        roster.write_text(
            f'[[board]]\nboard = "netduinoplus2"\nport = "{url}"\n'
            f'tool = "gdb"\nflash_port = "127.0.0.1:{debug}"\n'
        )
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-m", "hardware", "tests/hardware"],
            cwd=Path(__file__).parents[2],
            env={**os.environ, "TINYGEN_ROSTER": str(roster)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout
    assert "8 passed" in done.stdout

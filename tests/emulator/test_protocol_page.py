"""docs/protocol.md is enough: its command line starts an emulator that its words speak to."""

import re
import shlex
import socket
import struct
import subprocess
import zlib
from pathlib import Path

import pytest

from tests.emulator.page_client import (
    EXIT,
    MEMORY,
    PAINT,
    RESET,
    RUN,
    STEP,
    STREAMED,
    TENSOR,
    PageClient,
)
from tests.emulator.qemu_line import free_port, retry
from tests.emulator.test_models import built
from tinygen.session import choose_inputs
from tinygen.verify.oracle import find_oracle

PAGE = Path(__file__).parents[2] / "docs" / "protocol.md"


def command(project, port):
    """Return the page's command for a project, with what it says of external memory."""
    page = PAGE.read_text(encoding="utf-8")
    (block,) = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    words = shlex.split(block.replace("\\\n", " ").replace(":4444,", f":{port},"))
    if (origin := project.report.to_json()["weights"]["origin"]) >= 0:
        (loader,) = re.findall(r"`(-device loader[^`]*)`", page)
        words += loader.replace("ORIGIN", str(origin)).split()
    return [word.replace("PROJECT", str(project.folder)) for word in words]


@pytest.mark.parametrize("weights", ["flash", "stream:serial", "stream"])
def test_a_client_by_the_page_gets_the_oracles_outputs(models_dir, tmp_path, weights):
    project = built(models_dir, tmp_path, "kws", "m4", "tinygen", weights=weights, weight_ram=4096)
    values = choose_inputs(project, 1, None).sets[0]
    inputs = [array.tobytes() for array in values]
    wanted = [array.tobytes() for array in find_oracle(project.content, project.graph).run(values)]
    file = project.folder / "weights.bin"
    port = free_port()
    with subprocess.Popen(command(project, port), stdin=subprocess.DEVNULL) as emulator:
        try:
            line = retry(lambda: socket.create_connection(("127.0.0.1", port)), OSError)
            with line:
                client = PageClient(line, file.read_bytes() if file.exists() else b"")
                talk(client, project, inputs, wanted)
                client.send(EXIT, 0, 0, 0, 0)
                assert emulator.wait(60) == 0
        finally:
            emulator.kill()


def talk(client, project, inputs, wanted):
    """Do all that the page tells of, and compare it with what is known."""
    hello = struct.unpack("<HHHBBIIIB31s64s", client.connect())
    version, largest, ops, input_count, output_count, counter_hz, _, arena, _, board, sha = hello
    assert (version, largest, input_count, output_count) == (1, 512, 1, 1)
    assert (board.rstrip(b"\0"), sha.decode()) == (b"qemu-m4", project.manifest.model.sha256)
    assert client.ask(TENSOR)[:2] == (len(inputs[0]), len(wanted[0]))
    assert client.ask(PAINT)
    ticks, crc, _ = client.ask(RUN, second=client.write_inputs(inputs))
    assert crc == zlib.crc32(wanted[0])
    assert client.read_output(0) == wanted[0]
    memory = project.report.memory
    assert arena == memory.arena_bytes
    stack, stack_used, *arenas = struct.unpack("<4I", client.ask(MEMORY)[2])
    assert arenas == [arena, arena]
    assert stack_used < stack == memory.stack_bytes
    checksum = client.write_inputs(inputs)
    stepped = [client.ask(STEP, 0, n, 0 if n else checksum)[0] for n in range(ops)]
    assert client.read_output(0) == wanted[0]
    weights = project.manifest.weights
    if weights.source:
        read = struct.unpack("<4I", client.ask(STREAMED)[2])
        assert read[1] == 2 * weights.bytes_an_inference
    if weights.source != "serial":  # whose time is the host's
        each = counter_hz * 256 / 1e9  # instructions to ticks
        assert ticks / each == pytest.approx(2_647_000, rel=0.05)
        assert sum(stepped) == pytest.approx(ticks, rel=0.01)
    assert (client.needs > 0) == (weights.source == "serial")
    client.send(RESET, 0, 0, 0, 0)
    client.connect()

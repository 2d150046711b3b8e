"""The device's real C code as a process on this host, under sanitizers."""

import signal
import socket
import subprocess
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from tests.emulator.small_model import small_model
from tinygen.core import Core
from tinygen.device.link import SocketLink
from tinygen.emit.kernels import choose_kernels
from tinygen.emit.model import emit_model
from tinygen.load.tflite import read_graph
from tinygen.ops.contract import Target
from tinygen.plan.layout import plan_memory
from tinygen.resources import data_dir

HERE = Path(__file__).parent
FLAGS = [
    *("-std=gnu11", "-O1", "-g"),
    *("-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"),
    *("-fsanitize=address,undefined", "-fno-sanitize-recover=all"),
    *("-DTG_BOARD_ID=test-host", "-DTG_CLOCK_HZ=1000000", "-DTG_COUNTER_HZ=0"),
]


@cache
def test_graph():
    """Return the model that the process serves."""
    return read_graph(small_model(), "test")


test_graph.__test__ = False


def build_host_device(folder: Path) -> Path:
    """Compile runtime, model and a port of pipes; return the program."""
    graph = test_graph()
    kernels = choose_kernels(graph, Target(Core("host")), "reference")
    scratch = {i: k.scratch_bytes for i, k in enumerate(kernels) if k}
    for name, text in emit_model(graph, kernels, plan_memory(graph, scratch)).items():
        (folder / name).write_text(text)
    firmware = data_dir("firmware")
    sources = sorted({firmware / "src" / s for k in kernels if k for s in k.sources})
    subprocess.run(
        [
            "gcc",
            *FLAGS,
            f"-I{firmware / 'include'}",
            f"-I{folder}",
            folder / "model.c",
            HERE / "host_port.c",
            *sorted((firmware / "src" / "runtime").glob("*.c")),
            *sources,
            "-o",
            folder / "device",
        ],
        check=True,
    )
    return folder / "device"


@contextmanager
def host_device(program: Path):
    """Run the program and give its link; it must end well when the link closes."""
    ours, theirs = socket.socketpair()
    process = subprocess.Popen([program], stdin=theirs, stdout=theirs, stderr=subprocess.PIPE)
    theirs.close()
    try:
        yield SocketLink(ours, "the process")
        ours.close()
        _, stderr = process.communicate(timeout=20)
        # closing may cut it off while it answers
        assert process.returncode in {0, 1, -signal.SIGPIPE}, stderr.decode()
        assert stderr == b""
    finally:
        ours.close()
        process.kill()
        process.communicate()

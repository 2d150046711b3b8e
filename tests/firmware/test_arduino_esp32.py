"""The port on the Arduino core: compiled without a warning and run, framework by the stand-in."""

import subprocess

import pytest

from tests.emulator.small_model import small_model
from tests.espressif_stand_in import require_host_compiler, write_framework
from tests.firmware.host_device import host_device
from tests.oracle import random_inputs, run_tflm
from tests.projects import make_project
from tinygen.device.client import Device
from tinygen.emit.project import emit_project

pytestmark = pytest.mark.skipif(not require_host_compiler(), reason="no g++ for Linux")
WARNINGS = ("-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror")
SANITIZERS = ("-fsanitize=undefined", "-fno-sanitize-recover=all")


def build(folder, *defines, board="esp32s3", **changes):
    """Compile the project's sources as PlatformIO would, strictly, and the stand-in."""
    project = make_project(board, **changes)
    for name, content in emit_project(project).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    flags = [
        line.strip()
        for line in (folder / "platformio.ini").read_text().splitlines()
        if line.startswith("    -D")
    ]
    framework = write_framework(folder / "framework")
    places = [f"-I{folder / name}" for name in ("include", "src")] + ["-isystem", str(framework)]
    objects = []
    for source in sorted([*folder.glob("src/**/*.c"), *folder.glob("src/**/*.cpp")]):
        standard = ["gcc", "-std=gnu11"] if source.suffix == ".c" else ["g++", "-std=gnu++11"]
        objects.append(folder / f"{len(objects)}.o")
        command = [*standard, "-O1", "-g", *WARNINGS, *SANITIZERS, *flags, *places]
        subprocess.run([*command, "-c", source, "-o", objects[-1]], check=True)
    core = ["g++", "-w", *SANITIZERS, *defines, *places, framework / "core.cpp"]
    subprocess.run([*core, *objects, "-o", folder / "device"], check=True)
    return project, folder / "device"


@pytest.mark.parametrize("board", ["esp32s3", "esp32c3"])
def test_it_answers_as_every_board_does(tmp_path, board):
    project, program = build(tmp_path, "-DCOUNTS=1", board=board, stack_bytes=8192)
    inputs = random_inputs(small_model(), 2)
    wanted = run_tflm(small_model(), inputs)
    with host_device(program) as link:
        device = Device.connect(link, project.graph.sha256, board)
        assert device.hello.counts_cycles
        assert device.hello.clock_hz == project.board.clock_hz
        for one, outputs in zip(inputs, wanted, strict=True):
            got = device.infer([values.tobytes() for values in one]).outputs
            assert list(got) == [y.tobytes() for y in outputs]
        memory = device.memory()
    assert memory.stack_bytes == 8192 + 4096 - 64
    assert 256 < memory.stack_used < memory.stack_bytes


def test_a_counter_that_stands_still_gives_way_to_microseconds(tmp_path):
    project, program = build(tmp_path, "-DCOUNTS=0")
    with host_device(program) as link:
        hello = Device.connect(link, project.graph.sha256, "esp32s3").hello
    assert not hello.counts_cycles
    assert hello.counter_hz == 1_000_000

"""The port on the Arduino core: compiled without a warning and run, framework by the stand-in."""

import shutil
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


RISC_V = "riscv64-unknown-elf-gcc"  # Debian's; it makes 32-bit code, too


def write(folder, board, **changes):
    """Write the project's files; return it, and the macros that it is compiled with."""
    project = make_project(board, **changes)
    for name, content in emit_project(project).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    lines = (folder / "platformio.ini").read_text().splitlines()
    return project, [line.strip() for line in lines if line.startswith("    -D")]


def build(folder, *defines, board="esp32s3", **changes):
    """Compile the project's sources as PlatformIO would, strictly, and the stand-in."""
    project, flags = write(folder, board, **changes)
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


def test_all_but_the_port_compiles_for_risc_v(tmp_path):
    compiler = shutil.which(RISC_V)
    if compiler is None:
        pytest.skip(f"no {RISC_V}")
    _, flags = write(tmp_path, "esp32c3")
    places = [f"-I{tmp_path / name}" for name in ("include", "src")]
    machine = ["-march=rv32imc", "-mabi=ilp32", "--specs=picolibc.specs"]
    sources = [p for p in sorted(tmp_path.glob("src/**/*.c")) if "ports" not in p.parts]
    assert len(sources) > 5
    for source in sources:
        command = [compiler, *machine, "-std=gnu11", "-O2", *WARNINGS, *flags, *places]
        subprocess.run([*command, "-c", source, "-o", tmp_path / "x.o"], check=True)

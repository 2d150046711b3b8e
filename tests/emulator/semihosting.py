"""Build a generated model for an emulated core and run it there, by semihosting.

The smallest image that can run a model: no serial runtime and no build system, so that
a kernel that is wrong shows as a kernel that is wrong.
"""

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np
import pytest

from tests.unit.kernels.cases import fold_padding
from tests.unit.kernels.side_by_side import side_by_side
from tinygen.build.cmsis_nn import find_cmsis_nn
from tinygen.build.cmsis_nn_files import PREFIX, collect_files
from tinygen.core import CORES, Core
from tinygen.emit.kernels import choose_kernels
from tinygen.emit.model import emit_model
from tinygen.errors import ToolchainError
from tinygen.graph import Graph
from tinygen.kernels.cmsis_nn.flags import file_flags
from tinygen.ops.contract import Kernel, Target
from tinygen.plan.model import Plan
from tinygen.resources import data_dir

COMPILER, EMULATOR = "arm-none-eabi-gcc", "qemu-system-arm"
SOURCE = Path(__file__).with_suffix(".c")
ICOUNT_SHIFT = 6  # an instruction takes 2**6 ns of the board's time
WARNINGS = "-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror"


@dataclass(frozen=True, slots=True)
class Machine:
    """One of QEMU's boards: memories as (origin, KiB), and a timer of 32 bits."""

    name: str
    flash: tuple[int, int]
    ram: tuple[int, int]
    timer_start: str
    timer_now: str
    tick_ns: float


def _cmsdk(name: str, timer: int, tick_ns: float, flash: int, ram: int) -> Machine:
    """Return a board with Arm's CMSDK timer, which counts down."""
    return Machine(
        name,
        (flash, 4096),
        (ram, 4096),
        f"(void)(REG({timer + 8:#x}) = ~0u, REG({timer:#x}) = 1)",
        f"(~0u - REG({timer + 4:#x}))",
        tick_ns,
    )


MACHINES = {
    "cortex-m3": _cmsdk("mps2-an385", 0x40000000, 40, 0, 0x20000000),
    "cortex-m4": _cmsdk("mps2-an386", 0x40000000, 40, 0, 0x20000000),
    "cortex-m7": _cmsdk("mps2-an500", 0x40000000, 40, 0, 0x20000000),
    "cortex-m33": _cmsdk("mps2-an505", 0x50000000, 50, 0x10000000, 0x38000000),
    "cortex-m55": Machine(
        "mps3-an547",
        (0x10000000, 512),
        (0x31000000, 4096),
        "(void)(REG(0x58100000) = 1)",
        "REG(0x58000000)",
        31.25,
    ),
}

LINKER = """
MEMORY {{ FLASH (rx): ORIGIN = {0}, LENGTH = {1}K  RAM (rwx): ORIGIN = {2}, LENGTH = {3}K }}
ENTRY(reset)
SECTIONS {{
  .weights : {{ KEEP(*(.vectors)) *(.rodata.tg_weights) }} > FLASH
  .tables : {{ *(.rodata.tg_tables) }} > FLASH
  .text : {{ *(.text*) *(.rodata*) . = ALIGN(4); }} > FLASH
  .ARM.exidx : {{ *(.ARM.exidx*) }} > FLASH
  .data : ALIGN(4) {{ __data_start = .; *(.data*) . = ALIGN(4); __data_end = .; }} > RAM AT > FLASH
  __data_load = LOADADDR(.data);
  .bss (NOLOAD) : ALIGN(16) {{
    __bss_start = .; *(.bss*) *(COMMON) . = ALIGN(4); __bss_end = .;
  }} > RAM
  __stack_top = ORIGIN(RAM) + LENGTH(RAM);
}}
"""


@dataclass(frozen=True, slots=True)
class Image:
    """A program, the core it runs on and what it is made of."""

    elf: Path
    core: Core
    graph: Graph
    kernels: list[Kernel | None]


def cmsis_nn() -> Path:
    """Return CMSIS-NN's folder, or skip."""
    try:
        return find_cmsis_nn(may_fetch=False)
    except ToolchainError as error:
        pytest.skip(f"{error}: {error.hint}")


def build(
    content: bytes,
    target: Target,
    folder: Path,
    plan: Callable[[Graph, list[Kernel | None]], Plan] = side_by_side,
) -> Image:
    """Compile a model by CMSIS-NN's kernels; objects of CMSIS-NN are kept beside ``folder``."""
    for tool in (COMPILER, EMULATOR):
        if not shutil.which(tool):
            pytest.skip(f"{tool} is not installed")
    library, core = cmsis_nn(), target.core
    graph, machine = fold_padding(content), MACHINES[target.core.name]
    kernels = choose_kernels(graph, target, "cmsis-nn")
    folder.mkdir(parents=True, exist_ok=True)
    files = emit_model(graph, kernels, plan(graph, kernels))
    files["image.ld"] = LINKER.format(*machine.flash, *machine.ram)
    for name, text in files.items():
        (folder / name).write_text(text)
    sources = {s for k in kernels if k for s in k.sources}
    flags = [
        *core.flags,
        "-std=c11",
        "-Os",
        "-ffunction-sections",
        "-fdata-sections",
        f"-I{data_dir('firmware')}/include",
        "-isystem",
        f"{library}/Include",
        f"-I{folder}",
    ]
    objects = folder.parent / f"{core.name}-{target.optimize}"
    compiled = [
        _compile(library, path, objects, [*flags, *_flags_of(path, target)])
        for path in sorted(collect_files(library, sources))
        if path.endswith(".c")
    ]
    elf = folder / "image.elf"
    timer = {"TIMER_START": machine.timer_start, "TIMER_NOW": machine.timer_now}
    own = [data_dir("firmware") / "src" / s for s in sources if not s.startswith(PREFIX)]
    subprocess.run(
        [
            COMPILER,
            *flags,
            *WARNINGS.split(),
            *(f"-D{k}={v}" for k, v in timer.items()),
            "-nostartfiles",
            "--specs=nosys.specs",
            "-Wl,--gc-sections",
            "-T",
            folder / "image.ld",
            SOURCE,
            folder / "model.c",
            *sorted(own),
            *compiled,
            "-lm",
            "-o",
            elf,
        ],
        check=True,
    )
    return Image(elf, core, graph, kernels)


def _compile(library: Path, path: str, folder: Path, flags: list[str]) -> Path:
    out = folder / f"{Path(path).stem}.o"
    if not out.exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run([COMPILER, *flags, "-c", library / path, "-o", out], check=True)
    return out


def _flags_of(path: str, target: Target) -> list[str]:
    """Return the flags of a file of CMSIS-NN by its patterns."""
    name = PREFIX + path.removeprefix("Source/")
    rules = file_flags(target.core, target.optimize)
    return [f for pattern, flags in rules if fnmatchcase(name, pattern) for f in flags]


def run(image: Image, inputs):
    """Return the outputs for each set of inputs, and each op's instructions."""
    folder, machine = image.elf.parent, MACHINES[image.core.name]
    (folder / "in").write_bytes(b"".join(v.tobytes() for one in inputs for v in one))
    subprocess.run(
        [
            EMULATOR,
            "-M",
            machine.name,
            "-display",
            "none",
            "-monitor",
            "none",
            "-serial",
            "null",
            "-semihosting-config",
            "enable=on,target=native",
            "-icount",
            f"shift={ICOUNT_SHIFT}",
            "-kernel",
            image.elf,
        ],
        cwd=folder,
        check=True,
        timeout=300,
    )
    raw, results, at = (folder / "out").read_bytes(), [], 0
    for _ in inputs:
        one = []
        for t in (image.graph.tensors[i] for i in image.graph.outputs):
            one.append(np.frombuffer(raw, t.dtype, t.size, at).reshape(t.shape))
            at += t.nbytes
        results.append(one)
    ticks = np.fromfile(folder / "cost", np.uint32).reshape(len(inputs), -1)
    return results, ticks * machine.tick_ns / 2**ICOUNT_SHIFT


def core(name: str) -> Core:
    """Return a core by GCC's name."""
    return CORES[name]

"""Build a model by tinygen's kernels for an emulated core, as small as it gets."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.emulator.semihosting import (
    COMPILER,
    EMULATOR,
    LINKER,
    MACHINES,
    SOURCE,
    WARNINGS,
    Image,
)
from tinygen.emit.kernels import choose_kernels
from tinygen.emit.model import emit_model
from tinygen.graph import Graph
from tinygen.ops.contract import Target
from tinygen.plan.layout import plan_memory
from tinygen.resources import data_dir


def planned(graph, kernels):
    """Return a plan of ops that run whole, none in the place of its input."""
    chosen = {n: k for n, k in enumerate(kernels) if k}
    return plan_memory(
        graph,
        {n: k.scratch_bytes for n, k in chosen.items()},
        {n: k.overlap for n, k in chosen.items()},
    )


def build_own(graph: Graph, target: Target, folder: Path, plan=planned) -> Image:
    """Compile a graph by tinygen's kernels and the project's optimization levels."""
    for tool in (COMPILER, EMULATOR):
        if not shutil.which(tool):
            pytest.skip(f"{tool} is not installed")
    machine, kernels = MACHINES[target.core.name], choose_kernels(graph, target, "tinygen")
    folder.mkdir(parents=True, exist_ok=True)
    files = emit_model(graph, kernels, plan(graph, kernels))
    files["image.ld"] = LINKER.format(*machine.flash, *machine.ram)
    for name, text in files.items():
        (folder / name).write_text(text)
    sources = sorted({s for k in kernels if k for s in k.sources})
    timer = {"TIMER_START": machine.timer_start, "TIMER_NOW": machine.timer_now}
    subprocess.run(
        [
            COMPILER, *target.core.flags, "-std=c11", "-Os" if target.optimize == "size" else "-O2",
            "-ffunction-sections", "-fdata-sections", *WARNINGS.split(),
            *(f"-D{k}={v}" for k, v in timer.items()), f"-I{data_dir('firmware')}/include",
            f"-I{folder}", "-nostartfiles", "--specs=nano.specs", "-Wl,--gc-sections",
            "-T", folder / "image.ld", SOURCE, folder / "model.c",
            *(data_dir("firmware") / "src" / s for s in sources), "-lm",
            "-o", folder / "image.elf",
        ],
        check=True,
    )  # fmt: skip
    return Image(folder / "image.elf", target.core, graph, kernels)


def section_bytes(image: Image, name: str) -> int:
    """Return the size of a section of the image."""
    text = subprocess.run(
        ["arm-none-eabi-size", "-A", image.elf], capture_output=True, text=True, check=True
    ).stdout
    return next(int(row.split()[1]) for row in text.splitlines() if row.startswith(name))

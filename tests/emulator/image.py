"""Build a model with the serial runtime for a board, by the compiler alone."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tinygen.board import Board
from tinygen.emit.kernels import choose_kernels
from tinygen.emit.linker import emit_linker_script
from tinygen.emit.model import emit_model
from tinygen.graph import Graph
from tinygen.load.tflite import read_graph
from tinygen.ops.contract import Target
from tinygen.plan.layout import plan_memory
from tinygen.resources import data_dir

COMPILER = "arm-none-eabi-gcc"
FLAGS = [
    *("-std=c11", "-Os", "-g", "-ffunction-sections", "-fdata-sections"),
    *("-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"),
]
LINK_FLAGS = [
    *("-nostartfiles", "--specs=nano.specs"),
    *("-Wl,--gc-sections", "-Wl,--fatal-warnings"),
]


@dataclass(frozen=True, slots=True)
class Image:
    """A built firmware and the graph it runs."""

    elf: Path
    graph: Graph


def build_image(board: Board, content: bytes, folder: Path, stack_bytes: int = 2048) -> Image:
    """Compile and link ``content`` with the runtime; skip where there is no compiler."""
    if shutil.which(COMPILER) is None:
        pytest.skip(f"no {COMPILER}")
    folder.mkdir(parents=True, exist_ok=True)
    graph = read_graph(content, "test")
    kernels = choose_kernels(graph, Target(board.cpu), "reference")
    scratch = {i: k.scratch_bytes for i, k in enumerate(kernels) if k}
    files = emit_model(graph, kernels, plan_memory(graph, scratch))
    files["link.ld"] = emit_linker_script(board, stack_bytes)
    for name, text in files.items():
        (folder / name).write_text(text)
    firmware = data_dir("firmware")
    link(board, folder, [firmware / "src" / s for k in kernels if k for s in k.sources])
    return Image(folder / "firmware.elf", graph)


def link(board: Board, folder: Path, sources: list[Path]) -> None:
    """Compile ``folder``'s C files, ``sources``, the runtime and the port."""
    firmware = data_dir("firmware")
    runtime = [
        *(firmware / "src" / "runtime").glob("*.c"),
        *(firmware / "ports" / "cortex_m").glob("*.c"),
        *(firmware / "ports" / board.port).glob("*.[cS]"),
    ]
    subprocess.run(
        [
            COMPILER,
            *board.cpu.flags,
            *FLAGS,
            *LINK_FLAGS,
            "-T",
            folder / "link.ld",
            f"-Wl,-Map={folder / 'firmware.map'}",
            *(f"-D{name}={value}" for name, value in board.macros.items()),
            f"-I{firmware / 'include'}",
            f"-I{folder}",
            *sorted({*runtime, *sources, *folder.glob("*.c")}),
            "-o",
            folder / "firmware.elf",
        ],
        check=True,
    )

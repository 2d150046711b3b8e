"""Run a model four ways: the tflite-micro wheel, numpy, and the emitted C on this host."""

import subprocess
from pathlib import Path

import numpy as np
from tflite_micro import runtime

from tinygen.core import Core
from tinygen.emit.kernels import choose_kernels
from tinygen.emit.model import emit_model
from tinygen.load.tflite import read_graph
from tinygen.ops.contract import Target
from tinygen.ops.interpret import interpret
from tinygen.plan.layout import plan_memory
from tinygen.resources import data_dir

HOST = Target(Core("host"))
FLAGS = [
    "-std=c11",
    "-O1",
    "-g",
    "-Wall",
    "-Wextra",
    "-Wpedantic",
    "-Wconversion",
    "-Wshadow",
    "-Werror",
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all",
]
MAIN = """
#include <stdio.h>
#include "model.h"
int main(void)
{
    for (;;) {
        for (int i = 0; i < MODEL_INPUT_COUNT; i++) {
            if (fread(model_inputs[i].data, 1, model_inputs[i].nbytes, stdin) !=
                model_inputs[i].nbytes) {
                return i == 0 ? 0 : 2;
            }
        }
        if (model_run() != TG_OK) {
            return 1;
        }
        for (int i = 0; i < MODEL_OUTPUT_COUNT; i++) {
            fwrite(model_outputs[i].data, 1, model_outputs[i].nbytes, stdout);
        }
    }
}
"""


def random_inputs(content: bytes, count: int, seed: int = 0) -> list[list[np.ndarray]]:
    """Return ``count`` sets of random inputs; the first two are the extremes."""
    graph = read_graph(content, "test")
    rng = np.random.default_rng(seed)
    sets = []
    for n in range(count):
        one = []
        for t in (graph.tensors[i] for i in graph.inputs):
            if t.dtype == "float32":
                one.append(rng.normal(0, 2, t.shape).astype(np.float32))
                continue
            info = np.iinfo(t.dtype)
            low, high = (
                ((info.min, info.min), (info.max, info.max))[n] if n < 2 else (info.min, info.max)
            )
            one.append(rng.integers(low, high, t.shape, dtype=t.dtype, endpoint=True))
        sets.append(one)
    return sets


def run_tflm(content: bytes, inputs) -> list[list[np.ndarray]]:
    """Run on the tflite-micro wheel (TFLM's reference kernels)."""
    interpreter = runtime.Interpreter.from_bytes(content, arena_size=4 << 20)
    outputs = len(read_graph(content, "test").outputs)
    results = []
    for one in inputs:
        interpreter.reset()
        for n, values in enumerate(one):
            interpreter.set_input(values, n)
        interpreter.invoke()
        results.append([interpreter.get_output(n).copy() for n in range(outputs)])
    return results


def run_numpy(content: bytes, inputs) -> list[list[np.ndarray]]:
    """Run tinygen's numpy reference."""
    graph = read_graph(content, "test")
    return [interpret(graph, one) for one in inputs]


def run_c(content: bytes, inputs, folder: Path) -> list[list[np.ndarray]]:
    """Compile the emitted C with sanitizers on this host and run it."""
    return run_graph_c(read_graph(content, "test"), inputs, folder)


def run_graph_c(graph, inputs, folder: Path) -> list[list[np.ndarray]]:
    """Do as `run_c` does, for a graph that may have been rewritten."""
    return run_kernels_c(graph, choose_kernels(graph, HOST, "reference"), inputs, folder)


def run_kernels_c(graph, kernels, inputs, folder: Path) -> list[list[np.ndarray]]:
    """Do as `run_c` does, with kernels that were chosen already."""
    scratch = {i: k.scratch_bytes for i, k in enumerate(kernels) if k}
    overlaps = {i: k.overlap for i, k in enumerate(kernels) if k}
    files = emit_model(graph, kernels, plan_memory(graph, scratch, overlaps))
    for name, text in (files | {"main.c": MAIN}).items():
        (folder / name).write_text(text)
    firmware = data_dir("firmware")
    sources = sorted({s for k in kernels if k for s in k.sources})
    subprocess.run(
        [
            "gcc",
            *FLAGS,
            f"-I{firmware}/include",
            f"-I{folder}",
            folder / "model.c",
            folder / "main.c",
            *(firmware / "src" / s for s in sources),
            "-lm",
            "-o",
            folder / "model",
        ],
        check=True,
    )
    stdin = b"".join(values.tobytes() for one in inputs for values in one)
    raw = subprocess.run([folder / "model"], input=stdin, capture_output=True, check=True).stdout
    results, at = [], 0
    for _ in inputs:
        one = []
        for t in (graph.tensors[i] for i in graph.outputs):
            one.append(np.frombuffer(raw, t.dtype, t.size, at).reshape(t.shape))
            at += t.nbytes
        results.append(one)
    return results


def wrong_positions(raw: bytes, wanted) -> list[int]:
    """Return where the int8 values that were printed one behind the other differ."""
    wanted = list(wanted)
    assert len(raw) == sum(values.size for values in wanted)
    at, wrong = 0, []
    for n, values in enumerate(wanted):
        if raw[at : at + values.size] != values.astype(np.int8, casting="no").tobytes():
            wrong.append(n)
        at += values.size
    return wrong


def assert_bit_exact(
    content: bytes, folder: Path, count: int = 6, seed: int = 0, inputs=None
) -> None:
    """Assert that numpy and C give what the tflite-micro wheel gives.

    ``inputs``: sets of inputs to use instead of ``count`` random ones.
    """
    inputs = inputs or random_inputs(content, count, seed)
    wanted = run_tflm(content, inputs)
    for way, got in (
        ("numpy", run_numpy(content, inputs)),
        ("C", run_c(content, inputs, folder)),
    ):
        for n, (a, b) in enumerate(zip(wanted, got, strict=True)):
            for x, y in zip(a, b, strict=True):
                np.testing.assert_array_equal(x, y, err_msg=f"{way} differs on input {n}")

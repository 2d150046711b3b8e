"""Run a model of one op with tinygen's DSP kernels in C on this host, under sanitizers."""

import subprocess
from pathlib import Path

import numpy as np

from tests.oracle import FLAGS, MAIN, random_inputs, run_tflm
from tinygen.core import Core
from tinygen.emit.kernels import choose_kernels
from tinygen.emit.model import emit_model
from tinygen.load.tflite import read_graph
from tinygen.ops.contract import Kernel, Target
from tinygen.plan.layout import plan_memory
from tinygen.plan.model import Bounds, Plan
from tinygen.resources import data_dir

DSP = Core("host", dsp=True)


def kernel_of(content: bytes, optimize="balanced") -> Kernel:
    """Return the kernel of a model's first op."""
    return choose_kernels(read_graph(content, "test"), Target(DSP, optimize), "tinygen")[0]


def ending_with(graph, kernels, last) -> Plan:
    """Lay the buffers of one op side by side, ``last`` at the arena's very end, where the
    address sanitizer sees what is read or written beyond it."""
    op, scratch = graph.ops[0], kernels[0].scratch_bytes
    inputs = [t for t in op.inputs if t >= 0 and graph.tensors[t].data is None]
    sizes = {"scratch": scratch, **{t: graph.tensors[t].nbytes for t in [*inputs, *op.outputs]}}
    key = {"in": inputs[0], "out": op.outputs[0], "scratch": "scratch"}[last]
    order = [k for k in sizes if k != key] + [key]
    at, offsets = 0, {}
    for k in order:
        at = -(-at // 16) * 16
        offsets[k] = at
        at += sizes[k]
    where = offsets.pop("scratch")
    return Plan((), offsets, {0: where}, at, scratch, Bounds(0, 0), is_optimal=False, peak_op=0)


def overlapping(graph, kernels, _last) -> Plan:
    """Lay the output over the input as far as the kernel allows."""
    scratch = {i: k.scratch_bytes for i, k in enumerate(kernels) if k}
    return plan_memory(graph, scratch, {i: k.overlap for i, k in enumerate(kernels) if k})


def run_own(content: bytes, inputs, folder: Path, plan_buffers, last, optimize="balanced"):
    """Return the first output for each set of inputs."""
    graph = read_graph(content, "test")
    kernels = choose_kernels(graph, Target(DSP, optimize), "tinygen")
    files = emit_model(graph, kernels, plan_buffers(graph, kernels, last))
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
    done = subprocess.run([folder / "model"], input=stdin, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    out = graph.tensors[graph.outputs[0]]
    return np.frombuffer(done.stdout, out.dtype).reshape(len(inputs), *out.shape)


def assert_own_is_exact(content: bytes, folder: Path, count=4, seed=0, optimize="balanced"):
    """Assert that the kernel gives what the tflite-micro wheel gives, however buffers lie."""
    inputs = random_inputs(content, count, seed)
    wanted = np.stack([one[0] for one in run_tflm(content, inputs)])
    plans = [(ending_with, "in"), (ending_with, "out"), (overlapping, "")]
    if kernel_of(content, optimize).scratch_bytes:
        plans.append((ending_with, "scratch"))
    for plan_buffers, last in plans:
        got = run_own(content, inputs, folder, plan_buffers, last, optimize)
        np.testing.assert_array_equal(got, wanted, err_msg=f"{plan_buffers.__name__} {last}")

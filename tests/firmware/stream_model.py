"""A random model whose convolutions and matrix stream, its project, and host programs of it."""

import subprocess
from pathlib import Path

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tests.tflite_builder import ModelBuilder
from tinygen.core import Core
from tinygen.emit.kernels import choose_kernel, choose_kernels
from tinygen.emit.model import emit_model
from tinygen.emit.streams import Stream
from tinygen.emit.weight_source import SourceCode
from tinygen.load.tflite import read_graph
from tinygen.ops.contract import Target
from tinygen.plan.layout import plan_memory
from tinygen.resources import data_dir
from tinygen.streaming import make_chooser, slabs_held
from tinygen.weights.place import stream_weights
from tinygen.weights.turns import SlabRam

FLAGS = [
    *("-std=gnu11", "-O1", "-g"),
    *("-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"),
    *("-fsanitize=address,undefined", "-fno-sanitize-recover=all"),
]
HOST = Core("host")
HERE = Path(__file__).parent


def random_model(seed: int) -> bytes:
    """Return int8 [1, h, w, c] through CONV_2D, DEPTHWISE_CONV_2D, CONV_2D, FULLY_CONNECTED."""
    rng = np.random.default_rng(seed)
    h, w, c = (int(n) for n in rng.integers((3, 3, 2), (7, 7, 9)))
    wide, out = int(rng.integers(9, 40)), int(rng.integers(5, 40))
    b = ModelBuilder()
    x = b.tensor([1, h, w, c], scale=0.05, zero_point=int(rng.integers(-128, 128)))
    a = _conv(b, rng, x, (h, w, c), wide, int(rng.integers(1, 4)))
    d = _depthwise(b, rng, a, (h, w, wide))
    e = _conv(b, rng, d, (h, w, wide), 6, 1)
    y = _dense(b, rng, e, h * w * 6, out)
    return b.build([x], [y])


def whole_model(seed: int) -> bytes:
    """Return a model of which no weights can be cut: [1, 6, 8] rows, and groups."""
    rng = np.random.default_rng(seed)
    b = ModelBuilder()
    x = b.tensor([1, 6, 8], scale=0.05, zero_point=int(rng.integers(-128, 128)))
    y = _dense(b, rng, x, 8, 40, rows=[1, 6])
    image = b.tensor([1, 2, 3, 40], scale=0.05, zero_point=0)
    b.op("QUANTIZE", [y], [z := b.tensor([1, 6, 40], scale=0.05, zero_point=0)])
    shape = b.tensor([4], "int32", data=[1, 2, 3, 40])
    b.op("RESHAPE", [z, shape], [image])
    operands = _weights(b, rng, (12, 3, 3, 10), 0, 12)
    out = _output(b, rng, [1, 2, 3, 12])
    b.op("CONV_2D", [image, *operands], [out], _options(schema.Conv2DOptionsT, rng), version=6)
    return b.build([x], [out])


def _weights(b, rng, shape, axis, channels):
    """Return weights and bias; their scales are so that outputs use much of int8."""
    many = bool(rng.integers(0, 2))
    scales = rng.uniform(0.001, 0.004, channels if many else 1)
    w = b.tensor(shape, scale=scales, axis=axis, data=rng.integers(-127, 128, shape))
    bias = rng.integers(-3000, 3000, channels)
    return w, b.tensor([channels], "int32", scale=0.05 * scales, data=bias)


def _output(b, rng, shape):
    return b.tensor(shape, scale=0.05, zero_point=int(rng.integers(-60, 60)))


def _conv(b, rng, x, size, out_c, k):
    h, w, c = size
    operands = _weights(b, rng, (out_c, k, k, c), 0, out_c)
    y = _output(b, rng, [1, h, w, out_c])
    b.op("CONV_2D", [x, *operands], [y], _options(schema.Conv2DOptionsT, rng), version=3)
    return y


def _depthwise(b, rng, x, size):
    h, w, c = size
    operands = _weights(b, rng, (1, 3, 3, c), 3, c)
    y = _output(b, rng, [1, h, w, c])
    options = _options(schema.DepthwiseConv2DOptionsT, rng)
    options.depthMultiplier = 1
    b.op("DEPTHWISE_CONV_2D", [x, *operands], [y], options, version=3)
    return y


def _options(kind, rng):
    options = kind()
    options.padding, options.strideH, options.strideW = 0, 1, 1
    options.dilationHFactor, options.dilationWFactor = 1, 1
    options.fusedActivationFunction = int(rng.choice([0, 1, 3]))
    return options


def _dense(b, rng, x, depth, out, rows=(1,)):
    scale = 0.002
    w = b.tensor((out, depth), scale=scale, data=rng.integers(-127, 128, (out, depth)))
    bias = b.tensor([out], "int32", scale=0.05 * scale, data=rng.integers(-3000, 3000, out))
    y = _output(b, rng, [*rows, out])
    b.op("FULLY_CONNECTED", [x, w, bias], [y], schema.FullyConnectedOptionsT())
    return y


def streamed(content: bytes, ram: SlabRam, library="reference", core=HOST):
    """Return graph, placement and plan of a model that streams."""
    graph, target = read_graph(content, "test"), Target(core)
    kernels = choose_kernels(graph, target, library)
    chooser = make_chooser(target, lambda part, op: choose_kernel(part, op, target, library))
    placed = stream_weights(graph, kernels, chooser, ram)
    plan = plan_memory(
        graph,
        {n: k.scratch_bytes for n, k in enumerate(placed.kernels) if k},
        {n: k.overlap for n, k in enumerate(placed.kernels) if k},
        held=slabs_held(graph, placed),
    )
    return graph, placed, plan


def write_project(folder: Path, content: bytes, ram: SlabRam, source: SourceCode, **how):
    """Write ``model.c``, ``model.h`` and ``weights.bin``; return placement and sources."""
    graph, placed, plan = streamed(content, ram, **how)
    spots = tuple(
        (plan.held_offsets[s.slab] + s.offset, s.is_early) if s else None for s in placed.spots
    )
    stream = Stream(placed.file, spots, source)
    for name, text in emit_model(graph, placed.kernels, plan, stream).items():
        (folder / name).write_text(text)
    (folder / "weights.bin").write_bytes(placed.file.content)
    return placed, {s for k in placed.kernels if k for s in k.sources} | set(source.files)


def compile_host(folder: Path, sources, *more) -> Path:
    """Compile the model with sources of the firmware and of tests; return the program."""
    firmware = data_dir("firmware")
    command = ["gcc", *FLAGS, f"-I{firmware}/include", f"-I{folder}", f"-I{HERE}"]
    files = [firmware / "src" / source for source in sorted({*sources, "runtime/crc32.c"})]
    subprocess.run(
        [*command, folder / "model.c", *more, *files, "-lm", "-o", folder / "program"], check=True
    )
    return folder / "program"

"""CMSIS-NN's portable C on this host: bit-exact under sanitizers, and scratch as it says."""

import ctypes
import subprocess

import numpy as np
import pytest

from tests.oracle import HOST, MAIN, random_inputs, run_tflm, wrong_positions
from tests.unit.kernels.cases import Cases, fold_padding
from tests.unit.kernels.random_ops import CONVS, DEPTHWISES, random_ops
from tests.unit.kernels.side_by_side import over_the_input, side_by_side
from tinygen.build.cmsis_nn import find_cmsis_nn
from tinygen.build.cmsis_nn_files import PREFIX, collect_files
from tinygen.core import CORES
from tinygen.emit.kernels import choose_kernels
from tinygen.emit.model import emit_model
from tinygen.errors import ToolchainError
from tinygen.ops.contract import Target
from tinygen.resources import data_dir

INPUTS = 4
# CMSIS-NN makes the mask of a shift by 31 as (1 << 31) - 1: undefined, and what it wants.
SANITIZE = (
    "-O1 -g -fsanitize=address,undefined -fno-sanitize=shift,signed-integer-overflow "
    "-fno-sanitize-recover=all"
)


@pytest.fixture(scope="module")
def library():
    try:
        return find_cmsis_nn(may_fetch=False)
    except ToolchainError as error:
        pytest.skip(f"{error}: {error.hint}")


@pytest.mark.parametrize("plan", [side_by_side, over_the_input])
@pytest.mark.parametrize("optimize", ["balanced", "ram", "speed"])
def test_every_op_is_bit_exact(library, tmp_path, optimize, plan):
    cases = random_ops(7, 25)
    content = cases.build()
    inputs = random_inputs(content, INPUTS)
    graph = fold_padding(content)
    kernels = choose_kernels(graph, Target(HOST.core, optimize), "cmsis-nn")
    files = emit_model(graph, kernels, plan(graph, kernels)) | {"main.c": MAIN}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    sources = {s for k in kernels for s in k.sources}
    paths = [data_dir("firmware") / "src" / s for s in sources if not s.startswith(PREFIX)]
    paths += [library / p for p in collect_files(library, sources) if p.endswith(".c")]
    subprocess.run(
        [
            "gcc", "-std=c11", *SANITIZE.split(), f"-I{data_dir('firmware')}/include",
            "-isystem", library / "Include", f"-I{tmp_path}", tmp_path / "model.c",
            tmp_path / "main.c", *sorted(paths), "-lm", "-o", tmp_path / "model",
        ],
        check=True,
    )  # fmt: skip
    stdin = b"".join(values.tobytes() for one in inputs for values in one)
    raw = subprocess.run([tmp_path / "model"], input=stdin, capture_output=True, check=True).stdout
    wanted = [values for one in run_tflm(content, inputs) for values in one]
    assert [cases.names[n % len(cases.names)] for n in wrong_positions(raw, wanted)] == []


class Dims(ctypes.Structure):
    _fields_ = [(name, ctypes.c_int32) for name in "nhwc"]


class Params(ctypes.Structure):
    """The parameters of either convolution, up to where buffer size functions look."""

    _fields_ = [(f"word{n}", ctypes.c_int32) for n in range(9)]


@pytest.fixture(scope="module")
def sizes(library, tmp_path_factory):
    """Return CMSIS-NN's own buffer size functions."""
    path = tmp_path_factory.mktemp("sizes") / "sizes.so"
    sources = sorted(library.glob("Source/*/arm_*get_buffer_sizes_s8.c"))
    subprocess.run(
        ["gcc", "-shared", "-fPIC", f"-I{library}/Include", *sources, "-o", path], check=True
    )
    return ctypes.CDLL(str(path))


@pytest.mark.parametrize("core", ["cortex-m4", "cortex-m55"])
def test_scratch_is_what_cmsis_nn_asks_for(sizes, core):
    cases = Cases(0)
    for add, fixed in ((cases.conv, CONVS), (cases.depthwise, DEPTHWISES)):
        for case in fixed:
            if "groups" not in case:
                add(**case)
    cases.pool("AVERAGE_POOL_2D", (1, 5, 5, 33), (2, 2))
    graph = fold_padding(cases.build())
    kernels = choose_kernels(graph, Target(CORES[core]), "cmsis-nn")
    kind = "mve" if CORES[core].mve else "dsp"
    asked = [
        _asked(sizes, graph, op, kernel, kind)
        for op, kernel in zip(graph.ops, kernels, strict=True)
    ]
    assert [k.scratch_bytes for k in kernels] == [-(-n // 16) * 16 for n in asked]
    assert np.count_nonzero(asked) >= 8


def _asked(sizes, graph, op, kernel, kind):
    """Return what the wrapper's buffer size function asks for."""
    x, y = graph.tensors[op.inputs[0]], graph.outputs_of(op)[0]
    if op.name == "AVERAGE_POOL_2D":
        return getattr(sizes, f"arm_avgpool_s8_get_buffer_size_{kind}")(y.shape[2], x.shape[3])
    w = graph.tensors[op.inputs[1]]
    name = "convolve" if op.name == "CONV_2D" else "depthwise_conv"
    params = Params(*_words(kernel, has_multiplier=name == "depthwise_conv"))
    shapes = (Dims(*tensor.shape) for tensor in (x, w, y))
    wrapper = getattr(sizes, f"arm_{name}_wrapper_s8_get_buffer_size_{kind}")
    return wrapper(*map(ctypes.byref, (params, *shapes)))


def _words(kernel, *, has_multiplier):
    """Return the parameters in the order of the C struct, in which a tile is (w, h)."""
    fields = next((s.fields for s in kernel.structs if s.name == "params"), POINT)
    names = ["input_offset", "output_offset", *(["ch_mult"] if has_multiplier else [])]
    names += [f"{tile}.{axis}" for tile in ("stride", "padding", "dilation") for axis in "wh"]
    return [fields[name] for name in names]


# What a product of matrices, which has no parameters, is called with by the wrapper.
POINT = {"input_offset": 0, "output_offset": 0} | {
    f"{tile}.{axis}": int(tile != "padding")
    for tile in ("stride", "padding", "dilation")
    for axis in "wh"
}

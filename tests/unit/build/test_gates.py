"""An image that is not what was asked for is refused, with the reason."""

import shutil
import subprocess

import pytest
from ai_edge_litert import schema_py_generated as schema

from tests.projects import make_project
from tests.tflite_builder import ModelBuilder
from tinygen.board import find_board
from tinygen.build.gates import require_absent, require_flags, require_tflm_cmsis_nn
from tinygen.core import CORES
from tinygen.emit.kernels import choose_kernels
from tinygen.errors import ToolchainError
from tinygen.gates import unwanted_functions
from tinygen.load.tflite import read_graph
from tinygen.ops.contract import Target

GCC = "arm-none-eabi-gcc"
LOCAL_HINT = "remove what local.ini changes, and build again"
M4 = CORES["cortex-m4"]
needs_gcc = pytest.mark.skipif(shutil.which(GCC) is None, reason=f"no {GCC}")
MAP = """Archive member included to satisfy reference by file (symbol)

tflm/libtflm.a({member}.o)
                              .pio/build/x/src/model.o (tflite::Register_CONV_2D_INT8())
"""


def image(folder, *flags, source="int tg_conv_2d_s8(void) { return 1; }\n"):
    (folder / "slow.c").write_text(source + "void Reset_Handler(void) {}\n")
    elf = folder / "firmware.elf"
    base = [GCC, "-g", "-nostdlib", "-nostartfiles", "-Wl,-eReset_Handler"]
    subprocess.run([*base, *flags, "slow.c", "-o", elf], cwd=folder, check=True)
    return elf


@needs_gcc
@pytest.mark.parametrize("level", ["-Os", "-O1", "-O2", "-O3", "-Og"])
def test_an_optimized_image_with_the_cores_abi_passes(tmp_path, level):
    require_flags(image(tmp_path, *M4.flags, level), M4)


@needs_gcc
@pytest.mark.parametrize("flags", [(), ("-O0",), ("-O2", "-O0")])
def test_code_without_optimization_is_refused(tmp_path, flags):
    with pytest.raises(ToolchainError) as caught:
        require_flags(image(tmp_path, *M4.flags, *flags), M4)
    assert str(caught.value) == "slow.c was compiled without optimization (-O0)"
    assert caught.value.hint == LOCAL_HINT


@needs_gcc
def test_a_soft_image_for_a_hard_core_is_refused(tmp_path):
    elf = image(tmp_path, "-mthumb", "-mcpu=cortex-m4", "-mfloat-abi=soft", "-O2")
    with pytest.raises(ToolchainError) as caught:
        require_flags(elf, M4)
    assert str(caught.value) == (
        "the image has the soft float ABI, but the cortex-m4 was meant to have the hard one"
    )
    assert caught.value.hint == LOCAL_HINT


@needs_gcc
def test_a_hard_image_for_a_soft_core_is_refused(tmp_path):
    with pytest.raises(ToolchainError) as caught:
        require_flags(image(tmp_path, *M4.flags, "-O2"), CORES["cortex-m3"])
    assert str(caught.value) == (
        "the image has the hard float ABI, but the cortex-m3 was meant to have the soft one"
    )


@needs_gcc
def test_a_reference_kernel_that_cmsis_nn_replaces_is_refused(tmp_path):
    elf = image(tmp_path, *M4.flags, "-O2")
    require_absent(elf, {"tg_softmax_s8": "op 1 (SOFTMAX)"})
    with pytest.raises(ToolchainError) as caught:
        require_absent(elf, {"tg_conv_2d_s8": "op 0 (CONV_2D)"})
    assert str(caught.value) == (
        "the reference kernel tg_conv_2d_s8 is linked, though op 0 (CONV_2D) has one of CMSIS-NN"
    )
    assert caught.value.hint == "remove the code in src/ that calls it, and build again"


def test_what_cmsis_nn_replaces_is_unwanted_and_what_is_chosen_is_not():
    board = find_board("qemu-m4")
    project = make_project(board)
    assert unwanted_functions(project) == {}
    kernels = choose_kernels(project.graph, Target(board.cpu), "cmsis-nn")
    replaced = make_project(board, kernels=kernels, library="cmsis-nn")
    assert unwanted_functions(replaced) == {"tg_conv_2d_s8": "op 1 (CONV_2D)"}


@pytest.mark.parametrize("core", ["cortex-m4", "cortex-m55"])
def test_tflms_reference_kernels_are_refused_where_cmsis_nn_is_faster(tmp_path, core):
    path = tmp_path / "firmware.map"
    path.write_text(MAP.format(member="lite.micro.kernels.conv"))
    with pytest.raises(ToolchainError) as caught:
        require_tflm_cmsis_nn(path, CORES[core])
    assert str(caught.value) == (
        "TensorFlow Lite Micro's reference kernels are linked, not CMSIS-NN's: conv"
    )
    assert caught.value.hint == (
        "make the tree with OPTIMIZED_KERNEL_DIR=cmsis_nn, or name a git checkout"
    )


@pytest.mark.parametrize(
    ("member", "core"),
    [
        ("lite.micro.kernels.cmsis_nn.conv", "cortex-m4"),
        ("lite.micro.kernels.conv_common", "cortex-m4"),
        ("lite.micro.kernels.reshape", "cortex-m4"),
        ("lite.micro.kernels.conv", "cortex-m3"),
    ],
)
def test_other_members_pass(tmp_path, member, core):
    path = tmp_path / "firmware.map"
    path.write_text(MAP.format(member=member))
    require_tflm_cmsis_nn(path, CORES[core])


def test_a_function_that_a_loop_is_given_is_wanted():
    """MUL that broadcasts is the portable one, in a loop that is given its function."""
    b = ModelBuilder()
    x, y, z = (b.tensor([1, 4, 4, 8], scale=0.1) for _ in range(3))
    gate = b.tensor([1, 1, 1, 8], scale=0.1)
    for inputs, out in (([x, x], y), ([y, gate], z)):
        b.op("MUL", inputs, [out], schema.MulOptionsT())
    content = b.build([x, gate], [z])
    graph = read_graph(content, "test")
    kernels = choose_kernels(graph, Target(find_board("qemu-m4").cpu), "cmsis-nn")
    assert [kernel.name for kernel in kernels] == ["arm_elementwise_mul_s8", "tg_mul_s8"]
    project = make_project(model=content, kernels=kernels, library="cmsis-nn")
    assert unwanted_functions(project) == {}

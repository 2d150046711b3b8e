"""The files that CMSIS-NN kernels need are all there, and no others."""

import re
import shutil
import subprocess

import pytest

from tinygen.build.cmsis_nn import cached_dir
from tinygen.build.cmsis_nn_files import _code, collect_files, defined_names
from tinygen.core import CORES
from tinygen.errors import ToolchainError

FILES = {
    "Source/A/arm_a.c": "// arm_unused(\n#define X arm_unused\narm_status arm_a(int x)\n"
    "{\n    return arm_b(x) + table[x];\n}\n",
    "Source/B/arm_b.c": "static int local(void)\n{\n    return 1;\n}\n"
    "void *arm_b(const int *p,\n            int n)\n{\n    return local();\n}\n",
    "Source/B/arm_unused.c": "int arm_unused(void)\n{\n    return local(1);\n}\n",
    "Source/T/tables.c": "const int table[2] = {1, 2};\n",
    "Include/arm_nnfunctions.h": "arm_status arm_a(int x);\n",
    "Include/Internal/arm_i.h": "// inside\n",
}


@pytest.fixture
def folder(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture(scope="module")
def real():
    if not cached_dir().is_dir():
        pytest.skip("CMSIS-NN's source is not in the cache: python -m tinygen.build.cmsis_nn")
    return cached_dir()


def test_what_a_file_calls_comes_along(folder):
    found = collect_files(folder, ["cmsis-nn/A/arm_a.c", "kernels/other.c"])
    assert list(found) == [
        "Include/Internal/arm_i.h",
        "Include/arm_nnfunctions.h",
        "Source/A/arm_a.c",
        "Source/B/arm_b.c",
        "Source/T/tables.c",
    ]
    assert found["Source/T/tables.c"] == FILES["Source/T/tables.c"].encode()


def test_without_cmsis_nn_kernels_nothing_is_collected(tmp_path):
    assert collect_files(tmp_path / "missing", ["kernels/conv.c"]) == {}


def test_a_file_this_version_lacks_is_named(folder):
    with pytest.raises(ToolchainError) as caught:
        collect_files(folder, ["cmsis-nn/A/arm_z.c"])
    assert str(caught.value) == f"{folder} has no Source/A/arm_z.c"


def test_static_functions_and_prototypes_are_no_definitions():
    text = "static int f(void)\n{\n}\nint g(int a);\nint h(int a)\n{\n    return k(a);\n}\n"
    assert defined_names(text) == {"h"}


def test_definitions_are_those_of_the_compiler(real, tmp_path):
    if shutil.which("arm-none-eabi-gcc") is None:
        pytest.skip("no arm-none-eabi-gcc")
    sources = sorted((real / "Source").rglob("*.c"))
    flags = [*CORES["cortex-m4"].flags, "-O0", f"-I{real / 'Include'}"]
    subprocess.run(["arm-none-eabi-gcc", *flags, "-c", *sources], check=True, cwd=tmp_path)
    for source in sources:
        lines = subprocess.run(
            ["arm-none-eabi-nm", tmp_path / f"{source.stem}.o"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.splitlines()
        compiled = {line.split()[-1] for line in lines if re.search(r" [TDRB] ", line)}
        assert compiled <= defined_names(_code(source)), source.name


def test_a_convolution_needs_a_few_files_only(real):
    files = collect_files(real, ["cmsis-nn/ConvolutionFunctions/arm_convolve_wrapper_s8.c"])
    sources = [name for name in files if name.startswith("Source/")]
    assert "Source/NNSupportFunctions/arm_nn_mat_mult_nt_t_s8.c" in sources
    assert len(sources) < 15

"""A copy of TFLM is found wherever its parts are, and what is missing is named."""

import pytest

from tests.tflm_stand_in import THIRD_PARTY, write_tree
from tinygen.build.tflm_source import read_source
from tinygen.errors import ToolchainError

KERNELS = "tensorflow/lite/micro/kernels"
CHECKOUT_HINT = "a git checkout needs what TFLM's makefile downloads: docs/tflm.md has the line"


@pytest.fixture(autouse=True)
def _no_custom_cmsis_nn(monkeypatch):
    monkeypatch.delenv("TINYGEN_CMSIS_NN_DIR", raising=False)


def test_a_tree_of_the_project_generation_is_found_whole(tmp_path):
    source = read_source([write_tree(tmp_path)], "the tree")
    assert source.tensorflow == tmp_path
    assert source.cmsis_nn == tmp_path / "third_party/cmsis_nn"
    assert set(source.include_dirs) == {
        tmp_path,
        tmp_path / "third_party/flatbuffers/include",
        tmp_path / "third_party/gemmlowp",
        tmp_path / "third_party/ruy",
        tmp_path / "third_party/cmsis_nn",
        tmp_path / "third_party/cmsis_nn/Include",
    }


def test_parts_may_lie_in_several_folders_as_packs_do(tmp_path):
    write_tree(tmp_path / "all")
    (tmp_path / "all/third_party").rename(tmp_path / "packs")
    source = read_source([tmp_path / "all", tmp_path / "packs"], "packs")
    assert source.tensorflow == tmp_path / "all"
    assert source.cmsis_nn == tmp_path / "packs/cmsis_nn"


@pytest.mark.parametrize(
    ("gone", "name", "hint"),
    [
        (
            "tensorflow/lite/micro/micro_interpreter.h",
            "tensorflow/lite/micro/micro_interpreter.h",
            (
                "name a TFLM tree, as create_tflm_tree.py makes it, or a git checkout of "
                "github.com/tensorflow/tflite-micro"
            ),
        ),
        (THIRD_PARTY[0], "flatbuffers/flatbuffers.h", CHECKOUT_HINT),
        (THIRD_PARTY[1], "fixedpoint/fixedpoint.h", CHECKOUT_HINT),
        (THIRD_PARTY[2], "ruy/profiler/instrumentation.h", CHECKOUT_HINT),
        (
            THIRD_PARTY[3],
            "Include/arm_nnfunctions.h",
            (
                "make the tree with OPTIMIZED_KERNEL_DIR=cmsis_nn, or set TINYGEN_CMSIS_NN_DIR to "
                "a copy of github.com/ARM-software/CMSIS-NN"
            ),
        ),
    ],
)
def test_a_missing_part_is_named(tmp_path, gone, name, hint):
    (write_tree(tmp_path) / gone).unlink()
    with pytest.raises(ToolchainError) as caught:
        read_source([tmp_path], "the tree")
    assert (str(caught.value), caught.value.hint) == (f"the tree has no {name}", hint)


def test_the_users_own_cmsis_nn_wins(tmp_path, monkeypatch):
    own = tmp_path / "own"
    (own / "Include").mkdir(parents=True)
    (own / "Include/arm_nnfunctions.h").touch()
    monkeypatch.setenv("TINYGEN_CMSIS_NN_DIR", str(own))
    source = read_source([write_tree(tmp_path / "tree")], "the tree")
    assert source.cmsis_nn == own


def test_kernels_of_cmsis_nn_replace_the_reference_and_tests_are_no_part(tmp_path):
    names = ("conv.cc", "softmax.cc", "conv_test.cc", "cmsis_nn/conv.cc", "xtensa/conv.cc")
    extra = {f"{KERNELS}/{name}": "" for name in names}
    extra |= {
        "tensorflow/lite/micro/micro_time.cc": "",
        "tensorflow/lite/micro/test_helpers.cc": "",
    }
    source = read_source([write_tree(tmp_path, extra)], "the tree")
    assert sorted(source.sources()) == [
        "cmsis-nn/SomeFunctions/arm_some_s8",
        "lite/micro/kernels/cmsis_nn/conv",
        "lite/micro/kernels/softmax",
    ]


def test_sources_may_be_called_cpp(tmp_path):
    source = read_source([write_tree(tmp_path, {f"{KERNELS}/softmax.cpp": ""})], "the tree")
    assert "lite/micro/kernels/softmax" in source.sources()


def test_the_fingerprint_changes_with_a_file(tmp_path):
    source = read_source([write_tree(tmp_path)], "the tree")
    before = source.fingerprint()
    assert read_source([tmp_path], "the tree").fingerprint() == before
    (tmp_path / "tensorflow/lite/micro/kernels/conv.h").write_text("// other\n")
    assert source.fingerprint() != before

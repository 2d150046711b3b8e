"""The load stage as the pipeline calls it; what needs TensorFlow is in tests/unit/quantize."""

import subprocess
import sys

import pytest

from tests.tflite_builder import ModelBuilder
from tinygen.errors import ModelError, ToolchainError
from tinygen.load.model_file import load_model
from tinygen.load.numeric_types import find_numeric_type
from tinygen.quantize import convert
from tinygen.quantize.convert import QuantizeOptions

SAMPLES_HINT = (
    "--samples FILE.npz with 100 or more typical inputs as 'x', or --samples random to try out "
    "size and speed"
)


def relu(dtype="int8", constant=None) -> bytes:
    b = ModelBuilder()
    scale = 0.5 if dtype == "int8" else None
    x, y = b.tensor([1, 4], dtype, scale), b.tensor([1, 4], dtype, scale)
    if constant is not None:
        b.tensor([1], "int8", data=[1])
        b.tensors[-1].type = constant
    b.op("RELU", [x], [y])
    return b.build([x], [y])


@pytest.fixture
def write(tmp_path):
    def write(name: str, content: bytes):
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    return write


def refused(path, options=None, kind=ModelError):
    with pytest.raises(kind) as caught:
        load_model(path, options)
    return str(caught.value), caught.value.hint


def test_an_int8_file_passes_through(write):
    loaded = load_model(write("net.v2.tflite", relu()))
    assert (loaded.name, loaded.content, loaded.quantization) == ("net.v2", relu(), None)


def test_an_int8_file_passes_through_without_tensorflow(write):
    path = write("m.tflite", relu())
    code = (
        "import sys; from pathlib import Path; from tinygen.load.model_file import load_model; "
        "load_model(Path(sys.argv[1])); "
        "print([m for m in ('tensorflow', 'keras', 'h5py') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, path], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_a_float_file_without_samples_is_refused_with_the_way_out(write):
    assert refused(write("m.tflite", relu("float32"))) == (
        "m.tflite is a float model, and no samples are given to quantize it with",
        SAMPLES_HINT,
    )


def test_samples_that_do_not_exist_are_named_before_tensorflow_starts(write, tmp_path):
    options = QuantizeOptions(tmp_path / "no.npz")
    assert refused(write("m.tflite", relu("float32")), options) == (
        f"{tmp_path}/no.npz: no such samples",
        "give an .npz with the inputs as 'x', an .npy, or a folder of them",
    )


def test_a_float_file_without_tensorflow_is_refused_with_the_way_out(write, monkeypatch):
    monkeypatch.setattr(convert, "find_spec", lambda _name: None)
    path = write("m.tflite", relu("float32"))
    assert refused(path, QuantizeOptions("random"), ToolchainError) == (
        "m.tflite needs TensorFlow to be quantized, and it is not installed",
        "pip install 'tinygen[keras]', or give an int8 .tflite",
    )


def test_a_file_that_is_no_tflite_is_refused(write):
    assert refused(write("m.tflite", bytes(64))) == (
        "m.tflite: not a .tflite file by its contents",
        "convert or copy the model again",
    )


@pytest.mark.parametrize(("number", "word"), [(9, "int8"), (1, "float16"), (17, "int4")])
def test_packed_weights_with_float_activations_are_refused(number, word):
    with pytest.raises(ModelError) as caught:
        find_numeric_type(relu("float32", constant=number), "m.tflite")
    assert str(caught.value) == (
        f"m.tflite: float activations with {word} weights, which need a float unit and an "
        "interpreter"
    )
    assert caught.value.hint == "convert to full int8, or give the Keras model and --samples"


def test_a_real_dynamic_range_file_is_refused(models_dir):
    path = models_dir / "float" / "kws_ref_model_float32.tflite"
    assert "with int8 weights" in refused(path, QuantizeOptions("random"))[0]

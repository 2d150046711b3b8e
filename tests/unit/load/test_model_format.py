"""What a path is, told without TensorFlow."""

import json
import zipfile

import pytest

from tinygen.errors import ModelError
from tinygen.load.model_format import find_format

HDF5 = b"\x89HDF\r\n\x1a\n" + bytes(8)
ANY = "give a .keras or .h5 file, a SavedModel folder, or a .tflite"
COPY = "the file is damaged or cut short; save or copy it again"


def write_keras(path, **metadata):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", json.dumps(metadata))


def refused(path):
    with pytest.raises(ModelError) as caught:
        find_format(path)
    return str(caught.value), caught.value.hint


def test_each_format_is_found(tmp_path):
    (tmp_path / "a.tflite").touch()
    (tmp_path / "a.h5").write_bytes(HDF5)
    (tmp_path / "a.hdf5").write_bytes(HDF5)
    write_keras(tmp_path / "a.keras", keras_version="3.15.1")
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "saved_model.pb").touch()
    assert find_format(tmp_path / "a.tflite") == "tflite"
    assert find_format(tmp_path / "a.h5") == "keras"
    assert find_format(tmp_path / "a.hdf5") == "keras"
    assert find_format(tmp_path / "a.keras") == "keras"
    assert find_format(tmp_path / "saved") == "saved_model"


def test_a_missing_model_is_named(tmp_path):
    assert refused(tmp_path / "no.keras") == (f"{tmp_path}/no.keras: no such model", ANY)


def test_a_folder_that_is_no_saved_model_is_refused(tmp_path):
    wanted = f"{tmp_path}: a folder, but no SavedModel (no saved_model.pb)"
    assert refused(tmp_path) == (wanted, ANY)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("m.txt", ANY),
        ("m", ANY),
        ("m.pb", "give the SavedModel folder that holds it"),
        (
            "m.onnx",
            "convert it to .tflite (litert-torch for PyTorch, onnx2tf for ONNX) and give that",
        ),
    ],
)
def test_an_unknown_suffix_is_refused_with_the_way_out(tmp_path, name, hint):
    (tmp_path / name).touch()
    suffix = (tmp_path / name).suffix
    assert refused(tmp_path / name) == (f"{name}: unknown model type '{suffix}'", hint)


def test_a_keras_2_file_is_refused_with_the_way_out(tmp_path):
    write_keras(tmp_path / "m.keras", keras_version="2.15.0")
    assert refused(tmp_path / "m.keras") == (
        "m.keras: written by Keras 2.15.0, which Keras 3 cannot read",
        "with that Keras, save it as .h5 or by model.export('folder'), and give that",
    )


def test_a_cut_keras_file_is_refused(tmp_path):
    write_keras(tmp_path / "m.keras", keras_version="3.15.1")
    cut = (tmp_path / "m.keras").read_bytes()[:40]
    (tmp_path / "m.keras").write_bytes(cut)
    assert refused(tmp_path / "m.keras") == (
        "m.keras: not a .keras file (File is not a zip file)",
        COPY,
    )


def test_a_zip_without_metadata_is_no_keras_file(tmp_path):
    with zipfile.ZipFile(tmp_path / "m.keras", "w") as archive:
        archive.writestr("other.json", "{}")
    message, hint = refused(tmp_path / "m.keras")
    assert message.startswith("m.keras: not a .keras file (")
    assert hint == COPY


def test_hdf5_under_the_wrong_name_is_told_so(tmp_path):
    (tmp_path / "m.keras").write_bytes(HDF5)
    assert refused(tmp_path / "m.keras") == (
        "m.keras: an HDF5 file by its contents",
        "rename it to end in .h5",
    )
    (tmp_path / "m.h5").write_bytes(b"no HDF5 at all")
    assert refused(tmp_path / "m.h5") == ("m.h5: not an HDF5 file", COPY)

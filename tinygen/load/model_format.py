"""Tell what kind of model a path is, and refuse in words what is none."""

import json
import zipfile
from pathlib import Path
from typing import Literal

from tinygen.errors import ModelError

ModelFormat = Literal["tflite", "keras", "saved_model"]
_HINT = "give a .keras or .h5 file, a SavedModel folder, or a .tflite"
_HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"
_COPY_HINT = "the file is damaged or cut short; save or copy it again"


def find_format(path: Path) -> ModelFormat:
    """Return the format of the model at a path; ``keras`` is .keras and .h5.

    Raises:
        ModelError: Nothing is there, or it is none of these.
    """
    if path.is_dir():
        if not (path / "saved_model.pb").is_file():
            raise ModelError(f"{path}: a folder, but no SavedModel (no saved_model.pb)", hint=_HINT)
        return "saved_model"
    if not path.is_file():
        raise ModelError(f"{path}: no such model", hint=_HINT)
    match path.suffix:
        case ".tflite":
            return "tflite"
        case ".keras":
            _check_keras(path)
        case ".h5" | ".hdf5":
            if _head(path) != _HDF5_MAGIC:
                raise ModelError(f"{path.name}: not an HDF5 file", hint=_COPY_HINT)
        case suffix:
            raise ModelError(f"{path.name}: unknown model type '{suffix}'", hint=_other(suffix))
    return "keras"


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(8)


def _check_keras(path: Path) -> None:
    """Refuse what Keras 3 cannot open, before TensorFlow is started."""
    if _head(path) == _HDF5_MAGIC:
        raise ModelError(
            f"{path.name}: an HDF5 file by its contents", hint="rename it to end in .h5"
        )
    try:
        with zipfile.ZipFile(path) as archive:
            version = json.loads(archive.read("metadata.json"))["keras_version"]
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, OSError) as error:
        raise ModelError(f"{path.name}: not a .keras file ({error})", hint=_COPY_HINT) from error
    if str(version).startswith("2."):
        raise ModelError(
            f"{path.name}: written by Keras {version}, which Keras 3 cannot read",
            hint="with that Keras, save it as .h5 or by model.export('folder'), and give that",
        )


def _other(suffix: str) -> str:
    if suffix in (".onnx", ".pt", ".pth"):
        return "convert it to .tflite (litert-torch for PyTorch, onnx2tf for ONNX) and give that"
    if suffix == ".pb":
        return "give the SavedModel folder that holds it"
    return _HINT

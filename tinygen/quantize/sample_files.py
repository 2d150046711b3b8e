"""Read the arrays of a sample file or folder, without knowing the model."""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tinygen.errors import ModelError
from tinygen.quantize.float_model import Array

_SUFFIXES = (".npz", ".npy")
_LABEL_NAMES = ("y", "labels")
_HINT = "give an .npz with the inputs as 'x' (and labels as 'y'), an .npy, or a folder of them"


@dataclass(frozen=True, slots=True, eq=False)
class SampleArrays:
    """What a file or folder holds.

    Attributes:
        source: File or folder name, for messages.
        arrays: All but the labels, in the file's order, each as one piece a file; an
            .npy is called ``x``.
        labels: The arrays called ``y`` or ``labels``, joined, or None.
    """

    source: str
    arrays: Mapping[str, tuple[Array, ...]]
    labels: Array | None


def read_sample_arrays(path: Path) -> SampleArrays:
    """Read a file, or all files of a folder in the order of their names.

    Raises:
        ModelError: Nothing is there, or it cannot be read.
    """
    if path.is_dir():
        files = sorted(p for p in path.iterdir() if p.suffix in _SUFFIXES)
        if not files:
            raise ModelError(f"{path.name}: no .npz or .npy file in this folder", hint=_HINT)
        return _collect(path.name, {p.name: _read_file(p) for p in files})
    if not path.exists():
        raise ModelError(f"{path}: no such samples", hint=_HINT)
    return _collect(path.name, {path.name: _read_file(path)})


def _read_file(path: Path) -> dict[str, Array]:
    if path.suffix not in _SUFFIXES:
        raise ModelError(f"{path.name}: samples are .npz or .npy files", hint=_HINT)
    try:
        with path.open("rb") as file:  # numpy leaves a damaged file open
            content = np.load(file, allow_pickle=False)
            if isinstance(content, np.ndarray):
                return {"x": content}
            return {name: content[name] for name in content.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise ModelError(
            f"{path.name}: cannot read it ({str(error).splitlines()[0]})",
            hint="save it again with numpy.savez or numpy.save, numbers only",
        ) from error


def _collect(source: str, files: Mapping[str, Mapping[str, Array]]) -> SampleArrays:
    first_name, first = next(iter(files.items()))
    for name, arrays in files.items():
        if set(arrays) != set(first):
            raise ModelError(
                f"{source}: {name} holds {_listed(arrays)}, but {first_name} {_listed(first)}",
                hint="give every file the same arrays",
            )
    inputs = {
        key: tuple(arrays[key] for arrays in files.values())
        for key in first
        if key not in _LABEL_NAMES
    }
    label_name = next((name for name in _LABEL_NAMES if name in first), None)
    if label_name is None:
        return SampleArrays(source, inputs, None)
    try:
        labels = np.concatenate([np.atleast_1d(a[label_name]) for a in files.values()])
    except ValueError as error:
        raise ModelError(
            f"{source}: the labels '{label_name}' differ in shape from file to file",
            hint="save one class number a sample",
        ) from error
    return SampleArrays(source, inputs, labels)


def _listed(arrays: Mapping[str, Array]) -> str:
    return ", ".join(arrays) or "nothing"

"""Read sample inputs from .npz, .npy or a folder of them, and check them against the model."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tinygen.errors import ModelError
from tinygen.quantize.float_model import Array, InputSpec
from tinygen.quantize.sample_files import SampleArrays, read_sample_arrays

Pieces = tuple[Array, ...]

RANDOM = "random"
RANDOM_COUNT = 100
_LARGEST_EXACT = 2**24  # integers up to here are exact in float32


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Checked samples, one row a sample.

    Attributes:
        inputs: One array an input of the model, ``[count, *shape without batch]``.
        labels: ``[count]`` class numbers, or None.
        found: How many the source held before `count` of them were taken.
        source: File name, or ``random``.
    """

    inputs: tuple[Array, ...]
    labels: Array | None
    found: int
    source: str

    @property
    def count(self) -> int:
        """Return the number of samples."""
        return len(self.inputs[0])

    @property
    def is_random(self) -> bool:
        """Tell whether the samples are made up."""
        return self.source == RANDOM

    def sets(self) -> Iterator[list[Array]]:
        """Yield each sample: one array an input, with a batch of 1."""
        for row in range(self.count):
            yield [values[row : row + 1] for values in self.inputs]


def random_samples(specs: Sequence[InputSpec]) -> Samples:
    """Return `RANDOM_COUNT` normally distributed samples, the same ones every time."""
    rng = np.random.default_rng(0)
    inputs = []
    for spec in specs:
        shape = (RANDOM_COUNT, *spec.shape[1:])
        if spec.dtype == "float32":
            inputs.append(rng.normal(0, 1, shape).astype(np.float32))
        else:
            inputs.append(rng.integers(0, 2, shape).astype(spec.dtype))
    return Samples(tuple(inputs), None, RANDOM_COUNT, RANDOM)


def read_samples(path: Path, specs: Sequence[InputSpec], max_samples: int) -> Samples:
    """Read samples and check them against the model's inputs.

    Args:
        path: .npz (one array an input, by name or in order; labels as ``y``), .npy, or a
            folder of them.
        specs: The model's inputs.
        max_samples: Of more, this many evenly spaced ones are taken, first and last included.

    Raises:
        ModelError: The file cannot be read or does not fit the model.
    """
    found = read_sample_arrays(path)
    arrays = _match(found, specs)
    inputs = tuple(
        _check(found.source, name, values, spec)
        for (name, values), spec in zip(arrays, specs, strict=True)
    )
    count = _common_count(found.source, [name for name, _ in arrays], inputs)
    labels = _class_numbers(found, count)
    rows = np.unique(np.linspace(0, count - 1, min(count, max_samples)).round().astype(int))
    return Samples(
        tuple(values[rows] for values in inputs),
        None if labels is None else labels[rows],
        count,
        found.source,
    )


def _common_count(source: str, names: Sequence[str], inputs: Sequence[Array]) -> int:
    if len({len(values) for values in inputs}) == 1:
        return len(inputs[0])
    listed = ", ".join(
        f"'{name}' {len(values)}" for name, values in zip(names, inputs, strict=True)
    )
    raise ModelError(
        f"{source}: the inputs differ in their number of samples: {listed}",
        hint="save one row a sample in every array",
    )


def _match(found: SampleArrays, specs: Sequence[InputSpec]) -> list[tuple[str, Pieces]]:
    """Return the array of each input: by name, else the one called x, else in order."""
    if all(spec.name in found.arrays for spec in specs):
        return [(spec.name, found.arrays[spec.name]) for spec in specs]
    if len(specs) == 1 and "x" in found.arrays:
        return [("x", found.arrays["x"])]
    if len(found.arrays) == len(specs):
        return list(found.arrays.items())
    has = ", ".join(found.arrays) or "nothing but labels"
    wants = ", ".join(f"'{spec.name}'" for spec in specs)
    noun = "input" if len(specs) == 1 else "inputs"
    raise ModelError(
        f"{found.source} holds {has}, but the model has {len(specs)} {noun}: {wants}",
        hint="save one array an input, under the input's name; labels as 'y'",
    )


def _check(source: str, name: str, pieces: Pieces, spec: InputSpec) -> Array:
    """Return the values as one array of the input's type, with a batch dimension."""
    wanted = spec.shape[1:]
    batches = [values[None] if values.shape == wanted else values for values in pieces]
    for values in batches:
        if values.ndim == 0 or values.shape[1:] != wanted:
            takes = ", ".join(["samples", *map(str, wanted)])
            raise ModelError(
                f"{source}: '{name}' has shape {list(values.shape)}, but input "
                f"'{spec.name}' takes [{takes}]",
                hint=_shape_hint(name, values, wanted),
            )
    joined = np.concatenate(batches)
    if len(joined) == 0:
        raise ModelError(f"{source}: '{name}' is empty", hint="save 100 or more typical inputs")
    return _as_type(source, name, joined, spec)


def _shape_hint(name: str, values: Array, wanted: tuple[int, ...]) -> str:
    if wanted and wanted[-1] == 1 and values.shape[1:] == wanted[:-1]:
        return f"add the channel: {name}[..., None]"
    if sorted(values.shape[1:]) == sorted(wanted):
        return "the sizes are in another order: TensorFlow models take [rows, columns, channels]"
    return "prepare the samples as in training"


def _as_type(source: str, name: str, values: Array, spec: InputSpec) -> Array:
    _require_numbers(source, name, values)
    if spec.dtype == "float32" and values.dtype == np.int8:
        raise ModelError(
            f"{source}: '{name}' holds int8, but input '{spec.name}' takes float32",
            hint="these look quantized already: give the real values the model was trained on",
        )
    if not _fits(values, spec.dtype):
        largest = np.abs(values.astype(np.float64)).max()
        raise ModelError(
            f"{source}: '{name}' ({values.dtype}, up to {largest:g}) does not fit input "
            f"'{spec.name}' ({spec.dtype})",
            hint="prepare the samples as in training",
        )
    return values.astype(spec.dtype)


def _require_numbers(source: str, name: str, values: Array) -> None:
    if values.dtype.kind not in "fiub":
        raise ModelError(
            f"{source}: '{name}' holds {values.dtype}, not numbers",
            hint="save numbers, prepared as in training",
        )
    bad = ~np.isfinite(values)
    if bad.any():
        raise ModelError(
            f"{source}: '{name}' has {int(bad.sum())} values that are NaN or infinite",
            hint=f"the first is in sample {int(np.argwhere(bad)[0][0])}; leave such samples out",
        )


def _fits(values: Array, dtype: str) -> bool:
    """Tell whether the values survive the change of type: whole numbers must stay exact."""
    if dtype == "float32":
        limit = float(np.finfo(np.float32).max) if values.dtype.kind == "f" else _LARGEST_EXACT
        return bool(np.abs(values.astype(np.float64)).max() <= limit)
    low, high = (np.iinfo(dtype).min, np.iinfo(dtype).max) if dtype != "bool" else (0, 1)
    whole = np.array_equal(values, np.rint(values))
    return whole and bool(values.min() >= low) and bool(values.max() <= high)


def _class_numbers(found: SampleArrays, count: int) -> Array | None:
    """Return labels as class numbers; one-hot rows become the place of their largest value."""
    labels = found.labels
    if labels is None:
        return None
    if labels.ndim > 1 and labels.shape[-1] == 1:
        labels = labels[..., 0]
    if len(labels) != count:
        raise ModelError(
            f"{found.source}: {count} samples but {len(labels)} labels",
            hint="save one label a sample in 'y', or leave 'y' out",
        )
    if labels.ndim == 2:
        best: Array = np.argmax(labels, axis=1)
        return best
    if labels.ndim != 1 or labels.dtype.kind not in "iubf" or (labels != np.rint(labels)).any():
        raise ModelError(
            f"{found.source}: the labels 'y' ({labels.dtype} {list(labels.shape)}) are not "
            "class numbers",
            hint="save whole numbers, or one-hot rows, or leave 'y' out",
        )
    numbers: Array = labels.astype(np.int64)
    return numbers

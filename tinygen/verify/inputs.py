"""Inputs for a device: random ones, or samples turned into the model's integers."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tinygen.errors import ModelError
from tinygen.graph import Graph, Tensor
from tinygen.ops.contract import Array
from tinygen.quantize.float_model import InputSpec
from tinygen.quantize.sample_files import read_sample_arrays
from tinygen.quantize.samples import read_samples

_ALL = 1 << 31
_PROOF_SAMPLES = 8


@dataclass(frozen=True, slots=True, eq=False)
class InputSets:
    """Inputs to run, in the model's own types.

    Attributes:
        sets: One array an input, for each run.
        labels: The class of each set; None where unknown.
    """

    sets: tuple[tuple[Array, ...], ...]
    labels: NDArray[np.int64] | None


def random_inputs(graph: Graph, count: int, seed: int = 0) -> InputSets:
    """Return ``count`` sets of uniform values, the same for the same seed."""
    rng = np.random.default_rng(seed)
    tensors = [graph.tensors[t] for t in graph.inputs]
    return InputSets(tuple(tuple(_random(rng, t) for t in tensors) for _ in range(count)), None)


def _random(rng: np.random.Generator, tensor: Tensor) -> Array:
    if tensor.dtype == "float32":
        return rng.normal(0, 1, tensor.shape).astype(np.float32)
    info = np.iinfo(tensor.dtype)
    return rng.integers(info.min, info.max, tensor.shape, dtype=tensor.dtype, endpoint=True)


def sample_inputs(graph: Graph, path: Path, most: int = _ALL) -> InputSets:
    """Read samples; floats are quantized, integers of the input's type are taken as they are.

    Args:
        graph: The int8 model.
        path: .npz, .npy or a folder, as for quantization; labels as ``y``.
        most: Of more samples, this many evenly spaced ones are taken.

    Raises:
        ModelError: The samples cannot be read or do not fit the model.
    """
    tensors = [graph.tensors[t] for t in graph.inputs]
    arrays = read_sample_arrays(path).arrays.values()
    is_raw = all(piece.dtype.kind in "iu" for pieces in arrays for piece in pieces)
    specs = [
        InputSpec(t.name, t.shape, t.dtype if is_raw or not t.quantization else "float32")
        for t in tensors
    ]
    samples = read_samples(path, specs, most)
    columns = [
        values if is_raw else quantized(values, tensor)
        for values, tensor in zip(samples.inputs, tensors, strict=True)
    ]
    rows: Sequence[tuple[Array, ...]] = list(zip(*columns, strict=True))
    sets = tuple(
        tuple(values.reshape(t.shape) for values, t in zip(row, tensors, strict=True))
        for row in rows
    )
    return InputSets(sets, samples.labels)


def proof_samples(
    graph: Graph, path: Path | Literal["random"] | None, *, was_float: bool
) -> tuple[tuple[Array, ...], ...]:
    """Return some of the user's samples, to prove on them that a rewrite changes no output.

    Args:
        graph: The int8 model.
        path: Of the samples; none are returned without a file.
        was_float: They fitted the float model; if they do not fit ``graph``, which may have
            its inputs in another order, none are returned.

    Raises:
        ModelError: They do not fit a model that came as int8.
    """
    if not isinstance(path, Path):
        return ()
    try:
        return sample_inputs(graph, path, _PROOF_SAMPLES).sets
    except ModelError:
        if was_float:
            return ()
        raise


def quantized(values: Array, tensor: Tensor) -> Array:
    """Return real values as the tensor's integers, rounded to nearest and saturated.

    Args:
        values: Of any shape; finite.
        tensor: Quantized per tensor, or float32, which is passed through.
    """
    if tensor.quantization is None:
        return values.astype(tensor.dtype)
    info = np.iinfo(tensor.dtype)
    scaled = np.rint(values.astype(np.float64) / tensor.scale) + tensor.zero_point
    clipped: Array = np.clip(scaled, info.min, info.max).astype(tensor.dtype)
    return clipped

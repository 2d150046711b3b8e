"""A float model of any source, as the worker sees it: inputs, a way to run, a way to convert."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

Array = NDArray[Any]
SampleSets = Callable[[], Iterator[list[Array]]]
"""Each call starts over; each item holds one array an input, with a batch of 1."""


@dataclass(frozen=True, slots=True)
class InputSpec:
    """What one input takes.

    Attributes:
        name: The model's name for it.
        shape: Static, the first size is the batch of 1.
        dtype: numpy's name, such as ``float32``.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str


@dataclass(frozen=True, slots=True)
class FloatModel:
    """A loaded float model.

    Attributes:
        inputs: In the order the int8 model keeps.
        output_names: In the order the int8 model keeps.
        run: One array an input (batch 1) to one array an output.
        quantize: Calibration samples to the bytes of an int8 .tflite file.
    """

    inputs: tuple[InputSpec, ...]
    output_names: tuple[str, ...]
    run: Callable[[Sequence[Array]], list[Array]]
    quantize: Callable[[SampleSets], bytes]

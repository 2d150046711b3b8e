"""Run an int8 .tflite file on the host, as the device would where that is possible."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from tinygen.quantize.float_model import Array

try:
    from tflite_micro import runtime as tflm
except ImportError:  # the wheel exists for Linux on x86-64 only
    tflm = None
_ARENA_BYTES = 64 << 20


class Int8Model:
    """An int8 model with real numbers outside.

    Attributes:
        runtime: ``tflite-micro`` or ``litert``, whichever runs the model.
        inputs: LiteRT's details of each input.
        outputs: LiteRT's details of each output.
    """

    def __init__(self, content: bytes) -> None:
        self._litert = Interpreter(
            model_content=content,
            experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
        )
        self._litert.allocate_tensors()
        self.inputs: list[dict[str, Any]] = self._litert.get_input_details()
        self.outputs: list[dict[str, Any]] = self._litert.get_output_details()
        self._micro = _open_micro(content)
        self.runtime = "litert" if self._micro is None else "tflite-micro"

    def run(self, values: Sequence[Array]) -> list[Array]:
        """Quantize the inputs, run from a fresh state and return real outputs."""
        quantized = [
            quantize(value, detail) for value, detail in zip(values, self.inputs, strict=True)
        ]
        raw = self._run_litert(quantized) if self._micro is None else self._run_micro(quantized)
        return [dequantize(v, detail) for v, detail in zip(raw, self.outputs, strict=True)]

    def _run_micro(self, values: Sequence[Array]) -> list[Array]:
        assert self._micro is not None
        self._micro.reset()
        for index, value in enumerate(values):
            self._micro.set_input(value, index)
        self._micro.invoke()
        return [self._micro.get_output(n).copy() for n in range(len(self.outputs))]

    def _run_litert(self, values: Sequence[Array]) -> list[Array]:
        self._litert.reset_all_variables()
        for detail, value in zip(self.inputs, values, strict=True):
            self._litert.set_tensor(detail["index"], value)
        self._litert.invoke()
        return [self._litert.get_tensor(detail["index"]) for detail in self.outputs]


def quantize(values: Array, detail: dict[str, Any]) -> Array:
    """Turn real values into the input's type: rounded half away from zero, saturated."""
    scale, zero_point = detail["quantization"]
    if scale == 0.0:
        unscaled: Array = values.astype(detail["dtype"])
        return unscaled
    scaled = values.astype(np.float32) / np.float32(scale)
    rounded = np.trunc(scaled + np.copysign(np.float32(0.5), scaled)) + zero_point
    info = np.iinfo(detail["dtype"])
    result: Array = np.clip(rounded, info.min, info.max).astype(detail["dtype"])
    return result


def dequantize(values: Array, detail: dict[str, Any]) -> Array:
    """Turn an output's values into real ones."""
    scale, zero_point = detail["quantization"]
    if scale == 0.0:
        return values.astype(np.float64)
    real: Array = (values.astype(np.float64) - zero_point) * scale
    return real


def _open_micro(content: bytes) -> Any:
    """Return a TensorFlow Lite Micro interpreter, or None where it cannot run the model."""
    if tflm is None:
        return None
    try:
        return tflm.Interpreter.from_bytes(content, arena_size=_ARENA_BYTES)
    except RuntimeError:
        return None

"""Read the tensors of a .tflite file: type, static shape, quantization, values."""

from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tinygen.errors import ModelError
from tinygen.graph import Quantization, Tensor
from tinygen.ops.checks import CONVERTER_HINT, DAMAGED_HINT

_DTYPES = {
    schema.TensorType.FLOAT32: "float32",
    schema.TensorType.INT32: "int32",
    schema.TensorType.UINT8: "uint8",
    schema.TensorType.INT64: "int64",
    schema.TensorType.INT16: "int16",
    schema.TensorType.INT8: "int8",
    schema.TensorType.BOOL: "bool",
}
_TYPE_NAMES = {n: name for name, n in vars(schema.TensorType).items() if isinstance(n, int)}

# No microcontroller holds a tensor this large; guards against absurd damaged shapes.
_LARGEST_ELEMENTS = 1 << 28


@dataclass(frozen=True, slots=True)
class _Head:
    """What identifies a tensor in messages and says how its bytes are laid out."""

    index: int
    name: str
    dtype: str
    shape: tuple[int, ...]

    def error(self, reason: str, hint: str = DAMAGED_HINT) -> ModelError:
        """Return the error; the caller raises it."""
        return ModelError(f"tensor {self.index} ({self.name}) {reason}", hint=hint)


def read_tensor(model: Any, content: bytes, table: Any, index: int) -> Tensor:
    """Read one tensor.

    Args:
        model: The schema's ``Model``, for its buffers.
        content: The whole file: values may lie outside the flatbuffer.
        table: The schema's ``Tensor``.
        index: Its position.

    Raises:
        ModelError: A type, shape, scale or size that tinygen cannot take.
    """
    head = _read_head(table, index)
    return Tensor(
        index=index,
        name=head.name,
        dtype=head.dtype,
        shape=head.shape,
        quantization=_read_quantization(table.Quantization(), head),
        data=_read_data(model, content, table, head),
        variable=bool(table.IsVariable()),
    )


def _read_head(table: Any, index: int) -> _Head:
    text = table.Name()
    name = text.decode("utf-8", "replace") if text else ""
    shape = tuple(int(table.Shape(i)) for i in range(table.ShapeLength()))
    kind = _DTYPES.get(table.Type(), "")
    head = _Head(index, name, kind, shape)
    if not kind:
        known = _TYPE_NAMES.get(table.Type(), str(table.Type()))
        raise head.error(f"has type {known}", CONVERTER_HINT)
    if table.Sparsity() is not None:
        raise head.error("is sparse", "convert without sparsity")
    signature = [int(table.ShapeSignature(i)) for i in range(table.ShapeSignatureLength())]
    # a batch of -1 whose shape says 1 is what TFLM takes, too: it reads the shape
    if min(shape, default=1) < 1 or min(signature[1:], default=1) < 0:
        raise head.error(
            f"has dynamic shape {signature or list(shape)}",
            "convert with a fixed input size and a batch of 1, or make it so in the Keras model",
        )
    if np.prod([float(n) for n in shape]) > _LARGEST_ELEMENTS:
        raise head.error(f"has absurd shape {list(shape)}")
    return head


def _read_quantization(table: Any, head: _Head) -> Quantization | None:
    if table is None or table.ScaleLength() == 0 or head.dtype in {"float32", "bool"}:
        return None
    scale = tuple(float(table.Scale(i)) for i in range(table.ScaleLength()))
    zero_point = tuple(int(table.ZeroPoint(i)) for i in range(table.ZeroPointLength()))
    if not zero_point:  # TFLM, too, takes such a tensor as not quantized
        return None
    if len(zero_point) == 1:
        zero_point = zero_point * len(scale)
    if not all(isfinite(s) and s > 0 for s in scale):
        raise head.error("has a quantization scale that is not positive")
    info = np.iinfo(head.dtype)
    axis = int(table.QuantizedDimension())
    per_channel = len(scale) > 1
    if (
        len(zero_point) != len(scale)
        or not all(info.min <= z <= info.max for z in zero_point)
        or (per_channel and not 0 <= axis < len(head.shape))
        or (per_channel and head.shape[axis] != len(scale))
    ):
        raise head.error("has damaged quantization parameters")
    return Quantization(scale, zero_point, axis if per_channel else 0)


def _read_data(model: Any, content: bytes, table: Any, head: _Head) -> Any:
    """Return the values as a read-only array; None when the tensor is computed."""
    buffer_index = table.Buffer()
    if not 0 <= buffer_index < model.BuffersLength():
        raise head.error("has no buffer")
    buffer = model.Buffers(buffer_index)
    if buffer.Offset() > 1:  # values outside the flatbuffer
        stop = buffer.Offset() + buffer.Size()
        if stop > len(content):
            raise head.error("has its values beyond the end of the file")
        raw = np.frombuffer(content[buffer.Offset() : stop], np.uint8)
    elif buffer.DataLength() == 0:
        return None
    else:
        raw = buffer.DataAsNumpy()
    wanted = int(np.prod(head.shape, dtype=np.int64)) * np.dtype(head.dtype).itemsize
    if raw.size != wanted:
        raise head.error(f"has {raw.size} bytes of values, not {wanted}")
    values = np.frombuffer(raw.tobytes(), head.dtype).reshape(head.shape)
    values.flags.writeable = False
    return values

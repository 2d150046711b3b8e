"""Write small .tflite files for tests, with the schema's own object API."""

from dataclasses import dataclass, field
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

_TYPES = {
    "float32": schema.TensorType.FLOAT32,
    "int32": schema.TensorType.INT32,
    "uint8": schema.TensorType.UINT8,
    "int64": schema.TensorType.INT64,
    "int16": schema.TensorType.INT16,
    "int8": schema.TensorType.INT8,
    "bool": schema.TensorType.BOOL,
}


@dataclass
class ModelBuilder:
    """Collect tensors and ops, then `build` the file.

    >>> b = ModelBuilder()
    >>> x = b.tensor([1, 4], scale=0.5)
    >>> y = b.tensor([1, 4], scale=0.5)
    >>> b.op("RELU", [x], [y])
    >>> b.build([x], [y])[4:8]
    b'TFL3'
    """

    tensors: list[Any] = field(default_factory=list)
    buffers: list[Any] = field(default_factory=lambda: [schema.BufferT()])
    codes: list[Any] = field(default_factory=list)
    ops: list[Any] = field(default_factory=list)

    def tensor(
        self, shape, dtype="int8", scale=None, zero_point=0, axis=0, data=None, variable=False
    ):
        """Add a tensor and return its index.

        Args:
            shape: Of the tensor.
            dtype: numpy's name.
            scale: A float, a list (per channel along ``axis``) or None.
            zero_point: An int, or a list.
            axis: The channels' dimension.
            data: Values of a constant.
            variable: State (LSTM).
        """
        t = schema.TensorT()
        t.shape, t.type, t.name = list(shape), _TYPES[dtype], f"t{len(self.tensors)}".encode()
        t.isVariable = variable
        if scale is not None:
            q = schema.QuantizationParametersT()
            q.scale = [float(s) for s in np.atleast_1d(scale)]
            q.zeroPoint = [int(z) for z in np.broadcast_to(zero_point, len(q.scale))]
            q.quantizedDimension = axis
            t.quantization = q
        t.buffer = 0
        if data is not None:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(np.ascontiguousarray(data, dtype).tobytes(), np.uint8)
            t.buffer = len(self.buffers)
            self.buffers.append(buffer)
        self.tensors.append(t)
        return len(self.tensors) - 1

    def op(self, name, inputs, outputs, options=None, version=1):
        """Add an op. ``options``: the schema's options object (``Conv2DOptionsT()``)."""
        code = schema.OperatorCodeT()
        code.builtinCode = getattr(schema.BuiltinOperator, name)
        code.deprecatedBuiltinCode = min(code.builtinCode, 127)
        code.version = version
        o = schema.OperatorT()
        o.opcodeIndex, o.inputs, o.outputs = len(self.codes), list(inputs), list(outputs)
        if options is not None:
            o.builtinOptions = options
            kind = type(options).__name__.removesuffix("T")
            o.builtinOptionsType = getattr(schema.BuiltinOptions, kind)
        self.codes.append(code)
        self.ops.append(o)

    def build(self, inputs, outputs) -> bytes:
        """Return the file's bytes."""
        subgraph = schema.SubGraphT()
        subgraph.tensors, subgraph.operators = self.tensors, self.ops
        subgraph.inputs, subgraph.outputs, subgraph.name = list(inputs), list(outputs), b"main"
        model = schema.ModelT()
        model.version, model.operatorCodes = 3, self.codes
        model.subgraphs, model.buffers, model.description = [subgraph], self.buffers, b"test"
        builder = flatbuffers.Builder(1024)
        builder.Finish(model.Pack(builder), b"TFL3")
        return bytes(builder.Output())

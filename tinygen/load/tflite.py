"""Stage `graph`: a .tflite file's bytes to a verified `Graph`."""

import hashlib
import struct
from math import isfinite
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tinygen.errors import ModelError
from tinygen.graph import Graph, Op, Quantization, Tensor
from tinygen.ops.checks import CONVERTER_HINT, refuse
from tinygen.ops.contract import OpType
from tinygen.ops.registry import op_types

_DTYPES = {
    schema.TensorType.FLOAT32: "float32",
    schema.TensorType.INT32: "int32",
    schema.TensorType.UINT8: "uint8",
    schema.TensorType.INT64: "int64",
    schema.TensorType.INT16: "int16",
    schema.TensorType.INT8: "int8",
    schema.TensorType.BOOL: "bool",
}
_OP_NAMES = {
    value: name for name, value in vars(schema.BuiltinOperator).items() if isinstance(value, int)
}
_OPTION_NAMES = {
    value: name for name, value in vars(schema.BuiltinOptions).items() if isinstance(value, int)
}
_TYPE_NAMES = {
    value: name for name, value in vars(schema.TensorType).items() if isinstance(value, int)
}
DAMAGED_HINT = "the file is damaged; convert the model again"


def read_graph(content: bytes, name: str) -> Graph:
    """Read and verify a model.

    Args:
        content: The .tflite file.
        name: What to call the model; the file's stem.

    Raises:
        ModelError: The file is damaged, or holds an op, type or shape that tinygen
            cannot build; the message names the op, its index and version.
    """
    if len(content) < 8 or content[4:8] != b"TFL3":
        raise ModelError(f"{name}: not a .tflite file", hint="give a .tflite or Keras model")
    try:
        return _read(content, name)
    except (
        struct.error,
        IndexError,
        ValueError,
        TypeError,
        UnicodeDecodeError,
        OverflowError,
        AttributeError,
        MemoryError,
    ) as error:
        raise ModelError(f"{name}: damaged .tflite file ({error})", hint=DAMAGED_HINT) from error


def _read(content: bytes, name: str) -> Graph:
    model = schema.Model.GetRootAs(content, 0)
    if model.Version() != 3:
        raise ModelError(f"{name}: schema version {model.Version()}, not 3", hint=DAMAGED_HINT)
    if model.SubgraphsLength() != 1:
        raise ModelError(
            f"{name}: {model.SubgraphsLength()} subgraphs",
            hint="control flow (while, if) is not supported; unroll it in the Keras model",
        )
    subgraph = model.Subgraphs(0)
    tensors = tuple(
        _read_tensor(model, content, subgraph.Tensors(i), i)
        for i in range(subgraph.TensorsLength())
    )
    ops = tuple(
        _read_op(model, subgraph.Operators(i), i) for i in range(subgraph.OperatorsLength())
    )
    graph = Graph(
        name=name,
        sha256=hashlib.sha256(content).hexdigest(),
        tensors=tensors,
        ops=ops,
        inputs=tuple(subgraph.Inputs(i) for i in range(subgraph.InputsLength())),
        outputs=tuple(subgraph.Outputs(i) for i in range(subgraph.OutputsLength())),
    )
    check_graph(graph)
    return graph


def _read_tensor(model: Any, content: bytes, table: Any, index: int) -> Tensor:
    text = table.Name()
    name = text.decode("utf-8", "replace") if text else ""
    if table.Type() not in _DTYPES:
        kind = _TYPE_NAMES.get(table.Type(), str(table.Type()))
        raise ModelError(f"tensor {index} ({name}) has type {kind}", hint=CONVERTER_HINT)
    if table.Sparsity() is not None:
        raise ModelError(f"tensor {index} ({name}) is sparse", hint="convert without sparsity")
    dtype = _DTYPES[table.Type()]
    shape = tuple(int(table.Shape(i)) for i in range(table.ShapeLength()))
    signature = [int(table.ShapeSignature(i)) for i in range(table.ShapeSignatureLength())]
    if min(shape, default=1) < 1 or min(signature, default=1) < 0:
        raise ModelError(
            f"tensor {index} ({name}) has dynamic shape {signature or list(shape)}",
            hint="convert with a static batch of 1, or let 'tinygen quantize' do it",
        )
    return Tensor(
        index=index,
        name=name,
        dtype=dtype,
        shape=shape,
        quantization=_read_quantization(table.Quantization(), index, name, dtype, shape),
        data=_read_data(model, content, table, index, name, dtype, shape),
        variable=bool(table.IsVariable()),
    )


def _read_quantization(
    table: Any, index: int, name: str, dtype: str, shape: tuple[int, ...]
) -> Quantization | None:
    if table is None or table.ScaleLength() == 0 or dtype == "float32":
        return None
    scale = tuple(float(table.Scale(i)) for i in range(table.ScaleLength()))
    zero_point = tuple(int(table.ZeroPoint(i)) for i in range(table.ZeroPointLength()))
    zero_point = zero_point or (0,) * len(scale)
    if len(zero_point) == 1:
        zero_point = zero_point * len(scale)
    if not all(isfinite(s) and s > 0 for s in scale):
        raise ModelError(
            f"tensor {index} ({name}) has a quantization scale that is not positive",
            hint=DAMAGED_HINT,
        )
    info = np.iinfo(dtype) if dtype != "bool" else None
    in_range = info is None or all(info.min <= z <= info.max for z in zero_point)
    axis = int(table.QuantizedDimension())
    axis_holds = len(scale) == 1 or (0 <= axis < len(shape) and shape[axis] == len(scale))
    if len(zero_point) != len(scale) or not in_range or not axis_holds:
        raise ModelError(
            f"tensor {index} ({name}) has damaged quantization parameters", hint=DAMAGED_HINT
        )
    return Quantization(scale, zero_point, axis)


def _read_data(
    model: Any,
    content: bytes,
    table: Any,
    index: int,
    name: str,
    dtype: str,
    shape: tuple[int, ...],
) -> Any:
    buffer_index = table.Buffer()
    if not 0 <= buffer_index < model.BuffersLength():
        raise ModelError(f"tensor {index} ({name}) has no buffer", hint=DAMAGED_HINT)
    buffer = model.Buffers(buffer_index)
    if buffer.Offset() > 1:
        start, stop = buffer.Offset(), buffer.Offset() + buffer.Size()
        if stop > len(content):
            raise ModelError(
                f"tensor {index} ({name}): its values lie beyond the end of the file",
                hint=DAMAGED_HINT,
            )
        raw = np.frombuffer(content[start:stop], np.uint8)
    elif buffer.DataLength() == 0:
        return None
    else:
        raw = buffer.DataAsNumpy()
    wanted = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
    if raw.size != wanted:
        raise ModelError(
            f"tensor {index} ({name}) has {raw.size} bytes of values, not {wanted}",
            hint=DAMAGED_HINT,
        )
    values = np.frombuffer(raw.tobytes(), dtype).reshape(shape)
    values.flags.writeable = False
    return values


def _read_op(model: Any, table: Any, index: int) -> Op:
    code = model.OperatorCodes(table.OpcodeIndex())
    number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
    name = _OP_NAMES.get(number, f"builtin {number}")
    if name == "CUSTOM":
        custom = code.CustomCode()
        name = f"CUSTOM {custom.decode('utf-8', 'replace') if custom else ''}".strip()
    op = Op(
        index=index,
        name=name,
        version=code.Version(),
        inputs=tuple(table.Inputs(i) for i in range(table.InputsLength())),
        outputs=tuple(table.Outputs(i) for i in range(table.OutputsLength())),
    )
    op_type = op_types().get(name)
    if op_type is None:
        raise refuse(
            op, "this operator is not supported", "see docs/operators.md for those that are"
        )
    if not 1 <= op.version <= op_type.max_version:
        raise refuse(
            op,
            f"versions 1 to {op_type.max_version} are supported",
            "convert with TensorFlow 2.21, or let 'tinygen quantize' do it",
        )
    return Op(
        op.index,
        op.name,
        op.version,
        op.inputs,
        op.outputs,
        op_type.read_options(_options_table(table, op, op_type)),
    )


def _options_table(table: Any, op: Op, op_type: OpType) -> Any:
    """Return the op's options as the schema's class, or None when the file has none."""
    if op_type.options_table is None:
        return None
    union = table.BuiltinOptions()
    kind = _OPTION_NAMES.get(table.BuiltinOptionsType())
    if union is None or kind == "NONE":
        return None
    if kind != op_type.options_table:
        raise refuse(op, f"its options are {kind}", DAMAGED_HINT)
    options = getattr(schema, kind)()
    options.Init(union.Bytes, union.Pos)
    return options


def check_graph(graph: Graph) -> None:
    """Check indices, order and each op.

    Raises:
        ModelError: Something does not hold.
    """
    _check_order(graph)
    for op in graph.ops:
        op_types()[op.name].check(graph, op)


def _check_order(graph: Graph) -> None:
    count = len(graph.tensors)
    known = {t.index for t in graph.tensors if t.data is not None or t.variable}
    if not graph.inputs or not graph.outputs:
        raise ModelError(f"{graph.name}: no inputs or no outputs", hint=DAMAGED_HINT)
    if not all(0 <= i < count for i in (*graph.inputs, *graph.outputs)):
        raise ModelError(f"{graph.name}: an input or output does not exist", hint=DAMAGED_HINT)
    known |= set(graph.inputs)
    for op in graph.ops:
        if not all(-1 <= i < count for i in op.inputs) or not all(
            0 <= i < count for i in op.outputs
        ):
            raise refuse(op, "an input or output does not exist", DAMAGED_HINT)
        if any(i >= 0 and i not in known for i in op.inputs):
            raise refuse(op, "an input is read before it is computed", DAMAGED_HINT)
        if any(i in known for i in op.outputs):
            raise refuse(op, "an output is written twice", DAMAGED_HINT)
        known |= set(op.outputs)
    if not all(i in known for i in graph.outputs):
        raise ModelError(f"{graph.name}: an output is never computed", hint=DAMAGED_HINT)

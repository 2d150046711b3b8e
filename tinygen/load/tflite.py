"""Stage `graph`: a .tflite file's bytes to a verified `Graph`."""

import hashlib
import struct
from typing import Any

from ai_edge_litert import schema_py_generated as schema

from tinygen.errors import ModelError
from tinygen.graph import Graph, Op, Tensor
from tinygen.load.tensors import read_tensor
from tinygen.ops.check_graph import check_graph
from tinygen.ops.checks import DAMAGED_HINT, refuse
from tinygen.ops.contract import OpType
from tinygen.ops.registry import op_types

_OP_NAMES = {n: name for name, n in vars(schema.BuiltinOperator).items() if isinstance(n, int)}
_OPTION_NAMES = {n: name for name, n in vars(schema.BuiltinOptions).items() if isinstance(n, int)}
# What the flatbuffer accessors raise when an offset or a length is wrong.
_DAMAGE = (
    struct.error,
    IndexError,
    ValueError,
    TypeError,
    UnicodeDecodeError,
    OverflowError,
    AttributeError,
    MemoryError,
)


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
        graph = _read(content, name)
    except _DAMAGE as error:
        raise ModelError(f"{name}: damaged .tflite file ({error})", hint=DAMAGED_HINT) from error
    check_graph(graph)
    return graph


def _read(content: bytes, name: str) -> Graph:
    model = schema.Model.GetRootAs(content, 0)
    if model.Version() != 3:
        raise ModelError(f"{name}: schema version {model.Version()}, not 3", hint=DAMAGED_HINT)
    if model.SubgraphsLength() != 1:
        raise ModelError(
            f"{name}: {model.SubgraphsLength()} subgraphs",
            hint="control flow (while, if) is not supported; unroll it in the Keras model",
        )
    main = model.Subgraphs(0)
    # ops first: an op that is not supported is the better message
    ops = tuple(_read_op(model, main.Operators(i), i) for i in range(main.OperatorsLength()))
    inputs = tuple(main.Inputs(i) for i in range(main.InputsLength()))
    outputs = tuple(main.Outputs(i) for i in range(main.OutputsLength()))
    leftovers = _intermediates(main).difference(
        inputs, outputs, *(op.inputs for op in ops), *(op.outputs for op in ops)
    )
    return Graph(
        name=name,
        sha256=hashlib.sha256(content).hexdigest(),
        ops=ops,
        tensors=tuple(
            Tensor(i, "", "int8", ())
            if i in leftovers
            else read_tensor(model, content, main.Tensors(i), i)
            for i in range(main.TensorsLength())
        ),
        inputs=inputs,
        outputs=outputs,
    )


def _intermediates(main: Any) -> set[int]:
    """Return tensors inside ops, such as an LSTM's gates: only calibration used them.

    Their shapes are empty in the file; no op reads or writes them.
    """
    ops = (main.Operators(i) for i in range(main.OperatorsLength()))
    return {op.Intermediates(n) for op in ops for n in range(op.IntermediatesLength())}


def _read_op(model: Any, table: Any, index: int) -> Op:
    if not 0 <= table.OpcodeIndex() < model.OperatorCodesLength():
        raise ModelError(f"op {index} has no operator code", hint=DAMAGED_HINT)
    code = model.OperatorCodes(table.OpcodeIndex())
    op = Op(
        index=index,
        name=_op_name(code),
        version=code.Version(),
        inputs=tuple(table.Inputs(i) for i in range(table.InputsLength())),
        outputs=tuple(table.Outputs(i) for i in range(table.OutputsLength())),
    )
    op_type = op_types().get(op.name)
    if op_type is None:
        raise refuse(
            op,
            "this operator is not supported",
            "docs/operators.md lists those that are; replace the layer that makes it",
        )
    if not 1 <= op.version <= op_type.max_version:
        raise refuse(
            op,
            f"versions 1 to {op_type.max_version} are supported",
            "convert with TensorFlow 2.21, or let 'tinygen quantize' do it",
        )
    options = op_type.read_options(_options_table(table, op, op_type))
    return Op(op.index, op.name, op.version, op.inputs, op.outputs, options)


def _op_name(code: Any) -> str:
    number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
    if number == schema.BuiltinOperator.CUSTOM:
        custom = code.CustomCode()
        return f"CUSTOM {custom.decode('utf-8', 'replace') if custom else ''}".strip()
    return str(_OP_NAMES.get(number, f"builtin {number}"))


def _options_table(table: Any, op: Op, op_type: OpType) -> Any:
    """Return the op's options as the schema's class, or None when the file has none."""
    if op_type.options_table is None:
        return None
    union = table.BuiltinOptions()
    kind = _OPTION_NAMES.get(table.BuiltinOptionsType())
    if union is None or kind in {None, "NONE"}:
        return None
    if kind != op_type.options_table:
        raise refuse(op, f"its options are {kind}", DAMAGED_HINT)
    options = getattr(schema, kind)()
    options.Init(union.Bytes, union.Pos)
    return options

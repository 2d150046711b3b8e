"""Turn shapes that a model computes as it runs into constants.

With an open batch the converter writes SHAPE, STRIDED_SLICE and PACK before each RESHAPE (and
GATHER, REDUCE_PROD before a Dense on rows). The batch is 1 on a microcontroller, so what these
ops compute is known now.
"""

from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from tinygen.load.rewrite import rewrite

_SHAPE = schema.BuiltinOperator.SHAPE
_WHOLE = (schema.TensorType.INT32, schema.TensorType.INT64)


def fold_shapes(content: bytes, name: str) -> bytes:
    """Return the file without ops that only compute shapes; the same bytes where it has none.

    Args:
        content: The .tflite file, all buffers inside.
        name: What to call the model in messages.

    Raises:
        ModelError: The file is damaged.
    """

    def fold(model: Any, codes: list[int]) -> bool:
        folded = _shape_ops(model, codes)
        values = _run(content) if folded else None
        if values is None:
            return False
        _replace(model, folded, values)
        return True

    return rewrite(content, name, _SHAPE, fold)


def _shape_ops(model: Any, codes: list[int]) -> set[int]:
    """Return the positions of the ops whose outputs depend on nothing but shapes."""
    subgraph = model.subgraphs[0]
    known = {i for i, t in enumerate(subgraph.tensors) if model.buffers[t.buffer].data is not None}
    kept = {int(i) for i in subgraph.outputs}
    folded = set()
    for position, op in enumerate(subgraph.operators):
        is_shape = codes[op.opcodeIndex] == _SHAPE and _is_fixed(subgraph.tensors[op.inputs[0]])
        outputs = [int(i) for i in op.outputs]
        if not is_shape and not all(i < 0 or int(i) in known for i in op.inputs):
            continue
        if kept.isdisjoint(outputs) and all(subgraph.tensors[i].type in _WHOLE for i in outputs):
            folded.add(position)
            known.update(outputs)
    return folded


def _is_fixed(tensor: Any) -> bool:
    """Tell whether all sizes but the batch are fixed."""
    signature = tensor.shapeSignature
    return signature is None or all(size > 0 for size in signature[1:])


def _run(content: bytes) -> Interpreter | None:
    """Run the model once on zeros; None where LiteRT cannot, which a later stage explains."""
    try:
        interpreter = Interpreter(
            model_content=content,
            experimental_preserve_all_tensors=True,
            experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
        )
        interpreter.allocate_tensors()
        interpreter.invoke()
    except (RuntimeError, ValueError):
        return None
    return interpreter


def _replace(model: Any, folded: set[int], values: Interpreter) -> None:
    """Drop the ops; what the others read of them becomes constant, as do all sizes."""
    subgraph = model.subgraphs[0]
    for index in {int(i) for op in subgraph.operators for i in op.outputs}:
        subgraph.tensors[index].shape = list(values.get_tensor(index).shape)
        subgraph.tensors[index].shapeSignature = None
    computed = {int(i) for position in folded for i in subgraph.operators[position].outputs}
    subgraph.operators = [op for n, op in enumerate(subgraph.operators) if n not in folded]
    read = {int(i) for op in subgraph.operators for i in op.inputs}
    for index in sorted(computed & read):
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(values.get_tensor(index).tobytes(), np.uint8)
        subgraph.tensors[index].buffer = len(model.buffers)
        model.buffers.append(buffer)

"""Turn TILE, which TensorFlow Lite Micro lacks, into CONCATENATION of a tensor with itself.

Keras writes it for nearest UpSampling2D and RepeatVector.
"""

from copy import copy
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tinygen.load.rewrite import rewrite

_TILE = schema.BuiltinOperator.TILE
_CONCATENATION = schema.BuiltinOperator.CONCATENATION
_MOST_INPUTS = 10  # TFLM refuses to concatenate more
_DTYPES = {schema.TensorType.INT32: np.int32, schema.TensorType.INT64: np.int64}


def replace_tiles(content: bytes, name: str) -> bytes:
    """Return an equal file without TILE; the same bytes where it has none.

    A TILE whose multiples are computed stays, and is refused later.

    Args:
        content: The .tflite file, all buffers inside.
        name: What to call the model in messages.

    Raises:
        ModelError: The file is damaged.
    """
    return rewrite(content, name, _TILE, _replace)


def _replace(model: Any, codes: list[int]) -> bool:
    writer = _Writer(model, len(codes))
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = _CONCATENATION
    code.version = 1
    model.operatorCodes.append(code)
    for op in model.subgraphs[0].operators:
        multiples = _multiples(model, op) if codes[op.opcodeIndex] == _TILE else None
        if multiples is None:
            writer.ops.append(op)
        else:
            writer.tile(int(op.inputs[0]), int(op.outputs[0]), multiples)
    model.subgraphs[0].operators = writer.ops
    return True


def _multiples(model: Any, op: Any) -> list[int] | None:
    """Return how often each axis repeats; None where that is not constant."""
    tensor = model.subgraphs[0].tensors[op.inputs[1]]
    data = model.buffers[tensor.buffer].data
    if data is None or tensor.type not in _DTYPES:
        return None
    values = [int(v) for v in np.asarray(data, np.uint8).view(_DTYPES[tensor.type])]
    shape = model.subgraphs[0].tensors[op.inputs[0]].shape
    return values if len(values) == len(shape) and all(v > 0 for v in values) else None


class _Writer:
    """Collects the ops of the new file; new tensors go into its subgraph."""

    def __init__(self, model: Any, code: int) -> None:
        self.ops: list[Any] = []
        self._tensors, self._code = model.subgraphs[0].tensors, code

    def tile(self, source: int, target: int, multiples: list[int]) -> None:
        """Repeat each axis; the last of the ops writes ``target``."""
        at, first = source, len(self.ops)
        for axis, count in enumerate(multiples):
            if count > 1:
                at = self._repeat(at, axis, count)
        if len(self.ops) == first:
            at = self._join([source], 0)
        self.ops[-1].outputs = [target]

    def _repeat(self, source: int, axis: int, count: int) -> int:
        """Return a tensor that holds ``source`` ``count`` times, by tens where that is many."""
        if count <= _MOST_INPUTS:
            return self._join([source] * count, axis)
        tens, rest = divmod(count, _MOST_INPUTS)
        ten = self._join([source] * _MOST_INPUTS, axis)
        most = ten if tens == 1 else self._repeat(ten, axis, tens)
        return self._join([most, *[source] * rest], axis) if rest else most

    def _join(self, sources: list[int], axis: int) -> int:
        """Append a CONCATENATION; return its output, quantized as the first source."""
        tensor = copy(self._tensors[sources[0]])
        tensor.shape = [int(size) for size in tensor.shape]
        tensor.shape[axis] = sum(int(self._tensors[s].shape[axis]) for s in sources)
        tensor.shapeSignature = None
        tensor.buffer = 0
        tensor.name = b"tile%d" % len(self._tensors)
        self._tensors.append(tensor)
        op = schema.OperatorT()
        op.opcodeIndex, op.inputs, op.outputs = self._code, sources, [len(self._tensors) - 1]
        op.builtinOptionsType = schema.BuiltinOptions.ConcatenationOptions
        op.builtinOptions = schema.ConcatenationOptionsT()
        op.builtinOptions.axis = axis
        self.ops.append(op)
        return len(self._tensors) - 1

"""Rewrite a .tflite file: unpack it, change the ops of one kind, pack it."""

from collections.abc import Callable
from typing import Any

import flatbuffers  # type: ignore[import-untyped]
from ai_edge_litert import schema_py_generated as schema

from tinygen.load.damage import reading

# Changes a model (``ModelT``), given the builtin operator of each of its operator codes;
# returns whether it did.
Change = Callable[[Any, list[int]], bool]


def rewrite(content: bytes, name: str, operator: int, change: Change) -> bytes:
    """Return the file changed; the same bytes where it lacks the operator or nothing changed.

    Args:
        content: The .tflite file, all buffers inside.
        name: What to call the model in messages.
        operator: Builtin operator that the change is about.
        change: Of the only subgraph.

    Raises:
        ModelError: The file is damaged.
    """
    with reading(name):
        table = schema.Model.GetRootAs(content, 0)
        codes = [table.OperatorCodes(i).BuiltinCode() for i in range(table.OperatorCodesLength())]
        if operator not in codes or table.SubgraphsLength() != 1:
            return content
        model = schema.ModelT.InitFromPackedBuf(content, 0)
        return pack(model) if change(model, codes) else content


def pack(model: Any) -> bytes:
    """Return the file of a model (``ModelT``)."""
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())

"""Tell whether a .tflite file is int8, float, or something between that cannot be built."""

from typing import Literal

from ai_edge_litert import schema_py_generated as schema

from tinygen.errors import ModelError
from tinygen.load.damage import reading

_TYPE = schema.TensorType


def find_numeric_type(content: bytes, name: str) -> Literal["int8", "float"]:
    """Return ``int8`` when an operator computes whole numbers, ``float`` when none does.

    Args:
        content: The .tflite file.
        name: What to call the model in messages.

    Raises:
        ModelError: It is damaged, no .tflite file, or float with packed weights.
    """
    if content[4:8] != b"TFL3":
        raise ModelError(
            f"{name}: not a .tflite file by its contents", hint="convert or copy the model again"
        )
    with reading(name):
        subgraph = schema.Model.GetRootAs(content, 0).Subgraphs(0)
        types = [subgraph.Tensors(i).Type() for i in range(subgraph.TensorsLength())]
        written = {
            types[operator.Outputs(n)]
            for operator in map(subgraph.Operators, range(subgraph.OperatorsLength()))
            for n in range(operator.OutputsLength())
        }
    if written & {_TYPE.INT8, _TYPE.UINT8, _TYPE.INT16} or _TYPE.FLOAT32 not in types:
        return "int8"
    for packed, word in ((_TYPE.INT8, "int8"), (_TYPE.FLOAT16, "float16"), (_TYPE.INT4, "int4")):
        if packed in types:
            raise ModelError(
                f"{name}: float activations with {word} weights, which need a float unit and an "
                "interpreter",
                hint="convert to full int8, or give the Keras model and --samples",
            )
    return "float"

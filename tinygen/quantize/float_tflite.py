"""Open a float .tflite file as a `FloatModel`: PyTorch and ONNX tools write such files.

Imports TensorFlow; only the worker may import this module.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import flatbuffers  # type: ignore[import-untyped]
import numpy as np
import tensorflow as tf
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from tensorflow.lite.python.convert import mlir_quantize

from tinygen.errors import ModelError
from tinygen.quantize.converter import reason
from tinygen.quantize.float_model import Array, FloatModel, InputSpec, SampleSets


def open_float_tflite(path: Path) -> FloatModel:
    """Open a float .tflite file whose sizes, but for a batch of 1, are fixed.

    Raises:
        ModelError: LiteRT cannot run it.
    """
    model = schema.ModelT.InitFromPackedBuf(path.read_bytes(), 0)
    subgraph = model.subgraphs[0]
    for tensor in subgraph.tensors:
        tensor.shapeSignature = None  # the open batch; ``shape`` has it as 1
    interpreter = _interpreter(_pack(model))
    inputs = interpreter.get_input_details()
    outputs = interpreter.get_output_details()

    def run(values: Sequence[Array]) -> list[Array]:
        for detail, value in zip(inputs, values, strict=True):
            interpreter.set_tensor(detail["index"], value)
        interpreter.invoke()
        return [interpreter.get_tensor(detail["index"]) for detail in outputs]

    def quantize(samples: SampleSets) -> bytes:
        ranges = _ranges(interpreter, run, subgraph, samples)
        return _quantize(model, ranges)

    return FloatModel(
        tuple(
            InputSpec(d["name"], tuple(map(int, d["shape"])), np.dtype(d["dtype"]).name)
            for d in inputs
        ),
        tuple(d["name"] for d in outputs),
        run,
        quantize,
    )


def _interpreter(content: bytes) -> Interpreter:
    """Return LiteRT, ready to run a file and to be asked for all its tensors."""
    try:
        interpreter = Interpreter(
            model_content=content,
            experimental_preserve_all_tensors=True,
            experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
        )
        interpreter.allocate_tensors()
    except (RuntimeError, ValueError) as error:
        raise ModelError(
            f"LiteRT cannot run it: {reason(error)}",
            hint="convert the model again, with built-in operators and fixed sizes",
        ) from error
    return interpreter


def _ranges(
    interpreter: Any, run: Any, subgraph: Any, samples: SampleSets
) -> dict[int, tuple[float, float]]:
    """Return the least and largest value of each float activation over all samples."""
    written = [int(i) for op in subgraph.operators for i in op.outputs]
    activations = [
        i
        for i in dict.fromkeys([*map(int, subgraph.inputs), *written])
        if subgraph.tensors[i].type == schema.TensorType.FLOAT32
    ]
    low = dict.fromkeys(activations, 0.0)
    high = dict.fromkeys(activations, 0.0)
    for values in samples():
        run(values)
        for index in activations:
            tensor = interpreter.get_tensor(index)
            low[index] = min(low[index], float(tensor.min()))
            high[index] = max(high[index], float(tensor.max()))
    return {index: (low[index], high[index]) for index in activations}


def _quantize(model: Any, ranges: dict[int, tuple[float, float]]) -> bytes:
    for index, (low, high) in ranges.items():
        parameters = schema.QuantizationParametersT()
        parameters.min, parameters.max = [low], [high]
        model.subgraphs[0].tensors[index].quantization = parameters
    try:
        return bytes(mlir_quantize(_pack(model), input_data_type=tf.int8, output_data_type=tf.int8))
    except Exception as error:  # whatever TensorFlow raises is about the user's model
        raise ModelError(
            f"TensorFlow's quantizer cannot quantize the model: {reason(error)}",
            hint="give the Keras model that the file was made from",
        ) from error


def _pack(model: Any) -> bytes:
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())

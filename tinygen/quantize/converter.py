"""Call TensorFlow's converter: a function with static shapes to an int8 .tflite file.

Imports TensorFlow; only the worker may import this module.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from tinygen.errors import ModelError
from tinygen.quantize.float_model import Array, FloatModel, InputSpec, SampleSets


def static_model(
    inputs: Sequence[InputSpec], output_names: Sequence[str], call: Callable[..., Any]
) -> FloatModel:
    """Make a `FloatModel` of a function.

    A function with a static batch of 1 converts several times faster than a Keras model and
    without SHAPE, STRIDED_SLICE and PACK ops, and keeps the order of the inputs.

    Args:
        inputs: One an argument of ``call``.
        output_names: One a tensor that ``call`` returns.
        call: Takes tensors, returns a list of tensors.
    """
    signature = [
        tf.TensorSpec(spec.shape, spec.dtype, name=_tensor_name(spec.name)) for spec in inputs
    ]
    function = tf.function(call, input_signature=signature, autograph=False)

    def run(values: Sequence[Array]) -> list[Array]:
        return [np.asarray(tensor) for tensor in function(*map(tf.constant, values))]

    def quantize(samples: SampleSets) -> bytes:
        concrete = function.get_concrete_function()
        return convert_int8(tf.lite.TFLiteConverter.from_concrete_functions([concrete]), samples)

    return FloatModel(tuple(inputs), tuple(output_names), run, quantize)


def convert_int8(converter: Any, samples: SampleSets) -> bytes:
    """Convert to int8 with int8 inputs and outputs, weights per channel.

    Raises:
        ModelError: The converter refuses the model.
    """
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = samples
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = tf.int8
    converter.inference_output_type = tf.int8
    try:
        return bytes(converter.convert())
    except Exception as error:  # whatever TensorFlow raises is about the user's model
        raise ModelError(
            f"TensorFlow's converter cannot quantize the model: {reason(error)}",
            hint="replace the layer it names by one that docs/operators.md lists",
        ) from error


def reason(error: BaseException) -> str:
    """Return an exception's first line of text, at most 200 characters."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[0] if lines else type(error).__name__)[:200]


def static_shape(name: str, shape: Sequence[int | None]) -> tuple[int, ...]:
    """Return an input's shape with a batch of 1.

    Raises:
        ModelError: A size other than the batch is open.
    """
    sizes = [1, *shape[1:]]
    if not shape or any(size is None for size in sizes):
        raise ModelError(
            f"input '{name}' has shape {list(shape)}: only the batch may be open",
            hint="build the model with fixed input sizes, such as keras.Input((96, 96, 3))",
        )
    return tuple(int(size) for size in sizes if size is not None)


def _tensor_name(name: str) -> str:
    """Make a name that TensorFlow accepts.

    >>> _tensor_name("my input:0")
    'my_input_0'
    """
    return re.sub(r"[^A-Za-z0-9_]", "_", name).lstrip("_") or "input"

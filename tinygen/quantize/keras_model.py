"""Open a .keras or .h5 file as a `FloatModel`.

Imports TensorFlow; only the worker may import this module.
"""

import re
from pathlib import Path
from typing import Any

import keras

from tinygen.errors import ModelError
from tinygen.quantize.converter import reason, static_model, static_shape
from tinygen.quantize.float_model import FloatModel, InputSpec
from tinygen.quantize.fused_lstm import fuse_lstm, has_loop

EXPORT_HINT = "in the program that made it, call model.export('folder') and give that folder"
COPY_HINT = "the file is damaged or cut short; save or copy it again"
_UNKNOWN_CLASS = re.compile(r"(?:Could not locate class|Unknown layer:) '?(\w+)'?")


class _DepthwiseConv2D(keras.layers.DepthwiseConv2D):  # type: ignore[misc]
    """Keras 2 wrote ``groups`` into .h5 files; Keras 3 does not take it."""

    def __init__(self, *args: Any, groups: int = 1, **kwargs: Any) -> None:
        if groups != 1:
            raise ValueError(f"DepthwiseConv2D with groups={groups}")
        super().__init__(*args, **kwargs)


def open_keras(path: Path) -> FloatModel:
    """Load a .keras or .h5 file.

    Raises:
        ModelError: Keras cannot load it, or it has no fixed input shape.
    """
    try:
        model = keras.models.load_model(
            path, compile=False, custom_objects={"DepthwiseConv2D": _DepthwiseConv2D}
        )
    except Exception as error:  # Keras raises a dozen types; all are about the user's file
        raise _explain(error) from error
    return wrap_keras(model)


def wrap_keras(model: Any) -> FloatModel:
    """Make a `FloatModel` of a Keras model.

    Raises:
        ModelError: It has no fixed input shape, or a recurrent layer that cannot be fused.
    """
    if not getattr(model, "inputs", None):
        raise ModelError(
            "the model has no input shape yet",
            hint="add keras.Input(shape) as its first layer, or call model.build, and save again",
        )
    is_sequential = isinstance(model, keras.Sequential)
    inputs = [
        InputSpec(t.name, static_shape(t.name, t.shape), keras.backend.standardize_dtype(t.dtype))
        for t in model.inputs
    ]

    def call(*tensors: Any) -> list[Any]:
        packed = tensors[0]
        if not is_sequential:
            packed = keras.tree.pack_sequence_as(model.input, list(tensors))
        return list(keras.tree.flatten(model(packed, training=False)))

    output_names = [model.layers[-1].name] if is_sequential else list(model.output_names)
    float_model = static_model(inputs, output_names, call)
    return fuse_lstm(model, float_model) if has_loop(model) else float_model


def _explain(error: Exception) -> ModelError:
    text = str(error)
    unknown = _UNKNOWN_CLASS.search(text)
    if unknown:
        return ModelError(
            f"holds the custom layer '{unknown[1]}', whose code is not in the file",
            hint=EXPORT_HINT,
        )
    if "Lambda" in text or "lambda" in text:
        return ModelError(
            "holds a Lambda layer, whose code Keras does not load from files",
            hint=EXPORT_HINT,
        )
    if isinstance(error, OSError):
        return ModelError(f"cannot read it: {reason(error)}", hint=COPY_HINT)
    if "No model config found" in text:
        return ModelError("holds weights only", hint="save the whole model with model.save(...)")
    return ModelError(f"Keras cannot load it: {reason(error)}", hint=EXPORT_HINT)

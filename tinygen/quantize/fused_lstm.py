"""Rewrite Keras LSTM layers so that the converter makes one int8 LSTM op of each.

Keras 3 traces a recurrent layer as a loop, and the converter's calibrator crashes on loops
(tensorflow issue 101050). A function marked as an LSTM's implementation becomes
UNIDIRECTIONAL_SEQUENCE_LSTM instead.

Imports TensorFlow; only the worker may import this module.
"""

from dataclasses import replace
from itertools import islice
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tinygen.errors import ModelError
from tinygen.quantize.converter import convert_int8
from tinygen.quantize.float_model import FloatModel, SampleSets

_CHECKED_SAMPLES = 4


class FusedLSTM(keras.layers.LSTM):  # type: ignore[misc]
    """An LSTM whose traced function the converter knows; same weights, batch of 1."""

    def call(
        self,
        sequences: Any,
        initial_state: Any = None,
        mask: Any = None,  # noqa: ARG002 - Keras's name; `fuse_lstm` refuses masks
        training: bool = False,  # noqa: ARG002 - Keras's name
    ) -> Any:
        """Return ``[1, units]``, or ``[1, time, units]`` with ``return_sequences``."""
        if initial_state is not None:
            raise ValueError("an initial state")
        state = tf.zeros((1, self.units))
        traced = tf.function(
            self._standard_lstm,
            autograph=False,
            experimental_attributes={
                "api_implements": f"lstm_{self.name}",
                "api_preferred_device": "CPU",
                "time_major": False,
                "go_backwards": False,
            },
        )
        weights = (self.cell.kernel, self.cell.recurrent_kernel, self.cell.bias)
        last, outputs, *_states = traced(
            sequences, state, state, *(tf.convert_to_tensor(weight) for weight in weights)
        )
        return outputs if self.return_sequences else last

    def _standard_lstm(self, inputs: Any, *states_and_weights: Any) -> tuple[Any, ...]:
        """Compute what the fused op computes; the five outputs are what the converter expects."""
        hidden, carry, kernel, recurrent_kernel, bias = states_and_weights
        steps = []
        for step in range(inputs.shape[1]):
            gates = tf.matmul(inputs[:, step], kernel) + tf.matmul(hidden, recurrent_kernel) + bias
            in_gate, forget, cell, out_gate = tf.split(gates, 4, 1)
            carry = tf.sigmoid(forget) * carry + tf.sigmoid(in_gate) * tf.tanh(cell)
            hidden = tf.sigmoid(out_gate) * tf.tanh(carry)
            steps.append(hidden)
        stacked = tf.stack(steps, 1) if self.return_sequences else tf.expand_dims(hidden, 1)
        return hidden, stacked, hidden, carry, tf.constant(1.0)


def has_loop(model: Any) -> bool:
    """Tell whether a recurrent layer would be traced as a loop."""
    return bool(_loops(model))


def fuse_lstm(model: Any, float_model: FloatModel) -> FloatModel:
    """Return the model with each LSTM as one op.

    Args:
        model: A Keras model for which `has_loop` is true.
        float_model: The same model as traced.

    Raises:
        ModelError: A layer is recurrent but no plain LSTM, or the model has several inputs
            or outputs, whose order this route does not keep.
    """
    for layer in _loops(model):
        _require_fusible(model, layer)
    if any(_makes_mask(layer) for layer in model.layers):
        raise ModelError(
            "an LSTM with a mask cannot be fused: the int8 LSTM op takes every step",
            hint="remove the Masking layer (or mask_zero) and train on full-length inputs",
        )
    if len(float_model.inputs) != 1 or len(float_model.output_names) != 1:
        raise ModelError(
            f"an LSTM in a model with {len(float_model.inputs)} inputs and "
            f"{len(float_model.output_names)} outputs cannot be fused",
            hint="build the LSTM with unroll=True",
        )
    spec = float_model.inputs[0]
    fused = keras.models.clone_model(
        model,
        input_tensors=keras.Input(batch_shape=spec.shape, dtype=spec.dtype, name="x"),
        clone_function=_clone,
    )
    fused.set_weights(model.get_weights())

    def quantize(samples: SampleSets) -> bytes:
        _require_same(fused, float_model, samples)
        return convert_int8(tf.lite.TFLiteConverter.from_keras_model(fused), samples)

    return replace(float_model, quantize=quantize)


def _loops(model: Any) -> list[Any]:
    layers = model._flatten_layers(include_self=False)  # noqa: SLF001 - no public recursive list
    return [layer for layer in layers if isinstance(layer, keras.layers.RNN) and not layer.unroll]


def _require_fusible(model: Any, layer: Any) -> None:
    kind = type(layer).__name__
    if type(layer) is not keras.layers.LSTM or layer not in model.layers:
        raise ModelError(
            f"layer '{layer.name}' ({kind}) is a loop, which TensorFlow's converter "
            "cannot quantize",
            hint=_unroll_hint(kind),
        )
    plain = (
        keras.activations.serialize(layer.activation) == "tanh"
        and keras.activations.serialize(layer.recurrent_activation) == "sigmoid"
        and layer.use_bias
        and not (layer.go_backwards or layer.stateful or layer.return_state)
    )
    if not plain:
        raise ModelError(
            f"layer '{layer.name}' (LSTM) has settings that the int8 LSTM op lacks",
            hint="use activation='tanh', recurrent_activation='sigmoid', use_bias=True and no "
            "go_backwards, stateful or return_state; or unroll=True",
        )


def _makes_mask(layer: Any) -> bool:
    return isinstance(layer, keras.layers.Masking) or bool(getattr(layer, "mask_zero", False))


def _unroll_hint(kind: str) -> str:
    if kind == "GRU":
        return (
            "train it with GRU(..., unroll=True, reset_after=False), or use a plain "
            "keras.layers.LSTM, which becomes one op"
        )
    return f"build it with {kind}(..., unroll=True) and the same weights"


def _clone(layer: Any) -> Any:
    kind = FusedLSTM if type(layer) is keras.layers.LSTM and not layer.unroll else type(layer)
    return kind.from_config(layer.get_config())


def _require_same(fused: Any, float_model: FloatModel, samples: SampleSets) -> None:
    """Check that fusing left the outputs alone."""
    traced = tf.function(lambda values: fused(values, training=False), autograph=False)
    for values in islice(samples(), _CHECKED_SAMPLES):
        wanted, got = float_model.run(values)[0], np.asarray(traced(values[0]))
        if not np.allclose(wanted, got, rtol=1e-3, atol=1e-4):
            raise ModelError(
                "fusing the LSTM changes the model's outputs",
                hint="build the LSTM with unroll=True and the same weights",
            )

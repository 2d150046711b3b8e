"""The four MLPerf Tiny networks, rebuilt in Keras with seeded weights: benchmarks offline.

The layers, shapes and multiply-accumulates are those of the reference models
(mlcommons/tiny, benchmark/training); the weights are random, so these
models say what inference costs, not how well it does. Imports Keras; only the worker may.
"""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import layers

from tinygen.quantize.benchmarks import BENCHMARKS
from tinygen.quantize.samples import Samples

_SAMPLES = 64
_SEED = 2021  # the year of MLPerf Tiny v0.5


def build(name: str) -> Any:
    """Return a benchmark's network with seeded weights.

    Args:
        name: A key of `BENCHMARKS`.
    """
    network = _BUILDERS[name]()
    rng = np.random.default_rng(_SEED)
    network.set_weights([_weights(rng, variable) for variable in network.weights])
    return network


def samples(name: str) -> Samples:
    """Return the same random samples every time."""
    shape = (_SAMPLES, *BENCHMARKS[name].input_shape)
    values = np.random.default_rng(_SEED + 1).normal(0, 1, shape).astype(np.float32)
    return Samples((values,), None, _SAMPLES, "random")


def _weights(rng: np.random.Generator, variable: Any) -> Any:
    """Return weights that keep activations at about unit variance from layer to layer.

    Kernels follow He et al. 2015 (arXiv:1502.01852): variance 2 / fan-in. Normalisation
    statistics spread as in trained networks, and differ from channel to channel.
    """
    shape = tuple(variable.shape)
    match variable.name:
        case "kernel":
            fan_in = _fan_in(variable.path, shape)
            values = rng.normal(0, np.sqrt(2 / fan_in), shape)
        case "gamma":
            values = rng.uniform(0.7, 1.3, shape)
        case "moving_variance":
            values = rng.uniform(0.6, 1.6, shape)
        case _:  # bias, beta, moving_mean
            values = rng.normal(0, 0.1, shape)
    return values.astype(np.float32)


def _fan_in(path: str, shape: tuple[int, ...]) -> int:
    """Return how many inputs one output sums up; a depthwise kernel is [h, w, channels, 1]."""
    size = int(np.prod(shape))
    return size // shape[-2] if "depthwise" in path else size // shape[-1]


def _conv(x: Any, filters: int, size: Any, strides: Any = 1) -> Any:
    x = layers.Conv2D(filters, size, strides=strides, padding="same")(x)
    return layers.BatchNormalization()(x)


def _separable(x: Any, filters: int, stride: int) -> Any:
    x = layers.DepthwiseConv2D(3, strides=stride, padding="same", use_bias=False)(x)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    return layers.ReLU()(_conv(x, filters, 1))


def _classes(x: Any, count: int) -> Any:
    return layers.Dense(count, activation="softmax")(layers.Flatten()(x))


def _keyword_spotting() -> Any:
    start = keras.Input((49, 10, 1))
    x = layers.ReLU()(_conv(start, 64, (10, 4), (2, 2)))
    for _ in range(4):
        x = _separable(x, 64, 1)
    return keras.Model(start, _classes(layers.AveragePooling2D((25, 5))(x), 12))


def _visual_wake_words() -> Any:
    start = keras.Input((96, 96, 3))
    x = layers.ReLU()(_conv(start, 8, 3, 2))
    steps = ((16, 1), (32, 2), (32, 1), (64, 2), (64, 1), (128, 2), *[(128, 1)] * 5)
    for filters, stride in (*steps, (256, 2), (256, 1)):
        x = _separable(x, filters, stride)
    return keras.Model(start, _classes(layers.AveragePooling2D((3, 3))(x), 2))


def _image_classification() -> Any:
    start = keras.Input((32, 32, 3))
    x = layers.ReLU()(_conv(start, 16, 3))
    for filters, stride in ((16, 1), (32, 2), (64, 2)):
        y = layers.ReLU()(_conv(x, filters, 3, stride))
        y = _conv(y, filters, 3)
        if stride != 1:
            x = layers.Conv2D(filters, 1, strides=stride, padding="same")(x)
        x = layers.ReLU()(layers.Add()([x, y]))
    return keras.Model(start, _classes(layers.AveragePooling2D(8)(x), 10))


def _anomaly_detection() -> Any:
    start = keras.Input((640,))
    x = start
    for units in (128, 128, 128, 128, 8, 128, 128, 128, 128):
        x = layers.ReLU()(layers.BatchNormalization()(layers.Dense(units)(x)))
    return keras.Model(start, layers.Dense(640)(x))


_BUILDERS: dict[str, Callable[[], Any]] = {
    "kws": _keyword_spotting,
    "vww": _visual_wake_words,
    "ic": _image_classification,
    "ad": _anomaly_detection,
}

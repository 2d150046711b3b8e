"""Write MobileNetV1-1.0 for 96x96 images, with seeded weights: a Keras model larger than 1 MB.

Source: Howard et al. 2017 (arXiv:1704.04861), table 1, for two classes. Imports Keras.
"""

import sys

import keras
import numpy as np
from keras import layers

from tinygen.quantize import mlperf_tiny

STEPS = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5)
SEED = 2017


def mobilenet():
    """Return the network."""
    start = keras.Input((96, 96, 3))
    x = layers.ReLU()(mlperf_tiny._conv(start, 32, 3, 2))
    for filters, stride in (*STEPS, (1024, 2), (1024, 1)):
        x = mlperf_tiny._separable(x, filters, stride)
    network = keras.Model(start, mlperf_tiny._classes(layers.AveragePooling2D(3)(x), 2))
    rng = np.random.default_rng(SEED)
    network.set_weights([mlperf_tiny._weights(rng, v) for v in network.weights])
    return network


if __name__ == "__main__":
    mobilenet().save(sys.argv[1])

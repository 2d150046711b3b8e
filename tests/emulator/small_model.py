"""A model with two convolutions: small enough for 16 KB, large enough for chunks."""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tests.tflite_builder import ModelBuilder


def _convolution(b, rng, x, *, shape, out_c, k):
    scales = rng.uniform(0.001, 0.02, out_c)
    w = b.tensor(
        [out_c, k, k, shape[3]], scale=scales, data=rng.integers(-127, 128, (out_c, k, k, shape[3]))
    )
    bias = b.tensor([out_c], "int32", scale=0.05 * scales, data=rng.integers(-3000, 3000, out_c))
    y = b.tensor([*shape[:3], out_c], scale=0.4, zero_point=int(rng.integers(-128, 128)))
    options = schema.Conv2DOptionsT()
    options.padding, options.strideH, options.strideW = 0, 1, 1
    options.dilationHFactor, options.dilationWFactor = 1, 1
    b.op("CONV_2D", [x, w, bias], [y], options, version=3)
    return y


def small_model(seed: int = 0) -> bytes:
    """Return a model of int8 [1, 14, 16, 3] to int8 [1, 14, 16, 4]: 672 bytes to 896."""
    rng = np.random.default_rng(seed)
    b = ModelBuilder()
    x = b.tensor([1, 14, 16, 3], scale=0.05, zero_point=3)
    y = _convolution(b, rng, x, shape=(1, 14, 16, 3), out_c=6, k=3)
    z = _convolution(b, rng, y, shape=(1, 14, 16, 6), out_c=4, k=1)
    return b.build([x], [z])

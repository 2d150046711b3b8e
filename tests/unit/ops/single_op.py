"""Build a model of one op that moves values: a data input, constant indices, one output."""

import numpy as np

from tests.tflite_builder import ModelBuilder


def single_op(
    name, shape, out, indices=(), options=None, *, dtype="int8", scales=(0.1, 0.1), zero_point=-3
):
    """Return the file's bytes; ``indices`` are int32 arrays (others keep their type)."""
    b = ModelBuilder()
    quantized = dtype in {"int8", "uint8"}
    x, y = (
        b.tensor(s, dtype, scale=scale if quantized else None, zero_point=zero_point)
        for s, scale in ((shape, scales[0]), (out, scales[1]))
    )
    constants = []
    for values in indices:
        array = values if isinstance(values, np.ndarray) else np.array(values, np.int32)
        constants.append(b.tensor(array.shape, array.dtype.name, data=array))
    b.op(name, [x, *constants], [y], options, version=1)
    return b.build([x], [y])

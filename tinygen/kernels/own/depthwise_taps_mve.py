"""Depthwise convolutions by any filter with the vector extension (mve/depthwise_taps_s8.h)."""

import numpy as np
from numpy.typing import NDArray

from tinygen.kernels.own.vector_product import Product
from tinygen.ops.contract import Call, Constant, Kernel, Struct
from tinygen.ops.convolution import Convolution
from tinygen.ops.overlap import raster_overlap

Int64 = NDArray[np.int64]

_CHANNELS = 8  # TG_MVE_TAPS_CHANNELS


def taps_kernel(conv: Convolution, of: Product) -> Kernel:
    """Return the kernel of any depthwise convolution, of several filters a channel, too.

    Args:
        conv: Geometry and tensors.
        of: Filters as ``[out_c, taps]``, with the input's zero point in the bias.
    """
    x, in_c, out_c = conv.operands.x, conv.groups, len(of.weights)
    sources = np.minimum(np.arange(out_c + -out_c % _CHANNELS), out_c - 1) // (out_c // in_c)
    is_plain = in_c == out_c and out_c % _CHANNELS == 0
    constants = [
        Constant("taps", _by_groups(of.weights.T.astype(np.int64)).astype(np.int8), "weights"),
        Constant("table", _table(of, x.zero_point), "table"),
    ]
    if not is_plain:
        constants.append(Constant("sources", sources.astype(np.int16), "table"))
    arguments = ["&params", "{in0}", "{taps}", "{table}", "NULL" if is_plain else "{sources}"]
    return Kernel(
        name="tg_mve_depthwise_taps_s8",
        calls=[Call("tg_mve_depthwise_taps_s8", [*arguments, "{out0}"])],
        sources=["kernels/mve/depthwise_taps_s8.c"],
        headers=["tinygen/mve/depthwise_taps_s8.h"],
        constants=constants,
        structs=[_params(conv, of)],
        overlap={0: raster_overlap(conv.window, in_c, out_c)} if x.shape[0] == 1 else {},
        why="eight channels at a time",
    )


def _by_groups(values: Int64) -> Int64:
    """Return ``[rows, groups * 8]`` from ``[rows, channels]``; zeros fill the last group.

    >>> _by_groups(np.ones((2, 9), np.int64)).shape
    (2, 16)
    """
    return np.pad(values, [(0, 0), (0, -values.shape[1] % _CHANNELS)])


def _table(of: Product, in_zero_point: int) -> NDArray[np.int32]:
    """Return ``[groups, 4, 8]``; sums start from biases without the input's zero point."""
    multiplier, shift = (values.astype(np.int64) for values in of.multipliers)
    bias = of.bias + in_zero_point * of.weights.astype(np.int64).sum(axis=1)
    rows = np.stack([bias, multiplier, np.maximum(shift, 0), np.minimum(shift, 0)])
    lanes = _by_groups(rows).reshape(len(rows), -1, _CHANNELS)
    halves = np.concatenate([lanes[:, :, ::2], lanes[:, :, 1::2]], axis=2)
    return halves.transpose(1, 0, 2).astype(np.int32)


def _params(conv: Convolution, of: Product) -> Struct:
    return Struct(
        "tg_mve_taps",
        "params",
        {
            **conv.window.fields(),
            "batches": conv.operands.x.shape[0],
            "channels": len(of.weights),
            **conv.steps,
            "in_offset": -conv.operands.x.zero_point,
            "out_zero_point": of.zero_point,
            "out_min": of.low,
            "out_max": of.high,
        },
    )

"""Lay out weights and tables for pairs of output channels (tinygen/dsp/matmul_s8.h)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tinygen.kernels.own.one_step import Scale
from tinygen.kernels.own.requantize import Int64
from tinygen.ops.fixed_point import wrap_int32

Int8 = NDArray[np.int8]
Int16 = NDArray[np.int16]
Int32 = NDArray[np.int32]

BLOCK = 4
_PACKED_ORDER = [0, 2, 1, 3]


def channel_pairs(out_c: int) -> NDArray[np.intp]:
    """Return ``[pairs, 2]`` channels.

    The last pair of an odd number is the last two; a single channel is its own pair.

    >>> channel_pairs(5).tolist()
    [[0, 1], [2, 3], [3, 4]]
    >>> channel_pairs(1).tolist()
    [[0, 0]]
    """
    first = np.minimum(np.arange(0, out_c, 2), max(out_c - 2, 0))
    return np.stack([first, np.minimum(first + 1, out_c - 1)], axis=1)


def padded(weights: Int8) -> Int8:
    """Pad the depth, the last axis, with zeros to whole blocks."""
    missing = -weights.shape[-1] % BLOCK
    return np.pad(weights, [(0, 0)] * (weights.ndim - 1) + [(0, missing)])


def wide_weights(weights: Int8) -> Int8:
    """Return ``[pairs, blocks, 2, 4]`` from ``[out_c, depth]``."""
    pairs = padded(weights)[channel_pairs(len(weights))]
    return pairs.reshape(len(pairs), 2, -1, BLOCK).transpose(0, 2, 1, 3)


def can_pack(weights: Int8) -> bool:
    """Return whether ``256 * b + a`` fits int16 for all pairs (it does without -128)."""
    a, b = np.moveaxis(padded(weights)[channel_pairs(len(weights))], 1, 0)
    return not bool(((b == -128) & (a < 0)).any())


def packed_weights(weights: Int8) -> Int16:
    """Return ``[pairs, blocks, 4]`` of ``256 * b + a`` from ``[out_c, depth]``."""
    a, b = np.moveaxis(padded(weights)[channel_pairs(len(weights))].astype(np.int16), 1, 0)
    blocks: Int16 = (256 * b + a).reshape(len(a), -1, BLOCK)
    return blocks[..., _PACKED_ORDER]


def pair_table(bias: Int64, scales: Int32, *, is_packed: bool) -> Int32:
    """Return ``[pairs, 6]``: two biases, then two words of scale for each channel.

    Args:
        bias: ``[out_c]``.
        scales: ``[out_c, 2]``.
        is_packed: The second bias is of ``256 * b + a``.
    """
    pairs = channel_pairs(len(bias))
    biases = wrap_int32(bias[pairs])
    if is_packed:
        biases[:, 1] = wrap_int32(256 * biases[:, 1] + biases[:, 0])
    return np.concatenate([biases, scales[pairs].reshape(-1, 4)], axis=1).astype(np.int32)


def one_step_table(bias: Int64, lower: Sequence[Scale], upper: Sequence[Scale]) -> Int32:
    """Return ``[pairs, 6]`` for packed weights: two biases, then multiplier and rounding of each.

    Args:
        bias: ``[out_c]``.
        lower: Of the first channel of each pair.
        upper: Of the second.
    """
    pairs = channel_pairs(len(bias))
    a = bias[pairs[:, 0]] + [scale.extra for scale in lower]
    b = bias[pairs[:, 1]] + [scale.extra for scale in upper]
    words = [[(scale.multiplier, scale.rounding) for scale in half] for half in (lower, upper)]
    biases = wrap_int32(np.stack([a, 256 * b + a], axis=1))
    return np.concatenate([biases, *np.array(words, np.int64)], axis=1).astype(np.int32)

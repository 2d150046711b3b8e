"""FULLY_CONNECTED for cores with DSP instructions: four output channels at a time."""

from dataclasses import replace

import numpy as np

from tinygen.graph import Graph, Op
from tinygen.kernels.own import requantize
from tinygen.kernels.own.clamp import clamp_call
from tinygen.kernels.own.conv_2d import convolution_kernel
from tinygen.kernels.own.pairs import BLOCK, Int8, Int16, Int32, can_pack, packed_weights, padded
from tinygen.kernels.own.requantize import Channels
from tinygen.ops.activation import activation_range
from tinygen.ops.contract import Call, Constant, Kernel, Struct, Target
from tinygen.ops.convolution import Convolution
from tinygen.ops.fixed_point import wrap_int32
from tinygen.ops.fully_connected import has_channels, multipliers
from tinygen.ops.per_channel import Multipliers, Operands, read_operands
from tinygen.ops.window import Window

_GROUP = 4  # output channels
# Bytes above which the input is expanded as it is read: a seventh more instructions.
_SCRATCH_LIMITS = {"speed": 2496, "balanced": 512, "size": 512, "ram": 0}
_SCALE_BYTES = 8
_WHY = {
    "packed": "two channels a weight; the input is expanded once",
    "direct": "two channels a weight; the input is expanded as it is read, to save scratch",
    "wide": "one channel a weight: some sums need more than 24 bits",
}


def emit(graph: Graph, op: Op, target: Target) -> Kernel | None:
    """Return the kernel; None without DSP and for computed weights."""
    operands = read_operands(graph, op)
    weights = operands.weights.data
    if not target.core.dsp or weights is None or operands.weights.zero_point != 0:
        return None
    scaling = multipliers(op, operands)
    if operands.x.size > weights.shape[1]:
        return _rows_kernel(op, operands, scaling, target)
    is_per_channel = has_channels(operands.weights)
    channels = requantize.channels(operands, weights, scaling, may_fix=is_per_channel)
    scales = requantize.scale_words(channels)
    if scales is None:
        return None
    form = _form(padded_rows(weights), channels, target)
    kernel = _kernel(operands, form, channels, scales if is_per_channel else scales[:1])
    low, high = activation_range(op, op.options.activation, operands.y)
    return clamp_call(kernel, operands.y, low, high)


def _rows_kernel(op: Op, operands: Operands, scaling: Multipliers, target: Target) -> Kernel | None:
    """Return the kernel for several rows: a 1x1 convolution of an image one pixel high."""
    weights = operands.weights.data
    assert weights is not None
    out_c, depth = weights.shape
    rows = operands.x.size // depth
    image = replace(
        operands,
        x=replace(operands.x, shape=(1, 1, rows, depth)),
        y=replace(operands.y, shape=(1, 1, rows, out_c)),
    )
    point = (1, 1)
    window = Window((1, rows), point, (1, rows), point, point, (0, 0))
    conv = Convolution(image, window, 1, op.options.activation)
    filters = weights.reshape(out_c, 1, 1, depth)
    multiplier, shift = (np.broadcast_to(values, (out_c,)) for values in scaling)
    return convolution_kernel(op, conv, filters, target, (multiplier, shift))


def padded_rows(weights: Int8) -> Int8:
    """Pad the output channels with zeros to whole groups.

    >>> padded_rows(np.ones((5, 2), np.int8)).shape
    (8, 2)
    """
    return np.pad(weights, ((0, -len(weights) % _GROUP), (0, 0)))


def _form(weights: Int8, channels: Channels, target: Target) -> str:
    upper = np.arange(1, len(channels.bias), 2)
    if not (can_pack(weights) and channels.fit_packed(upper)):
        return "wide"
    depth = weights.shape[1]
    saves = 2 * depth > _SCRATCH_LIMITS[target.optimize] and depth % BLOCK == 0
    return "direct" if saves else "packed"


def _kernel(operands: Operands, form: str, channels: Channels, scales: Int32) -> Kernel:
    out_c, depth = operands.weights.shape
    weights = operands.weights.data
    assert weights is not None
    is_per_channel = len(scales) > 1
    is_expanded = form != "direct"
    arguments = ["&params", f"tg_product_{form}_s8", "{in0}", "{packed}", "{bias}", "{scale}"]
    arguments += ["{scratch}" if is_expanded else "NULL", "{out0}"]
    if is_per_channel:
        scales = np.pad(scales, ((0, -out_c % _GROUP), (0, 0)))
    return Kernel(
        name=f"tg_fully_connected_dsp_s8/{form}",
        calls=[Call("tg_fully_connected_dsp_s8", arguments)],
        sources=["kernels/dsp/fully_connected_s8.c", "kernels/dsp/product_s8.c"],
        headers=["tinygen/dsp/fully_connected_s8.h"],
        constants=[
            Constant("packed", _weights(padded_rows(weights), form), "weights"),
            Constant("bias", _biases(channels, form), "weights"),
            Constant("scale", scales, "table"),
        ],
        structs=[
            Struct(
                "tg_fully_connected_args",
                "params",
                {
                    "depth": depth,
                    "out_c": out_c,
                    "scale_step": _SCALE_BYTES if is_per_channel else 0,
                },
            )
        ],
        overlap={0: 0} if is_expanded else {},
        scratch_bytes=2 * padded(weights).shape[1] if is_expanded else 0,
        why=_WHY[form],
    )


def _weights(weights: Int8, form: str) -> Int8 | Int16:
    """Return ``[groups, blocks, 16 bytes]``."""
    groups = len(weights) // _GROUP
    if form == "wide":
        return padded(weights).reshape(groups, _GROUP, -1, BLOCK).transpose(0, 2, 1, 3)
    return packed_weights(weights).reshape(groups, 2, -1, BLOCK).transpose(0, 2, 1, 3)


def _biases(channels: Channels, form: str) -> Int32:
    bias = np.pad(channels.bias, (0, -len(channels.bias) % _GROUP))
    if form != "wide":
        bias[1::2] = wrap_int32(256 * bias[1::2] + bias[::2])
    return bias.astype(np.int32)


KERNELS = {"FULLY_CONNECTED": emit}

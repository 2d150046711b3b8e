"""DEPTHWISE_CONV_2D by CMSIS-NN: the function its wrapper would choose."""

from dataclasses import replace

import numpy as np

from tinygen.core import Core
from tinygen.graph import Graph, Op
from tinygen.kernels.cmsis_nn.blocks import aligned
from tinygen.kernels.cmsis_nn.conv_call import Choice, conv_kernel
from tinygen.kernels.cmsis_nn.limits import always_meets_rows, conv_is_exact, is_padded_by_one
from tinygen.ops.contract import Constant, Kernel, Target
from tinygen.ops.convolution import Convolution
from tinygen.ops.depthwise_conv_2d import read_convolution

_BLOCK = 124  # CH_IN_BLOCK_MVE: channels that the MVE function computes together
_PIXELS = 4  # and pixels


def emit(graph: Graph, op: Op, target: Target) -> Kernel | None:
    """Return the kernel; None where CMSIS-NN's types are too small."""
    conv = read_convolution(graph, op)
    if not conv_is_exact(op, conv, channels_axis=3):
        return None
    choice = choose(conv, target.core)
    if choice.function == "arm_depthwise_conv_s8_opt" and conv.operands.bias is None:
        return _with_zero_bias(op, conv, choice)
    return conv_kernel(op, conv, choice)


def choose(conv: Convolution, core: Core) -> Choice:
    """Return the function for a core, with the scratch that its buffer size function gives."""
    window, weights, x = conv.window, conv.operands.weights, conv.operands.x
    channels = conv.operands.y.shape[3]
    if x.shape[0] != 1 or window.dilation != (1, 1) or x.shape[3] != channels:
        return Choice("arm_depthwise_conv_s8", "any shape")
    if not core.mve and window.filter_hw == (3, 3) and is_padded_by_one(window):
        return Choice("arm_depthwise_conv_3x3_s8", "3x3")
    if not core.dsp:
        return Choice("arm_depthwise_conv_s8", "no DSP instructions")
    if not core.mve and not always_meets_rows(window):  # it would clear more than its buffer
        return Choice("arm_depthwise_conv_s8", "windows in padding")
    taps = weights.size // channels
    return Choice(
        "arm_depthwise_conv_s8_opt",
        "copies patches, then multiplies",
        aligned(4 * _BLOCK * taps if core.mve else 2 * channels * taps),
        pixels=(_PIXELS if channels <= _BLOCK else 0) if core.mve else 1,
    )


def _with_zero_bias(op: Op, conv: Convolution, choice: Choice) -> Kernel:
    """Return the kernel with a bias of zeros.

    The MVE function steps to a block's bias before it looks whether there is one.
    """
    operands = conv.operands
    arguments = (*operands.arguments[:2], "{bias}")
    kernel = conv_kernel(op, replace(conv, operands=replace(operands, arguments=arguments)), choice)
    zeros = Constant("bias", np.zeros(operands.y.shape[3], np.int32), "weights")
    return replace(kernel, constants=[*kernel.constants, zeros])


KERNELS = {"DEPTHWISE_CONV_2D": emit}

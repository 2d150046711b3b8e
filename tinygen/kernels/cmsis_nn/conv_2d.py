"""CONV_2D by CMSIS-NN: the function its wrapper would choose, chosen at build time."""

from tinygen.core import Core
from tinygen.graph import Graph, Op
from tinygen.kernels.cmsis_nn.blocks import aligned
from tinygen.kernels.cmsis_nn.conv_call import Choice, conv_kernel
from tinygen.kernels.cmsis_nn.limits import conv_is_exact, never_leaves
from tinygen.kernels.cmsis_nn.matmul import Product, matmul
from tinygen.ops.activation import activation_range
from tinygen.ops.contract import Kernel, Target
from tinygen.ops.conv_2d import read_convolution
from tinygen.ops.convolution import Convolution
from tinygen.ops.per_channel import fixed_multipliers, operand_multipliers

_POINT = (1, 1)


def emit(graph: Graph, op: Op, target: Target) -> Kernel | None:
    """Return the kernel; None for groups, and where CMSIS-NN's types are too small.

    To save RAM, 1x1 convolutions copy patches too: then each output can be written over
    the input that it came from, as the product of matrices allows with MVE only.
    """
    conv, core = read_convolution(graph, op), target.core
    if conv.groups != 1 or not conv_is_exact(op, conv):
        return None
    window = conv.window
    if window.filter_hw == _POINT and never_leaves(window):
        if window.stride != _POINT:
            row = window.out_hw[1]
            return conv_kernel(op, conv, Choice("arm_convolve_1x1_s8", "1x1, strided", pixels=row))
        if core.mve or target.optimize != "ram":
            return matmul(_product(op, conv), core, "1x1: a product of matrices")
    if core.mve and is_row(conv):
        return conv_kernel(op, conv, Choice("arm_convolve_1_x_n_s8", "one row", pixels=0))
    choice = Choice(
        "arm_convolve_s8",
        "copies patches, then multiplies",
        im2col_bytes(conv, core),
        pixels=4 if core.mve else 2,
    )
    return conv_kernel(op, conv, choice)


def _product(op: Op, conv: Convolution) -> Product:
    operands = conv.operands
    return Product(
        operands,
        rows=operands.y.size // operands.y.shape[3],
        depth=operands.x.shape[3],
        limits=activation_range(op, conv.activation, operands.y),
        scaling=fixed_multipliers(op, operand_multipliers(operands)),
    )


def is_row(conv: Convolution) -> bool:
    """Return whether ``arm_convolve_1_x_n_s8`` computes this in MVE.

    The conditions are the wrapper's, and what the function takes for granted or checks
    itself: no padding of rows, as much of columns as SAME adds, and no window that
    reaches over both ends of the row.
    """
    window = conv.window
    stride, pad, out = window.stride[1], window.pad[1], window.out_hw[1]
    rows = (window.in_hw[0], window.filter_hw[0], window.out_hw[0], window.dilation[1])
    if rows != (1, 1, 1, 1) or window.pad[0] or stride * conv.operands.x.shape[3] % 4:
        return False
    right = (out - 1) * stride + window.filter_hw[1] - window.in_hw[1] - pad
    return right in {pad, pad + 1} and -(-pad // stride) - (-right // stride) <= out


def im2col_bytes(conv: Convolution, core: Core) -> int:
    """Return what ``arm_convolve_s8_get_buffer_size`` does, for each kind of core."""
    weights = conv.operands.weights
    columns = weights.size // weights.shape[0]
    if core.mve:  # four patches of bytes
        return aligned(4 * 8 * -(-columns // 8))
    return aligned(2 * 2 * 4 * -(-columns // 4))  # two patches of 16-bit words


KERNELS = {"CONV_2D": emit}

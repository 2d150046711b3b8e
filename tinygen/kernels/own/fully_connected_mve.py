"""FULLY_CONNECTED with the vector extension: a 1x1 convolution of its rows."""

from tinygen.graph import Graph, Op
from tinygen.kernels.own.conv_2d_mve import pointwise_kernel
from tinygen.kernels.own.vector_product import product
from tinygen.ops.activation import activation_range
from tinygen.ops.contract import Kernel, Target
from tinygen.ops.fully_connected import multipliers
from tinygen.ops.overlap import raster_overlap
from tinygen.ops.per_channel import read_operands
from tinygen.ops.window import Window


def emit(graph: Graph, op: Op, _target: Target) -> Kernel | None:
    """Return the kernel; None where weights or bias are computed, or have a zero point."""
    operands = read_operands(graph, op)
    weights, bias = operands.weights, operands.bias
    if weights.data is None or weights.zero_point != 0:
        return None
    if bias is not None and bias.data is None:
        return None
    of = product(
        operands,
        weights.data,
        multipliers(op, operands),
        activation_range(op, op.options.activation, operands.y),
    )
    out_c, depth = weights.shape
    rows = operands.x.size // depth
    window = Window((rows, 1), (1, 1), (rows, 1), (1, 1), (1, 1), (0, 0))
    return pointwise_kernel(of, rows, {0: raster_overlap(window, depth, out_c, group=2)})


KERNELS_MVE = {"FULLY_CONNECTED": emit}

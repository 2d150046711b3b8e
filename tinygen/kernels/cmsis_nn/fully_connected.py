"""FULLY_CONNECTED by CMSIS-NN: a vector times a matrix, or a product of matrices."""

import numpy as np

from tinygen.graph import Graph, Op, Tensor
from tinygen.kernels.cmsis_nn.blocks import HEADER
from tinygen.kernels.cmsis_nn.limits import sums_fit
from tinygen.kernels.cmsis_nn.matmul import Product, matmul
from tinygen.ops.activation import activation_range
from tinygen.ops.contract import Array, Call, Constant, Kernel, Target
from tinygen.ops.fixed_point import wrap_int32
from tinygen.ops.fully_connected import has_channels, multipliers
from tinygen.ops.per_channel import Multipliers, Operands, read_operands


def emit(graph: Graph, op: Op, target: Target) -> Kernel | None:
    """Return the kernel; None for weights that are computed or have a zero point."""
    operands = read_operands(graph, op)
    weights, scaling = operands.weights, multipliers(op, operands)
    if weights.data is None or weights.zero_point or not sums_fit(operands, scaling[1]):
        return None
    out_c, depth = weights.shape
    rows = operands.x.size // depth
    limits = activation_range(op, op.options.activation, operands.y)
    shares = target.optimize in {"balanced", "size"} and _has_larger_product(graph, weights)
    if rows == 1 and not has_channels(weights) and not shares:
        return _vector(operands, scaling, limits, has_sums=target.core.mve)
    per_channel = tuple(np.resize(values, out_c) for values in scaling)
    product = Product(operands, rows, depth, limits, (per_channel[0], per_channel[1]))
    why = "a multiplier a channel" if has_channels(weights) else "rows share the weights"
    return matmul(product, target.core, "the function is there already" if shares else why)


def _has_larger_product(graph: Graph, weights: Tensor) -> bool:
    """Return whether a 1x1 convolution brings the product of matrices anyway.

    The product of a vector is twice as fast for one row, but is 1.8 KB of code.
    """
    filters = [graph.tensors[op.inputs[1]] for op in graph.ops if op.name == "CONV_2D"]
    return any(w.shape[1:3] == (1, 1) and w.size > weights.size for w in filters)


def _vector(
    operands: Operands, scaling: Multipliers, limits: tuple[int, int], *, has_sums: bool
) -> Kernel:
    """Return the product of one row.

    The MVE function wants each channel's sum of weights, to add the input's offset times
    it; they are added to the bias here, and the offset that the function sees is 0.
    """
    x, weights, bias = operands.arguments
    out_c, depth = operands.weights.shape
    offset = -operands.x.zero_point
    constants = []
    if has_sums:
        constants = [Constant("bias", bias_and_offset(operands), "weights")]
        offset, bias = 0, "{bias}"
    numbers = [offset, operands.y.zero_point, scaling[0][0], scaling[1][0], depth, out_c, *limits]
    function = "arm_nn_vec_mat_mult_t_s8"
    sums = bias if has_sums else "NULL"
    arguments = [x, weights, sums, bias, "{out0}", *(str(int(n)) for n in numbers), "1"]
    return Kernel(
        name=function,
        calls=[Call(function, arguments, status="cmsis-nn")],
        sources=[f"cmsis-nn/NNSupportFunctions/{function}.c"],
        headers=[HEADER, "arm_nnsupportfunctions.h"],
        constants=constants,
        why="one row, one multiplier" + (", the input's offset in the bias" if has_sums else ""),
    )


def bias_and_offset(operands: Operands) -> Array:
    """Return the bias plus what the input's offset adds to each channel's sum."""
    weights, bias = operands.weights.data, operands.bias
    assert weights is not None
    total = -operands.x.zero_point * weights.astype(np.int64).sum(axis=1)
    if bias is not None:
        assert bias.data is not None
        total = total + bias.data.ravel()
    return wrap_int32(total).astype(np.int32)


KERNELS = {"FULLY_CONNECTED": emit}

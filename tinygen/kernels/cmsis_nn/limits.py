"""Where CMSIS-NN's arithmetic is TFLM's: sizes and sums that its types can hold."""

import numpy as np

from tinygen.graph import Op
from tinygen.ops.contract import Array
from tinygen.ops.convolution import Convolution
from tinygen.ops.per_channel import Operands, fixed_multipliers, operand_multipliers
from tinygen.ops.window import Window, dilated

# Sizes are uint16_t and positions int16_t here and there; counts of MACs uint16_t.
_LARGEST_SIZE = (1 << 15) - 1
_LARGEST_SUM = (1 << 31) - 256  # room for the output's offset


def conv_is_exact(op: Op, conv: Convolution, channels_axis: int = 0) -> bool:
    """Return whether sizes and sums of a convolution fit CMSIS-NN's types."""
    multipliers = fixed_multipliers(op, operand_multipliers(conv.operands))
    return sizes_fit(conv) and sums_fit(conv.operands, multipliers[1], channels_axis)


def sizes_fit(conv: Convolution) -> bool:
    """Return whether every size and position fits."""
    window, operands = conv.window, conv.operands
    reach = [
        size + dilated(rows, step) + stride
        for size, rows, step, stride in zip(
            window.in_hw, window.filter_hw, window.dilation, window.stride, strict=True
        )
    ]
    macs = operands.weights.size // min(operands.weights.shape[0], operands.y.shape[3])
    sizes = (*operands.x.shape, *operands.weights.shape, *operands.y.shape, *reach)
    return max(*sizes, macs) <= _LARGEST_SIZE


def sums_fit(operands: Operands, shift: Array, channels_axis: int = 0) -> bool:
    """Return whether no sum can overflow int32 when it is shifted left.

    TFLM's sums wrap there; in C the overflow is undefined, and the compiler may use it.
    Only multipliers of 1 and more shift left: real models have none.
    """
    weights = operands.weights.data
    assert weights is not None
    axes = tuple(n for n in range(weights.ndim) if n != channels_axis)
    largest = 255 * np.abs(weights.astype(np.int64)).sum(axis=axes)
    if operands.bias is not None:
        assert operands.bias.data is not None
        largest = largest + np.abs(operands.bias.data.ravel().astype(np.int64))
    power = np.asarray(shift, dtype=np.int64)
    shifted = largest << np.maximum(power, 0)
    return bool(np.all((power < 0) | (shifted < _LARGEST_SUM)))


def never_leaves(window: Window) -> bool:
    """Return whether no window reaches into padding."""
    ends = [
        (out - 1) * stride + dilated(rows, step)
        for out, stride, rows, step in zip(
            window.out_hw, window.stride, window.filter_hw, window.dilation, strict=True
        )
    ]
    return window.pad == (0, 0) and ends[0] <= window.in_hw[0] and ends[1] <= window.in_hw[1]


def always_meets_rows(window: Window) -> bool:
    """Return whether every window of an undilated filter meets, or borders on, an input row."""
    last = (window.out_hw[0] - 1) * window.stride[0] - window.pad[0]
    return window.pad[0] <= window.filter_hw[0] and last <= window.in_hw[0]


def is_padded_by_one(window: Window) -> bool:
    """Return whether the middle column of every window, three wide, is in the image."""
    last = (window.out_hw[1] - 1) * window.stride[1] - window.pad[1]
    return max(window.pad) <= 1 and last + 1 < window.in_hw[1]

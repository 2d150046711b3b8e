"""What CONV_2D, DEPTHWISE_CONV_2D and TRANSPOSE_CONV share beyond the window."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tinygen.graph import Graph, Op
from tinygen.ops.activation import activation_range, output_fields
from tinygen.ops.checks import require_shape
from tinygen.ops.contract import Array, Call, Kernel, Struct
from tinygen.ops.overlap import raster_overlap
from tinygen.ops.per_channel import (
    Operands,
    add_bias,
    fixed_multipliers,
    operand_multipliers,
    read_operands,
    requantize_to,
    tables,
)
from tinygen.ops.window import Pair, Window, sliding_window


@dataclass(frozen=True, slots=True)
class ConvOptions:
    """Strides and dilations as (rows, columns); enums as the schema numbers them.

    ``around`` is what a folded PAD adds: rows (above, below), columns (left, right).
    ``in_step`` and ``out_step`` are bytes from one pixel to the next where the op is a part
    of a larger one, cut along its channels; 0 where pixels lie side by side.
    """

    padding: int
    stride: Pair
    dilation: Pair
    activation: int
    around: tuple[Pair, Pair] = field(default=((0, 0), (0, 0)), kw_only=True)
    in_step: int = field(default=0, kw_only=True)
    out_step: int = field(default=0, kw_only=True)


@dataclass(frozen=True, slots=True, eq=False)
class Convolution:
    """One convolution, checked.

    Attributes:
        operands: Its tensors.
        window: How it slides; a transposed convolution's slides over the output.
        groups: Parts into which channels are split: 1, or the input's channels.
        activation: The schema's ActivationFunctionType.
        in_step: Bytes from one input pixel to the next; 0: its channels.
        out_step: The same of the output.
    """

    operands: Operands
    window: Window
    groups: int
    activation: int
    in_step: int = 0
    out_step: int = 0

    @property
    def steps(self) -> dict[str, int]:
        """Return the fields ``in_step`` and ``out_step`` of a kernel's parameters."""
        return {
            "in_step": self.in_step or self.operands.x.shape[3],
            "out_step": self.out_step or self.operands.y.shape[3],
        }


def read_options(table: Any) -> ConvOptions | None:
    """Read ``Conv2DOptions`` or ``DepthwiseConv2DOptions``."""
    if table is None:
        return None
    return ConvOptions(
        padding=table.Padding(),
        stride=(table.StrideH(), table.StrideW()),
        dilation=(table.DilationHFactor(), table.DilationWFactor()),
        activation=table.FusedActivationFunction(),
    )


def read_convolution(graph: Graph, op: Op, groups: int) -> Convolution:
    """Return a CONV_2D or DEPTHWISE_CONV_2D whose operands have four dimensions each."""
    operands, options = read_operands(graph, op), op.options
    _, height, width, _ = operands.x.shape
    _, filter_h, filter_w, _ = operands.weights.shape
    window = sliding_window(
        op,
        (height, width),
        (filter_h, filter_w),
        padding=options.padding,
        stride=options.stride,
        dilation=options.dilation,
        around=options.around,
    )
    return Convolution(
        operands, window, groups, options.activation, options.in_step, options.out_step
    )


def require_output(op: Op, conv: Convolution, shape: Sequence[int]) -> None:
    """Check the output's shape, and that activation and multipliers are in range."""
    require_shape(op, conv.operands.y, shape, "output")
    activation_range(op, conv.activation, conv.operands.y)
    fixed_multipliers(op, operand_multipliers(conv.operands))


def params(op: Op, conv: Convolution) -> Struct:
    """Return the ``tg_conv_params``."""
    operands = conv.operands
    return Struct(
        "tg_conv_params",
        "params",
        {
            **conv.window.fields(),
            "batches": operands.x.shape[0],
            "in_c": operands.x.shape[3],
            "out_c": operands.y.shape[3],
            **conv.steps,
            "groups": conv.groups,
            "in_offset": -operands.x.zero_point,
            **output_fields(op, conv.activation, operands.y),
        },
    )


def output(op: Op, conv: Convolution, acc: Array, bias: Array | None) -> list[Array]:
    """Return the op's outputs for its sums ``[batch, out_h, out_w, out_c]``."""
    multipliers = fixed_multipliers(op, operand_multipliers(conv.operands))
    total = add_bias(acc, bias)
    return [requantize_to(op, conv.operands.y, conv.activation, total, multipliers)]


def kernel(op: Op, conv: Convolution, name: str) -> Kernel:
    """Return the portable kernel ``tg_<name>``, in the file of that name."""
    arguments = ["&params", *conv.operands.arguments, "{multiplier}", "{shift}", "{out0}"]
    return Kernel(
        name=f"tg_{name}",
        calls=[Call(f"tg_{name}", arguments)],
        sources=[f"kernels/{name}.c"],
        headers=[f"tinygen/kernels/{name}.h"],
        constants=tables(fixed_multipliers(op, operand_multipliers(conv.operands))),
        structs=[params(op, conv)],
    )


def pixel_overlap(conv: Convolution) -> dict[int, int]:
    """Return ``Kernel.overlap`` of a kernel that computes one output pixel after the other."""
    x, y = conv.operands.x, conv.operands.y
    if x.shape[0] != 1 or conv.in_step or conv.out_step:
        return {}
    return {0: raster_overlap(conv.window, x.shape[3], y.shape[3])}

"""What CONV_2D, DEPTHWISE_CONV_2D and TRANSPOSE_CONV share beyond the window."""

from dataclasses import dataclass
from typing import Any

from tinygen.graph import Op
from tinygen.ops.activation import activation_range, output_fields
from tinygen.ops.checks import require_shape
from tinygen.ops.contract import Call, Kernel, Struct
from tinygen.ops.per_channel import Multipliers, Operands, tables
from tinygen.ops.window import Pair, Window


@dataclass(frozen=True, slots=True)
class ConvOptions:
    """Strides and dilations as (rows, columns); enums as the schema numbers them."""

    padding: int
    stride: Pair
    dilation: Pair
    activation: int


@dataclass(frozen=True, slots=True, eq=False)
class Convolution:
    """One convolution, checked.

    Attributes:
        operands: Its tensors.
        window: How it slides; a transposed convolution's slides over the output.
        groups: Parts into which channels are split: 1, or the input's channels.
        activation: The schema's ActivationFunctionType.
    """

    operands: Operands
    window: Window
    groups: int
    activation: int


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


def require_output(op: Op, conv: Convolution, out_c: int) -> None:
    """Check the output's shape, and that its activation has a range."""
    y = conv.operands.y
    require_shape(op, y, (conv.operands.x.shape[0], *conv.window.out_hw, out_c), "output")
    activation_range(op, conv.activation, y)


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
            "groups": conv.groups,
            "in_offset": -operands.x.zero_point,
            **output_fields(op, conv.activation, operands.y),
        },
    )


def kernel(op: Op, conv: Convolution, multipliers: Multipliers, name: str) -> Kernel:
    """Return the portable kernel ``tg_<name>``, in the file of that name."""
    arguments = ["&params", *conv.operands.arguments, "{multiplier}", "{shift}", "{out0}"]
    return Kernel(
        name=f"tg_{name}",
        calls=[Call(f"tg_{name}", arguments)],
        sources=[f"kernels/{name}.c"],
        headers=[f"tinygen/kernels/{name}.h"],
        constants=tables(multipliers),
        structs=[params(op, conv)],
    )

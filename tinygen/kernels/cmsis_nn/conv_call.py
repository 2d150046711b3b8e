"""The call that CMSIS-NN's convolutions, of either kind, are made by."""

from dataclasses import dataclass

from tinygen.graph import Op
from tinygen.kernels.cmsis_nn.blocks import (
    CHANNEL_QUANT,
    HEADER,
    channel_tables,
    context,
    conv_dims,
    conv_fields,
)
from tinygen.ops.contract import Call, Kernel, Struct
from tinygen.ops.convolution import Convolution
from tinygen.ops.overlap import raster_overlap


@dataclass(frozen=True, slots=True)
class Choice:
    """One of CMSIS-NN's functions.

    Attributes:
        function: Its name.
        why: It was chosen, for the report.
        scratch_bytes: What it needs.
        pixels: It reads all inputs of so many output pixels, or of one, before it writes
            any of them; 0 where it reads the whole image again and again.
    """

    function: str
    why: str
    scratch_bytes: int = 0
    pixels: int = 1


def conv_kernel(op: Op, conv: Convolution, choice: Choice) -> Kernel:
    """Return the kernel for ``conv`` by the function chosen."""
    x, weights, bias = conv.operands.arguments
    blocks = ["&ctx", "&params", "&quant"]
    tensors = ["&in_dims", x, "&filter_dims", weights, "NULL", bias, "&out_dims", "{out0}"]
    return Kernel(
        name=choice.function,
        calls=[Call(choice.function, [*blocks, *tensors], status="cmsis-nn")],
        sources=[f"cmsis-nn/ConvolutionFunctions/{choice.function}.c"],
        headers=[HEADER],
        constants=channel_tables(op, conv),
        structs=[
            context(choice.scratch_bytes),
            _params(op, conv),
            CHANNEL_QUANT,
            *conv_dims(conv),
        ],
        scratch_bytes=choice.scratch_bytes,
        overlap=_overlap(conv, choice.pixels),
        why=choice.why,
    )


def _params(op: Op, conv: Convolution) -> Struct:
    fields = conv_fields(op, conv)
    if op.name == "CONV_2D":
        return Struct("cmsis_nn_conv_params", "params", fields)
    depth_multiplier = conv.operands.y.shape[3] // conv.operands.x.shape[3]
    return Struct("cmsis_nn_dw_conv_params", "params", {**fields, "ch_mult": depth_multiplier})


def _overlap(conv: Convolution, pixels: int) -> dict[int, int]:
    """Return ``Kernel.overlap``; the functions start again with each image of a batch."""
    x, y = conv.operands.x, conv.operands.y
    if x.shape[0] != 1 or not pixels:
        return {}
    return {0: raster_overlap(conv.window, x.shape[3], y.shape[3], group=pixels)}

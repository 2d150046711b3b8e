"""TRANSPOSE_CONV by CMSIS-NN: products of all pixels first, then their sums."""

from math import prod

from tinygen.graph import Graph, Op
from tinygen.kernels.cmsis_nn.blocks import (
    CHANNEL_QUANT,
    HEADER,
    aligned,
    channel_tables,
    conv_dims,
    conv_fields,
    tile,
)
from tinygen.kernels.cmsis_nn.limits import conv_is_exact
from tinygen.ops.contract import Call, Kernel, Struct, Target
from tinygen.ops.convolution import Convolution
from tinygen.ops.transpose_conv import read_convolution

_FUNCTION = "arm_transpose_conv_s8"


def emit(graph: Graph, op: Op, target: Target) -> Kernel | None:
    """Return the kernel for speed only: it keeps every product in RAM, four bytes each.

    8x8x32 to 16x16x16 needs 53,248 bytes to run in a third of the reference's
    instructions. None also where CMSIS-NN's types are too small.
    """
    conv = read_convolution(graph, op)
    if target.optimize != "speed" or not conv_is_exact(op, conv):
        return None
    products, sums = buffer_bytes(conv)
    x, weights, bias = conv.operands.arguments
    blocks = ["&products", "&sums", "&params", "&quant"]
    tensors = ["&in_dims", x, "&filter_dims", weights, "NULL", bias, "&out_dims", "{out0}"]
    params = {**conv_fields(op, conv), **tile("padding_offsets", _pad_after(conv))}
    return Kernel(
        name=_FUNCTION,
        calls=[Call(_FUNCTION, [*blocks, *tensors], status="cmsis-nn")],
        sources=[f"cmsis-nn/ConvolutionFunctions/{_FUNCTION}.c"],
        headers=[HEADER],
        constants=channel_tables(op, conv),
        structs=[
            _buffer("products", "{scratch}", products),
            _buffer("sums", f"(int8_t *){{scratch}} + {products}", sums),
            Struct("cmsis_nn_transpose_conv_params", "params", params),
            CHANNEL_QUANT,
            *conv_dims(conv),
        ],
        scratch_bytes=products + sums,
        why="products of all pixels, then their sums",
    )


def buffer_bytes(conv: Convolution) -> tuple[int, int]:
    """Return what products and sums take: ``arm_transpose_conv_s8_get_buffer_size``, int32."""
    operands, (rows, columns) = conv.operands, conv.window.filter_hw
    pixels = prod(operands.x.shape[1:3])
    out_c = operands.y.shape[3]
    return aligned(4 * rows * columns * pixels * out_c), aligned(4 * prod(operands.y.shape[1:]))


def _pad_after(conv: Convolution) -> tuple[int, int]:
    """Return rows below and columns right of the output that filters reach."""
    window = conv.window
    rows, columns = (
        (window.out_hw[n] - 1) * window.stride[n]
        + window.filter_hw[n]
        - window.in_hw[n]
        - window.pad[n]
        for n in (0, 1)
    )
    return rows, columns


def _buffer(name: str, address: str, nbytes: int) -> Struct:
    return Struct("cmsis_nn_context", name, {"buf": address, "size": nbytes})


KERNELS = {"TRANSPOSE_CONV": emit}

"""CONV_2D with the vector extension: windows in scratch, then 16 products an instruction."""

from collections.abc import Mapping
from math import prod

import numpy as np
from numpy.typing import NDArray

from tinygen.graph import Graph, Op
from tinygen.kernels.own.narrow_mve import narrow_kernel
from tinygen.kernels.own.vector_product import BLOCK, Product, product
from tinygen.ops.activation import activation_range
from tinygen.ops.contract import Call, Kernel, Struct, Target
from tinygen.ops.conv_2d import read_convolution
from tinygen.ops.convolution import Convolution
from tinygen.ops.overlap import raster_overlap
from tinygen.ops.per_channel import fixed_multipliers, operand_multipliers
from tinygen.ops.window import Window

GROUP = 2  # output pixels computed together
_HALF_VECTOR = 8  # bytes
_LARGEST_SHARE = 4  # scratch for rows of windows is at most a quarter of input and output
SOURCES = ("kernels/mve/product1_s8.c", "kernels/mve/product2_s8.c")


def emit(graph: Graph, op: Op, target: Target) -> Kernel | None:
    """Return the kernel; None with groups.

    Windows of a part of an op, in slabs, are made ready again for each: scratch for whole
    rows of them is worth it.
    """
    conv = read_convolution(graph, op)
    weights = conv.operands.weights.data
    if weights is None or conv.groups != 1:
        return None
    spends_ram = target.optimize == "speed" or conv.in_step > 0
    return convolution_kernel(op, conv, weights, spends_ram=spends_ram)


def convolution_kernel(
    op: Op, conv: Convolution, weights: NDArray[np.int8], *, spends_ram: bool = False
) -> Kernel:
    """Return the kernel of a convolution without groups.

    Args:
        op: For messages.
        conv: Geometry and tensors.
        weights: ``[out_c, filter_h, filter_w, in_c]``; those of ``conv`` may be laid out
            otherwise.
        spends_ram: Take more scratch where that saves time.
    """
    operands, window = conv.operands, conv.window
    by_rows = spends_ram and _gains_by_rows(conv)
    filters = weights.transpose(0, 2, 1, 3) if by_rows else weights
    of = product(
        operands,
        filters.reshape(len(weights), -1),
        fixed_multipliers(op, operand_multipliers(operands)),
        activation_range(op, conv.activation, operands.y),
    )
    batches, _, _, in_c = operands.x.shape
    is_direct = window.filter_hw == (1, 1) and window.in_hw == window.out_hw
    is_direct = is_direct and window.pad == (0, 0)
    overlap = raster_overlap(window, in_c, len(weights), group=GROUP, reads_first=not is_direct)
    overlaps = {0: overlap} if batches == 1 else {}
    if is_direct:
        narrow = None if conv.out_step else narrow_kernel(conv, of)
        pixels = prod(operands.x.shape[:3])
        return narrow or pointwise_kernel(of, pixels, overlaps, step=conv.out_step)
    fields = {
        **of.fields(step=conv.out_step),
        **window.fields(),
        "batches": batches,
        "in_c": in_c,
        "in_zero_point": operands.x.zero_point,
    }
    if by_rows:
        return _rows_kernel(conv, of, fields)
    return Kernel(
        name=f"tg_mve_conv_2d_s8/{of.form}",
        calls=[_call("tg_mve_conv_2d_s8", of.form)],
        sources=["kernels/mve/conv_2d_s8.c", *SOURCES],
        headers=["tinygen/mve/conv_2d_s8.h"],
        constants=of.constants(),
        structs=[Struct("tg_mve_conv_2d", "params", fields)],
        scratch_bytes=2 * BLOCK * of.blocks,
        overlap=overlaps,
        why="windows are gathered, 16 products an instruction",
    )


def _gains_by_rows(conv: Convolution) -> bool:
    """Return whether windows side by side share columns, for little RAM.

    Columns are whole half-vectors: a load takes no longer than it must.
    """
    window, (_, in_h, in_w, in_c) = conv.window, conv.operands.x.shape
    out_c = conv.out_step or conv.operands.y.shape[3]
    is_dense = window.dilation[1] == 1 and window.stride[1] < window.filter_hw[1]
    image_bytes = in_h * in_w * in_c + prod(window.out_hw) * out_c
    is_small = _LARGEST_SHARE * _row_bytes(window, in_c) <= image_bytes
    return is_dense and is_small and in_c % _HALF_VECTOR == 0


def _row_bytes(window: Window, in_c: int) -> int:
    """Return the bytes of all columns that the windows of a row cover."""
    columns = (window.out_hw[1] - 1) * window.stride[1] + window.filter_hw[1]
    return columns * window.filter_hw[0] * in_c


def _rows_kernel(conv: Convolution, of: Product, fields: Mapping[str, int | str]) -> Kernel:
    window, in_c = conv.window, conv.operands.x.shape[3]
    rest = BLOCK * of.blocks - of.weights.shape[1]
    overlap = raster_overlap(
        window, in_c, len(of.weights), group=window.out_hw[1], reads_first=True
    )
    return Kernel(
        name=f"tg_mve_conv_2d_rows_s8/{of.form}",
        calls=[_call("tg_mve_conv_2d_rows_s8", of.form)],
        sources=["kernels/mve/conv_2d_rows_s8.c", *SOURCES],
        headers=["tinygen/mve/conv_2d_rows_s8.h"],
        constants=of.constants(),
        structs=[Struct("tg_mve_conv_2d", "params", fields)],
        scratch_bytes=_row_bytes(window, in_c) + rest,
        overlap={0: overlap} if conv.operands.x.shape[0] == 1 else {},
        why="windows of a row overlap in scratch, 16 products an instruction",
    )


def pointwise_kernel(of: Product, pixels: int, overlap: dict[int, int], *, step: int = 0) -> Kernel:
    """Return the kernel that multiplies each of ``pixels`` rows of the input.

    ``step``: bytes from one output row to the next; 0: its channels.
    """
    depth = of.weights.shape[1]
    padded = BLOCK * of.blocks
    direct = pixels if padded == depth else max(pixels - -(-padded // depth) + 1, 0)
    fields = {**of.fields(step=step), "pixels": pixels, "direct": direct, "in_c": depth}
    rest = pixels - direct // 2 * 2
    shared = pixels == 1 and of.may_share
    form = f"shared_{of.form}" if shared else of.form
    if pixels == direct == 1:
        return _single_kernel(of, form, overlap, shared=shared)
    scratch = "NULL" if direct == pixels else "{scratch}"
    return Kernel(
        name=f"tg_mve_pointwise_s8/{form}",
        calls=[_call("tg_mve_pointwise_s8", form, scratch)],
        sources=["kernels/mve/pointwise_s8.c", *(SOURCES[:1] if shared else SOURCES)],
        headers=["tinygen/mve/pointwise_s8.h"],
        constants=of.constants(shared=shared),
        structs=[Struct("tg_mve_pointwise", "params", fields)],
        scratch_bytes=0 if direct == pixels else (rest - 1) * depth + padded,
        overlap=overlap,
        why="16 products an instruction, straight from the input",
    )


def _single_kernel(of: Product, form: str, overlap: dict[int, int], *, shared: bool) -> Kernel:
    """Return the kernel that multiplies one row, which needs no padding."""
    return Kernel(
        name=f"tg_mve_product1_s8/{form}",
        calls=[Call(f"tg_mve_product1_{form}_s8", ["&params", "{in0}", "{out0}"])],
        sources=SOURCES[:1],
        headers=["tinygen/mve/product_s8.h"],
        constants=of.constants(shared=shared),
        structs=[Struct("tg_mve_product", "params", of.fields(""))],
        overlap=overlap,
        why="16 products an instruction, straight from the input",
    )


def _call(function: str, form: str, scratch: str = "{scratch}") -> Call:
    return Call(function, ["&params", f"&tg_mve_{form}_s8", "{in0}", scratch, "{out0}"])


KERNELS_MVE = {"CONV_2D": emit}

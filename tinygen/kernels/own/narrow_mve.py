"""1x1 convolutions of up to 16 channels with the vector extension (mve/narrow_s8.h)."""

import numpy as np

from tinygen.kernels.own.clamp import clamp_call
from tinygen.kernels.own.vector_product import BLOCK, LANES, Product, packed, table
from tinygen.ops.contract import Call, Constant, Kernel, Struct
from tinygen.ops.convolution import Convolution
from tinygen.ops.overlap import raster_overlap

_GROUP = 16  # TG_MVE_NARROW_PIXELS


def narrow_kernel(conv: Convolution, of: Product) -> Kernel | None:
    """Return the kernel of a 1x1 convolution at stride 1; None where it has no gain."""
    out_c, in_c = of.weights.shape
    x, y = conv.operands.x, conv.operands.y
    pixels = x.size // in_c
    if of.form != "relu" or in_c > BLOCK or out_c < LANES or pixels < _GROUP:
        return None
    first = np.minimum(np.arange(0, out_c, LANES), out_c - LANES)
    order = (first[:, None] + np.arange(LANES)).ravel()
    fields: dict[str, int | str] = {
        "weights": "{packed}",
        "table": "{table}",
        "in_c": in_c,
        "out_c": out_c,
        "zero_point": of.zero_point,
        "pixels": pixels,
    }
    overlap = raster_overlap(conv.window, in_c, out_c, group=_GROUP)
    kernel = Kernel(
        name="tg_mve_narrow_s8",
        calls=[Call("tg_mve_narrow_s8", ["&params", "{in0}", "{out0}"])],
        sources=["kernels/mve/narrow_s8.c"],
        headers=["tinygen/mve/narrow_s8.h"],
        constants=[
            Constant("packed", packed(of.weights[order]), "weights"),
            Constant("table", table([row[order] for row in of.rows()]), "table"),
        ],
        structs=[Struct("tg_mve_narrow", "params", fields)],
        overlap={0: overlap} if x.shape[0] == 1 else {},
        why="four channels' weights stay in registers",
    )
    return clamp_call(kernel, y, of.low, of.high)

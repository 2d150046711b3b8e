"""DEPTHWISE_CONV_2D with the vector extension: a patch of 4 x 4 values is one vector."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tinygen.graph import Graph, Op
from tinygen.kernels.own.clamp import clamp_call
from tinygen.kernels.own.conv_2d_mve import convolution_kernel
from tinygen.kernels.own.depthwise_taps_mve import taps_kernel
from tinygen.kernels.own.vector_product import Product, product
from tinygen.ops.activation import activation_range
from tinygen.ops.contract import Call, Constant, Kernel, Struct, Target
from tinygen.ops.convolution import Convolution
from tinygen.ops.depthwise_conv_2d import read_convolution
from tinygen.ops.overlap import raster_overlap
from tinygen.ops.per_channel import fixed_multipliers, operand_multipliers
from tinygen.ops.window import Window

_SIDE = 4  # rows and columns of a patch
_CHANNELS = 16  # of a band
_BAND_BYTES = 2304
_TILE = {"quad": (2, 2), "row": (1, 4)}  # outputs: rows, columns

_LEAST_BANDS = 8  # in an image, for a band that is larger

Int8 = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class _Tiling:
    """What is computed at a time.

    Attributes:
        kind: Of a tile.
        columns: Of the output, in whole tiles; 0: none fits.
        scratch_bytes: For a band, and for a row that is kept.
        spare_bytes: At the end of a band: patches read them, and no output needs them.
        kept_at: Where the kept row is in scratch; 0: none is kept.
        in_place: The output may take the place of the input.
    """

    kind: str
    columns: int
    scratch_bytes: int
    spare_bytes: int = 0
    kept_at: int = 0
    in_place: bool = False


def emit(graph: Graph, op: Op, _target: Target) -> Kernel | None:
    """Return the kernel; None where weights are computed."""
    conv = read_convolution(graph, op)
    weights = conv.operands.weights.data
    if weights is None:
        return None
    if conv.groups == 1 and weights.shape[3] > 1:
        return convolution_kernel(op, conv, weights.transpose(3, 1, 2, 0))
    limits = activation_range(op, conv.activation, conv.operands.y)
    multipliers = fixed_multipliers(op, operand_multipliers(conv.operands))
    of = product(conv.operands, weights.reshape(-1, weights.shape[3]).T, multipliers, limits)
    is_small = max(conv.window.filter_hw) <= _SIDE and weights.shape[3] == conv.groups
    tiling = _in_place(conv) or _apart(conv)
    if not is_small or of.form == "exact" or tiling.columns == 0:
        return taps_kernel(conv, of)
    kernel = _kernel(conv, of, tiling)
    return clamp_call(kernel, conv.operands.y, *limits, step=conv.out_step)


def _kind(window: Window) -> str:
    is_plain = window.stride == (1, 1) and window.dilation == (1, 1)
    return "quad" if is_plain and max(window.filter_hw) < _SIDE else "row"


def _in_place(conv: Convolution) -> _Tiling | None:
    """Return the tiling for an output in the input's place; None where there is none.

    Tiles of a row overwrite what those of the next row read: one row of the input, which
    is kept. All columns are computed at a time, unless the image is too low for that.
    """
    window, channels = conv.window, conv.groups
    if (
        _kind(window) != "quad"
        or conv.operands.x.shape[0] != 1
        or window.in_hw != window.out_hw
        or window.pad[0] > 1
        or len(set(conv.steps.values())) > 1
    ):
        return None
    tile = _TILE["quad"][1]
    columns = -(-window.out_hw[1] // tile) * tile
    side_by_side = min(channels, _CHANNELS)
    band_bytes = _band_bytes(window, "quad", columns, side_by_side)
    if band_bytes > max(_BAND_BYTES, conv.operands.x.size // _LEAST_BANDS):
        return None
    spare_bytes = band_bytes - _needed_bytes(window, columns, side_by_side)
    if window.pad[0] == 0:
        return _Tiling("quad", columns, band_bytes, spare_bytes, in_place=True)
    kept_at = band_bytes - spare_bytes  # patches may read anything there
    kept_bytes = -(-channels // _CHANNELS) * _CHANNELS * window.in_hw[1]
    scratch_bytes = max(band_bytes, kept_at + kept_bytes)
    return _Tiling("quad", columns, scratch_bytes, kept_at=kept_at, in_place=True)


def _apart(conv: Convolution) -> _Tiling:
    window, channels = conv.window, min(conv.groups, _CHANNELS)
    kind = _kind(window)
    columns = _columns(window, kind, channels)
    band_bytes = _band_bytes(window, kind, columns, channels)
    spare_bytes = band_bytes - _needed_bytes(window, columns, channels)
    return _Tiling(kind, columns, band_bytes, spare_bytes)


def _kernel(conv: Convolution, of: Product, tiling: _Tiling) -> Kernel:
    kind, channels = tiling.kind, conv.groups
    # The row above a tile is read from where it is kept.
    window = replace(conv.window, pad=(0, conv.window.pad[1])) if tiling.in_place else conv.window
    overlap = raster_overlap(
        window,
        channels,
        channels,
        group=_TILE[kind][0] * window.out_hw[1],
        reads_first=channels <= _CHANNELS and window.out_hw[1] <= tiling.columns,
    )
    function = f"tg_mve_{kind}_{of.form}_s8"
    # Four zero bytes stand before the first filter's column for a quad's second column.
    arguments = ["&params", function, "{in0}", "{patches} + 16", "{table}", "{scratch}", "{out0}"]
    return Kernel(
        name=f"tg_mve_depthwise_s8/{kind}_{of.form}",
        calls=[Call("tg_mve_depthwise_s8", arguments)],
        sources=[f"kernels/mve/{name}_s8.c" for name in ("depthwise", "depthwise_tiles", "turn")],
        headers=["tinygen/mve/depthwise_s8.h"],
        constants=[
            Constant("patches", _patches(of.weights, conv.window), "weights"),
            Constant("table", np.stack(of.rows(), axis=1).astype(np.int32), "table"),
        ],
        structs=[_params(conv, tiling)],
        scratch_bytes=tiling.scratch_bytes,
        overlap={0: overlap} if conv.operands.x.shape[0] == 1 else {},
        in_place=tiling.in_place,
        why="a patch of a channel is one vector; four outputs at a time",
    )


def _patches(filters: Int8, window: Window) -> Int8:
    """Return ``[1 + channels, 4 columns, 4 rows]`` from ``[channels, taps]``; first, zeros."""
    rows, columns = window.filter_hw
    grid = filters.reshape(-1, rows, columns).transpose(0, 2, 1)
    return np.pad(grid, [(1, 0), (0, _SIDE - columns), (0, _SIDE - rows)])


def _columns(window: Window, kind: str, channels: int) -> int:
    """Return how many output columns a band is for, in whole tiles; 0: none fits."""
    tile = _TILE[kind][1]
    columns = -(-window.out_hw[1] // tile) * tile
    while columns and _band_bytes(window, kind, columns, channels) > _BAND_BYTES:
        columns -= tile
    return columns


def _band_bytes(window: Window, kind: str, columns: int, channels: int) -> int:
    """Return the bytes of a band: all columns that patches read, and what turning spills."""
    patches = columns // 2 if kind == "quad" else columns
    step = 2 if kind == "quad" else window.stride[1]
    read = (patches - 1) * step + (_SIDE - 1) * window.dilation[1] + 1
    return _SIDE * channels * read + _SIDE * (_CHANNELS - channels)


def _needed_bytes(window: Window, columns: int, channels: int) -> int:
    """Return the bytes of a band that outputs need, and what turning spills."""
    last = min(columns, window.out_hw[1]) - 1
    read = last * window.stride[1] + (window.filter_hw[1] - 1) * window.dilation[1]
    return _SIDE * (channels * read + _CHANNELS)


def _params(conv: Convolution, tiling: _Tiling) -> Struct:
    operands = conv.operands
    rows, tile = _TILE[tiling.kind]
    return Struct(
        "tg_mve_depthwise",
        "params",
        {
            **conv.window.fields(),
            "batches": operands.x.shape[0],
            "channels": conv.groups,
            **conv.steps,
            "in_zero_point": operands.x.zero_point,
            "out_zero_point": operands.y.zero_point,
            "tile_rows": rows,
            "tile_columns": tile,
            "columns": tiling.columns,
            "kept_at": tiling.kept_at,
            "spare_at": tiling.scratch_bytes - tiling.spare_bytes,
            "spare_bytes": tiling.spare_bytes,
        },
    )


KERNELS_MVE = {"DEPTHWISE_CONV_2D": emit}

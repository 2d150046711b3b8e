"""DEPTHWISE_CONV_2D for cores with DSP instructions: 3x3, one input channel, and any."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tinygen.graph import Graph, Op
from tinygen.kernels.own import requantize
from tinygen.kernels.own.clamp import clamp_call
from tinygen.kernels.own.conv_2d import convolution_kernel
from tinygen.kernels.own.one_step import one_step_scales
from tinygen.ops import convolution
from tinygen.ops.activation import activation_range
from tinygen.ops.contract import Call, Constant, Kernel, Struct, Target
from tinygen.ops.convolution import Convolution
from tinygen.ops.depthwise_conv_2d import read_convolution
from tinygen.ops.overlap import raster_overlap
from tinygen.ops.per_channel import fixed_multipliers, operand_multipliers
from tinygen.ops.window import Window

# tinygen/dsp/depthwise_3x3_s8.h: output rows of a band by stride, input rows and pairs of
# columns in scratch. Low bands cost calls; but where the output cannot take the place of the
# input, it may be laid over all of it except a band and the rows around it.
_BAND_ROWS = {1: 14, 2: 7}
_LOW_BAND_ROWS = {1: 2, 2: 1}
_PLANE_ROWS = 16
_PLANE_PAIRS = 9
_PAIR_BYTES = 4 * 4 * _PLANE_ROWS  # of four channels, a word a row
_ROW_PAIR_BYTES = 4 * 4 * 3  # the same of three rows: tinygen/dsp/depthwise_row_s8.h
_SCRATCH_LIMIT = 2560
_LEAST_PAIRS = 3  # of a tile
_LEAST_ROWS = 4  # of input: what computes two rows of output reads those of both
_CHANNELS = 4  # at a time
_WORD = 4


@dataclass(frozen=True, slots=True)
class _Tiling:
    """What of a channel is computed at a time.

    Attributes:
        columns: Of the output; all, or an even number.
        pairs: Of input columns in scratch.
        kept_rows: Rows of the input of which scratch keeps a column; 0: none.
        in_place: The output may take the place of the input.
    """

    columns: int
    pairs: int
    kept_rows: int = 0
    in_place: bool = False

    def plane_words(self, window: Window, band_rows: int) -> int:
        """Return the words of four planes; the last pair of columns ends with the band."""
        rows = window.stride[0] * (min(band_rows, window.out_hw[0]) - 1) + 3
        return _PAIR_BYTES * self.pairs // _WORD - (_PLANE_ROWS - max(rows, _LEAST_ROWS))


def emit(graph: Graph, op: Op, target: Target) -> Kernel | None:
    """Return the kernel; None without DSP and for filters that no kernel is for."""
    conv = read_convolution(graph, op)
    weights = conv.operands.weights.data
    if not target.core.dsp or weights is None:
        return None
    if conv.groups == 1 and weights.shape[3] > 1:
        return convolution_kernel(op, conv, weights.transpose(3, 1, 2, 0), target)
    if conv.groups < _CHANNELS or weights.shape[3] != conv.groups:
        return None
    return _three_by_three(op, conv, weights, target) or _any_window(op, conv)


def _any_window(op: Op, conv: Convolution) -> Kernel:
    window, channels = conv.window, conv.groups
    is_single = conv.operands.x.shape[0] == 1
    portable = convolution.kernel(op, conv, "depthwise_conv_2d_s8")
    return replace(
        portable,
        name="tg_depthwise_dsp_s8",
        calls=[replace(call, function="tg_depthwise_dsp_s8") for call in portable.calls],
        sources=["kernels/dsp/depthwise_s8.c"],
        headers=["tinygen/dsp/depthwise_s8.h"],
        overlap={0: raster_overlap(window, channels, channels)} if is_single else {},
        why="four channels a word",
    )


def _three_by_three(
    op: Op, conv: Convolution, weights: NDArray[np.int8], target: Target
) -> Kernel | None:
    operands, window = conv.operands, conv.window
    if (
        window.filter_hw != (3, 3)
        or window.dilation != (1, 1)
        or window.stride not in {(1, 1), (2, 2)}
    ):
        return None
    low, high = activation_range(op, conv.activation, operands.y)
    filters = weights.reshape(9, -1).T
    multipliers = fixed_multipliers(op, operand_multipliers(operands))
    channels = requantize.channels(operands, filters, multipliers)
    found = _scales(channels, low, high)
    if found is None:
        return None
    table, is_relu = found
    constants = [
        Constant("rows", _weight_rows(filters), "weights"),
        Constant("table", table, "table"),
    ]
    # working in place takes a kilobyte of code
    tiling = (_in_place(conv) if target.optimize != "size" else None) or _apart(window)
    if is_relu and not tiling.in_place and _is_row(conv):
        return clamp_call(_row_kernel(conv, constants), operands.y, low, high, step=conv.out_step)
    is_low = target.optimize == "ram" and not tiling.in_place
    by_stride = _LOW_BAND_ROWS if is_low else _BAND_ROWS
    kernel = _kernel(conv, constants, tiling, by_stride[window.stride[0]], is_relu=is_relu)
    return clamp_call(kernel, operands.y, low, high, step=conv.out_step)


def _scales(
    channels: requantize.Channels, low: int, high: int
) -> tuple[NDArray[np.int32], bool] | None:
    """Return ``[channels, 3]`` and whether it is for one step, where negative sums are cut off."""
    if requantize.cuts_negatives(channels.out_zero_point, low):
        steps = one_step_scales(channels, range(len(channels.bias)), (low, high))
        if steps is not None:
            rows = [(one.extra, one.multiplier, one.rounding) for one in steps]
            table = np.array(rows, np.int64)
            table[:, 0] += channels.bias
            return table.astype(np.int32), True
    scales = requantize.scale_words(channels)
    if scales is None:
        return None
    return np.concatenate([2 * channels.bias[:, None], scales], axis=1).astype(np.int32), False


def _kernel(
    conv: Convolution, constants: list[Constant], tiling: _Tiling, band_rows: int, *, is_relu: bool
) -> Kernel:
    window = conv.window
    form = f"stride{window.stride[0]}{'_relu' if is_relu else ''}"
    arguments = ["&params", f"&tg_depthwise_{form}_s8"]
    arguments += ["{in0}", "{rows}", "{table}", "{scratch}", "{out0}"]
    overlap = {}
    if conv.operands.x.shape[0] == 1:
        group = band_rows * window.out_hw[1]
        overlap = {0: raster_overlap(window, conv.groups, conv.groups, group=group)}
    return Kernel(
        name=f"tg_depthwise_3x3_s8/{form}",
        calls=[Call(f"tg_depthwise{'' if tiling.in_place else '_apart'}_3x3_s8", arguments)],
        sources=[
            "kernels/dsp/depthwise_3x3_s8.c",
            f"kernels/dsp/depthwise_{'relu_' if is_relu else ''}strips_s8.c",
        ],
        headers=["tinygen/dsp/depthwise_3x3_s8.h"],
        constants=constants,
        structs=[_params(conv, tiling, band_rows)],
        scratch_bytes=_WORD * (tiling.plane_words(window, band_rows) + tiling.kept_rows),
        overlap=overlap,
        in_place=tiling.in_place,
        why=f"four channels at a time as 16-bit planes; {_at_a_time(window, is_relu=is_relu)}",
    )


def _is_row(conv: Convolution) -> bool:
    """Return whether the output is one row, as where ops run by rows."""
    window = conv.window
    return window.out_hw[0] == 1 and window.stride == (1, 1) and conv.operands.x.shape[0] == 1


def _row_kernel(conv: Convolution, constants: list[Constant]) -> Kernel:
    window = conv.window
    tiling = _apart(window)
    return Kernel(
        name="tg_depthwise_row_3x3_s8",
        calls=[
            Call(
                "tg_depthwise_row_3x3_s8",
                ["&params", "{in0}", "{rows}", "{table}", "{scratch}", "{out0}"],
            )
        ],
        sources=["kernels/dsp/depthwise_row_s8.c"],
        headers=["tinygen/dsp/depthwise_row_s8.h"],
        constants=constants,
        structs=[_params(conv, tiling, 1)],
        scratch_bytes=_ROW_PAIR_BYTES * tiling.pairs,
        overlap={0: raster_overlap(window, conv.groups, conv.groups, group=window.out_hw[1])},
        why="a row alone: four channels at a time as 16-bit planes, two outputs a step",
    )


def _at_a_time(window: Window, *, is_relu: bool) -> str:
    if window.stride[0] > 1:
        return "an output a step"
    return "two rows of two outputs a step" if is_relu else "two outputs a step"


def _in_place(conv: Convolution) -> _Tiling | None:
    """Return the tiling that keeps what outputs take the place of; None if there is none."""
    window = conv.window
    if (
        conv.operands.x.shape[0] != 1
        or window.stride != (1, 1)
        or window.in_hw != window.out_hw
        or len(set(conv.steps.values())) > 1
    ):
        return None
    rows, columns = window.out_hw
    if columns <= 2 * (_PLANE_PAIRS - 1):
        return _Tiling(columns, 1 + -(-columns // 2), in_place=True)
    kept = rows if window.pad[1] else 0
    pairs = min((_SCRATCH_LIMIT - _WORD * kept) // _PAIR_BYTES, _PLANE_PAIRS)
    if window.pad[1] > 1 or pairs < _LEAST_PAIRS:
        return None
    return _Tiling(2 * (pairs - 1), pairs, kept, in_place=True)


def _apart(window: Window) -> _Tiling:
    stride = window.stride[0]
    columns = min(window.out_hw[1], 2 * (_PLANE_PAIRS - 1) // stride)
    return _Tiling(columns, 1 + (-(-columns // 2) if stride == 1 else columns))


def _weight_rows(filters: NDArray[np.int8]) -> NDArray[np.int8]:
    """Return ``[channels, 3, 4]``, each row w0, w1, w1, w2, from ``[channels, 9]``.

    >>> _weight_rows(np.arange(9, dtype=np.int8)[None])[0, 1].tolist()
    [3, 4, 4, 5]
    """
    return filters.reshape(-1, 3, 3)[:, :, [0, 1, 1, 2]]


def _params(conv: Convolution, tiling: _Tiling, band_rows: int) -> Struct:
    return Struct(
        "tg_depthwise_args",
        "params",
        {
            **conv.window.fields(),
            "batches": conv.operands.x.shape[0],
            "channels": conv.groups,
            **conv.steps,
            "in_zero_point": conv.operands.x.zero_point,
            "band_rows": band_rows,
            "columns": tiling.columns,
            "kept_at": tiling.plane_words(conv.window, band_rows),
        },
    )


KERNELS = {"DEPTHWISE_CONV_2D": emit}

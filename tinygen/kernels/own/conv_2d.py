"""CONV_2D for cores with DSP instructions: gather windows, then one matrix product."""

from dataclasses import dataclass, replace

import numpy as np

from tinygen.graph import Graph, Op
from tinygen.kernels.own import requantize
from tinygen.kernels.own.clamp import clamp_call
from tinygen.kernels.own.pairs import (
    BLOCK,
    Int8,
    can_pack,
    channel_pairs,
    packed_weights,
    pair_table,
    wide_weights,
)
from tinygen.ops.activation import activation_range, output_fields
from tinygen.ops.contract import Call, Constant, Kernel, Struct, Target
from tinygen.ops.conv_2d import read_convolution
from tinygen.ops.convolution import Convolution
from tinygen.ops.overlap import raster_overlap
from tinygen.ops.per_channel import Multipliers, fixed_multipliers, operand_multipliers

GROUP = 3  # output pixels computed together
_SCRATCH_LIMIT = 2496
_WORD = 4


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """How one convolution is computed.

    Attributes:
        conv: What to compute.
        weights: ``[out_c, filter_h, filter_w * in_c]``.
        low: Smallest output.
        high: Largest output.
        sums: Of each channel.
        multipliers: Of each channel.
        gather: C function.
        rows: Filter rows gathered at a time.
    """

    conv: Convolution
    weights: Int8
    low: int
    high: int
    sums: requantize.Sums
    multipliers: Multipliers
    gather: str
    rows: int

    @property
    def out_c(self) -> int:
        return len(self.weights)

    @property
    def blocks(self) -> int:
        return -(-self.rows * self.weights.shape[2] // BLOCK)

    @property
    def gather_bytes(self) -> int:
        pixel_bytes = BLOCK * self.blocks * (3 if self.gather == "patches" else 2)
        return GROUP * pixel_bytes

    @property
    def split_bytes(self) -> int:
        return self.gather_bytes + _WORD * GROUP * 2 * len(channel_pairs(self.out_c))


def emit(graph: Graph, op: Op, target: Target) -> Kernel | None:
    """Return the kernel; None without DSP, with groups, or for a single output channel."""
    conv = read_convolution(graph, op)
    if not target.core.dsp or conv.groups != 1 or conv.operands.y.shape[3] < 2:
        return None
    return convolution_kernel(op, conv, conv.operands.weights.data)


def convolution_kernel(op: Op, conv: Convolution, weights: Int8) -> Kernel:
    """Return the kernel of a convolution without groups.

    Args:
        op: For messages.
        conv: Geometry and tensors.
        weights: ``[out_c, filter_h, filter_w, in_c]``; those of ``conv`` may be laid out
            otherwise.
    """
    plan = _plan(op, conv, weights)
    form = _form(plan)
    if form and plan.gather_bytes <= _SCRATCH_LIMIT:
        return _whole(op, plan, form)
    return _split(op, plan, is_fast=form is not None)


def _plan(op: Op, conv: Convolution, weights: Int8) -> _Plan:
    operands = conv.operands
    low, high = activation_range(op, conv.activation, operands.y)
    out_c, filter_h = weights.shape[:2]
    return _Plan(
        conv=conv,
        weights=weights.reshape(out_c, filter_h, -1),
        low=low,
        high=high,
        sums=requantize.sums(operands, weights.reshape(out_c, -1)),
        multipliers=fixed_multipliers(op, operand_multipliers(operands)),
        gather=_gather(conv),
        rows=filter_h,
    )


def _form(plan: _Plan) -> str | None:
    """Return which product computes the op; None if none is exact."""
    zero_point = plan.conv.operands.y.zero_point
    if not plan.sums.fit_doubled:
        return None
    upper = channel_pairs(plan.out_c)[:, 1]
    is_packed = can_pack(plan.weights.reshape(plan.out_c, -1)) and plan.sums.fit_packed(upper)
    is_relu = is_packed and requantize.cuts_negatives(zero_point, plan.low)
    if not requantize.fits(plan.multipliers, zero_point, is_relu=is_relu):
        return None
    return "wide" if not is_packed else ("packed_relu" if is_relu else "packed")


def _gather(conv: Convolution) -> str:
    window, in_c = conv.window, conv.operands.x.shape[3]
    if window.filter_hw == (1, 1):
        return "pixel"
    return "words" if in_c % BLOCK == 0 and window.dilation[1] == 1 else "patches"


def _whole(op: Op, plan: _Plan, form: str) -> Kernel:
    """Return the kernel that gathers whole windows."""
    operands, flat = plan.conv.operands, plan.weights.reshape(plan.out_c, -1)
    is_packed = form != "wide"
    scales = requantize.scale_words(plan.multipliers, operands.y.zero_point)
    table = pair_table(plan.sums.bias, scales, is_packed=is_packed)
    weights = packed_weights(flat) if is_packed else wide_weights(flat)
    arguments = ["&params", f"tg_gather_{plan.gather}_s8", f"tg_matmul_{form}_s8"]
    arguments += ["{in0}", "{packed}", "{table}", "{scratch}", "{out0}"]
    kernel = Kernel(
        name=f"tg_conv_2d_dsp_s8/{plan.gather}/{form}",
        calls=[Call("tg_conv_2d_dsp_s8", arguments)],
        sources=[
            "kernels/dsp/conv_2d_s8.c",
            f"kernels/dsp/gather_{plan.gather}_s8.c",
            "kernels/dsp/matmul_s8.c",
        ],
        headers=["tinygen/dsp/conv_2d_s8.h"],
        constants=[Constant("packed", weights, "weights"), Constant("table", table, "table")],
        structs=[_params(op, plan)],
        scratch_bytes=plan.gather_bytes,
        overlap=_overlap(plan),
        why=_why(form),
    )
    return clamp_call(kernel, operands.y, plan.low, plan.high)


def _split(op: Op, plan: _Plan, *, is_fast: bool) -> Kernel:
    """Return the kernel that gathers as many filter rows at a time as scratch allows."""
    plan = _fewer_rows(plan)
    filter_h = plan.weights.shape[1]
    parts = [
        wide_weights(plan.weights[:, row : row + plan.rows].reshape(plan.out_c, -1))
        for row in range(0, filter_h, plan.rows)
    ]
    scales = np.stack(plan.multipliers, axis=1)
    arguments = ["&params", f"tg_gather_{plan.gather}_s8"]
    arguments += ["{in0}", "{packed}", "{table}", "{scratch}", "{out0}"]
    why = (
        f"the filter is summed {plan.rows} of {filter_h} rows at a time to save scratch"
        if is_fast
        else "some sums or shifts need TFLM's requantization step by step"
    )
    return Kernel(
        name=f"tg_conv_2d_split_s8/{plan.gather}",
        calls=[Call("tg_conv_2d_split_s8", arguments)],
        sources=[
            "kernels/dsp/conv_2d_split_s8.c",
            f"kernels/dsp/gather_{plan.gather}_s8.c",
            "kernels/dsp/matmul_s8.c",
        ],
        headers=["tinygen/dsp/conv_2d_s8.h"],
        constants=[
            Constant("packed", np.stack(parts), "weights"),
            Constant("table", pair_table(plan.sums.bias, scales, is_packed=False), "table"),
        ],
        structs=[_params(op, plan)],
        scratch_bytes=plan.split_bytes,
        overlap=_overlap(plan),
        why=why,
    )


def _fewer_rows(plan: _Plan) -> _Plan:
    """Gather the largest divisor of the filter's rows that scratch allows, at least 1."""
    filter_h = plan.weights.shape[1]
    for rows in range(filter_h, 0, -1):
        fewer = replace(plan, rows=rows)
        if filter_h % rows == 0 and (rows == 1 or fewer.split_bytes <= _SCRATCH_LIMIT):
            return fewer
    return plan


def _params(op: Op, plan: _Plan) -> Struct:
    operands = plan.conv.operands
    return Struct(
        "tg_conv_args",
        "params",
        {
            **plan.conv.window.fields(),
            "batches": operands.x.shape[0],
            "in_c": operands.x.shape[3],
            "out_c": plan.out_c,
            "in_zero_point": operands.x.zero_point,
            "rows": plan.rows,
            "blocks": plan.blocks,
            **output_fields(op, plan.conv.activation, operands.y),
        },
    )


def _overlap(plan: _Plan) -> dict[int, int]:
    x = plan.conv.operands.x
    if x.shape[0] != 1:
        return {}
    return {0: raster_overlap(plan.conv.window, x.shape[3], plan.out_c, group=GROUP)}


def _why(form: str) -> str:
    return {
        "packed_relu": "two channels a weight; negative sums are cut off",
        "packed": "two channels a weight",
        "wide": "one channel a weight: some sums need more than 24 bits",
    }[form]


KERNELS = {"CONV_2D": emit}

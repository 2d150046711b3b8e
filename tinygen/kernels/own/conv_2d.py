"""CONV_2D for cores with DSP instructions: gather windows, then one matrix product."""

from dataclasses import replace

import numpy as np

from tinygen.graph import Graph, Op
from tinygen.kernels.own.clamp import clamp_call
from tinygen.kernels.own.conv_plan import (
    GROUP,
    SCRATCH_LIMITS,
    ConvPlan,
    Product,
    fewer_rows,
    plan_convolution,
    product_of,
    two_step_product,
)
from tinygen.kernels.own.pairs import (
    Int8,
    Int16,
    packed_weights,
    pair_table,
    wide_weights,
)
from tinygen.ops.activation import output_fields
from tinygen.ops.contract import Call, Constant, Kernel, Struct, Target
from tinygen.ops.conv_2d import read_convolution
from tinygen.ops.convolution import Convolution
from tinygen.ops.overlap import raster_overlap
from tinygen.ops.per_channel import Multipliers, fixed_multipliers, operand_multipliers


def emit(graph: Graph, op: Op, target: Target) -> Kernel | None:
    """Return the kernel; None without DSP and with groups."""
    conv = read_convolution(graph, op)
    weights = conv.operands.weights.data
    if not target.core.dsp or weights is None or conv.groups != 1:
        return None
    return convolution_kernel(op, conv, weights, target)


def convolution_kernel(
    op: Op,
    conv: Convolution,
    weights: Int8,
    target: Target,
    multipliers: Multipliers | None = None,
) -> Kernel | None:
    """Return the kernel of a convolution without groups, or None.

    Args:
        op: For messages.
        conv: Geometry and tensors.
        weights: ``[out_c, filter_h, filter_w, in_c]``; those of ``conv`` may be laid out
            otherwise.
        target: What matters most.
        multipliers: Of each channel; computed as for CONV_2D if left out.
    """
    if multipliers is None:
        multipliers = fixed_multipliers(op, operand_multipliers(conv.operands))
    limit = SCRATCH_LIMITS[target.optimize]
    plan = plan_convolution(op, conv, weights, multipliers)
    if plan.gather == "staged" and plan.gather_bytes > limit:
        plan = replace(plan, gather="patches")
    parts = fewer_rows(plan, limit)
    product = product_of(plan)
    is_whole = plan.gather_bytes <= max(limit, parts.split_bytes)
    if product is not None and (is_whole or plan.out_c == 1):
        return _whole(op, plan, product)
    return _split(op, parts) if plan.out_c > 1 else None


def _whole(op: Op, plan: ConvPlan, product: Product) -> Kernel:
    """Return the kernel that gathers whole windows."""
    form = product.form
    flat = plan.weights.reshape(plan.out_c, -1)
    weights = wide_weights(flat) if form == "wide" else packed_weights(flat)
    is_pointwise = plan.gather == "pixel" and plan.conv.window.stride == (1, 1)
    gather = [] if is_pointwise else [f"tg_gather_{plan.gather}_s8"]
    arguments = ["&params", *gather, f"tg_matmul_{form}_s8"]
    arguments += ["{in0}", "{packed}", "{table}", "{scratch}", "{out0}"]
    name = "pointwise" if is_pointwise else "conv_2d"
    function = "tg_pointwise_s8" if is_pointwise else "tg_conv_2d_dsp_s8"
    kernel = Kernel(
        name=f"{function}/{form}" if is_pointwise else f"{function}/{plan.gather}/{form}",
        calls=[Call(function, arguments)],
        sources=[f"kernels/dsp/{name}_s8.c", "kernels/dsp/matmul_s8.c", *_gather_sources(plan)],
        headers=[f"tinygen/dsp/{name}_s8.h"],
        constants=[
            Constant("packed", weights, "weights"),
            Constant("table", product.table, "table"),
        ],
        structs=[_pointwise_params(plan) if is_pointwise else _params(op, plan)],
        scratch_bytes=plan.gather_bytes,
        overlap=_overlap(plan),
        why=_why(form),
    )
    return clamp_call(kernel, plan.conv.operands.y, plan.low, plan.high, step=plan.conv.out_step)


def _gather_sources(plan: ConvPlan) -> list[str]:
    gather = [f"kernels/dsp/gather_{plan.gather}_s8.c", "kernels/dsp/expand3_s8.c"]
    return [*gather, "kernels/dsp/expand_pixels_s8.c"] if plan.gather == "pixel" else gather


def _pointwise_params(plan: ConvPlan) -> Struct:
    x = plan.conv.operands.x
    fields: dict[str, int | str] = {
        "pixels": x.size // x.shape[3],
        "in_c": x.shape[3],
        "out_c": plan.out_c,
        "out_step": plan.conv.out_step or plan.out_c,
        "blocks": plan.blocks,
    }
    return Struct("tg_pointwise_args", "params", fields)


def _split(op: Op, plan: ConvPlan) -> Kernel:
    """Return the kernel that sums as many filter rows at a time as scratch allows."""
    product = two_step_product(plan)
    is_packed = product is not None and product.form == "packed"
    way = "packed" if is_packed else "wide"
    if product is None:
        finish, why = "exact", "some sums or shifts need TFLM's requantization step by step"
        table = pair_table(
            plan.channels.folded, np.stack(plan.channels.multipliers, axis=1), is_packed=False
        )
    else:
        finish, table = way, product.table
        why = f"the filter is summed {plan.rows} of {plan.weights.shape[1]} rows at a time"
    arguments = ["&params", f"tg_gather_{plan.gather}_s8", f"tg_accumulate_{way}_s8"]
    arguments += [f"tg_finish_{finish}_s8"]
    arguments += ["{in0}", "{packed}", "{table}", "{scratch}", "{out0}"]
    kernel = Kernel(
        name=f"tg_conv_2d_split_s8/{plan.gather}/{finish}",
        calls=[Call("tg_conv_2d_split_s8", arguments)],
        sources=[
            "kernels/dsp/conv_2d_split_s8.c",
            f"kernels/dsp/finish_{finish}_s8.c",
            "kernels/dsp/accumulate_s8.c",
            *_gather_sources(plan),
        ],
        headers=["tinygen/dsp/conv_2d_s8.h"],
        constants=[
            Constant("packed", _parts(plan, is_packed=is_packed), "weights"),
            Constant("table", table, "table"),
        ],
        structs=[_params(op, plan)],
        scratch_bytes=plan.split_bytes,
        overlap=_overlap(plan),
        why=why,
    )
    y = plan.conv.operands.y
    if finish == "exact":
        return kernel
    return clamp_call(kernel, y, plan.low, plan.high, step=plan.conv.out_step)


def _parts(plan: ConvPlan, *, is_packed: bool) -> Int8 | Int16:
    """Return the weights of each part of the filter, one after the other."""
    parts = [
        plan.weights[:, row : row + plan.rows].reshape(plan.out_c, -1)
        for row in range(0, plan.weights.shape[1], plan.rows)
    ]
    if is_packed:
        return np.stack([packed_weights(part) for part in parts])
    return np.stack([wide_weights(part) for part in parts])


def _params(op: Op, plan: ConvPlan) -> Struct:
    operands = plan.conv.operands
    return Struct(
        "tg_conv_args",
        "params",
        {
            **plan.conv.window.fields(),
            "batches": operands.x.shape[0],
            "in_c": operands.x.shape[3],
            "out_c": plan.out_c,
            "out_step": plan.conv.out_step or plan.out_c,
            "in_zero_point": operands.x.zero_point,
            "rows": plan.rows,
            "blocks": plan.blocks,
            "stage_step": plan.stage_step,
            **output_fields(op, plan.conv.activation, operands.y),
        },
    )


def _overlap(plan: ConvPlan) -> dict[int, int]:
    x = plan.conv.operands.x
    if x.shape[0] != 1:
        return {}
    window, in_c = plan.conv.window, x.shape[3]
    return {0: raster_overlap(window, in_c, plan.out_c, group=GROUP, reads_first=True)}


def _why(form: str) -> str:
    return {
        "packed_relu": "two channels a weight; negative sums are cut off, so one rounding does",
        "packed": "two channels a weight",
        "wide": "one channel a weight: some sums need more than 24 bits",
    }[form]


KERNELS = {"CONV_2D": emit}

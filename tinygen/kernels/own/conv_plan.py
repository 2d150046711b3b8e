"""How one convolution is computed: what is gathered at a time, and by which product."""

from dataclasses import dataclass, replace

from tinygen.graph import Op
from tinygen.kernels.own import requantize
from tinygen.kernels.own.one_step import UPPER_GAIN, one_step_scales
from tinygen.kernels.own.pairs import (
    BLOCK,
    Int8,
    Int32,
    can_pack,
    channel_pairs,
    one_step_table,
    pair_table,
)
from tinygen.ops.activation import activation_range
from tinygen.ops.convolution import Convolution
from tinygen.ops.per_channel import Multipliers
from tinygen.ops.window import Window

GROUP = 3  # output pixels computed together
# Bytes of scratch above which a filter is summed in parts: a few percent more instructions.
SCRATCH_LIMITS = {"speed": 8192, "balanced": 2496, "size": 2496, "ram": 2496}
_WORD = 4


@dataclass(frozen=True, slots=True, eq=False)
class ConvPlan:
    """How one convolution is computed.

    Attributes:
        conv: What to compute.
        weights: ``[out_c, filter_h, filter_w * in_c]``.
        low: Smallest output.
        high: Largest output.
        channels: What they sum to.
        gather: C function.
        rows: Filter rows gathered at a time.
    """

    conv: Convolution
    weights: Int8
    low: int
    high: int
    channels: requantize.Channels
    gather: str
    rows: int

    @property
    def out_c(self) -> int:
        """Return the number of output channels."""
        return len(self.weights)

    @property
    def blocks(self) -> int:
        """Return blocks of four values in a part of the filter."""
        depth: int = self.rows * self.weights.shape[2]
        return -(-depth // BLOCK)

    @property
    def stage_step(self) -> int:
        """Return bytes of the input columns that an output row reads, of one input row."""
        window, columns = self.conv.window, self.conv.window.filter_hw[1]
        return int(
            ((window.out_hw[1] - 1) * window.stride[1] + columns)
            * (self.weights.shape[2] // columns)
        )

    @property
    def gather_bytes(self) -> int:
        """Return scratch for gathering."""
        pixel_bytes = BLOCK * self.blocks
        if self.gather == "staged":
            stage_bytes = self.weights.shape[1] * self.stage_step
            return GROUP * pixel_bytes * 3 + BLOCK + int(stage_bytes) + BLOCK - 1
        return GROUP * pixel_bytes * (3 if self.gather == "patches" else 2)

    @property
    def split_bytes(self) -> int:
        """Return scratch for gathering and for the sums of a filter in parts."""
        return self.gather_bytes + _WORD * GROUP * 2 * len(channel_pairs(self.out_c))


def plan_convolution(
    op: Op, conv: Convolution, weights: Int8, multipliers: Multipliers
) -> ConvPlan:
    """Return the plan that gathers whole windows.

    Args:
        op: For messages.
        conv: Geometry and tensors.
        weights: ``[out_c, filter_h, filter_w, in_c]``.
        multipliers: Of each channel.
    """
    low, high = activation_range(op, conv.activation, conv.operands.y)
    out_c, filter_h = weights.shape[:2]
    return ConvPlan(
        conv=conv,
        weights=weights.reshape(out_c, filter_h, -1),
        low=low,
        high=high,
        channels=requantize.channels(conv.operands, weights.reshape(out_c, -1), multipliers),
        gather=_gather(conv),
        rows=filter_h,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Product:
    """Which product computes an op, and its table.

    Attributes:
        form: C function.
        table: ``[pairs, 6]``.
    """

    form: str
    table: Int32


def product_of(plan: ConvPlan) -> Product | None:
    """Return the product with the fewest instructions; None if sums or shifts fit none."""
    channels, limits = plan.channels, (plan.low, plan.high)
    if _is_packed(plan) and requantize.cuts_negatives(channels.out_zero_point, plan.low):
        first, second = channel_pairs(plan.out_c).T
        lower = one_step_scales(channels, first, limits)
        upper = lower and one_step_scales(channels, second, limits, UPPER_GAIN)
        if lower and upper:
            return Product("packed_relu", one_step_table(channels.bias, lower, upper))
    return two_step_product(plan)


def two_step_product(plan: ConvPlan) -> Product | None:
    """Return the product that rounds twice, as TFLM does; None if sums or shifts do not fit."""
    scales = requantize.scale_words(plan.channels)
    if scales is None:
        return None
    is_packed = _is_packed(plan)
    table = pair_table(plan.channels.bias, scales, is_packed=is_packed)
    return Product("packed" if is_packed else "wide", table)


def _is_packed(plan: ConvPlan) -> bool:
    """Return whether two channels fit one weight."""
    upper = channel_pairs(plan.out_c)[:, 1]
    return can_pack(plan.weights.reshape(plan.out_c, -1)) and plan.channels.fit_packed(upper)


def _gather(conv: Convolution) -> str:
    window, in_c = conv.window, conv.operands.x.shape[3]
    if window.filter_hw == (1, 1) and not _reaches_out(window):
        return "pixel"
    if window.dilation[1] > 1:
        return "patches"
    return "words" if in_c % BLOCK == 0 else "staged"


def _reaches_out(window: Window) -> bool:
    """Return whether a 1x1 window is ever in the padding."""
    last = [(n - 1) * step for n, step in zip(window.out_hw, window.stride, strict=True)]
    return window.pad != (0, 0) or any(
        n >= size for n, size in zip(last, window.in_hw, strict=True)
    )


def fewer_rows(plan: ConvPlan, limit: int) -> ConvPlan:
    """Gather the largest divisor of the filter's rows that scratch allows, at least 1."""
    plan = replace(plan, gather="patches") if plan.gather == "staged" else plan
    filter_h = plan.weights.shape[1]
    for rows in range(filter_h, 0, -1):
        fewer = replace(plan, rows=rows)
        if filter_h % rows == 0 and (rows == 1 or fewer.split_bytes <= limit):
            return fewer
    return plan

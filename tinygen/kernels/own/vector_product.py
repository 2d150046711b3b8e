"""Lay out weights and tables for the vector extension (tinygen/mve/product_s8.h)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinygen.graph import Tensor
from tinygen.ops.contract import Constant
from tinygen.ops.fixed_point import requantize, wrap_int32
from tinygen.ops.per_channel import Multipliers, Operands

Int8 = NDArray[np.int8]
Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]

BLOCK = 16
LANES = 4


@dataclass(frozen=True, slots=True, eq=False)
class Product:
    """Sums of products of each output channel, and what becomes of them.

    Attributes:
        weights: ``[out_c, depth]``.
        bias: ``[out_c]``, the input's zero point folded in.
        multipliers: One a channel.
        zero_point: Of the output.
        low: Smallest output.
        high: Largest output.
    """

    weights: Int8
    bias: Int64
    multipliers: Multipliers
    zero_point: int
    low: int
    high: int

    @property
    def blocks(self) -> int:
        """Vectors that hold the depth."""
        return blocks_of(self.weights.shape[1])

    @property
    def form(self) -> str:
        """How sums are requantized: the cheapest that is TFLM's bit for bit."""
        multiplier, shift = self.multipliers
        largest = int(np.where(multiplier == 0, -1, shift).max())  # 0 stays 0 by any shift
        if largest <= 0 and self.low >= self.zero_point:
            return "relu"
        return "plain" if largest < 0 else "exact"

    @property
    def may_share(self) -> bool:
        """All channels have one multiplier and shift, and a form that can share them."""
        is_one = all((values == values[0]).all() for values in self.multipliers)
        return is_one and self.form != "exact"

    def constants(self, *, shared: bool = False) -> list[Constant]:
        """Return ``packed`` and ``table``; the latter with one scale where ``shared``."""
        rows = self.rows()
        values = table(rows)
        if shared:
            scale = np.repeat([rows[1][0], rows[2][0]], LANES)
            values = np.concatenate([scale, table(rows[:1]).ravel()]).astype(np.int32)
        return [
            Constant("packed", packed(self.weights), "weights"),
            Constant("table", values, "table"),
        ]

    def fields(self, prefix: str = "product.", *, step: int = 0) -> dict[str, int | str]:
        """Return the fields of the C struct ``tg_mve_product``.

        Args:
            prefix: Before their names.
            step: Bytes from one output pixel to the next; 0: its channels.
        """
        return {
            f"{prefix}weights": "{packed}",
            f"{prefix}table": "{table}",
            f"{prefix}blocks": self.blocks,
            f"{prefix}out_c": len(self.weights),
            f"{prefix}zero_point": self.zero_point,
            f"{prefix}min": self.low,
            f"{prefix}max": self.high,
            f"{prefix}out_step": step or len(self.weights),
        }

    def rows(self) -> list[Int64]:
        """Return what the table holds of each channel, as ``tg_mve_product`` says."""
        multiplier, shift = (values.astype(np.int64) for values in self.multipliers)
        if self.form == "exact":
            return [self.bias, multiplier, np.maximum(shift, 0), np.minimum(shift, 0)]
        return [self.bias, multiplier, shift]


def product(
    operands: Operands,
    weights: Int8,
    multipliers: Multipliers,
    limits: tuple[int, int],
) -> Product:
    """Return the product of ``operands`` by weights ``[out_c, depth]``.

    A filter that is all zero may come with any scale of its own: its one output is written
    as a bias that multiplier 0.5 and shift 1 divide by 4.
    """
    folded = wrap_int32(folded_bias(weights, operands.x, operands.bias))
    multiplier, shift = (np.broadcast_to(values, folded.shape) for values in multipliers)
    zero_point = operands.y.zero_point
    output = np.clip(wrap_int32(requantize(folded, multiplier, shift) + zero_point), -128, 127)
    is_zero = ~weights.any(axis=1) & (len(multipliers[0]) > 1)
    return Product(
        weights=weights,
        bias=np.where(is_zero, 4 * (output - zero_point), folded),
        multipliers=(
            np.where(is_zero, 1 << 30, multiplier).astype(np.int32),
            np.where(is_zero, -1, shift).astype(np.int32),
        ),
        zero_point=zero_point,
        low=limits[0],
        high=limits[1],
    )


def folded_bias(weights: Int8, x: Tensor, bias: Tensor | None) -> Int64:
    """Return biases that hold for raw inputs: the zero point's share is taken off.

    Args:
        weights: ``[out_c, depth]``.
        x: The input.
        bias: Constant, or None.
    """
    total: Int64 = -x.zero_point * weights.astype(np.int64).sum(axis=1)
    if bias is not None and bias.data is not None:
        total += bias.data.ravel().astype(np.int64)
    return total


def blocks_of(depth: int) -> int:
    """Return how many vectors hold ``depth`` values.

    >>> blocks_of(17)
    2
    """
    return -(-depth // BLOCK)


def packed(weights: Int8) -> Int8:
    """Return ``[groups, blocks, 4, 16]`` from ``[out_c, depth]``, padded with zeros.

    >>> packed(np.ones((5, 17), np.int8)).shape
    (2, 2, 4, 16)
    """
    out_c, depth = weights.shape
    full = np.pad(weights, [(0, -out_c % LANES), (0, -depth % BLOCK)])
    return full.reshape(-1, LANES, full.shape[1] // BLOCK, BLOCK).transpose(0, 2, 1, 3)


def table(rows: list[Int64]) -> Int32:
    """Return ``[groups, rows, 4]`` from rows of one value a channel.

    >>> table([np.arange(5), np.arange(5) + 10]).tolist()
    [[[0, 1, 2, 3], [10, 11, 12, 13]], [[4, 0, 0, 0], [14, 0, 0, 0]]]
    """
    values = np.stack(rows)
    full = np.pad(values, [(0, 0), (0, -values.shape[1] % LANES)])
    return full.reshape(len(rows), -1, LANES).transpose(1, 0, 2).astype(np.int32)

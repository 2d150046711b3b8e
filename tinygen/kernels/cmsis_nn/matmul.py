"""Products of rows and one matrix, straight from memory."""

from dataclasses import dataclass

from tinygen.core import Core
from tinygen.kernels.cmsis_nn.blocks import HEADER
from tinygen.ops.contract import Call, Kernel
from tinygen.ops.per_channel import Multipliers, Operands, tables

_FUNCTION = "arm_nn_mat_mult_nt_t_s8"
_ROWS = 4  # that the MVE variant computes together


@dataclass(frozen=True, slots=True, eq=False)
class Product:
    """``out[rows, out_c] = in[rows, depth] * weights[out_c, depth]``.

    Attributes:
        operands: Its tensors.
        rows: Of input and output.
        depth: Values a row.
        limits: Smallest and largest output.
        scaling: One multiplier and shift a channel.
    """

    operands: Operands
    rows: int
    depth: int
    limits: tuple[int, int]
    scaling: Multipliers


def matmul(product: Product, core: Core, why: str) -> Kernel:
    """Return the call; ``why`` it was chosen is for the report.

    This is all that ``arm_convolve_1x1_s8_fast`` does; calling its core saves the
    wrapper and six parameter blocks an op.
    """
    operands = product.operands
    numbers = [
        product.rows,
        operands.y.shape[-1],
        product.depth,
        -operands.x.zero_point,
        operands.y.zero_point,
        *product.limits,
        product.depth,
    ]
    arguments = [*operands.arguments, "{out0}", "{multiplier}", "{shift}", *map(str, numbers)]
    return Kernel(
        name=_FUNCTION,
        calls=[Call(_FUNCTION, arguments, status="cmsis-nn")],
        sources=[f"cmsis-nn/NNSupportFunctions/{_FUNCTION}.c"],
        headers=[HEADER, "arm_nnsupportfunctions.h"],
        constants=tables(product.scaling),
        overlap={0: _overlap_bytes(product)} if core.mve else {},
        why=why,
    )


def _overlap_bytes(product: Product) -> int:
    """Return ``Kernel.overlap`` with MVE: four rows are read, then their outputs written.

    Without MVE every channel reads all rows again.
    """
    out_c, starts = product.operands.y.shape[-1], range(0, product.rows, _ROWS)
    written = [min(n + _ROWS, product.rows) * out_c - n * product.depth for n in starts]
    return max(*written, 0)

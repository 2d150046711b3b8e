"""CMSIS-NN's parameter blocks for one op, as structs of the generated C."""

from collections.abc import Iterable

from tinygen.graph import Op, Tensor
from tinygen.ops.activation import activation_range
from tinygen.ops.contract import Constant, Struct
from tinygen.ops.convolution import Convolution
from tinygen.ops.per_channel import fixed_multipliers, operand_multipliers, tables
from tinygen.ops.window import Pair

HEADER = "arm_nnfunctions.h"


def dims(name: str, shape: Iterable[int]) -> Struct:
    """Return a ``cmsis_nn_dims``; ``shape`` is NHWC."""
    return Struct("cmsis_nn_dims", name, dict(zip("nhwc", shape, strict=True)))


def context(scratch_bytes: int, buffer: str = "{scratch}") -> Struct:
    """Return the ``cmsis_nn_context`` that hands over a buffer of that many bytes."""
    return Struct(
        "cmsis_nn_context",
        "ctx",
        {"buf": buffer if scratch_bytes else "NULL", "size": scratch_bytes},
    )


def tile(name: str, pair: Pair) -> dict[str, int | str]:
    """Return the fields of a ``cmsis_nn_tile`` that is called ``name``; rows, columns.

    >>> tile("stride", (2, 1))
    {'stride.h': 2, 'stride.w': 1}
    """
    return {f"{name}.h": pair[0], f"{name}.w": pair[1]}


def clamp(op: Op, activation: int, y: Tensor) -> dict[str, int | str]:
    """Return the fields of the ``cmsis_nn_activation`` in a struct."""
    low, high = activation_range(op, activation, y)
    return {"activation.min": low, "activation.max": high}


def conv_fields(op: Op, conv: Convolution) -> dict[str, int | str]:
    """Return the fields that all structs of convolution parameters have."""
    window = conv.window
    return {
        "input_offset": -conv.operands.x.zero_point,
        "output_offset": conv.operands.y.zero_point,
        **tile("stride", window.stride),
        **tile("padding", window.pad),
        **tile("dilation", window.dilation),
        **clamp(op, conv.activation, conv.operands.y),
    }


def conv_dims(conv: Convolution) -> list[Struct]:
    """Return the dimensions of input, filter and output."""
    operands = conv.operands
    return [
        dims("in_dims", operands.x.shape),
        dims("filter_dims", operands.weights.shape),
        dims("out_dims", operands.y.shape),
    ]


def channel_tables(op: Op, conv: Convolution) -> list[Constant]:
    """Return ``multiplier`` and ``shift``, one a channel also for per-tensor weights."""
    return tables(fixed_multipliers(op, operand_multipliers(conv.operands)))


# CMSIS-NN's fields are not const, though nothing writes through them.
CHANNEL_QUANT = Struct(
    "cmsis_nn_per_channel_quant_params",
    "quant",
    {"multiplier": "(int32_t *){multiplier}", "shift": "(int32_t *){shift}"},
)


def aligned(nbytes: int) -> int:
    """Return ``nbytes`` rounded up to the 16 that scratch buffers are aligned to.

    >>> aligned(17)
    32
    """
    return -(-nbytes // 16) * 16

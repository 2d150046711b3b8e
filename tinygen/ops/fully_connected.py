"""FULLY_CONNECTED: rows times a matrix, whose values may also be computed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tinygen.graph import Graph, Op, Tensor
from tinygen.ops.activation import activation_range, output_fields
from tinygen.ops.checks import DAMAGED_HINT, require, require_counts, require_int8
from tinygen.ops.contract import Array, Call, Kernel, OpType, Struct, Target
from tinygen.ops.move_checks import require_sizes
from tinygen.ops.per_channel import (
    Multipliers,
    Operands,
    add_bias,
    bias_of,
    fixed_multipliers,
    read_operands,
    real_values,
    requantize_to,
    require_bias,
    require_operands,
    scale_products,
    tables,
)

# TFLM refuses a bias whose scale is further than this, in output steps, from the product's.
_LARGEST_BIAS_ERROR = 0.02


@dataclass(frozen=True, slots=True)
class FullyConnectedOptions:
    """Enums as the schema numbers them; the defaults are those of a file without options."""

    activation: int = 0
    weights_format: int = 0


def _read(table: Any) -> FullyConnectedOptions:
    if table is None:
        return FullyConnectedOptions()
    return FullyConnectedOptions(table.FusedActivationFunction(), table.WeightsFormat())


def multipliers(op: Op, operands: Operands) -> Multipliers:
    """Return one multiplier and shift, or one a channel where the weights have as many scales."""
    products = scale_products(operands.x, operands.weights, operands.y)
    return fixed_multipliers(op, products)


def has_channels(weights: Tensor) -> bool:
    """Return whether the weights have a scale for each channel."""
    return weights.quantization is not None and len(weights.quantization.scale) > 1


def _check(graph: Graph, op: Op) -> None:
    require_counts(op, (2, 3))
    require(op, op.options.weights_format == 0, "weights are shuffled")
    operands = read_operands(graph, op)
    _check_types(op, operands)
    x, y = operands.x, operands.y
    out_c, depth = operands.weights.shape
    require(op, x.size % depth == 0, f"{x.size} inputs are not rows of {depth}", DAMAGED_HINT)
    rows = x.size // depth
    require(
        op,
        y.shape[-1:] == (out_c,) and y.size == rows * out_c,
        f"output has shape {list(y.shape)}, but {rows} rows of {out_c} follow from the inputs",
        DAMAGED_HINT,
    )
    activation_range(op, op.options.activation, y)
    multipliers(op, operands)


def _check_types(op: Op, operands: Operands) -> None:
    """Check types and quantization; weights with one scale may be computed and have an offset."""
    weights = operands.weights
    if has_channels(weights):
        require_operands(op, operands, channels_axis=0, rank=2)
        return
    require_int8(op, operands.x, "input")
    require_int8(op, operands.y, "output")
    require_int8(op, weights, "weight matrix")
    rank = len(weights.shape)
    require(op, rank == 2, f"weights have shape {list(weights.shape)}, not 2-D", DAMAGED_HINT)
    require_bias(op, operands.bias, weights.shape[0])
    require_sizes(op, (operands.x, weights, operands.y))
    _check_bias_scale(op, operands)


def _check_bias_scale(op: Op, operands: Operands) -> None:
    bias = operands.bias
    if bias is None:
        return
    scale = bias.quantization.scale[0] if bias.quantization else 0.0
    product = operands.x.scale * operands.weights.scale
    require(
        op,
        abs(product - scale) / operands.y.scale <= _LARGEST_BIAS_ERROR,
        f"bias has scale {scale:g}, not {product:g} as its sums",
        DAMAGED_HINT,
    )


def _reference(graph: Graph, op: Op, inputs: Sequence[Array | None]) -> list[Array]:
    operands = read_operands(graph, op)
    w = real_values(inputs[1], operands.weights)
    x = real_values(inputs[0], operands.x).reshape(-1, w.shape[1])
    acc = add_bias(x @ w.T, bias_of(inputs))
    y = requantize_to(op, operands.y, op.options.activation, acc, multipliers(op, operands))
    return [y.reshape(operands.y.shape)]


def _macs(graph: Graph, op: Op) -> int:
    operands = read_operands(graph, op)
    return operands.y.size * operands.weights.shape[1]


def _kernel(graph: Graph, op: Op, _target: Target) -> Kernel:
    operands = read_operands(graph, op)
    out_c, depth = operands.weights.shape
    params: dict[str, int | str] = {
        "rows": operands.x.size // depth,
        "depth": depth,
        "out_c": out_c,
        "in_offset": -operands.x.zero_point,
        "weights_offset": -operands.weights.zero_point,
        "channel_step": int(has_channels(operands.weights)),
        **output_fields(op, op.options.activation, operands.y),
    }
    arguments = ["&params", *operands.arguments, "{multiplier}", "{shift}", "{out0}"]
    return Kernel(
        name="tg_fully_connected_s8",
        calls=[Call("tg_fully_connected_s8", arguments)],
        sources=["kernels/fully_connected_s8.c"],
        headers=["tinygen/kernels/fully_connected_s8.h"],
        constants=tables(multipliers(op, operands)),
        structs=[Struct("tg_fully_connected_params", "params", params)],
    )


OP = OpType(
    name="FULLY_CONNECTED",
    max_version=14,
    options_table="FullyConnectedOptions",
    read_options=_read,
    check=_check,
    reference=_reference,
    macs=_macs,
    kernel=_kernel,
)

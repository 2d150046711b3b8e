"""BATCH_MATMUL: products of two computed matrices, as attention makes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import mul
from typing import Any

import numpy as np

from tinygen.graph import Graph, Op, Tensor
from tinygen.ops.activation import output_fields
from tinygen.ops.checks import (
    DAMAGED_HINT,
    require,
    require_counts,
    require_int8,
    require_shape,
    required_input,
)
from tinygen.ops.contract import Array, Call, Kernel, OpType, Struct, Target
from tinygen.ops.move_checks import require_sizes
from tinygen.ops.per_channel import (
    Multipliers,
    fixed_multipliers,
    real_values,
    requantize_to,
    scale_products,
)

# Source: TFLM takes 2 to 5 dimensions, of which the last two are the matrix.
_LARGEST_RANK = 5
_NO_ACTIVATION = 0

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class BatchMatMulOptions:
    """Which operand is transposed; the defaults are those of a file without options."""

    adj_x: bool = False
    adj_y: bool = False


@dataclass(frozen=True, slots=True)
class Product:
    """``[*batches, rows, columns]``; shapes are extended to five dimensions.

    Attributes:
        batches: Of the output.
        rows: Of the output.
        depth: Products in a sum.
        columns: Of the output.
        a: Steps in elements: from batch to batch (0 where it is repeated), row to row
            and along the depth.
        b: The same: from batch to batch, column to column and along the depth.
    """

    batches: Shape
    rows: int
    depth: int
    columns: int
    a: Shape
    b: Shape


def _read(table: Any) -> BatchMatMulOptions:
    if table is None:
        return BatchMatMulOptions()
    return BatchMatMulOptions(bool(table.AdjX()), bool(table.AdjY()))


def read_product(graph: Graph, op: Op) -> Product:
    """Return the sizes and steps of a product.

    Raises:
        ModelError: The operands' shapes do not match.
    """
    a, b = (_extended(op, required_input(graph, op, n)) for n in (0, 1))
    a_steps, b_steps = _steps(a), _steps(b)
    # dimensions of a: rows, depth; of b: columns, depth
    a_axes = (4, 3) if op.options.adj_x else (3, 4)
    b_axes = (3, 4) if op.options.adj_y else (4, 3)
    batches_match = all(m == n or 1 in (m, n) for m, n in zip(a[:3], b[:3], strict=True))
    require(
        op,
        batches_match and a[a_axes[1]] == b[b_axes[1]],
        f"cannot multiply {list(a)} by {list(b)}",
        DAMAGED_HINT,
    )
    return Product(
        batches=tuple(max(m, n) for m, n in zip(a[:3], b[:3], strict=True)),
        rows=a[a_axes[0]],
        depth=a[a_axes[1]],
        columns=b[b_axes[0]],
        a=(*a_steps[:3], *(a_steps[axis] for axis in a_axes)),
        b=(*b_steps[:3], *(b_steps[axis] for axis in b_axes)),
    )


def _extended(op: Op, tensor: Tensor) -> Shape:
    """Return a shape with ones before it, five dimensions in all."""
    rank = len(tensor.shape)
    require(
        op,
        2 <= rank <= _LARGEST_RANK,
        f"an operand has shape {list(tensor.shape)}, not 2-D to {_LARGEST_RANK}-D",
        "reshape the operands in the Keras model",
    )
    return (1,) * (_LARGEST_RANK - rank) + tensor.shape


def _steps(shape: Shape) -> Shape:
    """Return elements from one index to the next in each dimension; 0 for batches of one."""
    steps = list(accumulate(reversed(shape[1:]), mul, initial=1))[::-1]
    return tuple(
        0 if size == 1 and axis < 3 else step
        for axis, (size, step) in enumerate(zip(shape, steps, strict=True))
    )


def _check(graph: Graph, op: Op) -> None:
    require_counts(op, (2,))
    x, w = required_input(graph, op, 0), required_input(graph, op, 1)
    y = graph.outputs_of(op)[0]
    require_int8(op, x, "first input")
    require_int8(op, w, "second input")
    require_int8(op, y, "output")
    require_sizes(op, (x, w, y))
    product = read_product(graph, op)
    rank = max(len(x.shape), len(w.shape))
    shape = (*product.batches, product.rows, product.columns)
    require_shape(op, y, shape[_LARGEST_RANK - rank :], "output")
    _multipliers(graph, op)


def _multipliers(graph: Graph, op: Op) -> Multipliers:
    x, w = graph.tensors[op.inputs[0]], graph.tensors[op.inputs[1]]
    return fixed_multipliers(op, scale_products(x, w, graph.outputs_of(op)[0]))


def _reference(graph: Graph, op: Op, inputs: Sequence[Array | None]) -> list[Array]:
    a, b = (
        real_values(values, graph.tensors[t]) for values, t in zip(inputs, op.inputs, strict=True)
    )
    a = np.swapaxes(a, -1, -2) if op.options.adj_x else a
    b = np.swapaxes(b, -1, -2) if op.options.adj_y else b
    acc = (a @ b).astype(np.int64)
    y = graph.outputs_of(op)[0]
    return [requantize_to(op, y, _NO_ACTIVATION, acc, _multipliers(graph, op))]


def _macs(graph: Graph, op: Op) -> int:
    return graph.outputs_of(op)[0].size * read_product(graph, op).depth


def _kernel(graph: Graph, op: Op, _target: Target) -> Kernel:
    product = read_product(graph, op)
    multiplier, shift = _multipliers(graph, op)
    a, b = graph.tensors[op.inputs[0]], graph.tensors[op.inputs[1]]
    steps = {"batches": product.batches, "a_step": product.a, "b_step": product.b}
    params: dict[str, int | str] = {
        **{f"{name}[{n}]": step for name, all_ in steps.items() for n, step in enumerate(all_)},
        "rows": product.rows,
        "depth": product.depth,
        "columns": product.columns,
        "a_offset": -a.zero_point,
        "b_offset": -b.zero_point,
        "multiplier": int(multiplier[0]),
        "shift": int(shift[0]),
        **output_fields(op, _NO_ACTIVATION, graph.outputs_of(op)[0]),
    }
    return Kernel(
        name="tg_batch_matmul_s8",
        calls=[Call("tg_batch_matmul_s8", ["&params", "{in0}", "{in1}", "{out0}"])],
        sources=["kernels/batch_matmul_s8.c"],
        headers=["tinygen/kernels/batch_matmul_s8.h"],
        structs=[Struct("tg_batch_matmul_params", "params", params)],
    )


OP = OpType(
    name="BATCH_MATMUL",
    max_version=4,
    options_table="BatchMatMulOptions",
    read_options=_read,
    check=_check,
    reference=_reference,
    macs=_macs,
    kernel=_kernel,
)

"""ELU: exp(x) - 1 below zero; TFLM fills a table by single-precision arithmetic.

Of float32, as the converter leaves it, where it becomes a table of tinygen's.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tinygen.graph import Graph, Op
from tinygen.ops.checks import DAMAGED_HINT, require, require_counts, required_input
from tinygen.ops.contract import Array, Kernel, OpType, Target, int8
from tinygen.ops.fixed_point import Int64
from tinygen.ops.float32 import float32_ratio, round_half_away
from tinygen.ops.float_functions import apply_float, check_float, no_kernel
from tinygen.ops.look_up import check_unary, look_up_op


def _check(graph: Graph, op: Op) -> None:
    check_unary(graph, op)
    x, y = graph.tensors[op.inputs[0]].scale, graph.outputs_of(op)[0].scale
    require(
        op,
        float32_ratio(1.0, y) < 2.0**30 and 256 * float32_ratio(x, y) < 2.0**30,
        f"output scale {y:g} is too small for input scale {x:g}",
        DAMAGED_HINT,
    )


def _elu(graph: Graph, op: Op, values: Int64) -> Array:
    x, y = graph.tensors[op.inputs[0]], graph.outputs_of(op)[0]
    real = np.float32(x.scale) * (values - x.zero_point).astype(np.float32)
    # Rounding double precision once is what a correct expf returns.
    exponential = np.exp(np.minimum(real, 0).astype(np.float64)).astype(np.float32)
    transformed = np.where(real < 0, exponential - np.float32(1), real)
    scaled = transformed * (np.float32(1) / np.float32(y.scale))
    return int8(round_half_away(scaled) + y.zero_point)


def _either(graph: Graph, op: Op) -> None:
    require_counts(op, (1,))
    if required_input(graph, op, 0).dtype == "float32":
        check_float(graph, op)
    else:
        _check(graph, op)


def _expm1(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(values < 0, np.expm1(np.minimum(values, 0)), values)


def _reference(graph: Graph, op: Op, inputs: Sequence[Array | None]) -> list[Array]:
    assert inputs[0] is not None
    if inputs[0].dtype == np.float32:
        return apply_float(graph, op, inputs, function=_expm1)
    return _INT8.reference(graph, op, inputs)


def _kernel(graph: Graph, op: Op, target: Target) -> Kernel:
    is_float = graph.tensors[op.inputs[0]].dtype == "float32"
    return (no_kernel if is_float else _INT8.kernel)(graph, op, target)


_INT8 = look_up_op("ELU", _elu, _check, max_version=1)
OP = OpType(name="ELU", max_version=1, check=_either, reference=_reference, kernel=_kernel)

"""Elementwise functions of float32 that a converter leaves between DEQUANTIZE and QUANTIZE.

There they are functions of one int8 value, which `tinygen.optimize.float_tables` computes for
all 256. No kernel computes them in float, so they are refused elsewhere.
"""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from tinygen.graph import Graph, Op
from tinygen.ops.checks import refuse, require, require_counts, require_shape, required_input
from tinygen.ops.contract import Array, Kernel, OpType, Target

Function = Callable[[NDArray[np.float64]], NDArray[np.float64]]

# TFLM's, in double precision: rounded once they are what correct single-precision functions
# return. TFLM rounds halves to even.
FUNCTIONS: dict[str, Function] = {
    "CEIL": np.ceil,
    "COS": np.cos,
    "EXP": np.exp,
    "FLOOR": np.floor,
    "LOG": np.log,
    "ROUND": np.rint,
    "SIN": np.sin,
    "SQRT": np.sqrt,
    "SQUARE": np.square,
}
_NEIGHBOURS = frozenset((*FUNCTIONS, "ELU", "NEG"))
_HINT = "keep the layer between int8 layers, or replace it"


def check_float(graph: Graph, op: Op) -> None:
    """Check a float32 function: it must become a table."""
    require_counts(op, (1,))
    x, y = required_input(graph, op, 0), graph.outputs_of(op)[0]
    for tensor, role in ((x, "input"), (y, "output")):
        require(op, tensor.dtype == "float32", f"{role} is {tensor.dtype}, not float32")
    require_shape(op, y, x.shape, "output")
    before = next((o for o in graph.ops if x.index in o.outputs), None)
    after = [o for o in graph.ops if y.index in o.inputs]
    require(
        op,
        before is not None and before.name in {*_NEIGHBOURS, "DEQUANTIZE"},
        "computes float32 values that no int8 layer made",
        _HINT,
    )
    require(
        op,
        bool(after)
        and y.index not in graph.outputs
        and all(o.name in {*_NEIGHBOURS, "QUANTIZE"} for o in after),
        "its float32 values are not quantized to int8 again",
        _HINT,
    )


def apply_float(
    _graph: Graph, _op: Op, inputs: Sequence[Array | None], *, function: Function
) -> list[Array]:
    """Compute ``function`` in double precision and round once."""
    assert inputs[0] is not None
    with np.errstate(all="ignore"):
        return [function(inputs[0].astype(np.float64)).astype(np.float32)]


def no_kernel(_graph: Graph, op: Op, _target: Target) -> Kernel:
    """Refuse: a float function has become a table before kernels are chosen.

    Raises:
        ModelError: It has not, because nothing reads what it computes.
    """
    raise refuse(op, "its float32 values are not quantized to int8 again", _HINT)


def float_op(name: str, function: Function, max_version: int) -> OpType:
    """Return the op type of a float32 function."""
    return OpType(
        name=name,
        max_version=max_version,
        check=check_float,
        reference=partial(apply_float, function=function),
        kernel=no_kernel,
    )


OPS = tuple(float_op(name, function, 2) for name, function in FUNCTIONS.items())

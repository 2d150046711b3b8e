"""DEQUANTIZE: int8 to float32."""

from collections.abc import Sequence

import numpy as np

from tinygen.graph import Graph, Op
from tinygen.ops.checks import (
    require,
    require_counts,
    require_int8,
    require_shape,
    required_input,
)
from tinygen.ops.contract import Array, Call, Kernel, OpType, Target


def _check(graph: Graph, op: Op) -> None:
    require_counts(op, (1,))
    x, y = required_input(graph, op, 0), graph.outputs_of(op)[0]
    require_int8(op, x, "input")
    require(op, y.dtype == "float32", f"output is {y.dtype}, not float32")
    require_shape(op, y, x.shape, "output")


def _reference(graph: Graph, op: Op, inputs: Sequence[Array | None]) -> list[Array]:
    """Multiply in single precision: 9 bits times 24 are exact in double, so rounded once."""
    assert inputs[0] is not None
    x = graph.tensors[op.inputs[0]]
    real = (inputs[0].astype(np.int64) - x.zero_point).astype(np.float32)
    with np.errstate(over="ignore", under="ignore"):
        return [real * np.float32(x.scale)]


def _kernel(graph: Graph, op: Op, _target: Target) -> Kernel:
    x = graph.tensors[op.inputs[0]]
    scale = f"{x.scale.hex()}f"  # C reads hexadecimal floats exactly
    return Kernel(
        name="tg_dequantize_s8_f32",
        calls=[
            Call(
                "tg_dequantize_s8_f32",
                ["{in0}", scale, str(x.zero_point), str(x.size), "{out0}"],
            )
        ],
        sources=["kernels/dequantize_s8_f32.c"],
        headers=["tinygen/kernels/dequantize_s8_f32.h"],
        overlap={0: 3 * x.size},
    )


OP = OpType(name="DEQUANTIZE", max_version=6, check=_check, reference=_reference, kernel=_kernel)

"""NEG of float32: what the converter leaves of LayerNormalization in float."""

from collections.abc import Sequence

from tinygen.graph import Graph, Op
from tinygen.ops.checks import require, require_counts, require_shape, required_input
from tinygen.ops.contract import Array, Call, Kernel, OpType, Target


def _check(graph: Graph, op: Op) -> None:
    require_counts(op, (1,))
    x, y = required_input(graph, op, 0), graph.outputs_of(op)[0]
    for tensor, role in ((x, "input"), (y, "output")):
        require(op, tensor.dtype == "float32", f"{role} is {tensor.dtype}, not float32")
    require_shape(op, y, x.shape, "output")


def _reference(_graph: Graph, _op: Op, inputs: Sequence[Array | None]) -> list[Array]:
    assert inputs[0] is not None
    return [-inputs[0]]


def _kernel(graph: Graph, op: Op, _target: Target) -> Kernel:
    size = graph.outputs_of(op)[0].size
    return Kernel(
        name="tg_neg_f32",
        calls=[Call("tg_neg_f32", ["{in0}", str(size), "{out0}"])],
        sources=["kernels/neg_f32.c"],
        headers=["tinygen/kernels/neg_f32.h"],
        overlap={0: 0},
    )


OP = OpType(name="NEG", max_version=1, check=_check, reference=_reference, kernel=_kernel)

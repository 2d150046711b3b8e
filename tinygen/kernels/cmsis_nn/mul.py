"""MUL of equal shapes by CMSIS-NN."""

from tinygen.graph import Graph, Op
from tinygen.kernels.cmsis_nn.blocks import HEADER
from tinygen.ops.binary import fused_range
from tinygen.ops.contract import Call, Kernel, Target
from tinygen.ops.mul import output_multiplier

_LARGEST_SHIFT = 14  # 255 * 255 << 14 is the last that fits int32


def emit(graph: Graph, op: Op, _target: Target) -> Kernel | None:
    """Return the kernel; None where an input is broadcast, or products overflow."""
    first, second = (graph.tensors[t] for t in op.inputs)
    out = graph.outputs_of(op)[0]
    multiplier, shift = output_multiplier(graph, op)
    if not first.size == second.size == out.size or shift > _LARGEST_SHIFT:
        return None
    after = [out.zero_point, multiplier, shift, *fused_range(graph, op), out.size]
    return Kernel(
        name="arm_elementwise_mul_s8",
        calls=[
            Call(
                "arm_elementwise_mul_s8",
                [
                    *("{in0}", "{in1}"),
                    *(str(-t.zero_point) for t in (first, second)),
                    "{out0}",
                    *map(str, after),
                ],
                status="cmsis-nn",
            )
        ],
        sources=["cmsis-nn/BasicMathFunctions/arm_elementwise_mul_s8.c"],
        headers=[HEADER],
        overlap={0: 0, 1: 0},
        why="equal shapes",
    )


KERNELS = {"MUL": emit}

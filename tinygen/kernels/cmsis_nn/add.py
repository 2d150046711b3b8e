"""ADD of equal shapes by CMSIS-NN."""

from tinygen.graph import Graph, Op
from tinygen.kernels.cmsis_nn.blocks import HEADER
from tinygen.ops.add_sub import LEFT_SHIFT, add_rescaling
from tinygen.ops.binary import fused_range
from tinygen.ops.contract import Call, Kernel, Target


def emit(graph: Graph, op: Op, _target: Target) -> Kernel | None:
    """Return the kernel; None where an input is broadcast."""
    first, second = (graph.tensors[t] for t in op.inputs)
    out = graph.outputs_of(op)[0]
    if not first.size == second.size == out.size:
        return None
    rescaling = add_rescaling(graph, op)
    numbers = [
        -first.zero_point,
        *rescaling.in0,
        -second.zero_point,
        *rescaling.in1,
        LEFT_SHIFT,
    ]
    after = [out.zero_point, *rescaling.out, *fused_range(graph, op), out.size]
    return Kernel(
        name="arm_elementwise_add_s8",
        calls=[
            Call(
                "arm_elementwise_add_s8",
                ["{in0}", "{in1}", *map(str, numbers), "{out0}", *map(str, after)],
                status="cmsis-nn",
            )
        ],
        sources=["cmsis-nn/BasicMathFunctions/arm_elementwise_add_s8.c"],
        headers=[HEADER],
        overlap={0: 0, 1: 0},
        why="equal shapes",
    )


KERNELS = {"ADD": emit}

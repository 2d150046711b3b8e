"""SOFTMAX by CMSIS-NN."""

from tinygen.graph import Graph, Op
from tinygen.kernels.cmsis_nn.blocks import HEADER
from tinygen.ops.contract import Call, Kernel, Target
from tinygen.ops.softmax import input_scaling

# Each class adds up to 2**19 to a sum that is then divided by a power of two; from 2**28
# on the power would be over 31.
_LARGEST_DEPTH = 511


def emit(graph: Graph, op: Op, _target: Target) -> Kernel | None:
    """Return the kernel; None for more classes than its shifts can scale."""
    x = graph.tensors[op.inputs[0]]
    depth = x.shape[-1]
    if depth > _LARGEST_DEPTH:
        return None
    multiplier, shift, radius = input_scaling(graph, op)
    numbers = [x.size // depth, depth, multiplier, shift, -radius]
    return Kernel(
        name="arm_softmax_s8",
        calls=[Call("arm_softmax_s8", ["{in0}", *map(str, numbers), "{out0}"])],
        sources=["cmsis-nn/SoftmaxFunctions/arm_softmax_s8.c"],
        headers=[HEADER],
        overlap={0: 0},
        why="exponentials by polynomials",
    )


KERNELS = {"SOFTMAX": emit}

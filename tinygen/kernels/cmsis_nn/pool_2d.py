"""AVERAGE_POOL_2D and MAX_POOL_2D by CMSIS-NN."""

from functools import partial

from tinygen.graph import Graph, Op
from tinygen.kernels.cmsis_nn.blocks import HEADER, aligned, clamp, context, dims, tile
from tinygen.ops.contract import Call, Kernel, Struct, Target
from tinygen.ops.pool_2d import overlap_bytes, window_of


def emit(graph: Graph, op: Op, target: Target, *, function: str) -> Kernel:
    """Return the kernel of either kind of pooling."""
    x, y = graph.tensors[op.inputs[0]], graph.outputs_of(op)[0]
    window, (batches, *_, channels) = window_of(graph, op), x.shape
    params = {
        **tile("stride", window.stride),
        **tile("padding", window.pad),
        **clamp(op, op.options.activation, y),
    }
    sums = function == "arm_avgpool_s8" and target.core.dsp and not target.core.mve
    scratch_bytes = aligned(4 * channels) if sums else 0
    blocks = ["&ctx", "&params", "&in_dims", "{in0}", "&filter_dims", "&out_dims", "{out0}"]
    return Kernel(
        name=function,
        calls=[Call(function, blocks, status="cmsis-nn")],
        sources=[f"cmsis-nn/PoolingFunctions/{function}.c"],
        headers=[HEADER],
        structs=[
            context(scratch_bytes),
            Struct("cmsis_nn_pool_params", "params", params),
            dims("in_dims", x.shape),
            dims("filter_dims", (1, *window.filter_hw, channels)),
            dims("out_dims", y.shape),
        ],
        scratch_bytes=scratch_bytes,
        overlap={0: overlap_bytes(window, batches, channels)},
        why="pixel by pixel, all channels together",
    )


KERNELS = {
    "AVERAGE_POOL_2D": partial(emit, function="arm_avgpool_s8"),
    "MAX_POOL_2D": partial(emit, function="arm_max_pool_s8"),
}

"""Small rewrites: ops that do nothing, or that a neighbour can do for free."""

from dataclasses import replace

from tinygen.graph import Graph, Op, Tensor
from tinygen.ops.pad import paddings
from tinygen.optimize.edit import read_instead, readers, with_ops, writer
from tinygen.optimize.rewrite import Rewrite

# The schema's ActivationFunctionType that an activation op is as a fused one.
_FUSED = {"RELU": 1, "RELU_N1_TO_1": 2, "RELU6": 3}
_PADS = {"CONV_2D", "DEPTHWISE_CONV_2D"}
_HAS_ACTIVATION = {
    "CONV_2D",
    "DEPTHWISE_CONV_2D",
    "FULLY_CONNECTED",
    "ADD",
    "SUB",
    "MUL",
    "AVERAGE_POOL_2D",
    "MAX_POOL_2D",
}


def _same_numbers(a: Tensor, b: Tensor) -> bool:
    """Return whether equal bytes stand for equal values, as many of them."""
    return a.nbytes == b.nbytes and _same_scale(a, b)


def _same_scale(a: Tensor, b: Tensor) -> bool:
    if a.quantization is None or b.quantization is None:
        return a.dtype == b.dtype and a.quantization is b.quantization
    return (a.dtype, a.quantization.scale, a.quantization.zero_point) == (
        b.dtype,
        b.quantization.scale,
        b.quantization.zero_point,
    )


def _drop_no_op_requantize(graph: Graph) -> tuple[Graph, str] | None:
    """Drop a QUANTIZE whose input and output are quantized alike."""
    for op in graph.ops:
        x, y = op.inputs[0], op.outputs[0]
        if (
            op.name == "QUANTIZE"
            and y not in graph.outputs
            and _same_numbers(graph.tensors[x], graph.tensors[y])
        ):
            return read_instead(
                with_ops(graph, {op.index: None}), y, x
            ), f"op {op.index} did nothing"
    return None


def _merge_views(graph: Graph) -> tuple[Graph, str] | None:
    """Let a view of a view read the first one's input."""
    for op in graph.ops:
        source = writer(graph, op.inputs[0]) if op.inputs and op.inputs[0] >= 0 else None
        if op.name == source_name(source) == "RESHAPE" and source is not None:
            merged = replace(op, inputs=(source.inputs[0], *op.inputs[1:]))
            only_reader = len(readers(graph, source.outputs[0])) == 1
            kept = source.outputs[0] in graph.outputs or not only_reader
            changed = {op.index: merged} | ({} if kept else {source.index: None})
            return with_ops(graph, changed), f"ops {source.index} and {op.index} are one reshape"
    return None


def source_name(op: Op | None) -> str:
    """Return the op's name; empty for None."""
    return op.name if op is not None else ""


def _fuse_activation(graph: Graph) -> tuple[Graph, str] | None:
    """Fold a RELU that only clamps into the range of the op before it."""
    for op in graph.ops:
        if op.name not in _FUSED:
            continue
        x, y = op.inputs[0], op.outputs[0]
        source = writer(graph, x)
        if (
            source is None
            or source.name not in _HAS_ACTIVATION
            or source.options.activation != 0
            or x in graph.outputs
            or len(readers(graph, x)) != 1
            or not _same_numbers(graph.tensors[x], graph.tensors[y])
        ):
            continue
        fused = replace(
            source,
            outputs=(y,),
            options=replace(source.options, activation=_FUSED[op.name]),
        )
        changed = {op.index: None, source.index: fused}
        return with_ops(graph, changed), f"op {op.index} is op {source.index}'s output range"
    return None


def _fold_padding(graph: Graph) -> tuple[Graph, str] | None:
    """Let a convolution pad by itself: a PAD's border counts as zero there."""
    for op in graph.ops:
        if op.name != "PAD" or len(graph.tensors[op.inputs[0]].shape) != 4:
            continue
        x, y = op.inputs[0], op.outputs[0]
        batch, rows, columns, channels = paddings(graph, op)
        users = readers(graph, y)
        if (
            batch != (0, 0)
            or channels != (0, 0)
            or y in graph.outputs
            or not users
            or not all(user.name in _PADS and user.inputs[0] == y for user in users)
            or not _same_scale(graph.tensors[x], graph.tensors[y])
        ):
            continue
        changed: dict[int, Op | None] = {op.index: None}
        for user in users:
            above, left = user.options.around
            around = (
                (above[0] + rows[0], above[1] + rows[1]),
                (left[0] + columns[0], left[1] + columns[1]),
            )
            changed[user.index] = replace(
                user,
                inputs=(x, *user.inputs[1:]),
                options=replace(user.options, around=around),
            )
        return with_ops(graph, changed), f"op {op.index} is padding of the next"
    return None


FOLDS = (
    Rewrite("fold-padding", _fold_padding),
    Rewrite("drop-requantize", _drop_no_op_requantize),
    Rewrite("merge-views", _merge_views),
    Rewrite("fuse-activation", _fuse_activation),
)

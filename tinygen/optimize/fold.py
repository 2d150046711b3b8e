"""Small rewrites: ops that do nothing, or that a neighbour can do for free."""

from dataclasses import replace

from tinygen.graph import Graph, Op, Tensor
from tinygen.optimize.edit import read_instead, readers, with_ops, writer
from tinygen.optimize.rewrite import Rewrite

# The schema's ActivationFunctionType that an activation op is as a fused one.
_FUSED = {"RELU": 1, "RELU_N1_TO_1": 2, "RELU6": 3}
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
    """Return whether equal bytes stand for equal values."""
    same_type = a.dtype == b.dtype and a.nbytes == b.nbytes
    if a.quantization is None or b.quantization is None:
        return same_type and a.quantization is b.quantization
    return same_type and (a.quantization.scale, a.quantization.zero_point) == (
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


FOLDS = (
    Rewrite("drop-requantize", _drop_no_op_requantize),
    Rewrite("merge-views", _merge_views),
    Rewrite("fuse-activation", _fuse_activation),
)

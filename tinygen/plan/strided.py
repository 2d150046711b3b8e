"""Convolutions that can write their channels straight into a concatenation of channels."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from tinygen.graph import Graph, Op
from tinygen.ops.contract import Copy, Kernel
from tinygen.ops.registry import op_types

_STEPPING = ("CONV_2D", "DEPTHWISE_CONV_2D")


def strided_kernels(
    graph: Graph,
    kernels: Sequence[Kernel | None],
    choose: Callable[[Graph, Op], Kernel | None],
) -> dict[int, Kernel]:
    """Return kernels that write into a later concatenation, by the op's position.

    Only such that are the op's own kernel but for the distance of pixels: they take as
    long. Where the output lies over the input is another matter: nowhere.

    Args:
        graph: Verified.
        kernels: Of each op run whole.
        choose: Chooses the kernel of an op.
    """
    found = {}
    for position, copy in _joined(graph).items():
        op, whole = graph.ops[position], kernels[position]
        if whole is None or whole.loops or graph.outputs_of(op)[0].shape[0] != 1:
            continue
        apart = replace(op, options=replace(op.options, out_step=copy.out_step))
        ops = tuple(apart if one is op else one for one in graph.ops)
        kernel = choose(replace(graph, ops=ops), apart)
        if kernel and kernel.name == whole.name and _steps(kernel, copy.out_step):
            why = f"{whole.why}; its channels are written where they are joined".lstrip("; ")
            found[position] = replace(kernel, overlap={}, in_place=False, why=why)
    return found


def _joined(graph: Graph) -> dict[int, Copy]:
    """Return the positions of convolutions that only a concatenation reads, once."""
    writers = {
        op.outputs[0]: position for position, op in enumerate(graph.ops) if op.name in _STEPPING
    }
    used = [t for op in graph.ops for t in op.inputs] + list(graph.outputs)
    return {
        writers[op.inputs[copy.source]]: copy
        for op in graph.ops
        for copy in op_types()[op.name].copies(graph, op)
        if copy.out_step
        and op.inputs[copy.source] in writers
        and used.count(op.inputs[copy.source]) == 1
    }


def _steps(kernel: Kernel, step: int) -> bool:
    """Return whether a kernel leaves out what lies between its channels."""
    steps = [
        value
        for struct in kernel.structs
        for name, value in struct.fields.items()
        if name.endswith("out_step")
    ]
    return bool(steps) and set(steps) == {step}

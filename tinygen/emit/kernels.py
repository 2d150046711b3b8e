"""Choose a kernel for each op."""

from tinygen.graph import Graph, Op
from tinygen.kernels.registry import emitters
from tinygen.ops.contract import Kernel, Library, Target
from tinygen.ops.registry import op_types


def choose_kernels(graph: Graph, target: Target, library: Library) -> list[Kernel | None]:
    """Return the kernel of each op; None for views, which need no code.

    Args:
        graph: Verified.
        target: What the kernels are for.
        library: The preferred one; ops it cannot do get ``reference``.
    """
    return [choose_kernel(graph, op, target, library) for op in graph.ops]


def choose_kernel(graph: Graph, op: Op, target: Target, library: Library) -> Kernel | None:
    """Return the kernel of one op; None for a view, which needs no code."""
    op_type = op_types()[op.name]
    if op_type.is_view and graph.tensors[op.inputs[0]].data is None:
        return None
    for mve in (True, False) if target.core.mve else (False,):
        emit = emitters(library, mve=mve).get(op.name)
        kernel = emit(graph, op, target) if emit else None
        if kernel:
            return kernel
    return op_type.kernel(graph, op, target)

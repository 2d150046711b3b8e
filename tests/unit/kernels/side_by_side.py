"""Plans for models of independent ops: nothing shared, or as much as kernels allow."""

from tinygen.plan.model import Bounds, Plan


def side_by_side(graph, kernels) -> Plan:
    """Give every buffer bytes of its own, an op's scratch right before its tensors.

    A kernel that writes more scratch than it asked for destroys its own input.
    """
    return _plan(graph, kernels, lambda _op, _kernel: None)


def over_the_input(graph, kernels) -> Plan:
    """Lay each output over its op's first tensor in RAM, as far as the kernel says it may.

    Kernels that work in place do so.
    """

    def distance(op, kernel):
        return 0 if kernel and kernel.in_place else _allowed(graph, op, kernel)

    return _plan(graph, kernels, distance)


def behind_the_input(graph, kernels) -> Plan:
    """Do the same, but let kernels that work in place trail their input, too."""
    return _plan(graph, kernels, lambda op, kernel: _allowed(graph, op, kernel))


def _allowed(graph, op, kernel):
    allowed = kernel.overlap.get(_first_in_ram(graph, op)) if kernel else None
    out = graph.tensors[op.outputs[0]].nbytes
    return allowed if allowed is not None and allowed < out else None


def _first_in_ram(graph, op):
    return next(n for n, t in enumerate(op.inputs) if t >= 0 and graph.tensors[t].data is None)


def _plan(graph, kernels, distance) -> Plan:
    tensors, scratch, at = {}, {}, 0
    for position, (op, kernel) in enumerate(zip(graph.ops, kernels, strict=True)):
        scratch[position] = at
        at += kernel.scratch_bytes if kernel else 0
        below = distance(op, kernel)
        at = _aligned(at + (below or 0))
        start = at
        for t in op.inputs:
            if t >= 0 and graph.tensors[t].data is None:
                tensors[t] = at
                at = _aligned(at + graph.tensors[t].nbytes)
        out = graph.tensors[op.outputs[0]]
        tensors[out.index] = at if below is None else start - below
        at = _aligned(max(at, tensors[out.index] + out.nbytes))
    return Plan((), tensors, scratch, at, 0, Bounds(0, 0), is_optimal=False, peak_op=0)


def _aligned(at: int) -> int:
    return -(-at // 16) * 16

"""The model's C source and header: constants, calls and the typed API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tinygen.emit.render import C_TYPES, c_float, c_int, render
from tinygen.graph import Graph, Op, Tensor
from tinygen.ops.contract import Constant, Kernel
from tinygen.plan.model import Plan


@dataclass(frozen=True, slots=True, eq=False)
class _OpText:
    """One op as the template prints it; every text is final C."""

    index: int
    title: str
    constants: tuple[tuple[str, Constant], ...]
    structs: tuple[tuple[str, str, bool, tuple[tuple[str, str], ...]], ...]
    calls: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Port:
    """One input or output as the template prints it."""

    index: int
    offset: int
    nbytes: int
    size: int
    c_type: str
    dtype: str
    scale: str
    zero_point: int
    shape: str


def emit_model(graph: Graph, kernels: Sequence[Kernel | None], plan: Plan) -> dict[str, str]:
    """Return ``model.c`` and ``model.h`` as text."""
    ops = [
        _op_text(graph, position, op, kernel, plan)
        for position, (op, kernel) in enumerate(zip(graph.ops, kernels, strict=True))
        if kernel is not None
    ]
    context = {
        "source_name": graph.name,
        "sha256": graph.sha256,
        "arena_bytes": max(plan.arena_bytes, 16),
        "headers": sorted({h for k in kernels if k is not None for h in k.headers}),
        "instances": list(
            {i.name: i for k in kernels if k is not None for i in k.instances}.values()
        ),
        "inputs": [_port(graph.tensors[t], n, plan) for n, t in enumerate(graph.inputs)],
        "outputs": [_port(graph.tensors[t], n, plan) for n, t in enumerate(graph.outputs)],
        "ops": ops,
    }
    return {
        "model.c": render("model/model.c.j2", context),
        "model.h": render(
            "model/model.h.j2",
            {k: v for k, v in context.items() if k not in {"headers", "instances"}},
        ),
    }


def _port(tensor: Tensor, index: int, plan: Plan) -> _Port:
    return _Port(
        index=index,
        offset=plan.tensor_offsets[tensor.index],
        nbytes=tensor.nbytes,
        size=tensor.size,
        c_type=C_TYPES[tensor.dtype],
        dtype=tensor.dtype,
        scale=c_float(tensor.scale if tensor.quantization else 1.0),
        zero_point=tensor.zero_point,
        shape="x".join(str(n) for n in tensor.shape),
    )


def _op_text(graph: Graph, position: int, op: Op, kernel: Kernel, plan: Plan) -> _OpText:
    prefix = f"op{op.index}_"
    constants = {c.name: c for c in (*_constant_inputs(graph, op, kernel), *kernel.constants)}
    names = {name: prefix + name for name in constants}
    for role, indices in (("in", op.inputs), ("out", op.outputs)):
        for n, t in enumerate(indices):
            if t in plan.tensor_offsets:
                names[f"{role}{n}"] = f"ARENA({plan.tensor_offsets[t]})"
    if kernel.scratch_bytes:
        names["scratch"] = f"ARENA({plan.scratch_offsets[position]})"
    return _OpText(
        index=op.index,
        title=f"{op.name} by {kernel.name}",
        constants=tuple((prefix + name, constant) for name, constant in constants.items()),
        structs=tuple(
            (s.type, s.name, s.is_local, tuple((k, _value(v, names)) for k, v in s.fields.items()))
            for s in kernel.structs
        ),
        calls=tuple(
            (c.status, f"{c.function}({', '.join(_value(a, names) for a in c.arguments)})")
            for c in kernel.calls
        ),
    )


def _value(text: int | str, names: Mapping[str, str]) -> str:
    return c_int(text) if isinstance(text, int) else text.format_map(names)


def _constant_inputs(graph: Graph, op: Op, kernel: Kernel) -> list[Constant]:
    """Return the constant input tensors that the kernel names."""
    texts = [str(a) for c in kernel.calls for a in c.arguments]
    texts += [str(v) for s in kernel.structs for v in s.fields.values()]
    found = []
    for n, t in enumerate(op.inputs):
        data = graph.tensors[t].data if t >= 0 else None
        if data is not None and any(f"{{in{n}}}" in text for text in texts):
            found.append(Constant(f"in{n}", data, "weights"))
    return found

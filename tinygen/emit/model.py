"""The model's C source and header: constants, calls and the typed API."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from tinygen.emit.arena import Arena, make_arena
from tinygen.emit.chains import ChainText, chain_text
from tinygen.emit.loops import LoopText, StructText, call_texts, loop_texts, struct_texts
from tinygen.emit.render import C_TYPES, c_float, render
from tinygen.emit.streams import Stream, stream_text
from tinygen.graph import Graph, Op, Tensor
from tinygen.ops.contract import Constant, Kernel, stored_constants
from tinygen.plan.model import Plan
from tinygen.plan.schedule import is_chained, kernels_used


@dataclass(frozen=True, slots=True, eq=False)
class _OpText:
    """One op as the template prints it; every text is final C."""

    index: int
    title: str
    constants: tuple[tuple[str, Constant], ...]
    structs: tuple[StructText, ...]
    calls: tuple[tuple[str, str], ...]
    loops: tuple[LoopText, ...]
    is_chain: bool = False


@dataclass(frozen=True, slots=True)
class _Port:
    """One input or output as the template prints it."""

    index: int
    address: str
    element: str
    nbytes: int
    size: int
    c_type: str
    dtype: str
    scale: str
    zero_point: int
    shape: str


def emit_model(
    graph: Graph, kernels: Sequence[Kernel | None], plan: Plan, stream: Stream | None = None
) -> dict[str, str]:
    """Return ``model.c`` and ``model.h`` as text."""
    chunks, arena = count(), make_arena(plan)
    whole: dict[int, _OpText | ChainText] = {
        position: _op_text(graph, position, op, plan, arena, kernel=kernel, chunks=chunks)
        for position, (op, kernel) in enumerate(zip(graph.ops, kernels, strict=True))
        if kernel is not None and not is_chained(plan.chains, position)
    }
    chains = {chain.first: chain_text(graph, chain, plan, arena) for chain in plan.chains}
    used = [kernel for kernel in kernels_used(kernels, plan.chains) if kernel is not None]
    context = {
        "source_name": graph.name,
        "sha256": graph.sha256,
        "arena": arena,
        "arena_bytes": sum(part.nbytes for part in arena.parts),
        "headers": sorted(
            {h for kernel in used for h in kernel.headers}
            | (set(stream.source.headers) if stream else set())
        ),
        "instances": list({i.name: i for kernel in used for i in kernel.instances}.values()),
        "inputs": [_port(graph.tensors[t], n, plan, arena) for n, t in enumerate(graph.inputs)],
        "outputs": [_port(graph.tensors[t], n, plan, arena) for n, t in enumerate(graph.outputs)],
        "ops": [text for _, text in sorted((whole | chains).items())],
        "stream": stream_text(stream, arena) if stream else None,
    }
    return {
        "model.c": render("model/model.c.j2", context),
        "model.h": render(
            "model/model.h.j2",
            {k: v for k, v in context.items() if k not in {"headers", "instances"}},
        ),
    }


def _port(tensor: Tensor, index: int, plan: Plan, arena: Arena) -> _Port:
    place = arena.place(plan.tensor_offsets[tensor.index])
    return _Port(
        index=index,
        address=place.text(),
        element=place.element,
        nbytes=tensor.nbytes,
        size=tensor.size,
        c_type=C_TYPES[tensor.dtype],
        dtype=tensor.dtype,
        scale=c_float(tensor.scale if tensor.quantization else 1.0),
        zero_point=tensor.zero_point,
        shape="x".join(str(n) for n in tensor.shape),
    )


def _op_text(  # noqa: PLR0913 - an op is printed from all that was decided
    graph: Graph,
    position: int,
    op: Op,
    plan: Plan,
    arena: Arena,
    *,
    kernel: Kernel,
    chunks: Iterator[int],
) -> _OpText:
    prefix = f"op{op.index}_"
    constants = {c.name: c for c in stored_constants(graph, op, kernel)}
    names = {name: prefix + name for name in constants}
    places = {
        f"{role}{n}": arena.place(plan.tensor_offsets[t])
        for role, indices in (("in", op.inputs), ("out", op.outputs))
        for n, t in enumerate(indices)
        if t in plan.tensor_offsets
    }
    names |= {name: place.text() for name, place in places.items()}
    if kernel.scratch_bytes:
        names["scratch"] = arena.place(plan.scratch_offsets[position]).text()
    loops, more = loop_texts(kernel.loops, prefix, names, places, chunks)
    stored = [(prefix + name, constant) for name, constant in constants.items()]
    return _OpText(
        index=op.index,
        title=f"{op.name} by {kernel.name}",
        constants=(*stored, *more),
        structs=struct_texts(kernel.structs, names),
        calls=call_texts(kernel.calls, names),
        loops=loops,
    )

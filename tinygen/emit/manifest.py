"""Write down what a project holds, as its manifest."""

from collections.abc import Sequence
from importlib.metadata import version

from tinygen.emit.parts import Project
from tinygen.graph import Graph, Op, Tensor
from tinygen.manifest import ArenaEntry, Manifest, ModelEntry, OpEntry, PlanEntry, TensorEntry
from tinygen.ops.contract import Kernel
from tinygen.ops.registry import op_types
from tinygen.plan.model import Plan
from tinygen.plan.schedule import Chain, is_chained


def describe(project: Project, files: tuple[str, ...]) -> Manifest:
    """Return the manifest of a project that holds ``files`` besides it."""
    given, graph, plan = project.given, project.graph, project.plan
    return Manifest(
        tinygen=version("tinygen"),
        model=_model(given, graph),
        board=project.board.id,
        core=project.board.core,
        runtime=project.runtime,
        kernels=project.library,
        optimize=project.optimize,
        regions=project.board.regions,
        plan=PlanEntry(
            arena_bytes=plan.arena_bytes,
            scratch_bytes=plan.scratch_bytes,
            stack_bytes=project.stack_bytes,
            bound_layerwise=plan.bounds.layerwise,
            bound_overlap=plan.bounds.overlap,
            is_optimal=plan.is_optimal,
            arenas=tuple(ArenaEntry(use.name, use.start, use.nbytes) for use in plan.regions),
        ),
        inputs=tuple(_tensor(graph.tensors[t], plan) for t in graph.inputs),
        outputs=tuple(_tensor(graph.tensors[t], plan) for t in graph.outputs),
        ops=_ops(graph, project.kernels, plan.chains),
        weights=project.weights,
        files=files,
        app=project.app,
    )


def _model(given: Graph, graph: Graph) -> ModelEntry:
    return ModelEntry(
        name=given.name,
        sha256=given.sha256,
        macs=sum(_macs(given)),
        macs_executed=sum(_macs(graph)),
        weights_bytes=_weights_bytes(given),
        weights_bytes_stored=_weights_bytes(graph),
    )


def _ops(
    graph: Graph, kernels: Sequence[Kernel | None], chains: Sequence[Chain]
) -> tuple[OpEntry, ...]:
    macs = _macs(graph)
    whole = {
        position: OpEntry(
            index=op.index,
            op=op.name,
            kernel=kernel.name if kernel else "",
            macs=macs[position],
            scratch_bytes=kernel.scratch_bytes if kernel else 0,
            why=kernel.why if kernel else _why_not(op),
        )
        for position, (op, kernel) in enumerate(zip(graph.ops, kernels, strict=True))
        if not is_chained(chains, position)
    }
    by_rows = {chain.first: _chain(graph, chain, macs) for chain in chains}
    return tuple(entry for _, entry in sorted((whole | by_rows).items()))


def _why_not(op: Op) -> str:
    """Return why an op has no kernel; nothing for a view, which never has one."""
    return "" if op_types()[op.name].is_view else "no copy: its tensors share a buffer"


def _chain(graph: Graph, chain: Chain, macs: Sequence[int]) -> OpEntry:
    """Return one entry for all ops of a chain: they run, and are measured, as one."""
    first, last = graph.ops[chain.first].index, graph.ops[chain.last].index
    return OpEntry(
        index=first,
        op=f"CHAIN {first}-{last}",
        kernel=f"{len(chain.kernels)} kernels",
        macs=sum(macs[chain.first : chain.last + 1]),
        scratch_bytes=max(chain.scratch_bytes.values(), default=0),
        why=chain.why,
    )


def _macs(graph: Graph) -> list[int]:
    return [op_types()[op.name].macs(graph, op) for op in graph.ops]


def _weights_bytes(graph: Graph) -> int:
    """Count the int8 constants that ops read, each once."""
    used = {t for op in graph.ops for t in op.inputs if t >= 0}
    constants = [graph.tensors[t] for t in sorted(used) if graph.tensors[t].data is not None]
    return sum(t.nbytes for t in constants if t.dtype == "int8")


def _tensor(tensor: Tensor, plan: Plan) -> TensorEntry:
    return TensorEntry(
        name=tensor.name,
        dtype=tensor.dtype,
        shape=tensor.shape,
        scale=tensor.scale if tensor.quantization else None,
        zero_point=tensor.zero_point,
        offset=plan.tensor_offsets[tensor.index],
        nbytes=tensor.nbytes,
    )

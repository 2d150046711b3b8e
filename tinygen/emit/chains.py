"""Chains as C text: a function for each part of an op, and the calls in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tinygen.emit.arena import Arena, Place
from tinygen.emit.loops import CallText, StructText, call_texts, struct_texts
from tinygen.emit.repeats import Repeat, Statement, fold
from tinygen.graph import Graph
from tinygen.ops.contract import Constant
from tinygen.plan.model import Plan
from tinygen.plan.schedule import MOVE_ROWS, Access, Chain, Step
from tinygen.plan.shared import part_constants


@dataclass(frozen=True, slots=True)
class _FunctionText:
    """One part of an op: its parameters are the tensors it is called with."""

    name: str
    parameters: tuple[str, ...]
    structs: tuple[StructText, ...]
    calls: tuple[CallText, ...]


@dataclass(frozen=True, slots=True)
class _RunText:
    """Statements that run ``count`` times, ``n`` being the number of the time."""

    count: int
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ChainText:
    """A chain as the template prints it, in place of its first op."""

    index: int
    title: str
    constants: tuple[tuple[str, Constant], ...]
    functions: tuple[_FunctionText, ...]
    runs: tuple[_RunText, ...]
    is_chain: bool = True


def chain_text(graph: Graph, chain: Chain, plan: Plan, arena: Arena) -> ChainText:
    """Return a chain's C text."""
    stored = part_constants(graph, chain)
    steps = {_function(graph, step): step for step in chain.steps}
    first, last = graph.ops[chain.first].index, graph.ops[chain.last].index
    return ChainText(
        index=first,
        title=f"ops {first} to {last}, {chain.lines} rows at a time",
        constants=tuple((c.name, c.constant) for c in stored.arrays),
        functions=tuple(
            _function_text(name, step, _scratch(step, plan, arena), stored.names[id(step.kernel)])
            for name, step in steps.items()
        ),
        runs=tuple(_run_text(repeat) for repeat in fold(_statements(graph, chain, plan, arena))),
    )


def _function(graph: Graph, step: Step) -> str:
    return f"op{graph.ops[step.op].index}_rows_{step.name}"


def _tensors(step: Step) -> dict[str, Access]:
    """Return what the step's function takes: tensors that its kernel names."""
    found = {f"in{n}": access for n, access in step.reads.items()}
    found |= {f"out{n}": access for n, access in enumerate(step.writes)}
    texts = step.kernel.texts
    return {
        name: access
        for name, access in found.items()
        if any(f"{{{name}}}" in text for text in texts)
    }


def _scratch(step: Step, plan: Plan, arena: Arena) -> dict[str, str]:
    """Return what stands for the step's scratch, if it has any."""
    if not step.kernel.scratch_bytes:
        return {}
    return {"scratch": arena.place(plan.scratch_offsets[step.op]).text()}


def _function_text(
    name: str, step: Step, scratch: Mapping[str, str], constants: Mapping[str, str]
) -> _FunctionText:
    tensors = _tensors(step)
    names = {**constants, **scratch, **{tensor: tensor for tensor in tensors}}
    return _FunctionText(
        name,
        tuple(f"void *{tensor}" for tensor in tensors),
        struct_texts(step.kernel.structs, names),
        call_texts(step.kernel.calls, names),
    )


def _statements(graph: Graph, chain: Chain, plan: Plan, arena: Arena) -> list[Statement]:
    found = []
    for step in chain.steps:
        for shift in step.shifts:
            band = plan.tensor_offsets[shift.tensor]
            places = [arena.place(band), arena.place(band + shift.source)]
            found.append(_statement(MOVE_ROWS.name, places, str(shift.nbytes)))
        places = [
            arena.place(plan.tensor_offsets[access.tensor] + access.span.low)
            for access in _tensors(step).values()
        ]
        found.append(_statement(_function(graph, step), places))
    return found


def _statement(function: str, places: Sequence[Place], *rest: str) -> Statement:
    offsets, parts = (p.offset for p in places), (p.macro for p in places)
    return Statement(function, tuple(offsets), rest, tuple(parts))


def _run_text(repeat: Repeat) -> _RunText:
    texts = []
    for statement, steps in zip(repeat.statements, repeat.steps, strict=True):
        moves = steps if repeat.count > 1 else (0,) * len(steps)
        places = [
            Place(part, "", offset).text(step=step)
            for part, offset, step in zip(statement.parts, statement.offsets, moves, strict=True)
        ]
        call = f"{statement.function}({', '.join([*places, *statement.rest])})"
        texts.append(call if statement.function == MOVE_ROWS.name else f"TG_TRY({call})")
    return _RunText(repeat.count, tuple(texts))

"""Chains as C text: a function for each part of an op, and the calls in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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


def chain_text(graph: Graph, chain: Chain, plan: Plan) -> ChainText:
    """Return a chain's C text."""
    stored = part_constants(graph, chain)
    steps = {_function(graph, step): step for step in chain.steps}
    first, last = graph.ops[chain.first].index, graph.ops[chain.last].index
    return ChainText(
        index=first,
        title=f"ops {first} to {last}, {chain.lines} rows at a time",
        constants=tuple((c.name, c.constant) for c in stored.arrays),
        functions=tuple(
            _function_text(name, step, plan, stored.names[id(step.kernel)])
            for name, step in steps.items()
        ),
        runs=tuple(_run_text(repeat) for repeat in fold(_statements(graph, chain, plan))),
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


def _function_text(
    name: str, step: Step, plan: Plan, constants: Mapping[str, str]
) -> _FunctionText:
    tensors = _tensors(step)
    names = dict(constants) | {tensor: tensor for tensor in tensors}
    if step.kernel.scratch_bytes:
        names["scratch"] = f"ARENA({plan.scratch_offsets[step.op]})"
    return _FunctionText(
        name,
        tuple(f"void *{tensor}" for tensor in tensors),
        struct_texts(step.kernel.structs, names),
        call_texts(step.kernel.calls, names),
    )


def _statements(graph: Graph, chain: Chain, plan: Plan) -> list[Statement]:
    found = []
    for step in chain.steps:
        for shift in step.shifts:
            band = plan.tensor_offsets[shift.tensor]
            places = (band, band + shift.source)
            found.append(Statement(MOVE_ROWS.name, places, (str(shift.nbytes),)))
        offsets = tuple(
            plan.tensor_offsets[access.tensor] + access.span.low
            for access in _tensors(step).values()
        )
        found.append(Statement(_function(graph, step), offsets))
    return found


def _run_text(repeat: Repeat) -> _RunText:
    texts = []
    for statement, steps in zip(repeat.statements, repeat.steps, strict=True):
        places = _places(statement.offsets, steps if repeat.count > 1 else ())
        call = f"{statement.function}({', '.join([*places, *statement.rest])})"
        texts.append(call if statement.function == MOVE_ROWS.name else f"TG_TRY({call})")
    return _RunText(repeat.count, tuple(texts))


def _places(offsets: Sequence[int], steps: Sequence[int]) -> list[str]:
    """Return addresses in C.

    >>> _places([16, 32], [8, 0]), _places([16], [-8])
    (['ARENA(16 + n * 8)', 'ARENA(32)'], ['ARENA(16 - n * 8)'])
    """
    texts = []
    for n, offset in enumerate(offsets):
        step = steps[n] if steps else 0
        sign = "-" if step < 0 else "+"
        texts.append(f"ARENA({offset} {sign} n * {abs(step)})" if step else f"ARENA({offset})")
    return texts

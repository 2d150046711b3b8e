"""Which kernels could compute an op: every library's, and the variants of our own."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from tinygen.emit.kernels import choose_kernel
from tinygen.graph import Graph, Op
from tinygen.ops.contract import Kernel, Library, Optimize, Target, stored_constants

# Earlier ones win ties.
LIBRARIES: Sequence[Library] = ("tinygen", "cmsis-nn", "reference")
# What an aim may borrow from others: code for time, never memory that it promised to save.
_VARIANTS: dict[Optimize, Sequence[Optimize]] = {
    "speed": ("speed", "balanced", "size"),
    "balanced": ("balanced", "speed", "size"),
    "size": ("size",),
    "ram": ("ram",),
}
# What a variant for speed may take more than the balanced kernel, in balanced.
_STORED_AT_MOST = 1.1
_SCRATCH_AT_MOST = 2560


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A kernel that could compute an op.

    Attributes:
        library: Where it comes from.
        optimize: The variant.
        kernel: What it is.
        stored_bytes: Flash for its constants.
    """

    library: Library
    optimize: Optimize
    kernel: Kernel
    stored_bytes: int

    @property
    def label(self) -> str:
        """Return what people call it."""
        return f"{self.library} ({self.kernel.name})"


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """An op whose kernel is to be chosen.

    Attributes:
        op: One op that asks; others of the same shape share the answer.
        candidates: At least two, the preferred one first.
        key: Equal for ops whose candidates cost the same.
    """

    op: Op
    candidates: tuple[Candidate, ...]
    key: str


def ask(graph: Graph, op: Op, target: Target, libraries: Sequence[Library]) -> Question | None:
    """Return the question which kernel an op gets; None where there is but one answer.

    Ops with inputs other than int8 are left to the preferred library: what they cost may
    depend on their values, and random ones may be wrong.
    """
    in_ram = [t for t in graph.inputs_of(op) if t is not None and t.data is None]
    if any(t.dtype != "int8" for t in in_ram):
        return None
    found: dict[str, Candidate] = {}
    for library in libraries:
        for optimize in _VARIANTS[target.optimize] if library == "tinygen" else (target.optimize,):
            kernel = choose_kernel(graph, op, replace(target, optimize=optimize), library)
            if kernel is None:
                return None
            stored = sum(c.values.nbytes for c in stored_constants(graph, op, kernel))
            candidate = Candidate(library, optimize, kernel, stored)
            found.setdefault(_signature(kernel), candidate)
    allowed = _allowed(graph, op, list(found.values()), target.optimize)
    if len(allowed) < 2:
        return None
    return Question(op, tuple(allowed), _key(graph, op, allowed))


def _allowed(
    graph: Graph, op: Op, candidates: Sequence[Candidate], optimize: Optimize
) -> list[Candidate]:
    """Return the candidates that keep what ``optimize`` promises."""
    if optimize == "balanced":
        return [c for c in candidates if c.optimize == optimize or _is_near(c, candidates[0])]
    if optimize == "ram":
        least = min(_footprint(graph, op, c.kernel) for c in candidates)
        return [c for c in candidates if _footprint(graph, op, c.kernel) == least]
    return list(candidates)


def _is_near(variant: Candidate, own: Candidate) -> bool:
    """Return whether a variant of our own kernel takes about as much memory."""
    return (
        variant.stored_bytes <= _STORED_AT_MOST * own.stored_bytes
        and variant.kernel.scratch_bytes <= max(_SCRATCH_AT_MOST, own.kernel.scratch_bytes)
    )


def _footprint(graph: Graph, op: Op, kernel: Kernel) -> int:
    """Return the RAM that an op needs beside its first input."""
    output = graph.outputs_of(op)[0].nbytes
    return kernel.scratch_bytes + min(kernel.overlap.get(0, output), output)


def _signature(kernel: Kernel) -> str:
    """Return what two kernels have in common that run the same code."""
    return _digest(
        [
            [[c.function, *c.arguments] for c in kernel.calls],
            [[s.type, s.name, dict(s.fields)] for s in kernel.structs],
            [[c.name, c.values.dtype.name, list(c.values.shape)] for c in kernel.constants],
            [i.name for i in kernel.instances],
        ]
    )


def _key(graph: Graph, op: Op, candidates: Sequence[Candidate]) -> str:
    """Return what decides the cost: shapes, options and code, but no scales or values."""
    tensors = [*graph.inputs_of(op), *graph.outputs_of(op)]
    shapes = [[t.dtype, list(t.shape), t.data is not None] if t else None for t in tensors]
    code = [
        [
            c.kernel.name,
            c.stored_bytes,
            c.kernel.scratch_bytes,
            [k.function for k in c.kernel.calls],
        ]
        for c in candidates
    ]
    return _digest([op.name, repr(op.options), shapes, code])


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()

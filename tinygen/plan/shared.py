"""Constants of a chain: the parts of an op share equal ones, so each is stored once."""

from collections.abc import Mapping
from dataclasses import dataclass

from tinygen.graph import Graph
from tinygen.ops.contract import Constant, stored_constants
from tinygen.plan.schedule import Chain


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """A constant, and its name in the generated C."""

    name: str
    constant: Constant


@dataclass(frozen=True, slots=True, eq=False)
class Stored:
    """What a chain stores.

    Attributes:
        arrays: Each once.
        names: By ``id`` of the kernel, then by the kernel's own name for it: the C name.
    """

    arrays: tuple[Named, ...]
    names: Mapping[int, Mapping[str, str]]


def part_constants(graph: Graph, chain: Chain) -> Stored:
    """Return the constants of a chain's kernels, equal ones of an op once."""
    arrays: dict[tuple[object, ...], Named] = {}
    names: dict[int, dict[str, str]] = {}
    taken: set[str] = set()
    for step in chain.steps:
        if id(step.kernel) in names:
            continue
        own = names[id(step.kernel)] = {}
        op = graph.ops[step.op]
        for constant in stored_constants(graph, op, step.kernel):
            values = constant.values
            same = (step.op, constant.kind, constant.align, values.dtype.str, values.tobytes())
            if same not in arrays:
                name = _free_name(f"op{op.index}_{constant.name}", taken)
                arrays[same] = Named(name, constant)
                taken.add(name)
            own[constant.name] = arrays[same].name
    return Stored(tuple(arrays.values()), names)


def _free_name(name: str, taken: set[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    return free

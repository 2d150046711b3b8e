"""What a rewrite is, and the figures by which its saving is told."""

from collections.abc import Callable
from dataclasses import dataclass

from tinygen.graph import Graph
from tinygen.ops.cost import count_macs, count_weights


@dataclass(frozen=True, slots=True)
class Saving:
    """One rewrite that was applied.

    Attributes:
        rewrite: Its name.
        what: What it did, for a person.
        macs: Multiply-accumulates an inference saves.
        weights_bytes: Bytes of int8 constants that are gone.
        ops: Ops that are gone.
    """

    rewrite: str
    what: str
    macs: int
    weights_bytes: int
    ops: int


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A rewrite: a graph to a smaller one and a description, or None when none applies."""

    name: str
    apply: Callable[[Graph], tuple[Graph, str] | None]


def saving(rewrite: Rewrite, what: str, before: Graph, after: Graph) -> Saving:
    """Return what ``after`` saves over ``before``."""
    return Saving(
        rewrite.name,
        what,
        count_macs(before) - count_macs(after),
        count_weights(before) - count_weights(after),
        len(before.ops) - len(after.ops),
    )

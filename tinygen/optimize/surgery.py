"""Apply all rewrites to a fixed point and prove the result equal to the original."""

from collections.abc import Sequence

import numpy as np

from tinygen.graph import Graph
from tinygen.ops.contract import Array
from tinygen.ops.interpret import interpret
from tinygen.optimize.channels import REMOVE_CHANNELS
from tinygen.optimize.float_tables import FLOAT_TABLES
from tinygen.optimize.fold import FOLDS
from tinygen.optimize.merge_channels import MERGE_CHANNELS
from tinygen.optimize.rewrite import Rewrite, Saving, saving

REWRITES: Sequence[Rewrite] = (FLOAT_TABLES, *FOLDS, REMOVE_CHANNELS, MERGE_CHANNELS)
REQUIRED: Sequence[Rewrite] = (FLOAT_TABLES,)  # no kernel computes what it leaves out
PROOF_INPUTS = 6


def operate(
    graph: Graph,
    samples: Sequence[Sequence[Array]] = (),
    rewrites: Sequence[Rewrite] = REWRITES,
) -> tuple[Graph, list[Saving]]:
    """Return the smaller graph and what each rewrite saved.

    Args:
        graph: Verified.
        samples: Real inputs to prove the result on, besides random ones.
        rewrites: To apply.

    Raises:
        AssertionError: The outputs differ: a bug in a rewrite.
    """
    savings: list[Saving] = []
    smaller, changed = graph, True
    while changed:
        changed = False
        for rewrite in rewrites:
            applied = rewrite.apply(smaller)
            if applied is not None:
                after, what = applied
                savings.append(saving(rewrite, what, smaller, after))
                smaller, changed = after, True
    if savings:
        _prove(graph, smaller, samples)
    return smaller, savings


def _prove(before: Graph, after: Graph, samples: Sequence[Sequence[Array]]) -> None:
    """Run both graphs on extremes, random inputs and samples; outputs must be equal."""
    for inputs in (*proof_inputs(before), *samples):
        wanted, got = interpret(before, inputs), interpret(after, inputs)
        if not all(np.array_equal(a, b) for a, b in zip(wanted, got, strict=True)):
            raise AssertionError("a lossless rewrite changed an output")


def proof_inputs(graph: Graph, count: int = PROOF_INPUTS) -> list[list[Array]]:
    """Return inputs to prove on: least, greatest, zero point, then seeded random ones."""
    rng = np.random.default_rng(0)
    tensors = [graph.tensors[t] for t in graph.inputs]
    sets: list[list[Array]] = []
    for n in range(count):
        one: list[Array] = []
        for t in tensors:
            if t.dtype == "float32":
                one.append(rng.normal(0, 1, t.shape).astype(np.float32))
                continue
            info = np.iinfo(t.dtype)
            fixed = (info.min, info.max, t.zero_point)
            values = rng.integers(info.min, info.max, t.shape, dtype=t.dtype, endpoint=True)
            one.append(np.full(t.shape, fixed[n], t.dtype) if n < len(fixed) else values)
        sets.append(one)
    return sets

"""Folding calls into loops: the loops make exactly the calls that were folded."""

from dataclasses import replace

import numpy as np
import pytest

from tinygen.emit.repeats import Statement, fold


def unfold(repeats):
    found = []
    for repeat in repeats:
        for n in range(repeat.count):
            for statement, steps in zip(repeat.statements, repeat.steps, strict=True):
                offsets = tuple(
                    o + n * s for o, s in zip(statement.offsets, steps or (0,) * 9, strict=False)
                )
                found.append(replace(statement, offsets=offsets))
    return found


@pytest.mark.parametrize("seed", range(30))
def test_loops_make_the_same_calls(seed):
    rng = np.random.default_rng(seed)
    calls = []
    for _ in range(int(rng.integers(1, 5))):
        length, count = int(rng.integers(1, 4)), int(rng.integers(1, 7))
        parts = ["AB"[n] for n in rng.integers(0, 2, 3)]
        body = [(f"f{rng.integers(0, 2)}", *rng.integers(0, 9, 2)) for _ in range(length)]
        for n in range(count):
            calls += [
                Statement(f, (int(a + n * s), 4), ("8",), (parts[n % 3], "A")) for f, a, s in body
            ]
    assert unfold(fold(calls)) == calls


def test_equal_steps_become_one_loop():
    calls = [Statement(f, (n * k,)) for n in range(10) for f, k in (("a", 16), ("b", -8))]
    (repeat,) = fold(calls)
    assert (repeat.count, repeat.steps) == (10, ((16,), (-8,)))


def test_other_arguments_end_a_loop():
    calls = [Statement("move", (0, 8), ("64",)), Statement("move", (0, 8), ("32",))]
    assert [repeat.count for repeat in fold(calls)] == [1, 1]

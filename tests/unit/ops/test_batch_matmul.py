"""BATCH_MATMUL against the tflite-micro wheel, in numpy and in C."""

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from tests.oracle import assert_bit_exact
from tests.tflite_builder import ModelBuilder


def matmul(
    rng,
    a,
    b,
    *,
    adj=(False, False),
    constant=None,
    spread=1.0,
    zero_points=(3, -9, 5),
    has_options=True,
):
    """Return a model that multiplies shapes ``a`` and ``b``, given as they are stored."""
    m = ModelBuilder()
    scales = rng.uniform(0.01, 0.1, 2)
    depth = a[-2] if adj[0] else a[-1]
    tensors = [
        m.tensor(
            shape,
            scale=float(scales[n]),
            zero_point=zero_points[n],
            data=rng.integers(-128, 128, shape) if constant == n else None,
        )
        for n, shape in enumerate((a, b))
    ]
    real = [
        np.zeros(s) if not t else np.zeros(s).swapaxes(-1, -2)
        for s, t in zip((a, b), adj, strict=True)
    ]
    out_scale = spread * float(scales.prod()) * 74 * depth**0.5
    y = m.tensor((real[0] @ real[1]).shape, scale=out_scale, zero_point=zero_points[2])
    o = schema.BatchMatMulOptionsT()
    o.adjX, o.adjY = adj
    m.op("BATCH_MATMUL", tensors, [y], o if has_options else None, version=2)
    return m.build([t for n, t in enumerate(tensors) if n != constant], [y])


CASES = [
    dict(a=(4, 6), b=(6, 5)),
    dict(a=(2, 4, 6), b=(2, 6, 5)),
    dict(a=(1, 3, 4, 8), b=(1, 3, 5, 8), adj=(False, True)),
    dict(a=(1, 3, 8, 4), b=(1, 3, 8, 5), adj=(True, False)),
    dict(a=(2, 8, 4), b=(2, 5, 8), adj=(True, True)),
    dict(a=(2, 3, 4, 6), b=(6, 5)),
    dict(a=(4, 6), b=(2, 3, 6, 5)),
    dict(a=(2, 3, 4, 6), b=(2, 1, 6, 5)),
    dict(a=(2, 1, 4, 6), b=(1, 3, 6, 5)),
    dict(a=(3, 4, 6), b=(2, 1, 6, 5)),
    dict(a=(3, 6, 4), b=(2, 1, 6, 5), adj=(True, False)),
    dict(a=(2, 1, 2, 4, 3), b=(1, 3, 1, 3, 2)),
    dict(a=(2, 2, 3, 1, 7), b=(7, 1)),
    dict(a=(1, 4, 6), b=(1, 6, 5), constant=1),
    dict(a=(1, 4, 6), b=(1, 5, 6), adj=(False, True), constant=1),
    dict(a=(2, 4, 6), b=(2, 6, 5), constant=0),
    dict(a=(2, 4, 6), b=(2, 6, 5), has_options=False),
    dict(a=(2, 4, 6), b=(2, 6, 5), zero_points=(-128, 127, 127), spread=1e-4),
    dict(a=(2, 4, 6), b=(2, 6, 5), zero_points=(-128, -128, -128), spread=1e-9),
    dict(a=(2, 4, 6), b=(2, 6, 5), spread=1e8),
]


@pytest.mark.parametrize("case", range(len(CASES)))
def test_batch_matmul_is_bit_exact(case, tmp_path):
    rng = np.random.default_rng(case)
    assert_bit_exact(matmul(rng, **CASES[case]), tmp_path)


@pytest.mark.parametrize("seed", range(10))
def test_random_batch_matmul_is_bit_exact(seed, tmp_path):
    rng = np.random.default_rng(5000 + seed)
    rows, depth, columns = (int(n) for n in rng.integers(1, 20, 3))
    adj = tuple(bool(n) for n in rng.integers(0, 2, 2))
    batches = rng.integers(1, 4, int(rng.integers(0, 4)))
    once = [np.where(rng.random(batches.size) < 0.3, 1, batches) for _ in range(2)]
    content = matmul(
        rng,
        a=(*once[0].tolist(), *((depth, rows) if adj[0] else (rows, depth))),
        b=(*once[1].tolist(), *((columns, depth) if adj[1] else (depth, columns))),
        adj=adj,
        zero_points=tuple(int(z) for z in rng.integers(-128, 128, 3)),
    )
    assert_bit_exact(content, tmp_path)

"""One model with ops of each type: first the shapes that CMSIS-NN tells apart, then any."""

from tests.unit.kernels.cases import SAME, VALID, Cases

CONVS = (
    dict(shape=(1, 8, 7, 3), out_c=5, window=(3, 3)),
    dict(shape=(1, 9, 9, 1), out_c=4, window=(10, 4), stride=(2, 2)),
    dict(shape=(1, 5, 6, 8), out_c=8, window=(1, 1), act=1),
    dict(shape=(1, 5, 6, 8), out_c=3, window=(1, 1), stride=(2, 2), act=3, padding=VALID),
    dict(shape=(1, 12, 11, 2), out_c=3, window=(3, 2), dilation=(2, 3), act=2),
    dict(shape=(2, 6, 6, 6), out_c=9, window=(3, 3), groups=3, padding=VALID),
    dict(shape=(1, 1, 20, 4), out_c=7, window=(1, 5), bias=False),
    dict(shape=(1, 6, 6, 3), out_c=4, window=(3, 3), per_channel=False, stride=(3, 1)),
    dict(shape=(3, 1, 17, 8), out_c=6, window=(1, 3), stride=(1, 2), padding=VALID),
)
DEPTHWISES = (
    dict(shape=(1, 8, 7, 8), multiplier=1, window=(3, 3)),
    dict(shape=(1, 8, 8, 7), multiplier=1, window=(3, 3), stride=(2, 2)),
    dict(shape=(1, 6, 5, 130), multiplier=1, window=(3, 3), bias=False),
    dict(shape=(1, 6, 5, 127), multiplier=1, window=(2, 4)),
    dict(shape=(1, 9, 9, 3), multiplier=1, window=(5, 4), padding=VALID, bias=False),
    dict(shape=(2, 5, 6, 4), multiplier=1, window=(3, 3), act=1),
    dict(shape=(1, 12, 11, 6), multiplier=1, window=(3, 2), dilation=(2, 3), act=2),
    dict(shape=(1, 5, 6, 3), multiplier=4, window=(3, 3), act=3),
    dict(shape=(2, 5, 6, 3), multiplier=8, window=(3, 3)),
    dict(shape=(1, 25, 10, 1), multiplier=8, window=(10, 8), stride=(2, 2)),
    dict(shape=(1, 4, 4, 5), multiplier=2, window=(2, 2)),
    dict(shape=(1, 1, 1, 5), multiplier=1, window=(3, 3)),
    dict(shape=(1, 3, 2, 12), multiplier=1, window=(3, 3), stride=(3, 3)),
    dict(shape=(1, 6, 6, 3), multiplier=1, window=(3, 3), per_channel=False),
)
# What CMSIS-NN's wrappers refuse, with MVE, or do not know: padding of any size.
ODD_CONVS = (
    dict(shape=(1, 1, 2, 4), out_c=6, window=(1, 5)),
    dict(shape=(1, 1, 19, 4), out_c=6, window=(1, 3), stride=(1, 5), padding=VALID),
    dict(shape=(1, 1, 20, 4), out_c=7, window=(1, 3), around=((2, 1), (0, 0))),
    dict(shape=(1, 1, 20, 4), out_c=7, window=(1, 3), around=((0, 0), (1, 4))),
    dict(shape=(1, 4, 4, 4), out_c=7, window=(1, 1), around=((0, 1), (2, 0))),
    dict(shape=(1, 4, 5, 4), out_c=3, window=(1, 1), stride=(2, 2), around=((0, 0), (0, 2))),
)
ODD_DEPTHWISES = (
    dict(shape=(1, 5, 5, 8), multiplier=1, window=(3, 3), around=((0, 2), (0, 2)), padding=VALID),
    dict(shape=(1, 5, 5, 8), multiplier=1, window=(3, 3), around=((0, 1), (0, 1)), padding=VALID),
    dict(shape=(1, 3, 3, 5), multiplier=1, window=(2, 2), around=((4, 5), (3, 4)), padding=VALID),
    dict(shape=(1, 3, 3, 6), multiplier=1, window=(2, 3), around=((2, 1), (0, 4)), padding=VALID),
)
PRODUCTS = (
    dict(rows=1, depth=640, out_c=128),
    dict(rows=1, depth=1, out_c=1),
    dict(rows=1, depth=7, out_c=5, bias=False),
    dict(rows=3, depth=33, out_c=6),
    dict(rows=1, depth=50, out_c=9, per_channel=True),
    dict(rows=5, depth=18, out_c=3, per_channel=True, act=3),
)


def random_ops(seed, count):
    """Return a model with the fixed cases, and ``count`` random ones of each type."""
    cases = Cases(seed)
    for add, fixed, random in (
        (cases.conv, CONVS + ODD_CONVS, _conv),
        (cases.depthwise, DEPTHWISES + ODD_DEPTHWISES, _depthwise),
        (cases.fully_connected, PRODUCTS, _product),
    ):
        for case in fixed:
            add(**case)
        for _ in range(count):
            add(**random(cases))
    cases.pool("AVERAGE_POOL_2D", (1, 25, 5, 64), (25, 5), padding=VALID)
    cases.binary("ADD", (1, 4, 4, 5), (1, 1, 1, 5))
    cases.binary("MUL", (1, 4, 4, 5), (1, 1, 1, 5))
    cases.binary("MUL", (1, 4, 4, 5), (1, 4, 4, 5), factor=0.00001)
    cases.softmax((1, 511), 0.0001)
    for _ in range(count):
        for add in (_add_pools, _add_softmax, _add_binaries, _add_transpose_conv):
            add(cases)
    return cases


def _conv(cases):
    window = cases.pair(1, 5) if cases.chance(0.6) else (1, 1)
    height = 1 if cases.chance(0.2) else cases.integer(1, 9)
    return dict(
        out_c=cases.integer(1, 20),
        **_window(
            cases,
            (cases.integer(1, 3), height, cases.integer(1, 12), cases.integer(1, 40)),
            window,
            cases.pair(1, 3),
        ),
    )


def _depthwise(cases):
    window = cases.pair(1, 6) if cases.chance(0.5) else (3, 3)
    dilation = cases.pair(1, 3) if cases.chance(0.3) else (1, 1)
    shape = (1 if cases.chance(0.8) else 2, *cases.pair(1, 10), cases.integer(1, 30))
    return dict(
        multiplier=cases.integer(1, 5) if cases.chance(0.4) else 1,
        **_window(cases, shape, window, dilation),
    )


def _window(cases, shape, window, dilation):
    around = (cases.pair(0, 5), cases.pair(0, 5)) if cases.chance(0.2) else ((0, 0), (0, 0))
    spans = [(n - 1) * d + 1 for n, d in zip(window, dilation, strict=True)]
    fits = spans[0] <= shape[1] and spans[1] <= shape[2]
    return dict(
        shape=shape,
        window=window,
        dilation=dilation,
        stride=cases.pair(1, 4),
        around=around,
        padding=cases.integer(0, 2) if fits else SAME,
        act=cases.integer(0, 4),
        bias=cases.chance(0.8),
        per_channel=cases.chance(0.8),
    )


def _product(cases):
    return dict(
        rows=cases.integer(1, 7) if cases.chance(0.4) else 1,
        depth=cases.integer(1, 80),
        out_c=cases.integer(1, 20),
        act=cases.integer(0, 4),
        bias=cases.chance(0.7),
        per_channel=cases.chance(0.3),
    )


def _add_pools(cases):
    for kind in ("AVERAGE_POOL_2D", "MAX_POOL_2D"):
        shape = (cases.integer(1, 3), *cases.pair(1, 9), cases.integer(1, 40))
        window = cases.pair(1, 6)
        fits = window[0] <= shape[1] and window[1] <= shape[2]
        padding = cases.integer(0, 2) if fits else SAME
        cases.pool(
            kind, shape, window, stride=cases.pair(1, 4), padding=padding, act=cases.integer(0, 4)
        )


def _add_softmax(cases):
    scale = float(10 ** cases.rng.uniform(-4, 1))
    cases.softmax(cases.pair(1, 40), scale, beta=cases.integer(1, 5) / 2)


def _add_binaries(cases):
    for kind in ("ADD", "MUL"):
        shape = (*cases.pair(1, 7), cases.integer(1, 7))
        factor = float(10 ** cases.rng.uniform(-1, 1))
        cases.binary(kind, shape, shape, act=cases.integer(0, 4), factor=factor)


def _add_transpose_conv(cases):
    shape = (cases.integer(1, 3), *cases.pair(1, 6), cases.integer(1, 12))
    cases.transpose_conv(
        shape,
        cases.integer(1, 9),
        cases.pair(1, 5),
        stride=cases.pair(1, 4),
        padding=cases.integer(0, 2),
        act=cases.integer(0, 4),
        bias=cases.chance(0.7),
    )

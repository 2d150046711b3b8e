"""One model that makes tinygen's vector kernels take every form they have."""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tests.unit.kernels.cases import VALID
from tests.unit.kernels.own.own_cases import OwnCases, add_constants

RELU, RELU6 = 1, 3
RELU_SET = {"zero_point": -128}
EXACT = {"stretch": 0.006, "is_tiny": True}  # shifts around 0 for few products

# Every name that `mve_cases` must lead to.
FORMS = {
    "tg_mve_add_s8",
    "tg_mve_add_equal_s8",
    "tg_mve_add_rows_s8",
    "tg_mve_sub_rows_s8",
    "tg_mve_narrow_s8",
    "tg_mve_depthwise_taps_s8",
    "tg_mve_lookup_s8",
    "tg_mve_mul_s8",
    "tg_mve_average_pool_s8",
    "tg_mve_max_pool_s8",
    "tg_mve_reduce_sum_s8",
    *(f"tg_mve_conv_2d_s8/{form}" for form in ("relu", "plain", "exact")),
    *(f"tg_mve_pointwise_s8/{form}" for form in ("relu", "plain", "exact")),
    *(f"tg_mve_pointwise_s8/shared_{form}" for form in ("relu", "plain")),
    *(f"tg_mve_product1_s8/{form}" for form in ("relu", "plain", "exact")),
    *(f"tg_mve_product1_s8/shared_{form}" for form in ("relu", "plain")),
    *(f"tg_mve_depthwise_s8/quad_{form}" for form in ("relu", "plain")),
    *(f"tg_mve_depthwise_s8/row_{form}" for form in ("relu", "plain")),
}


# Those of convolutions that take scratch for a row of windows, in `row_cases`.
ROW_FORMS = {f"tg_mve_conv_2d_rows_s8/{form}" for form in ("relu", "plain", "exact")}


class MveCases(OwnCases):
    """Cases that can have weights of -1, 0 and 1 only: sums do not saturate at once."""

    is_tiny = False

    def set(self, *, is_tiny=False, **settings):
        self.is_tiny = is_tiny
        return super().set(**settings)

    def _weights(self, shape, channels, axis, in_scale, *, bias, per_channel=True):
        if not self.is_tiny:
            return super()._weights(
                shape, channels, axis, in_scale, bias=bias, per_channel=per_channel
            )
        scales = self.rng.uniform(0.001, 0.02, channels)
        data = self.rng.integers(-1, 2, shape)
        w = self.builder.tensor(shape, scale=scales, axis=axis, data=data)
        values = self.rng.integers(-20, 20, channels)
        b = self.builder.tensor([channels], "int32", scale=in_scale * scales, data=values)
        return [w, b], float(np.median(scales))


def mve_cases(seed: int) -> MveCases:
    """Return the model's cases."""
    cases = MveCases(seed)
    adds = (_pointwise, _windows, _quads, _in_place, _rows, _taps, _products, _limits, _sums)
    for add in (*adds, add_constants, _functions, _multiplications, _pools, _means):
        add(cases)
    return cases


def row_cases(seed: int) -> MveCases:
    """Return the cases of a model whose windows side by side share columns, most of them."""
    cases, three = MveCases(seed), (3, 3)
    for n, in_c in enumerate((8, 16, 24, 32, 40, 48, 64)):
        cases.set().conv((1, 14, 4 + n, in_c), 3 + n, three)
        cases.set(**RELU_SET, dead=n % 3).conv((1, 17, 8 - n, in_c), 9 - n, three, act=RELU)
        cases.set().conv((1, 15, 5 + n, in_c), 1 + n, three, stride=(2, 2))
    cases.set(**EXACT).conv((1, 15, 6, 8), 11, three)
    cases.set().conv((2, 13, 7, 8), 6, three)
    cases.set().conv((3, 16, 6, 16), 4, three, padding=VALID)
    cases.set().conv((1, 14, 9, 8), 5, (1, 4), stride=(1, 3))
    cases.set().conv((1, 30, 3, 8), 5, (5, 2), stride=(3, 1))
    cases.set().conv((1, 31, 4, 16), 4, (4, 7), padding=VALID, around=((2, 3), (5, 6)))
    cases.set().conv((1, 30, 6, 8), 4, three, dilation=(3, 1))
    cases.set().conv((1, 30, 6, 8), 4, three, dilation=(2, 2))
    cases.set().conv((1, 40, 2, 8), 4, (2, 9))
    cases.set(least=-128, in_zero_point=127).conv((1, 14, 4, 40), 8, three, bias=False)
    cases.set(bias=1 << 31, stretch=1e-9).conv((1, 14, 4, 8), 5, three)
    cases.set().conv((1, 2, 30, 64), 5, three)  # one whose rows would take too much
    return cases


def _pointwise(cases):
    point = (1, 1)
    for n, in_c in enumerate((1, 2, 3, 5, 8, 13, 15, 16, 17, 27, 31, 32, 33, 64, 75)):
        cases.set().conv((1, 1 + n % 3, 5, in_c), 1 + n, point)
        cases.set(**RELU_SET, dead=n % 3).conv((1, 2, 1 + n, in_c), 16 - n, point, act=RELU)
    for in_c, out_c in ((1, 4), (3, 7), (8, 16), (13, 5), (16, 9), (15, 6)):
        cases.set(**RELU_SET, dead=1).conv((1, 5, 3 + in_c, in_c), out_c, point, act=RELU)
    cases.set(zero_point=-100).conv((2, 3, 6, 12), 10, point, act=RELU6)
    for in_c in (1, 2, 5):
        cases.set(**EXACT).conv((1, 9, 8, in_c), 16, point)
    cases.set(stretch=1e-3, dead=4).conv((1, 2, 3, 40), 9, point, act=RELU6)
    cases.set().conv((2, 3, 3, 20), 6, point)
    cases.set().conv((1, 7, 6, 20), 5, point, stride=(2, 3))
    cases.set().conv((1, 2, 2, 4), 3, point, around=((1, 0), (2, 1)))
    cases.set(least=-128, in_zero_point=127).conv((1, 4, 4, 40), 8, point, bias=False)


def _windows(cases):
    three = (3, 3)
    for in_c, out_c in ((1, 4), (3, 8), (4, 3), (5, 5), (16, 6), (32, 4), (37, 9)):
        cases.set().conv((1, 6, 5, in_c), out_c, three)
        cases.set(**RELU_SET).conv((1, 5, 7, in_c), out_c, three, stride=(2, 2), act=RELU)
    cases.set(**EXACT).conv((2, 9, 8, 1), 11, three)
    cases.set().conv((1, 49, 10, 1), 6, (10, 4), stride=(2, 2))
    cases.set().conv((1, 1, 2, 4), 6, (1, 5))
    cases.set().conv((1, 9, 1, 7), 3, (4, 1), stride=(3, 1))
    cases.set().conv((1, 6, 5, 3), 4, three, around=((3, 4), (4, 5)), padding=VALID)
    cases.set().conv((1, 8, 9, 4), 4, three, dilation=(2, 3))
    cases.set().conv((1, 3, 3, 5), 4, three, dilation=(3, 4))
    cases.set(bias=1 << 31, stretch=1e-9).conv((1, 4, 4, 4), 5, three)


def _quads(cases):
    """Add filters of up to 3x3 that move by one."""
    three = (3, 3)
    for n, channels in enumerate((1, 2, 3, 5, 8, 13, 15, 16, 17, 27, 32, 33, 40)):
        cases.set().depthwise((1, 1 + n % 5, 1 + n, channels), 1, three)
        cases.set(**RELU_SET, dead=n % 3).depthwise((1, 4, 1 + n, channels), 1, three, act=RELU)
    cases.set().depthwise((1, 4, 70, 16), 1, three)
    cases.set().depthwise((1, 3, 41, 30), 1, three, padding=VALID)
    cases.set().depthwise((2, 5, 6, 18), 1, (2, 3), padding=VALID, act=RELU6)
    cases.set().depthwise((3, 3, 4, 7), 1, (3, 1))
    cases.set().depthwise((1, 3, 4, 7), 1, (1, 2), bias=False)
    cases.set().depthwise((1, 4, 5, 8), 1, three, around=((5, 6), (3, 6)), padding=VALID)
    cases.set(weak=2, bias=1 << 29).depthwise((1, 4, 4, 4), 1, three)


def _in_place(cases):
    """Add filters whose output is as large as the input, around which the padding varies."""
    for shape in ((1, 9, 5, 64), (1, 16, 16, 17), (1, 40, 37, 16), (1, 3, 40, 16), (1, 2, 9, 33)):
        cases.set().depthwise(shape, 1, (3, 3))
    for n, around in enumerate((((0, 2), (1, 1)), ((2, 0), (0, 2)), ((1, 1), (2, 0)))):
        cases.set().depthwise((1, 6 + n, 7, 12 * n + 8), 1, (3, 3), around=around, padding=VALID)


def _rows(cases):
    """Add filters of up to 4x4 that move in any way."""
    three = (3, 3)
    for n, channels in enumerate((1, 3, 8, 13, 16, 17, 27, 32, 35)):
        cases.set().depthwise((1, 1 + n % 5, 2 + n, channels), 1, three, stride=(2, 2))
        settings = {"stride": (2, 1 + n % 3), "act": RELU}
        cases.set(**RELU_SET, dead=n % 3).depthwise((1, 5, 1 + n, channels), 1, three, **settings)
    cases.set().depthwise((1, 9, 60, 16), 1, three, stride=(2, 2))
    cases.set().depthwise((1, 6, 7, 19), 1, (4, 4))
    cases.set().depthwise((2, 6, 7, 6), 1, (4, 2), stride=(3, 3), padding=VALID)
    cases.set().depthwise((1, 9, 8, 12), 1, three, dilation=(2, 3))
    cases.set().depthwise((1, 9, 8, 12), 1, (2, 4), dilation=(3, 2), around=((1, 0), (7, 7)))
    cases.set().depthwise((1, 2, 3, 4), 1, three, around=((4, 4), (4, 4)), stride=(2, 2))
    cases.set().depthwise((1, 20, 10, 1), 8, (10, 8), stride=(2, 2))


def _taps(cases):
    """Add filters of any size, several a channel, and scales above 1."""
    for n, channels in enumerate((1, 3, 7, 8, 9, 16, 23)):
        cases.set(dead=n % 3).depthwise((1, 6, 4 + n, channels), 1, (5, 5), act=n % 4)
        cases.set().depthwise((1, 7, 3 + n, channels), 1 + n % 4, (3, 3), stride=(2, 1))
    cases.set().depthwise((1, 6, 5, 3), 8, (2, 5), stride=(1, 2))
    cases.set().depthwise((2, 30, 1, 8), 1, (9, 1), padding=VALID)
    cases.set().depthwise((1, 9, 8, 12), 1, (5, 3), dilation=(2, 3), around=((1, 0), (7, 7)))
    cases.set().depthwise((1, 2, 3, 8), 1, (7, 7), stride=(3, 2))
    cases.set(**EXACT).depthwise((1, 6, 5, 8), 1, (3, 3))
    cases.set(least=-128, in_zero_point=127, zero_point=-128).depthwise((1, 6, 5, 8), 1, (5, 5))
    cases.set(bias=1 << 31, stretch=1e4).depthwise((1, 6, 5, 8), 2, (3, 3))


def _products(cases):
    for depth, out_c in ((1, 1), (4, 4), (7, 5), (16, 8), (64, 10), (128, 8), (257, 3)):
        cases.set().fully_connected(1, depth, out_c)
        cases.set(dead=1).fully_connected(1, depth, out_c, per_channel=True, act=RELU)
        cases.set(**RELU_SET).fully_connected(1, depth, out_c, act=RELU)
    cases.set(least=-128).fully_connected(1, 129, 9)
    cases.set(zero_point=3).fully_connected(1, 48, 7, per_channel=True)
    cases.set().fully_connected(4, 30, 5)
    cases.set(**EXACT).fully_connected(3, 6, 17, per_channel=True)
    cases.set(**EXACT).fully_connected(1, 16, 17, per_channel=True)
    cases.set(bias=1 << 31).fully_connected(2, 40, 6)


def _limits(cases):
    """Add sums that wrap, and shifts at both ends."""
    cases.set(bias=1 << 31, stretch=1e4, zero_point=5).conv((1, 4, 4, 6), 4, (1, 1))
    cases.set(stretch=1e9).conv((1, 4, 4, 6), 4, (1, 1))
    cases.set(stretch=1e-8).conv((1, 4, 4, 6), 6, (1, 1))
    cases.set(stretch=1e9).depthwise((1, 4, 4, 6), 1, (3, 3))
    cases.set(stretch=0.02).depthwise((1, 4, 4, 6), 1, (3, 3))


def _sums(cases):
    for n in (1, 3, 4, 5, 97):
        for first, second in ((0.03, 0.05), (0.05, 0.03), (0.02, 0.02), (0.08, 0.0003)):
            inputs = [cases.set()._input((1, 2, n), scale)[0] for scale in (first, second)]
            out = cases._output((1, 2, n), float(cases.rng.uniform(0.6, 1.1) * (first + second)))
            options = schema.AddOptionsT()
            options.fusedActivationFunction = n % 4
            cases._op("ADD", inputs, out, options)
            cases._name(locals())
    for shape in ((1, 1, 1, 5), (1, 3, 4, 1), (1, 3, 4, 5)):
        for act in (0, RELU, RELU6):
            cases.set().binary("ADD", (1, 3, 4, 5), shape, act=act)
            _difference(cases, (1, 3, 4, 5), shape, (0.03, 0.05), act)
    for scales in ((0.02, 0.02), (0.05, 0.0001), (1e-6, 0.05)):
        _difference(cases, (1, 7, 9, 5), (1, 7, 9, 5), scales, 0)


def _difference(cases, first, second, scales, act):
    shapes = (first, second)
    pairs = zip(shapes, scales, strict=True)
    inputs = [cases.set()._input(shape, scale)[0] for shape, scale in pairs]
    out = cases._output(first, float(cases.rng.uniform(0.6, 1.1) * sum(scales)))
    options = schema.SubOptionsT()
    options.fusedActivationFunction = act
    cases._op("SUB", inputs, out, options)
    cases._name(locals())


def _functions(cases):
    for n in (1, 15, 16, 17, 100):
        for kind, scale, zero_point in (("HARD_SWISH", 0.05, -10), ("LOGISTIC", 1 / 256, -128)):
            x, _ = cases.set()._input((1, 2, n), 0.06)
            y = cases._output((1, 2, n), scale, zero_point)
            cases.builder.op(kind, [x], [y], None, version=1)
            cases.names.append(kind)
            cases._name(locals())


def _multiplications(cases):
    for n in (1, 7, 8, 9, 100):
        for act in (0, RELU, RELU6):
            cases.set().binary("MUL", (1, 3, 2, n), (1, 3, 2, n), act=act)
        cases.set().binary("MUL", (1, 3, 2, n), (1, 1, 1, n))
        cases.set().binary("MUL", (1, 3, 2, n), (1, 3, 2, 1), factor=0.3)
    for in_zero_point in (-128, 127):
        cases.set(in_zero_point=in_zero_point).binary("MUL", (1, 9, 9, 4), (1, 9, 9, 4), factor=2.0)
        cases.set(in_zero_point=in_zero_point).binary("MUL", (9, 9), (9, 9), factor=0.007)


def _pools(cases):
    for kind in ("AVERAGE_POOL_2D", "MAX_POOL_2D"):
        for n, channels in enumerate((1, 4, 7, 8, 9, 15, 16, 17, 24, 33)):
            cases.set().pool(kind, (1, 5, 4 + n, channels), (2, 2), stride=(2, 2), act=n % 4)
            cases.set().pool(kind, (2, 4, 5, channels), (1 + n % 4, 3), stride=(1, 2))
        cases.set().pool(kind, (1, 17, 15, 12), (17, 15), padding=VALID)
        cases.set().pool(kind, (1, 25, 5, 64), (25, 5), padding=VALID)
        cases.set().pool(kind, (1, 3, 3, 8), (1, 1))
    for rows, columns in ((1, 2), (3, 7), (16, 8), (11, 11), (127, 2)):
        cases.set().pool("AVERAGE_POOL_2D", (1, rows, columns, 40), (rows, columns), padding=VALID)


def _means(cases):
    for kind, shape, axes in (
        ("MEAN", (1, 7, 7, 20), [1, 2]),
        ("MEAN", (2, 20, 15, 7), [1, 2]),
        ("MEAN", (1, 32, 32, 8), [1, 2]),
        ("SUM", (3, 4, 5), [0]),
        ("SUM", (9, 33), [0]),
    ):
        x, scale = cases.set()._input(shape)
        axis = cases.builder.tensor([len(axes)], "int32", data=np.array(axes, np.int32))
        kept = [size for n, size in enumerate(shape) if n not in axes]
        y = cases._output(kept, scale * (0.2 if kind == "MEAN" else 2.0))
        cases._op(kind, [x, axis], y, schema.ReducerOptionsT())
        cases._name(locals())

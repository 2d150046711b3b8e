"""One model that makes tinygen's DSP kernels take every form they have."""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tests.unit.kernels.cases import VALID, Cases

RELU, RELU6 = 1, 3

# Every name that `own_cases` must lead to.
FORMS = {
    "tg_pointwise_s8/packed",
    "tg_pointwise_s8/packed_relu",
    "tg_pointwise_s8/wide",
    "tg_conv_2d_dsp_s8/pixel/packed",
    "tg_conv_2d_dsp_s8/words/packed",
    "tg_conv_2d_dsp_s8/words/packed_relu",
    "tg_conv_2d_dsp_s8/staged/packed",
    "tg_conv_2d_dsp_s8/staged/packed_relu",
    "tg_conv_2d_dsp_s8/patches/packed",
    "tg_conv_2d_dsp_s8/words/wide",
    "tg_conv_2d_split_s8/words/packed",
    "tg_conv_2d_split_s8/words/wide",
    "tg_conv_2d_split_s8/words/exact",
    "tg_conv_2d_split_s8/pixel/exact",
    "tg_conv_2d_split_s8/patches/packed",
    "tg_depthwise_3x3_s8/stride1",
    "tg_depthwise_3x3_s8/stride1_relu",
    "tg_depthwise_3x3_s8/stride2",
    "tg_depthwise_3x3_s8/stride2_relu",
    "tg_depthwise_row_3x3_s8",
    "tg_depthwise_dsp_s8",
    "tg_fully_connected_dsp_s8/packed",
    "tg_fully_connected_dsp_s8/direct",
    "tg_fully_connected_dsp_s8/wide",
    "tg_add_dsp_s8",
    "tg_add_equal_s8",
    "tg_lookup_s8",
    "tg_average_pool_dsp_s8",
    "tg_max_pool_dsp_s8",
    "tg_reduce_sum_dsp_s8",
}


_OPTIONS = {
    "ADD": "AddOptionsT",
    "SUB": "SubOptionsT",
    "MUL": "MulOptionsT",
    "SQUARED_DIFFERENCE": "SquaredDifferenceOptionsT",
}
SETTINGS = ("bias", "stretch", "zero_point", "dead", "weak", "least", "in_zero_point")


class OwnCases(Cases):
    """Cases whose weights, biases and scales can be set.

    Attributes:
        bias: Biases are below this.
        stretch: Factor of the output's scale: large flattens, small saturates.
        zero_point: Of outputs; None draws one.
        dead: Output channels, from the first, with weights of 0 and any bias.
        weak: Output channels after these with scales a million times smaller.
        least: Smallest weight.
        in_zero_point: Of inputs; None draws one.
    """

    bias = 20000
    stretch = 1.0
    zero_point: int | None = None
    dead = 0
    weak = 0
    least = -127
    in_zero_point: int | None = None

    def set(self, **settings) -> "OwnCases":
        for name in SETTINGS:
            setattr(self, name, settings.get(name, getattr(OwnCases, name)))
        return self

    def _weights(self, shape, channels, axis, in_scale, *, bias, per_channel=True):
        scales = self.rng.uniform(0.001, 0.02, channels if per_channel else 1)
        scales[self.dead : self.dead + self.weak] *= 1e-6
        data = np.moveaxis(self.rng.integers(self.least, 128, shape), axis, 0)
        data[: self.dead] = 0
        w = self.builder.tensor(shape, scale=scales, axis=axis, data=np.moveaxis(data, 0, axis))
        if not bias:
            return [w], scales.max()
        values = self.rng.integers(-self.bias, self.bias, channels)
        values[: self.dead] = self.rng.integers(-(1 << 30), 1 << 30, self.dead)
        b = self.builder.tensor([channels], "int32", scale=in_scale * scales, data=values)
        return [w, b], scales.max()

    def _input(self, shape, scale=None, zero_point=None):
        given = zero_point if self.in_zero_point is None else self.in_zero_point
        return super()._input(shape, scale, given)

    def _output(self, shape, scale, zero_point=None):
        drawn = self.zero_point if zero_point is None else zero_point
        return super()._output(shape, scale * self.stretch, drawn)


def own_cases(seed: int) -> OwnCases:
    """Return the model's cases."""
    cases = OwnCases(seed)
    convolutions = (_pointwise, _windows, _step_by_step, _depthwise, _rows, _in_place)
    for add in (*convolutions, _products, _elementwise):
        add(cases)
    return cases


# Sums that need more than 24 bits: large weights, and inputs far from their zero point.
WIDE = {"least": 115, "in_zero_point": -128, "zero_point": -128, "stretch": 8.0}


def _pointwise(cases):
    point = (1, 1)
    for in_c in (1, 3, 4, 5, 8, 33, 64):
        cases.set().conv((1, 5, 5, in_c), 7, point)
    cases.set(dead=1).conv((1, 3, 3, 9), 1, point)
    cases.set().conv((1, 5, 2, 9), 1, point)
    cases.set().conv((1, 1, 3, 513), 3, point)
    cases.set(zero_point=-128).conv((1, 1, 2, 16), 6, point, act=RELU)
    cases.set(zero_point=-128, dead=3).conv((2, 3, 3, 12), 9, point, act=RELU6)
    cases.set(zero_point=20).conv((1, 3, 3, 12), 4, point, act=RELU)
    cases.set(**WIDE).conv((1, 2, 3, 400), 5, point, per_channel=False)
    cases.set(least=-128).conv((1, 4, 4, 40), 8, point)
    cases.set().conv((1, 7, 6, 20), 5, point, stride=(2, 3))
    cases.set().conv((1, 2, 2, 4), 3, point, around=((1, 0), (2, 1)))


def _windows(cases):
    three = (3, 3)
    cases.set().conv((1, 9, 7, 4), 3, three)
    cases.set(zero_point=-128, dead=1, stretch=0.25).conv(
        (2, 7, 8, 8), 6, three, stride=(2, 2), act=RELU
    )
    cases.set(zero_point=-128, stretch=0.25).conv((1, 9, 9, 3), 8, three, stride=(2, 2), act=RELU)
    cases.set().conv((1, 49, 10, 1), 6, (10, 4), stride=(2, 2))
    cases.set().conv((1, 6, 5, 3), 4, three, around=((3, 2), (4, 1)), padding=VALID)
    cases.set().conv((1, 8, 9, 4), 4, three, dilation=(2, 2))
    cases.set().conv((1, 8, 9, 4), 4, three, dilation=(3, 1))
    cases.set(**WIDE).conv((1, 4, 4, 44), 6, three, per_channel=False)
    cases.set().conv((1, 6, 7, 64), 6, three)
    cases.set(**WIDE).conv((1, 4, 3, 64), 6, three, per_channel=False)
    cases.set().conv((1, 4, 5, 50), 5, three)


def _step_by_step(cases):
    three = (3, 3)
    cases.set(stretch=1e-4).conv((1, 4, 4, 4), 4, three)
    cases.set(bias=1 << 31, stretch=1e-9).conv((1, 4, 4, 4), 5, three)
    cases.set(bias=1 << 31, stretch=1e4, zero_point=5).conv((1, 4, 4, 6), 4, (1, 1))
    cases.set(stretch=1e-3).conv((1, 5, 4, 7), 5, (1, 1))


def _depthwise(cases):
    three = (3, 3)
    for shape in ((1, 1, 1, 4), (1, 5, 5, 4), (1, 17, 20, 5), (1, 16, 33, 6), (2, 3, 2, 11)):
        cases.set().depthwise(shape, 1, three)
        cases.set(zero_point=-128, dead=2).depthwise(shape, 1, three, act=RELU)
        if min(shape[1:3]) > 1:
            cases.set().depthwise(shape, 1, three, stride=(2, 2))
            cases.set(zero_point=-128).depthwise(shape, 1, three, stride=(2, 2), act=RELU)
    cases.set(least=-128).depthwise((1, 19, 9, 8), 1, three, padding=VALID)
    cases.set().depthwise((1, 18, 37, 5), 1, three, padding=VALID)
    cases.set(zero_point=-128).depthwise((2, 15, 19, 4), 1, three, act=RELU)
    cases.set().depthwise((1, 4, 5, 8), 1, three, around=((5, 0), (3, 6)), padding=VALID)
    cases.set().depthwise((1, 2, 3, 4), 1, three, around=((4, 4), (4, 4)), stride=(2, 2))
    cases.set(zero_point=-128, weak=2, bias=1 << 29).depthwise((1, 4, 4, 4), 1, three, act=RELU)
    cases.set(stretch=1e-6).depthwise((1, 4, 4, 4), 1, three)
    cases.set(bias=1 << 31).depthwise((2, 7, 8, 7), 1, (5, 4), stride=(2, 1), act=RELU6)
    cases.set().depthwise((1, 9, 8, 12), 1, three, dilation=(2, 3), around=((1, 0), (7, 7)))
    cases.set().depthwise((1, 6, 6, 4), 1, three, stride=(1, 2), bias=False)
    cases.set().depthwise((1, 20, 10, 1), 8, (10, 8), stride=(2, 2))


def _rows(cases):
    """Add depthwise convolutions to one row: narrow, wide, and padded on all sides."""
    three = (3, 3)
    for shape in ((1, 3, 3, 4), (1, 3, 4, 7), (1, 3, 5, 9), (1, 3, 41, 6)):
        cases.set(zero_point=-128, dead=1).depthwise(shape, 1, three, padding=VALID, act=RELU)
    for above, columns in (((1, 0), 5), ((0, 1), 6), ((1, 1), 36)):
        rows = 3 - sum(above)
        around = (above, (1, 1))
        cases.set(zero_point=-128).depthwise(
            (1, rows, columns, 8), 1, three, around=around, padding=VALID, act=RELU
        )
    cases.set(zero_point=-128).depthwise(
        (1, 2, 3, 5), 1, three, around=((1, 0), (2, 4)), padding=VALID, act=RELU6
    )


def _in_place(cases):
    """Add depthwise convolutions that are as large as their input: tall, wide, and padded."""
    three, short = (3, 3), ((1, 31, 3, 4), (1, 28, 16, 9), (1, 29, 17, 6), (1, 5, 4, 70))
    for shape in (*short, (1, 15, 48, 7), (1, 43, 18, 5), (1, 70, 17, 4), (1, 455, 17, 4)):
        cases.set().depthwise(shape, 1, three)
        cases.set(zero_point=-128, dead=1).depthwise(shape, 1, three, act=RELU6)
    for columns in (5, 16, 17, 35):
        for around in (((0, 2), (0, 2)), ((2, 0), (1, 1)), ((1, 1), (2, 0)), ((2, 0), (0, 2))):
            cases.set().depthwise((1, 29, columns, 5), 1, three, around=around, padding=VALID)


def _products(cases):
    for depth, out_c in ((1, 1), (4, 4), (7, 5), (64, 10), (640, 8), (257, 3)):
        cases.set().fully_connected(1, depth, out_c)
        cases.set(dead=1).fully_connected(1, depth, out_c, per_channel=True, act=RELU)
    cases.set(**WIDE).fully_connected(1, 401, 6)
    cases.set(least=-128).fully_connected(1, 129, 9)
    cases.set().fully_connected(4, 30, 5)
    cases.set(stretch=1e-3).fully_connected(3, 12, 6)
    cases.set(stretch=1e-4).fully_connected(1, 16, 4)


def _elementwise(cases):
    for kind in ("AVERAGE_POOL_2D", "MAX_POOL_2D"):
        cases.set().pool(kind, (1, 17, 15, 4), (17, 15), padding=VALID)
        cases.set().pool(kind, (2, 7, 5, 9), (3, 2), stride=(2, 1), act=RELU)
    _mean(cases, "MEAN", (2, 20, 15, 7), [1, 2])
    _mean(cases, "SUM", (3, 4, 5), [0])
    for act in (0, RELU):
        cases.set().binary("ADD", (1, 3, 5, 7), (1, 3, 5, 7), act=act)
    add_constants(cases)
    _add(cases, 0.05, 0.05)
    _add(cases, 0.05, 0.0001)
    _add(cases, 1e-6, 0.05)


def add_constants(cases):
    """Add ops with a constant scalar on either side."""
    for kind in ("ADD", "SUB", "MUL", "MAXIMUM", "MINIMUM", "SQUARED_DIFFERENCE"):
        for first in (False, True):
            same = {"zero_point": 5} if kind.startswith("M") and kind != "MUL" else {}
            x, scale = cases.set()._input((1, 5, 7, 4), 0.05, same.get("zero_point"))
            value = np.array([[int(cases.rng.integers(-128, 128))]], np.int8)
            other = cases.builder.tensor((1, 1), scale=0.05, data=value, **same)
            y = cases._output((1, 5, 7, 4), scale if same else 0.08, same.get("zero_point"))
            table = getattr(schema, _OPTIONS.get(kind, "MaximumMinimumOptionsT"))()
            cases._op(kind, [other, x] if first else [x, other], y, table)
            cases._name(locals())


def _add(cases, first, second):
    """Add inputs of these scales."""
    inputs = [cases._input((1, 6, 6, 5), scale)[0] for scale in (first, second)]
    out = cases.set()._output((1, 6, 6, 5), first + second)
    cases._op("ADD", inputs, out, schema.AddOptionsT())
    cases._name(locals())


def _mean(cases, kind, shape, axes):
    """Add a reduction that leaves the other axes."""
    x, scale = cases.set()._input(shape)
    axis = cases.builder.tensor([len(axes)], "int32", data=np.array(axes, np.int32))
    kept = [size for n, size in enumerate(shape) if n not in axes]
    y = cases._output(kept, scale * (0.2 if kind == "MEAN" else 2.0))
    cases._op(kind, [x, axis], y, schema.ReducerOptionsT())
    cases._name(locals())

"""Random ops, many in one model: every op with inputs and outputs of its own."""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tests.tflite_builder import ModelBuilder
from tinygen.load.tflite import read_graph
from tinygen.optimize.fold import FOLDS

SAME, VALID = 0, 1


class Cases:
    """Collect independent ops into one model.

    Output scales are such that values spread over int8 and saturate now and then.
    """

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        self.builder = ModelBuilder()
        self.inputs, self.outputs, self.names = [], [], []

    def build(self):
        return self.builder.build(self.inputs, self.outputs)

    def integer(self, low, high):
        return int(self.rng.integers(low, high))

    def pair(self, low, high):
        return self.integer(low, high), self.integer(low, high)

    def chance(self, probability):
        return bool(self.rng.random() < probability)

    def conv(
        self,
        shape,
        out_c,
        window,
        *,
        stride=(1, 1),
        dilation=(1, 1),
        padding=SAME,
        act=0,
        groups=1,
        bias=True,
        per_channel=True,
        around=((0, 0), (0, 0)),
    ):
        x, x_scale, padded = self._padded(shape, around)
        filter_c = shape[3] // groups
        extra, w_scale = self._weights(
            (out_c, *window, filter_c), out_c, 0, x_scale, bias=bias, per_channel=per_channel
        )
        size = _slide(padded, window, stride, dilation, padding)
        y = self._output((shape[0], *size, out_c), _spread(x_scale, w_scale, *window, filter_c))
        options = _conv_options(schema.Conv2DOptionsT(), stride, dilation, padding, act)
        self._op("CONV_2D", [x, *extra], y, options)
        self._name(locals())

    def depthwise(
        self,
        shape,
        multiplier,
        window,
        *,
        stride=(1, 1),
        dilation=(1, 1),
        padding=SAME,
        act=0,
        bias=True,
        per_channel=True,
        around=((0, 0), (0, 0)),
    ):
        x, x_scale, padded = self._padded(shape, around)
        out_c = shape[3] * multiplier
        extra, w_scale = self._weights(
            (1, *window, out_c), out_c, 3, x_scale, bias=bias, per_channel=per_channel
        )
        size = _slide(padded, window, stride, dilation, padding)
        y = self._output((shape[0], *size, out_c), _spread(x_scale, w_scale, *window))
        options = _conv_options(schema.DepthwiseConv2DOptionsT(), stride, dilation, padding, act)
        options.depthMultiplier = multiplier
        self._op("DEPTHWISE_CONV_2D", [x, *extra], y, options)
        self._name(locals())

    def transpose_conv(
        self, shape, out_c, window, *, stride=(1, 1), padding=SAME, act=0, bias=True
    ):
        x, x_scale = self._input(shape)
        extra, w_scale = self._weights((out_c, *window, shape[3]), out_c, 0, x_scale, bias=bias)
        size = [
            n * s if padding == SAME else (n - 1) * s + max(rows, s)
            for n, s, rows in zip(shape[1:3], stride, window, strict=True)
        ]
        out_shape = (shape[0], *size, out_c)
        wanted = self.builder.tensor([4], "int32", data=np.array(out_shape, np.int32))
        y = self._output(out_shape, _spread(x_scale, w_scale, *window, shape[3]))
        options = schema.TransposeConvOptionsT()
        options.padding, options.fusedActivationFunction = padding, act
        options.strideH, options.strideW = stride
        self._op("TRANSPOSE_CONV", [wanted, extra[0], x, *extra[1:]], y, options)
        self._name(locals())

    def fully_connected(self, rows, depth, out_c, *, act=0, bias=True, per_channel=False):
        x, x_scale = self._input((rows, depth))
        extra, w_scale = self._weights(
            (out_c, depth), out_c, 0, x_scale, bias=bias, per_channel=per_channel
        )
        y = self._output((rows, out_c), _spread(x_scale, w_scale, depth))
        options = schema.FullyConnectedOptionsT()
        options.fusedActivationFunction = act
        self._op("FULLY_CONNECTED", [x, *extra], y, options)
        self._name(locals())

    def pool(self, kind, shape, window, *, stride=(1, 1), padding=SAME, act=0):
        scale, zero_point = self.rng.uniform(0.01, 0.1), self.integer(-128, 128)
        x, _ = self._input(shape, scale, zero_point)
        size = _slide(shape[1:3], window, stride, (1, 1), padding)
        y = self._output((shape[0], *size, shape[3]), scale, zero_point)
        options = schema.Pool2DOptionsT()
        options.padding, options.fusedActivationFunction = padding, act
        options.strideH, options.strideW = stride
        options.filterHeight, options.filterWidth = window
        self._op(kind, [x], y, options)
        self._name(locals())

    def softmax(self, shape, scale, *, beta=1.0):
        x, _ = self._input(shape, scale)
        y = self._output(shape, 1 / 256, -128)
        options = schema.SoftmaxOptionsT()
        options.beta = beta
        self._op("SOFTMAX", [x], y, options)
        self._name(locals())

    def binary(self, kind, first, second, *, act=0, factor=1.0):
        a, a_scale = self._input(first)
        b, b_scale = self._input(second)
        out_scale = (a_scale + b_scale) if kind == "ADD" else a_scale * b_scale * 80
        y = self._output(first, float(out_scale * factor))
        options = getattr(schema, f"{kind.capitalize()}OptionsT")()
        options.fusedActivationFunction = act
        self._op(kind, [a, b], y, options)
        self._name(locals())

    def _input(self, shape, scale=None, zero_point=None):
        scale = self.rng.uniform(0.01, 0.1) if scale is None else scale
        zero_point = self.integer(-128, 128) if zero_point is None else zero_point
        self.inputs.append(self.builder.tensor(shape, scale=scale, zero_point=zero_point))
        return self.inputs[-1], scale

    def _padded(self, shape, around):
        """Add an image and maybe a PAD; return the result, its scale, rows and columns."""
        zero_point = self.integer(-128, 128)
        x, scale = self._input(shape, zero_point=zero_point)
        if around == ((0, 0), (0, 0)):
            return x, scale, shape[1:3]
        size = tuple(n + sum(extra) for n, extra in zip(shape[1:3], around, strict=True))
        values = np.array([(0, 0), *around, (0, 0)], np.int32)
        paddings = self.builder.tensor([4, 2], "int32", data=values)
        y = self.builder.tensor((shape[0], *size, shape[3]), scale=scale, zero_point=zero_point)
        self.builder.op("PAD", [x, paddings], [y], schema.PadOptionsT(), version=2)
        return y, scale, size

    def _output(self, shape, scale, zero_point=None):
        zero_point = self.integer(-128, 128) if zero_point is None else zero_point
        self.outputs.append(self.builder.tensor(shape, scale=scale, zero_point=zero_point))
        return self.outputs[-1]

    def _weights(self, shape, channels, axis, in_scale, *, bias, per_channel=True):
        """Add weights and maybe a bias; return them and the largest scale."""
        scales = self.rng.uniform(0.001, 0.02, channels if per_channel else 1)
        data = self.rng.integers(-127, 128, shape)
        w = self.builder.tensor(shape, scale=scales, axis=axis, data=data)
        if not bias:
            return [w], scales.max()
        values = self.rng.integers(-20000, 20000, channels)
        b = self.builder.tensor([channels], "int32", scale=in_scale * scales, data=values)
        return [w, b], scales.max()

    def _op(self, name, inputs, output, options):
        self.builder.op(name, inputs, [output], options, version=2)
        self.names.append(name)

    def _name(self, arguments):
        shown = {k: v for k, v in arguments.items() if isinstance(v, int | float | tuple)}
        self.names[-1] += " " + ", ".join(f"{k}={v}" for k, v in shown.items())


def fold_padding(content):
    """Return the model's graph with its PADs folded into convolutions."""
    (fold,) = (rewrite for rewrite in FOLDS if rewrite.name == "fold-padding")
    graph = read_graph(content, "test")
    while (folded := fold.apply(graph)) is not None:
        graph, _ = folded
    return graph


def _conv_options(options, stride, dilation, padding, act):
    options.padding, options.fusedActivationFunction = padding, act
    options.strideH, options.strideW = stride
    options.dilationHFactor, options.dilationWFactor = dilation
    return options


def _spread(x_scale, w_scale, *sizes):
    """Return an output scale that makes sums of ``sizes`` products fill int8."""
    return float(x_scale * w_scale * np.sqrt(np.prod(sizes)) * 90)


def _slide(size, window, stride, dilation, padding):
    spans = [(n - 1) * d + 1 for n, d in zip(window, dilation, strict=True)]
    return [
        -(-n // s) if padding == SAME else (n - span) // s + 1
        for n, span, s in zip(size, spans, stride, strict=True)
    ]

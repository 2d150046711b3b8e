"""Random image nets: windows, residual branches and joins, ended by a mean or an image."""

from dataclasses import dataclass, field

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tests.tflite_builder import ModelBuilder
from tests.unit.ops.conv_models import Conv, options, windowed

SAME, VALID = 0, 1
SCALE = 0.05


@dataclass
class Net:
    """A net under construction; tensors are indices, shapes ``(rows, columns, channels)``."""

    rng: np.random.Generator
    b: ModelBuilder = field(default_factory=ModelBuilder)
    shapes: dict = field(default_factory=dict)
    zero_points: dict = field(default_factory=dict)

    def image(self, shape, zero_point=None):
        zero_point = int(self.rng.integers(-20, 20)) if zero_point is None else zero_point
        t = self.b.tensor([1, *shape], scale=SCALE, zero_point=zero_point)
        self.shapes[t], self.zero_points[t] = tuple(shape), zero_point
        return t

    def conv(self, x, kind="CONV_2D", **more):
        in_c = self.shapes[x][2]
        conv = Conv(shape=(1, *self.shapes[x]), **more)
        depthwise = kind == "DEPTHWISE_CONV_2D"
        out_c = in_c * conv.multiplier if depthwise else conv.out_c
        w_shape = (1, *conv.k, out_c) if depthwise else (out_c, *conv.k, in_c)
        depth = conv.k[0] * conv.k[1] * (1 if depthwise else in_c)
        scales = self.rng.uniform(0.5, 1.5, out_c) * 0.014 / depth**0.5
        weights = self.rng.integers(-127, 128, w_shape)
        w = self.b.tensor(w_shape, scale=scales, axis=3 if depthwise else 0, data=weights)
        values = self.rng.integers(-3000, 3000, out_c)
        bias = self.b.tensor([out_c], "int32", scale=SCALE * scales, data=values)
        y = self.image((*windowed(self.shapes[x][:2], conv), out_c))
        self.b.op(kind, [x, w, bias], [y], options(kind, conv), version=3)
        return y

    def pool(self, x, kind, size, stride, padding):
        o = schema.Pool2DOptionsT()
        o.padding, o.filterHeight, o.filterWidth = padding, *size
        o.strideH, o.strideW = stride
        rows = [
            -(-n // s) if padding == SAME else (n - k) // s + 1
            for n, k, s in zip(self.shapes[x][:2], size, stride, strict=True)
        ]
        y = self.image((*rows, self.shapes[x][2]), self.zero_points[x])
        self.b.op(kind, [x], [y], o, version=2)
        return y

    def add(self, x, z):
        y = self.image(self.shapes[x])
        self.b.op("ADD", [x, z], [y], schema.AddOptionsT())
        return y

    def concatenation(self, x, z):
        o = schema.ConcatenationOptionsT()
        o.axis = 3
        *size, first = self.shapes[x]
        y = self.image((*size, first + self.shapes[z][2]), self.zero_points[x])
        self.b.op("CONCATENATION", [x, z], [y], o)
        return y

    def pointwise(self, x, kind="HARD_SWISH"):
        y = self.image(self.shapes[x])
        self.b.op(kind, [x], [y], schema.HardSwishOptionsT())
        return y

    def mean(self, x, *, keep_dims):
        o = schema.ReducerOptionsT()
        o.keepDims = keep_dims
        c = self.shapes[x][2]
        axes = self.b.tensor([2], "int32", data=[1, 2])
        y = self.b.tensor([1, 1, 1, c] if keep_dims else [1, c], scale=0.02, zero_point=4)
        self.b.op("MEAN", [x, axes], [y], o)
        return y


def _residual(net, x):
    """Add a branch to its input; sometimes the branch's first half lives on."""
    c = net.shapes[x][2]
    branch = net.conv(x, out_c=c, k=(3, 3), dilation=(int(net.rng.integers(1, 3)),) * 2)
    if net.rng.integers(0, 2):
        branch = net.conv(net.pointwise(branch), out_c=c, k=(1, 1))
    return net.add(x, branch) if net.rng.integers(0, 2) else net.add(branch, x)


def _shortcut(net, x):
    """Join two convolutions of stride 2, one of which skips rows."""
    wide = net.conv(x, out_c=5, k=(3, 3), stride=(2, 2))
    return net.add(net.conv(x, out_c=5, k=(1, 1), stride=(2, 2)), wide)


def _join(net, x):
    pooled = net.pool(x, "MAX_POOL_2D", (3, 3), (1, 1), SAME)
    return net.concatenation(pooled, net.pool(x, "AVERAGE_POOL_2D", (2, 3), (1, 1), SAME))


def _window(net, x):
    rows, columns, _ = net.shapes[x]
    k = tuple(int(min(n, s)) for n, s in zip(net.rng.integers(1, 6, 2), (rows, columns)))  # noqa: B905
    kind = net.rng.choice(["CONV_2D", "DEPTHWISE_CONV_2D"])
    return net.conv(
        x,
        kind,
        k=k,
        out_c=int(net.rng.integers(2, 9)),
        stride=tuple(int(n) for n in net.rng.integers(1, 4, 2)),
        padding=int(net.rng.integers(0, 2)),
        act=int(net.rng.integers(0, 4)),
    )


def _mobile(net, x):
    stride = (int(net.rng.integers(1, 3)),) * 2
    x = net.conv(x, "DEPTHWISE_CONV_2D", k=(3, 3), stride=stride, act=1)
    return net.conv(x, out_c=int(net.rng.integers(4, 13)), k=(1, 1), act=1)


BLOCKS = (_residual, _shortcut, _join, _window, _mobile, _mobile)


def random_net(seed) -> bytes:
    """Return a net of three to five blocks, ended in one of five ways."""
    rng = np.random.default_rng(seed)
    net = Net(rng)
    size = (int(rng.integers(1, 24)), int(rng.integers(1, 12)), int(rng.integers(1, 9)))
    first = x = net.image(size)
    for block in rng.choice(len(BLOCKS), int(rng.integers(3, 6))):
        x = BLOCKS[block](net, x)
    end = seed % 5
    outputs = [x]
    if end < 2:
        outputs = [net.mean(x, keep_dims=bool(end))]
    elif end < 4:
        rows, columns, _ = net.shapes[x]
        y = net.pool(x, "AVERAGE_POOL_2D", (rows, columns), (1, 1), VALID)
        outputs = [y] if end == 2 else [net.pointwise(y), x]
    return net.b.build([first], outputs)

"""Random nets of vectors that are joined, split and sliced, with little else in between."""

from dataclasses import dataclass, field

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tests.tflite_builder import ModelBuilder

SCALE, ZERO_POINT = 0.05, -3


@dataclass
class Parts:
    """A net under construction; ``shapes`` of its tensors by index."""

    b: ModelBuilder = field(default_factory=ModelBuilder)
    shapes: dict = field(default_factory=dict)

    def tensor(self, *shape, data=None):
        t = self.b.tensor(shape, scale=SCALE, zero_point=ZERO_POINT, data=data)
        self.shapes[t] = shape
        return t

    def size(self, t):
        return int(np.prod(self.shapes[t]))

    def constant(self, size):
        return self.tensor(1, size, data=np.arange(size) % 100)

    def index(self, values):
        return self.b.tensor([len(values)], "int32", data=values)

    def act(self, x, kind="HARD_SWISH"):
        y = self.tensor(*self.shapes[x])
        self.b.op(kind, [x], [y], schema.HardSwishOptionsT())
        return y

    def add(self, x, z):
        y = self.tensor(*self.shapes[x])
        self.b.op("ADD", [x, z], [y], schema.AddOptionsT())
        return y

    def reshape(self, x, *shape):
        y = self.tensor(*shape)
        self.b.op("RESHAPE", [x, self.index(shape)], [y])
        return y

    def join(self, *parts, axis=1):
        o = schema.ConcatenationOptionsT()
        o.axis = axis
        shape = list(self.shapes[parts[0]])
        shape[axis] = sum(self.shapes[t][axis] for t in parts)
        y = self.tensor(*shape)
        self.b.op("CONCATENATION", list(parts), [y], o)
        return y

    def split(self, x, count, axis=1):
        o = schema.SplitOptionsT()
        o.numSplits = count
        shape = list(self.shapes[x])
        shape[axis] //= count
        parts = [self.tensor(*shape) for _ in range(count)]
        self.b.op("SPLIT", [self.b.tensor([], "int32", data=[axis]), x], parts, o)
        return parts

    def split_v(self, x, *sizes):
        o = schema.SplitVOptionsT()
        o.numSplits = len(sizes)
        parts = [self.tensor(1, size) for size in sizes]
        axis = self.b.tensor([], "int32", data=[1])
        self.b.op("SPLIT_V", [x, self.index(sizes), axis], parts, o)
        return parts

    def slice(self, x, start, size):
        y = self.tensor(1, size)
        self.b.op("SLICE", [x, self.index([0, start]), self.index([1, size])], [y])
        return y

    def strided_slice(self, x, start, size):
        y = self.tensor(1, size)
        ends = self.index([0, start]), self.index([1, start + size])
        steps = self.index([1, 1])
        self.b.op("STRIDED_SLICE", [x, *ends, steps], [y], schema.StridedSliceOptionsT())
        return y

    def unpack(self, x, count):
        o = schema.UnpackOptionsT()
        o.num = count
        rows = self.reshape(x, count, self.size(x) // count)
        parts = [self.tensor(self.size(x) // count) for _ in range(count)]
        self.b.op("UNPACK", [rows], parts, o)
        return [self.reshape(t, 1, *self.shapes[t]) for t in parts]

    def pack(self, *parts):
        o = schema.PackOptionsT()
        o.valuesCount = len(parts)
        rows = [self.reshape(t, self.size(t)) for t in parts]
        y = self.tensor(len(parts), self.size(parts[0]))
        self.b.op("PACK", rows, [y], o)
        return self.reshape(y, 1, self.size(y))


def _step(net, rng, pool):
    """Return the outputs of one more op on tensors of the pool."""
    x = pool[int(rng.integers(max(len(pool) - 4, 0), len(pool)))]
    n = net.size(x)
    alike = [t for t in pool if net.size(t) == n]
    some = [int(t) for t in rng.choice(pool, int(rng.integers(1, 4)))]
    kind = rng.choice(["act", "act", "act", "add", "join", "join", "cut", "slice", "pack"])
    if kind == "add":
        return [net.add(x, int(rng.choice(alike)))]
    if kind == "join" and sum(net.size(t) for t in (x, *some)) < 600:
        more = [net.constant(8)] if rng.random() < 0.2 else []
        return [net.join(*some, x, *more)]
    if kind == "cut" and n % 8 == 0:
        ways = (lambda: net.split(x, 2), lambda: net.unpack(x, 2), lambda: net.split_v(x, 4, n - 4))
        return ways[int(rng.integers(0, 3))]()
    if kind == "slice" and n > 8:
        start = int(rng.integers(0, n - 4))
        size = int(rng.integers(1, n - start + 1))
        return [(net.slice, net.strided_slice)[int(rng.integers(0, 2))](x, start, size)]
    if kind == "pack" and 3 * n < 600:
        return [net.pack(x, *(int(t) for t in rng.choice(alike, 2)))]
    return [net.act(x)]


def random_parts(seed):
    """Return the file of a net of a dozen ops with one to three outputs."""
    rng = np.random.default_rng(seed)
    net = Parts()
    inputs = [net.tensor(1, int(n)) for n in 4 * rng.integers(1, 9, int(rng.integers(1, 4)))]
    pool = list(inputs)
    for _ in range(int(rng.integers(4, 14))):
        pool += _step(net, rng, pool)
    made = [t for t in pool if t not in inputs]
    outputs = sorted({int(t) for t in rng.choice(made[-5:], int(rng.integers(1, 4)))})
    return net.b.build(inputs, outputs)

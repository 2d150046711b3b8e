"""Image nets whose branches are joined along their channels."""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tests.unit.plan.random_nets import SAME, Net

_ZERO_POINT = -5


class Branches(Net):
    """A net in which all images have one scale and one zero point, as joins demand."""

    def image(self, shape, zero_point=_ZERO_POINT):
        return super().image(shape, zero_point)

    def join(self, *parts):
        o = schema.ConcatenationOptionsT()
        o.axis = 3
        *size, _ = self.shapes[parts[0]]
        y = self.image((*size, sum(self.shapes[t][2] for t in parts)))
        self.b.op("CONCATENATION", list(parts), [y], o)
        return y

    def halves(self, x):
        """Return the upper and the lower half of an image."""
        o = schema.SplitOptionsT()
        o.numSplits = 2
        rows, columns, channels = self.shapes[x]
        parts = [self.image((rows // 2, columns, channels)) for _ in range(2)]
        self.b.op("SPLIT", [self.b.tensor([], "int32", data=[1]), x], parts, o)
        return parts

    def stack(self, upper, lower):
        """Return two images, one below the other."""
        o = schema.ConcatenationOptionsT()
        o.axis = 1
        rows, columns, channels = self.shapes[upper]
        y = self.image((rows + self.shapes[lower][0], columns, channels))
        self.b.op("CONCATENATION", [upper, lower], [y], o)
        return y

    def fire(self, x, squeezed, expanded):
        """Return a fire module (Iandola et al. 2016, SqueezeNet, arXiv:1602.07360)."""
        s = self.conv(x, out_c=squeezed, k=(1, 1), act=1)
        one = self.conv(s, out_c=expanded, k=(1, 1), act=1)
        return self.join(one, self.conv(s, out_c=expanded, k=(3, 3), act=1))

    def dense(self, x, growth):
        """Return a layer of a dense block (Huang et al. 2016, arXiv:1608.06993)."""
        return self.join(x, self.conv(x, out_c=growth, k=(3, 3), act=1))


def _branch(net, rng, x):
    def conv(source, k, kind="CONV_2D"):
        return net.conv(
            source, kind, out_c=int(rng.integers(1, 20)), k=k, act=int(rng.choice([0, 0, 1, 3]))
        )

    return (
        lambda: conv(x, (1, 1)),
        lambda: conv(x, (3, 3)),
        lambda: conv(x, (3, 3), "DEPTHWISE_CONV_2D"),
        lambda: net.pool(x, "MAX_POOL_2D", (3, 3), (1, 1), SAME),
        lambda: conv(conv(x, (1, 1)), (1, 3)),
    )[int(rng.integers(0, 5))]()


def _module(net, rng, x):
    """Return joined branches of an image, and what else reads one of them."""
    parts = [_branch(net, rng, x) for _ in range(int(rng.integers(1, 4)))]
    how, others = int(rng.integers(0, 5)), []
    if how == 0:
        parts.append(x)
    elif how == 1:
        parts.append(parts[0])
    elif how == 2:
        parts = [net.join(*parts), _branch(net, rng, x)]
    elif how == 3:
        others = [net.pointwise(parts[0])]
    rng.shuffle(parts)
    return net.join(*(int(t) for t in parts)), others


def random_joins(seed):
    """Return the file of a net of one to three modules."""
    rng = np.random.default_rng(seed)
    net = Branches(rng)
    x = first = net.image(tuple(int(n) for n in rng.integers(1, (10, 10, 12))))
    outputs = []
    for _ in range(int(rng.integers(1, 4))):
        x, others = _module(net, rng, x)
        outputs += others
        if net.shapes[x][2] > 40 or rng.random() < 0.3:
            x = net.conv(x, out_c=8, k=(1, 1), act=1)
    return net.b.build([first], list(dict.fromkeys([x, *outputs])))

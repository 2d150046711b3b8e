"""One-op convolution models for tests, as given or drawn at random."""

from dataclasses import dataclass

from ai_edge_litert import schema_py_generated as schema

from tests.tflite_builder import ModelBuilder

SAME, VALID = 0, 1
NONE, RELU, RELU_N1_TO_1, RELU6 = range(4)


@dataclass
class Conv:
    """A convolution; ``spread`` scales the output: far below 1 saturates, far above flattens.

    ``out_c`` is filters for CONV_2D and TRANSPOSE_CONV; a depthwise op has
    ``multiplier`` filters a channel instead.
    """

    shape: tuple[int, int, int, int]
    out_c: int = 4
    k: tuple[int, int] = (3, 3)
    stride: tuple[int, int] = (1, 1)
    dilation: tuple[int, int] = (1, 1)
    padding: int = SAME
    act: int = NONE
    groups: int = 1
    multiplier: int = 1
    bias: bool = True
    per_channel: bool = True
    spread: float = 1.0
    zero_points: tuple[int, int] = (3, -5)
    bias_range: int = 3000
    extra_rows: int = 0  # of a transposed convolution's output, below its stride


def windowed(size, conv):
    """Return output rows and columns of a convolution."""
    sizes = []
    for n, k, s, d in zip(size, conv.k, conv.stride, conv.dilation, strict=True):
        span = (k - 1) * d + 1
        sizes.append(-(-n // s) if conv.padding == SAME else (n - span) // s + 1)
    return sizes


def grown(size, conv):
    """Return output rows and columns of a transposed convolution."""
    return [
        n * s if conv.padding == SAME else (n - 1) * s + k + conv.extra_rows
        for n, k, s in zip(size, conv.k, conv.stride, strict=True)
    ]


def draw(rng, kind) -> Conv:
    """Return a random convolution of ``kind`` that TensorFlow Lite allows."""
    k = tuple(int(n) for n in rng.integers(1, 5, 2))
    dilation = (1, 1) if kind == "TRANSPOSE_CONV" else tuple(int(n) for n in rng.integers(1, 3, 2))
    span = [(n - 1) * d + 1 for n, d in zip(k, dilation, strict=True)]
    groups = int(rng.integers(1, 4)) if kind == "CONV_2D" else 1
    return Conv(
        shape=(
            int(rng.integers(1, 3)),
            span[0] + int(rng.integers(0, 6)),
            span[1] + int(rng.integers(0, 6)),
            groups * int(rng.integers(1, 5)),
        ),
        out_c=groups * int(rng.integers(1, 5)),
        k=k,
        stride=tuple(int(n) for n in rng.integers(1, 4, 2)),
        dilation=dilation,
        padding=int(rng.integers(0, 2)),
        act=int(rng.integers(0, 4)),
        groups=groups,
        multiplier=int(rng.integers(1, 4)),
        bias=bool(rng.integers(0, 2)),
        per_channel=bool(rng.integers(0, 4)),
        spread=float(rng.choice([1.0, 1.0, 0.3, 3.0, 1e-5])),
        zero_points=tuple(int(z) for z in rng.choice([-128, -128, 0, 127, 127, 41], 2)),
        bias_range=int(rng.choice([3000, 1 << 31])),
    )


def model(rng, kind, conv) -> bytes:
    """Return the model of one op ``kind``: CONV_2D, DEPTHWISE_CONV_2D or TRANSPOSE_CONV."""
    b = ModelBuilder()
    in_c = conv.shape[3]
    out_c = in_c * conv.multiplier if kind == "DEPTHWISE_CONV_2D" else conv.out_c
    depthwise = kind == "DEPTHWISE_CONV_2D"
    w_shape = (1, *conv.k, out_c) if depthwise else (out_c, *conv.k, in_c // conv.groups)
    scales = rng.uniform(0.001, 0.02, out_c if conv.per_channel else 1)
    depth = conv.k[0] * conv.k[1] * (1 if depthwise else in_c // conv.groups)
    out_scale = conv.spread * 0.05 * float(scales.mean()) * 60 * depth**0.5

    x = b.tensor(conv.shape, scale=0.05, zero_point=conv.zero_points[0])
    w = b.tensor(
        w_shape, scale=scales, axis=3 if depthwise else 0, data=rng.integers(-127, 128, w_shape)
    )
    size = (grown if kind == "TRANSPOSE_CONV" else windowed)(conv.shape[1:3], conv)
    y = b.tensor([conv.shape[0], *size, out_c], scale=out_scale, zero_point=conv.zero_points[1])
    inputs = [x, w]
    if kind == "TRANSPOSE_CONV":
        inputs = [b.tensor([4], "int32", data=[conv.shape[0], *size, out_c]), w, x]
    if conv.bias:
        values = rng.integers(-conv.bias_range, conv.bias_range, out_c)
        inputs.append(b.tensor([out_c], "int32", scale=0.05 * scales, data=values))
    b.op(kind, inputs, [y], options(kind, conv), version=3)
    return b.build([x], [y])


def options(kind, conv):
    """Return the schema's options object."""
    o = {
        "CONV_2D": schema.Conv2DOptionsT,
        "DEPTHWISE_CONV_2D": schema.DepthwiseConv2DOptionsT,
        "TRANSPOSE_CONV": schema.TransposeConvOptionsT,
    }[kind]()
    o.padding, o.fusedActivationFunction = conv.padding, conv.act
    o.strideH, o.strideW = conv.stride
    if kind != "TRANSPOSE_CONV":
        o.dilationHFactor, o.dilationWFactor = conv.dilation
    if kind == "DEPTHWISE_CONV_2D":
        o.depthMultiplier = conv.multiplier
    return o

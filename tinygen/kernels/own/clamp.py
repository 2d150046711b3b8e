"""Clamp outputs where saturation to int8 is not the activation."""

from dataclasses import replace

from tinygen.graph import Tensor
from tinygen.ops.contract import Call, Kernel


def clamp_call(kernel: Kernel, y: Tensor, low: int, high: int, *, step: int = 0) -> Kernel:
    """Return ``kernel`` with a call that clamps output ``y`` to [low, high], if needed.

    ``step``: bytes from one output pixel to the next where they are apart.
    """
    if (low, high) == (-128, 127):
        return kernel
    limits = [str(low), str(high)]
    call = Call("tg_clamp_s8", ["{out0}", str(y.size), *limits])
    if step:
        count = y.shape[-1]
        sizes = [str(y.size // count), str(count), str(step)]
        call = Call("tg_clamp_pixels_s8", ["{out0}", *sizes, *limits])
    return replace(
        kernel,
        calls=[*kernel.calls, call],
        sources=[*kernel.sources, "kernels/dsp/clamp_s8.c"],
        headers=[*kernel.headers, "tinygen/dsp/clamp_s8.h"],
    )

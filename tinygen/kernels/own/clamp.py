"""Clamp outputs where saturation to int8 is not the activation."""

from dataclasses import replace

from tinygen.graph import Tensor
from tinygen.ops.contract import Call, Kernel


def clamp_call(kernel: Kernel, y: Tensor, low: int, high: int) -> Kernel:
    """Return ``kernel`` with a call that clamps output ``y`` to [low, high], if needed."""
    if (low, high) == (-128, 127):
        return kernel
    call = Call("tg_clamp_s8", ["{out0}", str(y.size), str(low), str(high)])
    return replace(
        kernel,
        calls=[*kernel.calls, call],
        sources=[*kernel.sources, "kernels/dsp/clamp_s8.c"],
        headers=[*kernel.headers, "tinygen/dsp/clamp_s8.h"],
    )

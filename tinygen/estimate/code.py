"""Guess the code of an image before anything is compiled."""

from collections.abc import Iterable

from tinygen.ops.contract import Kernel
from tinygen.resources import data_dir

# From the images of the MLPerf Tiny models, all libraries, cores and --optimize, at most;
# tests/emulator/test_code_estimate.py compares.
_RUNTIME = 4000  # start-up, link and protocol
_STREAMING = 1500
_KERNEL = 200  # its calls, and what is special in them
_LOOP = 100  # over slabs of weights
_BYTE_OF_SOURCE = {"portable": 0.35, "own": 0.11}  # ours are mostly macros and assembly
_CMSIS_NN_FILE = 1800  # with what it calls
_MARGIN = 1.25


def guess_code(kernels: Iterable[Kernel | None]) -> int:
    """Return about how many bytes of code an image has; rather too many than too few.

    Args:
        kernels: Of each op, streaming ones included.
    """
    used = [kernel for kernel in kernels if kernel]
    sources = {source for kernel in used for source in kernel.sources}
    loops = sum(len(kernel.loops) for kernel in used)
    total = _RUNTIME + _KERNEL * len(used) + _LOOP * loops + (_STREAMING if loops else 0)
    return int(_MARGIN * (total + sum(_source_code(source) for source in sources)))


def _source_code(source: str) -> float:
    if source.startswith("cmsis-nn/"):
        return _CMSIS_NN_FILE
    if source.startswith("weights/"):
        return 0.0
    kind = "own" if "/dsp/" in source or "/mve/" in source else "portable"
    return _BYTE_OF_SOURCE[kind] * (data_dir("firmware") / "src" / source).stat().st_size

"""How CMSIS-NN's files are compiled: GCC's flags by file, core and aim."""

from tinygen.core import Core
from tinygen.ops.contract import Optimize

Rules = list[tuple[str, tuple[str, ...]]]

# GCC 12.2 unrolls at -O2 what runs too rarely to matter, in MLPerf Tiny's four models.
_SMALL = ("cmsis-nn/SoftmaxFunctions/arm_nn_softmax_common_s8.c",)  # 440 bytes, 100 instructions
_SMALL_WITHOUT_MVE = (
    "cmsis-nn/BasicMathFunctions/arm_elementwise_add_s8.c",  # 520 bytes, 0.4 % of an addition
)


def file_flags(core: Core, optimize: Optimize) -> Rules:
    """Return patterns of files under ``src`` and their flags; later ones add to earlier ones.

    With MVE, -fno-ivopts keeps one pointer a row, which loads step for nothing, instead of
    one index that they all add: the autoencoder takes 37 % fewer instructions.
    """
    if optimize == "size":
        return [("cmsis-nn/*", ("-Os",))]
    fast = ("-O2", "-fno-ivopts") if core.mve else ("-O2",)
    small = _SMALL if core.mve else _SMALL + _SMALL_WITHOUT_MVE
    return [("cmsis-nn/*", fast), *((path, ("-Os",)) for path in small)]

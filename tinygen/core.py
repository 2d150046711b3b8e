"""Processor cores: what kernels may use, and the compiler flags that select it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Core:
    """One kind of Cortex-M, or a core of another family, which runs the portable kernels.

    Attributes:
        name: GCC's -mcpu name, such as ``cortex-m4``.
        dsp: It has the DSP extension (SMLAD ...).
        mve: It has the M-profile vector extension.
        flags: GCC's flags for compiler, assembler and linker; none where a framework
            has its own.
    """

    name: str
    dsp: bool = False
    mve: bool = False
    flags: tuple[str, ...] = ()


def _hard(cpu: str, fpu: str) -> tuple[str, ...]:
    return ("-mthumb", f"-mcpu={cpu}", f"-mfpu={fpu}", "-mfloat-abi=hard")


def _soft(cpu: str) -> tuple[str, ...]:
    return ("-mthumb", f"-mcpu={cpu}", "-mfloat-abi=soft")


# Source: GCC 12 manual, "ARM Options"; Arm's Technical Reference Manuals for the
# optional units (QEMU's and ST's parts have them).
CORES = {
    core.name: core
    for core in (
        Core("cortex-m0", flags=_soft("cortex-m0")),
        Core("cortex-m0plus", flags=_soft("cortex-m0plus")),
        Core("cortex-m3", flags=_soft("cortex-m3")),
        Core("cortex-m4", dsp=True, flags=_hard("cortex-m4", "fpv4-sp-d16")),
        Core("cortex-m7", dsp=True, flags=_hard("cortex-m7", "fpv5-sp-d16")),
        Core("cortex-m33", dsp=True, flags=_hard("cortex-m33", "fpv5-sp-d16")),
        Core(
            "cortex-m55",
            dsp=True,
            mve=True,
            flags=("-mthumb", "-mcpu=cortex-m55", "-mfloat-abi=hard"),
        ),
        Core("xtensa-lx7"),
        Core("riscv32imc"),
    )
}

"""Refuse an image that is slower or other than what was asked for, by what was linked."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from tinygen.core import Core
from tinygen.errors import ToolchainError

_HARD_FLOAT = 0x400  # EF_ARM_ABI_FLOAT_HARD, Arm IHI0044
_LEVEL = re.compile(r"\s-O(\S*)")
_MEMBER = re.compile(r"\.a\(([^()\s]+)\)")
# The reference kernels of TFLM that its CMSIS-NN folder has replaced in every release.
_TFLM_REPLACED = frozenset(
    f"lite.micro.kernels.{name}.o"
    for name in (
        *("add", "conv", "depthwise_conv", "fully_connected", "mul", "pooling", "softmax"),
        "svdf",
    )
)
_LOCAL_HINT = "remove what local.ini changes, and build again"


def require_flags(elf: Path, core: Core) -> None:
    """Refuse an image with code that was not optimized, or with another float ABI.

    Args:
        elf: With debug information.
        core: What it was built for.

    Raises:
        ToolchainError: The message names the first such source.
    """
    with elf.open("rb") as stream:
        file = ELFFile(stream)
        is_hard = bool(file["e_flags"] & _HARD_FLOAT)
        slow = next(_not_optimized(file), None)
    wanted = "hard" if "-mfloat-abi=hard" in core.flags else "soft"
    found = "hard" if is_hard else "soft"
    if found != wanted:
        raise ToolchainError(
            f"the image has the {found} float ABI, but the {core.name} was meant to have the "
            f"{wanted} one",
            hint=_LOCAL_HINT,
        )
    if slow is not None:
        raise ToolchainError(f"{slow} was compiled without optimization (-O0)", hint=_LOCAL_HINT)


def _not_optimized(file: ELFFile) -> Iterator[str]:
    """Go through the sources whose compiler says that it did not optimize."""
    if not file.has_dwarf_info():
        return
    for unit in file.get_dwarf_info().iter_CUs():
        attributes = unit.get_top_DIE().attributes
        producer = _text(attributes, "DW_AT_producer")
        if not producer.startswith("GNU C"):
            continue  # an assembler has no levels
        levels = _LEVEL.findall(producer)
        if not levels or levels[-1] == "0":
            yield _text(attributes, "DW_AT_name")


def _text(attributes: Mapping[str, object], name: str) -> str:
    value = getattr(attributes.get(name), "value", b"")
    return value.decode(errors="replace") if isinstance(value, bytes) else ""


def require_absent(elf: Path, functions: Mapping[str, str]) -> None:
    """Refuse an image with a function that another was chosen for.

    Args:
        elf: With symbols.
        functions: Unwanted function to the op that has another kernel.

    Raises:
        ToolchainError: One of them is linked.
    """
    with elf.open("rb") as stream:
        symbols = {
            symbol.name
            for table in ELFFile(stream).iter_sections()
            if isinstance(table, SymbolTableSection)
            for symbol in table.iter_symbols()
            if symbol["st_shndx"] != "SHN_UNDEF"
        }
    for function in sorted(symbols & functions.keys()):
        raise ToolchainError(
            f"the reference kernel {function} is linked, though {functions[function]} has one of "
            "CMSIS-NN",
            hint="remove the code in src/ that calls it, and build again",
        )


def require_tflm_cmsis_nn(linker_map: Path, core: Core) -> None:
    """Refuse a TFLM image with reference kernels on a core that CMSIS-NN makes fast.

    Args:
        linker_map: Its archive members tell which source each kernel is from.
        core: What it was built for; without DSP and MVE anything goes.

    Raises:
        ToolchainError: A kernel that CMSIS-NN has is TFLM's reference kernel.
    """
    if not (core.dsp or core.mve):
        return
    linked = set(_MEMBER.findall(linker_map.read_text(encoding="utf-8", errors="replace")))
    slow = sorted(linked & _TFLM_REPLACED)
    if slow:
        names = ", ".join(name.split(".")[-2] for name in slow)
        raise ToolchainError(
            f"TensorFlow Lite Micro's reference kernels are linked, not CMSIS-NN's: {names}",
            hint="make the tree with OPTIMIZED_KERNEL_DIR=cmsis_nn, or name a git checkout",
        )

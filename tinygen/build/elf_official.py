"""Measure an image that a vendor's framework linked: by its section names, not by addresses."""

import re
from pathlib import Path

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from tinygen.build.elf import ImageSize, Section, alloc_sections
from tinygen.errors import ToolchainError

# What the platform itself adds up against the board's sizes: SIZEPROGREGEXP and
# SIZEDATAREGEXP of platform-espressif32 6.13.0, builder/main.py.
_FLASH = re.compile(r"\.(iram0\.(text|vectors)|dram0\.data|flash\.(text|rodata))$")
_RAM = re.compile(r"\.(dram0\.(data|bss)|noinit)$")
_ARENA, _STACK = "model_arena", "tg_task_stack"
_WEIGHTS, _TABLES = ".rodata.tg_weights", ".rodata.tg_tables"


def measure_official(elf: Path, objects: Path) -> ImageSize:
    """Measure the image and, in the model's object file, what the linker then mixed.

    Args:
        elf: The image.
        objects: Folder of the object files of ``src``.

    Raises:
        ToolchainError: It is not such an image.
    """
    try:
        sections, sizes = _read(elf)
        model = {section.name: section.nbytes for section in _read(objects / "model.c.o")[0]}
    except (OSError, ELFError) as error:
        raise _no_image(elf, str(error)) from error
    flash = [section for section in sections if _FLASH.match(section.name)]
    ram = [section for section in sections if _RAM.match(section.name)]
    if not flash or not sizes.keys() >= {_ARENA, _STACK}:
        raise _no_image(elf, "it has not the sections of ESP32, or no model")
    weights, tables = model.get(_WEIGHTS, 0), model.get(_TABLES, 0)
    arena, stack = sizes[_ARENA], sizes[_STACK]
    data = sum(section.nbytes for section in ram if section.is_stored)
    return ImageSize(
        weights=weights,
        tables=tables,
        code=sum(section.nbytes for section in flash) - weights - tables,
        data_bytes=data,
        bss_bytes=sum(section.nbytes for section in ram) - data - arena - stack,
        arena_bytes=arena,
        stack_bytes=stack,
        sections=tuple(sections),
    )


def _read(path: Path) -> tuple[tuple[Section, ...], dict[str, int]]:
    """Return the sections that take memory, and the size of each named object."""
    with path.open("rb") as stream:
        file = ELFFile(stream)
        sizes = {
            symbol.name: int(symbol["st_size"])
            for table in file.iter_sections()
            if isinstance(table, SymbolTableSection)
            for symbol in table.iter_symbols()
            if symbol["st_info"]["type"] == "STT_OBJECT"
        }
        return alloc_sections(file), sizes


def _no_image(elf: Path, reason: str) -> ToolchainError:
    return ToolchainError(f"{elf} is not an image: {reason}", hint="run 'tinygen build' again")

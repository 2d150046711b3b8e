"""Measure an image: what lies in flash and RAM, and that no heap is linked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from elftools.common.exceptions import ELFError
from elftools.elf.constants import SH_FLAGS
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from tinygen.errors import ToolchainError
from tinygen.region import Region

WEIGHTS = ".tg_weights"
TABLES = ".tg_tables"
ARENA = ".tg_arena"
STACK = ".tg_stack"
HEAP = frozenset(
    ("malloc", "calloc", "realloc", "free", "_malloc_r", "_free_r", "_sbrk", "_sbrk_r", "sbrk")
)


@dataclass(frozen=True, slots=True)
class Section:
    """An output section that takes memory.

    Attributes:
        name: As in the linker script.
        address: Where it is at run time.
        nbytes: Size.
        is_stored: Its bytes are in the image (flash), whatever its address.
    """

    name: str
    address: int
    nbytes: int
    is_stored: bool


@dataclass(frozen=True, slots=True)
class ImageSize:
    """Bytes an image takes; alignment gaps between sections are not counted.

    Attributes:
        weights: Flash: weights, biases, constant inputs; also those that start-up copies to RAM.
        tables: Flash: multipliers, shifts, look-up tables.
        code: Flash: everything else (instructions, vectors, strings, initial values of
            ``.data``), which makes "other" of the report always 0.
        data_bytes: RAM: variables with an initial value.
        bss_bytes: RAM: variables without, the arena left out.
        arena_bytes: RAM: the arena, in all memories.
        stack_bytes: RAM: what the linker script reserves.
        sections: All of them, by address.
    """

    weights: int
    tables: int
    code: int
    data_bytes: int
    bss_bytes: int
    arena_bytes: int
    stack_bytes: int
    sections: tuple[Section, ...]

    @property
    def flash_bytes(self) -> int:
        """Return the bytes of flash."""
        return self.code + self.weights + self.tables

    @property
    def ram_bytes(self) -> int:
        """Return the bytes of RAM."""
        return self.arena_bytes + self.data_bytes + self.bss_bytes + self.stack_bytes


def measure(elf: Path, regions: Sequence[Region]) -> ImageSize:
    """Measure the image, which was linked for ``regions``.

    Raises:
        ToolchainError: It is not an ELF file, or it links a heap.
    """
    try:
        with elf.open("rb") as stream:
            file = ELFFile(stream)
            sections = alloc_sections(file)
            heap = sorted(HEAP & _symbols(file).keys())
            weights_in_ram = _span(_symbols(file), "__data_start", "__ram_weights_end")
    except (OSError, ELFError) as error:
        raise ToolchainError(
            f"{elf} is not an image: {error}", hint="run 'tinygen build' again"
        ) from error
    if heap:
        raise ToolchainError(
            f"the image links a heap: {', '.join(heap)}",
            hint="what tinygen generates has none: remove the code in src/ that calls them",
        )
    return _sum(sections, regions, weights_in_ram)


def alloc_sections(file: ELFFile) -> tuple[Section, ...]:
    """Return the sections that take memory, by address."""
    found = [
        Section(
            name=section.name,
            address=section["sh_addr"],
            nbytes=section["sh_size"],
            is_stored=section["sh_type"] != "SHT_NOBITS",
        )
        for section in file.iter_sections()
        if section["sh_flags"] & SH_FLAGS.SHF_ALLOC and section["sh_size"]
    ]
    return tuple(sorted(found, key=lambda section: section.address))


def _span(symbols: Mapping[str, int], begin: str, end: str) -> int:
    """Return the bytes between two symbols; 0 where the linker script has them not."""
    return symbols[end] - symbols[begin] if symbols.keys() >= {begin, end} else 0


def _symbols(file: ELFFile) -> dict[str, int]:
    """Return the names and values of all defined symbols."""
    return {
        symbol.name: symbol["st_value"]
        for table in file.iter_sections()
        if isinstance(table, SymbolTableSection)
        for symbol in table.iter_symbols()
        if symbol["st_shndx"] != "SHN_UNDEF"
    }


def _sum(sections: Sequence[Section], regions: Sequence[Region], weights_in_ram: int) -> ImageSize:
    stored = {section.name: section.nbytes for section in sections if section.is_stored}
    ram = [s for s in sections if _kind(s, regions) != "flash"]
    weights, tables = stored.get(WEIGHTS, 0) + weights_in_ram, stored.get(TABLES, 0)
    return ImageSize(
        weights=weights,
        tables=tables,
        code=sum(stored.values()) - weights - tables,
        data_bytes=_total(s for s in ram if s.is_stored),
        bss_bytes=_total(s for s in ram if not (s.is_stored or s.name == STACK or _is_arena(s))),
        arena_bytes=_total(s for s in ram if _is_arena(s)),
        stack_bytes=_total(s for s in ram if s.name == STACK),
        sections=tuple(sections),
    )


def _is_arena(section: Section) -> bool:
    """Return whether a section is the arena, or its part in another memory."""
    return section.name == ARENA or section.name.startswith(f"{ARENA}_")


def _total(sections: Iterable[Section]) -> int:
    return sum(section.nbytes for section in sections)


def _kind(section: Section, regions: Sequence[Region]) -> str:
    """Return the kind of the region that holds the section at run time."""
    for region in regions:
        if region.origin <= section.address < region.origin + region.nbytes:
            return region.kind
    raise ToolchainError(
        f"section {section.name} at {section.address:#x} is in no memory of the board",
        hint="do not edit link.ld; run 'tinygen build' again",
    )

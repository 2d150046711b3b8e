"""The functions of an image: where each begins and ends, and whose address is kept."""

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from elftools.elf.constants import SH_FLAGS
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from tinygen.build.code import Line

# Sections that hold no pointers to functions which the program itself calls.
_NO_POINTERS = frozenset((".vectors", ".tg_weights", ".tg_tables"))
_LARGEST = 1 << 16  # of a last function whose size is not given
_HALF = re.compile(r"(\w+), #(\d+)")


@dataclass(frozen=True, slots=True)
class Function:
    """A function, or what is left of one from some address on."""

    name: str
    begin: int
    end: int


class Functions:
    """The functions of an image, by address."""

    def __init__(self, file: ELFFile) -> None:
        named: dict[int, tuple[bool, str, int]] = {}
        for table in file.iter_sections():
            if not isinstance(table, SymbolTableSection):
                continue
            for symbol in table.iter_symbols():
                info = symbol["st_info"]
                if info["type"] != "STT_FUNC" or symbol["st_shndx"] == "SHN_UNDEF":
                    continue
                begin = int(symbol["st_value"]) & ~1
                entry = (info["bind"] == "STB_LOCAL", symbol.name, int(symbol["st_size"]))
                named[begin] = min(entry, named.get(begin, entry))
        self._begins = sorted(named)
        self.beginnings = frozenset(named)
        self._named = named

    def named(self, name: str) -> int | None:
        """Return the address of the function called ``name``."""
        return next((begin for begin, (_, n, _) in self._named.items() if n == name), None)

    def beginning_with(self, prefix: str) -> frozenset[int]:
        """Return the addresses of all functions whose name begins so."""
        return frozenset(b for b, (_, name, _) in self._named.items() if name.startswith(prefix))

    def at(self, address: int) -> Function | None:
        """Return the function that holds ``address``, from there on; None where none does."""
        position = bisect_right(self._begins, address) - 1
        if position < 0:
            return None
        begin = self._begins[position]
        _, name, nbytes = self._named[begin]
        after = (
            self._begins[position + 1] if position + 1 < len(self._begins) else begin + (1 << 16)
        )
        end = min(begin + nbytes, after) if nbytes else after
        return Function(name, address, end) if address < end else None

    def kept(self, file: ELFFile, code: Mapping[int, Line]) -> frozenset[int]:
        """Return the functions whose address is in a constant, a variable or an instruction.

        The vector table is left out: only the core itself calls by it. So are weights: a
        bias may happen to have the value of an address.
        """
        values = {*_words(file, _weights_in_ram(file)), *_moved(code)}
        return frozenset(begin for begin in self._begins if begin | 1 in values)


def _weights_in_ram(file: ELFFile) -> range:
    """Return the addresses of the weights that start-up copies to RAM."""
    symbols = {
        symbol.name: int(symbol["st_value"])
        for table in file.iter_sections()
        if isinstance(table, SymbolTableSection)
        for symbol in table.iter_symbols()
        if symbol.name in {"__data_start", "__ram_weights_end"}
    }
    begin = symbols.get("__data_start", 0)
    return range(begin, symbols.get("__ram_weights_end", begin))


def _words(file: ELFFile, left_out: range) -> Iterator[int]:
    """Go through the words of all sections that are in the image, but those left out."""
    for section in file.iter_sections():
        if section["sh_type"] == "SHT_NOBITS" or section.name in _NO_POINTERS:
            continue
        if section["sh_flags"] & SH_FLAGS.SHF_ALLOC:
            data, begin = section.data(), int(section["sh_addr"])
            words = array("I", data[: len(data) & ~3])
            yield from (w for n, w in enumerate(words) if begin + 4 * n not in left_out)


def _moved(code: Mapping[int, Line]) -> Iterator[int]:
    """Go through the addresses that pairs of MOVW and MOVT put together."""
    low: dict[str, int] = {}
    for line in code.values():
        half = _HALF.match(line.operands) if line.name in {"movw", "movt"} else None
        if half and line.name == "movw":
            low[half.group(1)] = int(half.group(2))
        elif half:
            yield int(half.group(2)) << 16 | low.get(half.group(1), 0)

"""Read an image's code back: its instructions, and where a function begins."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from tinygen.build.toolchain import find_compiler
from tinygen.errors import ToolchainError

# Holds every instruction of the older ones; left to itself, objdump shows vector
# instructions as a coprocessor's.
_NEWEST = "armv8.1-m.main"


@dataclass(frozen=True, slots=True)
class Line:
    """One instruction as the disassembler prints it.

    Attributes:
        address: Of its first byte.
        nbytes: 2 or 4.
        name: Mnemonic, such as ``ldr.w``.
        operands: Such as ``r0, [r1, #4]``.
    """

    address: int
    nbytes: int
    name: str
    operands: str

    @property
    def end(self) -> int:
        """Return the address after it."""
        return self.address + self.nbytes


def function_address(elf: Path, name: str) -> int:
    """Return the address of a function's first instruction.

    Raises:
        ToolchainError: The image has no such function.
    """
    with elf.open("rb") as stream:
        for table in ELFFile(stream).iter_sections():
            if isinstance(table, SymbolTableSection):
                for symbol in table.get_symbol_by_name(name) or ():
                    if symbol["st_info"]["type"] == "STT_FUNC":
                        return int(symbol["st_value"]) & ~1
    raise ToolchainError(f"{elf.name} has no function {name}", hint="run 'tinygen build' again")


def disassemble(elf: Path) -> Mapping[int, Line]:
    """Return every instruction of the image, by address.

    Raises:
        ToolchainError: There is no compiler, to which the disassembler belongs.
    """
    compiler = find_compiler().path
    objdump = compiler.with_name(compiler.name.replace("gcc", "objdump"))
    try:
        text = subprocess.run(
            [objdump, "--disassemble", f"--architecture={_NEWEST}", elf],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise ToolchainError(
            f"{objdump} does not run: {error}", hint="apt-get install binutils-arm-none-eabi"
        ) from error
    lines = (_read(row) for row in text.splitlines())
    return {line.address: line for line in lines if line}


def _read(row: str) -> Line | None:
    r"""Return the instruction in one row of objdump's output.

    >>> _read("  10:\tf851 3b04 \tldr.w\tr3, [r1], #4\t@ note")
    Line(address=16, nbytes=4, name='ldr.w', operands='r3, [r1], #4')
    """
    cells = row.split("\t")
    if len(cells) < 3 or not cells[0].endswith(":"):
        return None
    try:
        address, nbytes = int(cells[0][:-1], 16), len(bytes.fromhex(cells[1]))
    except ValueError:
        return None
    operands = cells[3] if len(cells) > 3 else ""
    for comment in ("@", ";"):
        operands = operands.split(comment)[0]
    return Line(address, nbytes, cells[2].strip(), operands.strip())

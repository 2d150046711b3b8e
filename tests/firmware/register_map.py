"""Run a board's start-up on this host, against registers that behave as the vendor says."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from tinygen.board import find_board
from tinygen.resources import data_dir

HERE = Path(__file__).parent
BAUD = 115200


@dataclass(frozen=True)
class Hardware:
    """What a part does by itself.

    Attributes:
        follows: (register, bit) that sets or clears (register, bit) at once.
        opposes: The same, inverted.
        at_reset: Register to value, where it is not 0.
        counters: Registers that count.
        zeros: Registers that are not there: writes are lost, reads give 0.
    """

    follows: tuple = ()
    opposes: tuple = ()
    at_reset: tuple = ()
    counters: tuple = (0xE0001004,)  # DWT_CYCCNT
    zeros: tuple = ()


@dataclass(frozen=True)
class StartUp:
    """Each change of a register that the start-up makes, in order, and its counter."""

    changes: list
    counter_hz: int

    @property
    def final(self):
        return dict(self.changes)

    def before(self, register, mask, value):
        """Return the registers as they are when ``register`` first gets ``value``."""
        state = {}
        for address, now in self.changes:
            if address == register and now & mask == value:
                return state
            state[address] = now
        raise AssertionError("it never does")


def start_up(board_id: str, hardware: Hardware, folder: Path) -> StartUp:
    """Compile the port of a board for this host and run its ``tg_port_init``."""
    board = find_board(board_id)
    firmware = data_dir("firmware")
    port = firmware / "ports" / board.port
    program = folder / board_id
    rows = [(*a, *b, 0) for a, b in hardware.follows] + [(*a, *b, 1) for a, b in hardware.opposes]
    tables = {
        "RULES": rows,
        "AT_RESET": hardware.at_reset,
        "COUNTERS": hardware.counters,
        "ZEROS": hardware.zeros,
    }
    header = folder / f"{board_id}.h"
    header.write_text("".join(f"#define {n} {_initialisers(t)}\n" for n, t in tables.items()))
    stubs = folder / "stubs.c"
    stubs.write_text(
        '#include "tinygen/port.h"\n__attribute__((weak)) '
        "uint32_t tg_port_counter_hz(void) { return TG_COUNTER_HZ; }\n"
    )
    subprocess.run(
        [
            *("gcc", "-std=c11", "-O1", "-Wall", "-Wextra", "-Werror"),
            "-Wno-pointer-to-int-cast",
            "-fsanitize=address,undefined",
            *(f"-D{name}={value}" for name, value in board.macros.items()),
            "-DTG_REGISTER(address)=(*test_register(address))",
            *("-include", HERE / "register_map.h", "-include", header),
            f"-I{firmware / 'include'}",
            f"-I{HERE}",
            *sorted(port.glob("*.c")),
            HERE / "register_map.c",
            stubs,
            *("-o", program),
        ],
        check=True,
    )
    said = subprocess.run([program], capture_output=True, text=True, check=True, timeout=10).stdout
    *lines, last = said.splitlines()
    changes = [tuple(int(word, 16) for word in line.split()) for line in lines]
    return StartUp(changes, int(last.split()[1]))


def _initialisers(table) -> str:
    """Return C's inside of an array: rows in braces, numbers as they are."""
    return "".join(
        "{" + ", ".join(f"{v:#x}" for v in row) + "}, " if isinstance(row, tuple) else f"{row:#x}, "
        for row in table
    )


def field(value: int, shift: int, bits: int) -> int:
    return value >> shift & (1 << bits) - 1


def is_near(baud: float) -> bool:
    """Return whether a UART at 115200 understands this rate: both ends within 1 %."""
    return abs(baud / BAUD - 1) < 0.01

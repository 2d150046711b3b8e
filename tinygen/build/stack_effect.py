"""What one Arm instruction does to the stack pointer, and where it goes on."""

import re
from dataclasses import dataclass
from typing import Literal

from tinygen.build.code import Line

_CONDITIONS = "eq|ne|cs|hs|cc|lo|mi|pl|vs|vc|hi|ls|ge|lt|gt|le"
_NAME = re.compile(
    r"(v?push|v?pop|v?stmdb|v?ldmia|v?stmia|v?ldmdb|blx|bl|bx|b|addw|add|subw|sub|movs|mov|msr|"
    rf"ldrd|ldr|strd|str)({_CONDITIONS})?(?:\.\w+)*"
)
_NUMBER = re.compile(r"#(-?\d+)")
_TARGET = re.compile(r"([0-9a-f]+) <")
_BRANCHES = frozenset(("cbz", "cbnz", "wls", "le", "letp", "wlstp"))
_MANY = ("ldmia", "ldmdb", "stmia", "stmdb", "vldmia", "vldmdb", "vstmia", "vstmdb")
_READS = frozenset(("cmp", "cmn", "tst", "str", "strd", *_MANY))  # of their first operand
_PUSHES = frozenset(("push", "vpush", "stmdb", "vstmdb"))
_SUMS = {"add": -1, "addw": -1, "sub": 1, "subw": 1}
_DATA = frozenset((".word", ".short", ".byte", ".hword"))

Kind = Literal["next", "jump", "branch", "call", "pointer", "leap", "table", "end", "data"]


@dataclass(frozen=True, slots=True)
class Flow:
    """Where an instruction goes on.

    Attributes:
        kind: ``next``: to the one after. ``jump``: to ``target``. ``branch``: to either.
            ``call``: to ``target`` and back. ``pointer``: calls through a register.
            ``leap``: to where a register says, in the function or out of it.
            ``table``: to somewhere in the function. ``end``: returns. ``data``: it is
            no instruction.
        target: Address, where one is written in the instruction.
        is_conditional: It may do nothing.
    """

    kind: Kind
    target: int = -1
    is_conditional: bool = False


def split_name(line: Line) -> tuple[str, bool]:
    """Return the bare mnemonic and whether it is conditional.

    >>> split_name(Line(0, 2, "popne", "{r4, pc}"))
    ('pop', True)
    >>> split_name(Line(0, 2, "bls.n", "10 <f>"))
    ('b', True)
    """
    found = _NAME.fullmatch(line.name)
    if found is None:
        return line.name.split(".")[0], False
    return found.group(1), found.group(2) is not None


def flow_of(line: Line) -> Flow:
    """Return where ``line`` goes on.

    >>> flow_of(Line(0, 4, "bl", "1c <f>"))
    Flow(kind='call', target=28, is_conditional=False)
    """
    name, conditional = split_name(line)
    found = _TARGET.search(line.operands)
    first = line.operands.split(",")[0].strip()
    conditional = conditional or name in _BRANCHES
    kinds: dict[Kind, bool] = {
        "data": line.name in _DATA,
        "call": name in {"bl", "blx"} and found is not None,
        "pointer": name == "blx",
        "branch": name in {"b", *_BRANCHES} and conditional,
        "jump": name == "b",
        "end": name == "udf" or (name == "bx" and first == "lr") or _returns(name, line.operands),
        "leap": name == "bx",
        "table": name in {"tbb", "tbh"} or (name in {"ldr", "mov", "add"} and first == "pc"),
        "next": True,
    }
    kind = next(kind for kind, holds in kinds.items() if holds)
    return Flow(kind, int(found.group(1), 16) if found else -1, kind != "next" and conditional)


def _returns(name: str, operands: str) -> bool:
    """Return whether the instruction loads the program counter from the stack's end."""
    if name in {"pop", "ldmia", "ldmdb"}:
        return re.search(r"\bpc\b", operands) is not None
    moved = operands.replace(" ", "")
    return (name == "ldr" and moved.startswith("pc,[sp],")) or (
        name == "mov" and moved.startswith("pc,lr")
    )


def stack_effect(line: Line) -> int | None:
    """Return how many bytes ``line`` takes from the stack, negative when it gives back.

    Returns:
        None where it sets the stack pointer to what is not written in it.

    >>> stack_effect(Line(0, 4, "stmdb", "sp!, {r4, r5, lr}"))
    12
    >>> stack_effect(Line(0, 4, "vpop", "{d8-d9}"))
    -16
    >>> stack_effect(Line(0, 2, "sub", "sp, #24"))
    24
    >>> stack_effect(Line(0, 4, "str.w", "lr, [sp, #-4]!"))
    4
    >>> stack_effect(Line(0, 4, "ldmia.w", "sp, {r4, r5, r6}"))
    0
    """
    name, _ = split_name(line)
    operands = line.operands.replace(" ", "")
    if name.endswith(("push", "pop")) or operands.startswith("sp!,"):
        listed = _listed_bytes(operands)
        return listed if name in _PUSHES else -listed
    if re.search(r"\[sp,#-?\d+\]!", operands) or re.search(r"\[sp\],#-?\d+", operands):
        return -int(_NUMBER.findall(operands)[-1])
    if not operands.startswith(("sp,", "msp,", "psp,")) or name in _READS:
        return 0
    if name in _SUMS and re.fullmatch(r"sp,(sp,)?#-?\d+", operands):
        return int(_NUMBER.findall(operands)[0]) * _SUMS[name]
    return None


def _listed_bytes(operands: str) -> int:
    """Return the bytes of a register list, such as ``{r4-r7,lr}`` or ``{d8-d15}``."""
    total = 0
    inside = operands[operands.index("{") + 1 : operands.index("}")]
    for item in inside.split(","):
        first, _, last = item.strip().partition("-")
        count = int(last[1:]) - int(first[1:]) + 1 if last else 1
        total += count * {"d": 8, "q": 16}.get(first[0], 4)
    return total

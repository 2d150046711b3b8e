"""What an instruction is to a pipeline: its kind, and the registers it reads and writes."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "alu", "multiply", "divide", "load", "store", "branch", "jump", "call", "float", "vector"
]

_ALIASES = {"sb": "r9", "sl": "r10", "fp": "r11", "ip": "r12"}
_CONDITIONS = "eq|ne|cs|hs|cc|lo|mi|pl|vs|vc|hi|ls|ge|lt|gt|le"
_REGISTER = re.compile(r"\b(r1[0-2]|r\d|sb|sl|fp|ip|sp|lr|pc|[sdq]\d{1,2})\b")
_RANGE = re.compile(r"([rsd])(\d+)-[rsd](\d+)")
_PARTS = re.compile(r"[^,\[{]*(?:\[[^\]]*\]!?|\{[^}]*\})?[^,]*")

_LOADS = ("ldr", "ldm", "pop", "vldr", "vldm", "vpop", "tbb", "tbh", "vld")
_STORES = ("str", "stm", "push", "vstr", "vstm", "vpush", "vst")
_KINDS: Sequence[tuple[re.Pattern[str], Kind]] = (
    (re.compile("|".join(_LOADS)), "load"),
    (re.compile("|".join(_STORES)), "store"),
    (re.compile("[su]div"), "divide"),
    (re.compile("mul|mla|mls|smul|smla|smls|smm|smu[as]d|umul|umla|umaal"), "multiply"),
    (re.compile(rf"(cbn?z|letp|le|b({_CONDITIONS}))$"), "branch"),
    (re.compile("blx?$"), "call"),
    (re.compile("bx?$"), "jump"),
    (re.compile("v"), "float"),
    (re.compile(""), "alu"),
)
_TWO_RESULTS = re.compile(
    r"(umull|smull|umlal|smlal|smlsl|umaal|ldrd|vmlald|vmlsld|vrmlald|vaddlv)"
)
_READ_FIRST = re.compile(
    r"(umlal|smlal|smlsl|umaal|movt|bfi|bfc|vml|vrml|vfm|vqdml|vqrdml|vmov$|vmin.?v|vmax.?v|vaddl?va)"
)
_NO_RESULT = ("cmp", "cmn", "tst", "teq", "vcmp", "vpt", "vpst", "vctp", "nop", "dsb", "dmb", "isb")
_SHIFTS = re.compile(r"(sxt|uxt|sbfx|ubfx|bfi|bfc|pkh)|\b(lsl|lsr|asr|ror|rrx) #")


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction.

    Attributes:
        name: Mnemonic without width and condition, such as ``ldr`` or ``smlad``.
        kind: What executes it.
        nbytes: 2 or 4.
        writes: Registers that get a result.
        updates: Registers of the address that step on.
        reads: Registers it needs, those of the address too.
        address: Registers that make up a load's or store's address.
        accumulates: Registers that a multiplication adds to.
        count: Registers that it loads or stores.
        has_index: The address is the sum of two registers.
        is_shifted: An operand passes the shifter.
        loads_pc: It loads the program counter.
    """

    name: str
    kind: Kind
    nbytes: int
    writes: frozenset[str]
    reads: frozenset[str]
    address: frozenset[str] = frozenset()
    accumulates: frozenset[str] = frozenset()
    updates: frozenset[str] = frozenset()
    count: int = 0
    has_index: bool = False
    is_shifted: bool = False
    loads_pc: bool = False


def read_instruction(mnemonic: str, operands: str, nbytes: int, *, in_it: bool) -> Instruction:
    """Return what a line of disassembly says.

    Args:
        mnemonic: Such as ``ldrne.w``.
        operands: Such as ``r0, [r1, #4]!``.
        nbytes: Size.
        in_it: It is in an IT block, so its name ends in a condition.

    >>> one = read_instruction("ldr.w", "r3, [r1, r2, lsl #2]", 4, in_it=False)
    >>> one.name, sorted(one.writes), sorted(one.address), one.has_index
    ('ldr', ['r3'], ['r1', 'r2'], True)
    >>> one = read_instruction("smlad", "r0, r1, r2, r0", 4, in_it=False)
    >>> one.kind, sorted(one.writes), sorted(one.accumulates)
    ('multiply', ['r0'], ['r0'])
    """
    name = _plain_name(mnemonic, in_it=in_it)
    parts = [part.strip() for part in _PARTS.findall(operands) if part.strip()]
    kind = _kind(name, operands)
    if kind in {"load", "store"} or (kind == "vector" and name.startswith((*_LOADS, *_STORES))):
        return _memory(name, kind, nbytes, parts, is_load=name.startswith(_LOADS))
    results = 2 if _TWO_RESULTS.match(name) else 1
    if name.startswith(_NO_RESULT) or kind in {"branch", "jump", "call"}:
        results = 0
    writes = _registers(parts[:results])
    reads = _registers(parts[results:])
    accumulates: set[str] = set()
    if _READ_FIRST.match(name) or (results == 1 and len(parts) == 2 and not _is_copy(name)):
        accumulates = writes
    elif kind == "multiply" and len(parts) == 4 and results == 1:
        accumulates = _registers(parts[3:])
    return Instruction(
        name=name,
        kind=kind,
        nbytes=nbytes,
        writes=frozenset(writes),
        reads=frozenset(reads | accumulates),
        accumulates=frozenset(accumulates),
        is_shifted=bool(_SHIFTS.search(f"{name} {operands}")),
    )


def conditional_after(mnemonic: str) -> int:
    """Return how many instructions an IT makes conditional; 0 for all others.

    >>> conditional_after("itte"), conditional_after("add")
    (3, 0)
    """
    return len(mnemonic) - 1 if re.fullmatch(r"it[te]{0,3}", mnemonic) else 0


def _plain_name(mnemonic: str, *, in_it: bool) -> str:
    name = mnemonic.removesuffix(".w").removesuffix(".n")
    head, dot, tail = name.partition(".")
    if in_it and re.fullmatch(_CONDITIONS, head[-2:]):
        head = head[:-2]
    return head + dot + tail


def _kind(name: str, operands: str) -> Kind:
    if re.search(r"\bq\d", operands) and name[0] == "v":
        return "vector"
    return next(kind for pattern, kind in _KINDS if pattern.match(name))


def _memory(
    name: str, kind: Kind, nbytes: int, parts: Sequence[str], *, is_load: bool
) -> Instruction:
    braces = [part for part in parts if "{" in part]
    brackets = [part for part in parts if "[" in part]
    data = braces or [p for p in parts if "[" not in p and "#" not in p]
    moved = _registers(data[: 2 if name.startswith(("ldrd", "strd")) else 1])
    places = brackets or ([parts[0]] if braces and len(parts) > 1 else [])
    address = _registers(places) or {"sp"}
    written_back = address if any("!" in p for p in parts) or parts[-1].startswith("#") else set()
    return Instruction(
        name=name,
        kind=kind,
        nbytes=nbytes,
        writes=frozenset(moved - {"pc"} if is_load else ()),
        reads=frozenset(address | (set() if is_load else moved)),
        address=frozenset(address),
        updates=frozenset(written_back),
        count=len(moved),
        has_index=any(len(_registers([place])) > 1 for place in brackets),
        loads_pc=is_load and ("pc" in moved or name in {"tbb", "tbh"}),
    )


def _registers(parts: Iterable[str]) -> set[str]:
    """Return the registers that operands name; ranges such as ``{r4-r7}`` are spelt out."""
    text = " ".join(parts)
    found = {_ALIASES.get(name, name) for name in _REGISTER.findall(text)}
    for bank, first, last in _RANGE.findall(text):
        found |= {f"{bank}{n}" for n in range(int(first), int(last) + 1)}
    return found


def _is_copy(name: str) -> bool:
    """Return whether an instruction with two operands writes the first without reading it."""
    starts = ("mov", "mvn", "sxt", "uxt", "rev", "rbit", "clz", "neg", "rsb", "adr", "v", "mrs")
    return name.startswith(starts)

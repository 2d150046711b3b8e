"""Types of functions and of the pointers by which they are called, from debug information."""

from collections.abc import Iterator
from typing import Any

from elftools.dwarf.compileunit import CompileUnit
from elftools.dwarf.die import DIE
from elftools.dwarf.dwarfinfo import DWARFInfo

_QUALIFIERS = frozenset(
    ("DW_TAG_const_type", "DW_TAG_volatile_type", "DW_TAG_restrict_type", "DW_TAG_atomic_type")
)
_HOLDERS = frozenset(("DW_TAG_formal_parameter", "DW_TAG_variable"))
_FUNCTION = "DW_TAG_subroutine_type"
_RECORDS = frozenset(("DW_TAG_structure_type", "DW_TAG_union_type"))
_NAMED = frozenset((*_RECORDS, "DW_TAG_enumeration_type"))


class PointerTypes:
    """Looks up functions by address; types are texts such as ``int(*char,int)``."""

    def __init__(self, dwarf: DWARFInfo) -> None:
        self._dwarf = dwarf
        self._ranges = dwarf.get_aranges()
        self._functions: dict[int, dict[int, DIE]] = {}

    def type_of(self, address: int) -> str | None:
        """Return the type of the function at ``address``; None where nothing says it."""
        die = self._function(address)
        is_known = die is not None and "DW_AT_prototyped" in _origin(die).attributes
        return _signature(_origin(die)) if die is not None and is_known else None

    def called_by(self, address: int) -> frozenset[str]:
        """Return the types of all function pointers that the function can get at.

        These are reached, through any pointers and structures, from its parameters and
        variables, those of what was inlined into it, and the variables of its file.
        """
        die = self._function(address)
        if die is None:
            return frozenset()
        found: set[str] = set()
        seen: set[int] = set()
        file_scope = [c for c in _children(die.cu.get_top_DIE()) if c.tag == "DW_TAG_variable"]
        for holder in (*_holders(die, set()), *file_scope):
            _collect(_type(_origin(holder)), found, seen)
        return frozenset(found)

    def _function(self, address: int) -> DIE | None:
        offset = self._ranges.cu_offset_at_addr(address) if self._ranges else None
        if offset is None:
            return None
        if offset not in self._functions:
            self._functions[offset] = dict(_functions(self._dwarf.get_CU_at(offset)))
        return self._functions[offset].get(address)


def _functions(unit: CompileUnit) -> Iterator[tuple[int, DIE]]:
    for die in _children(unit.get_top_DIE()):
        if die.tag == "DW_TAG_subprogram" and "DW_AT_low_pc" in die.attributes:
            yield int(die.attributes["DW_AT_low_pc"].value) & ~1, die


def _children(die: DIE) -> Iterator[DIE]:
    yield from die.iter_children()


def _origin(die: DIE) -> DIE:
    """Return what a concrete instance is an instance of, or declares."""
    for link in ("DW_AT_abstract_origin", "DW_AT_specification"):
        if link in die.attributes:
            return _origin(die.get_DIE_from_attribute(link))
    return die


def _type(die: DIE) -> DIE | None:
    return die.get_DIE_from_attribute("DW_AT_type") if "DW_AT_type" in die.attributes else None


def _holders(die: DIE, seen: set[int]) -> Iterator[DIE]:
    """Go through parameters and variables of a function and of what it inlines."""
    if die.offset in seen:
        return
    seen.add(die.offset)
    for child in _children(die):
        if child.tag in _HOLDERS:
            yield child
        yield from _holders(child, seen)
    origin = _origin(die)
    if origin is not die:
        yield from _holders(origin, seen)


def _collect(die: DIE | None, found: set[str], seen: set[int]) -> None:
    """Add the types of the functions that a value of this type can lead to."""
    while die is not None and die.offset not in seen:
        seen.add(die.offset)
        if die.tag == _FUNCTION:
            found.add(_signature(die))
            return
        if die.tag in _RECORDS:
            for member in _children(die):
                _collect(_type(member), found, seen)
            return
        die = _type(die)


def _signature(die: DIE) -> str:
    parameters = [c for c in _children(die) if c.tag == "DW_TAG_formal_parameter"]
    inside = ",".join(_name(_type(_origin(p))) for p in parameters)
    return f"{_name(_type(die))}({inside})"


def _name(die: DIE | None) -> str:
    """Return a text that is equal for compatible types, qualifiers left out."""
    if die is None:
        return "void"
    inner = _type(die)
    if die.tag in {"DW_TAG_pointer_type", "DW_TAG_array_type"}:
        return "*" + _name(inner)
    if die.tag in _QUALIFIERS or (die.tag == "DW_TAG_typedef" and not _is_nameless(inner)):
        return _name(inner)
    return _signature(die) if die.tag == _FUNCTION else _text(die)


def _is_nameless(die: DIE | None) -> bool:
    """Return whether the type is known only by what it is typedefed to."""
    return die is not None and die.tag in _NAMED and "DW_AT_name" not in die.attributes


def _text(die: DIE) -> str:
    value: Any = die.attributes["DW_AT_name"].value if "DW_AT_name" in die.attributes else b"?"
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)

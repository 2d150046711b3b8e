"""The most stack an image can take: the deepest chain of calls from its start."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from elftools.elf.elffile import ELFFile

from tinygen.build.code import Line, disassemble
from tinygen.build.functions import Function, Functions
from tinygen.build.pointer_types import PointerTypes
from tinygen.build.stack_usage import Frame, frame_of, read_frames
from tinygen.build.stack_walk import GROWS, Use, walk_function
from tinygen.core import Core

START = "Reset_Handler"
_SWITCHES = "__gnu_thumb1_case_"  # libgcc's jumps through tables, for an ARMv6-M
# What the core pushes for an exception (Arm DDI0403, B1.5.6): 8 words, with a floating-point
# unit 26, and one more that keeps the stack on 8 bytes. Interrupts are masked and faults
# start over, so there is one at most.
_EXCEPTION = 8 * 4 + 4
_EXCEPTION_FLOAT = 26 * 4 + 4


@dataclass(frozen=True, slots=True)
class StackBound:
    """The most stack an image can take, or why that cannot be told.

    Attributes:
        nbytes: Bytes, a fault's frame included; a multiple of 8. None: not bounded.
        chain: Names of the functions that take it, the start-up code first.
        trouble: Why it is not bounded; else empty.
    """

    nbytes: int | None
    chain: tuple[str, ...]
    trouble: str = ""


class _Unbounded(Exception):  # noqa: N818 - an answer, not an error
    """The message says why there is no bound."""


def bound_stack(elf: Path, objects: Path, core: Core, start: str = START) -> StackBound:
    """Return the most stack that ``start`` and all it calls can take.

    Args:
        elf: The image, with symbols and debug information.
        objects: Folder of its object files with the compiler's ``.su`` files.
        core: What it was built for.
        start: Where the stack is empty.

    Raises:
        ToolchainError: There is no disassembler, or no stack usage.
    """
    code, frames = disassemble(elf), read_frames(objects)
    with elf.open("rb") as stream:
        search = _Search(ELFFile(stream), code, frames)
        begin = search.functions.named(start)
        if begin is None:
            return StackBound(None, (), f"there is no {start}")
        try:
            taken, chain = search.deepest(begin, ())
        except _Unbounded as reason:
            return StackBound(None, (), str(reason))
    frame = _EXCEPTION_FLOAT if "-mfloat-abi=hard" in core.flags else _EXCEPTION
    return StackBound(-(-(taken + frame) // 8) * 8, chain)


class _Search:
    """Finds the deepest chain, each function looked at once."""

    def __init__(
        self, file: ELFFile, code: Mapping[int, Line], frames: Mapping[str, Frame]
    ) -> None:
        self.functions = Functions(file)
        self._code, self._frames = code, frames
        self._types = PointerTypes(file.get_dwarf_info())
        self._kept = self.functions.kept(file, code)
        self._switches = self.functions.beginning_with(_SWITCHES)
        self._found: dict[int, tuple[int, tuple[str, ...]]] = {}

    def deepest(self, address: int, path: Sequence[int]) -> tuple[int, tuple[str, ...]]:
        """Return the most bytes that the function at ``address`` takes, and by which chain.

        Raises:
            _Unbounded: It, or what it calls, calls itself or has no bounded frame.
        """
        if address in path:
            circle = [self._name(a) for a in (*path[path.index(address) :], address)]
            raise _Unbounded(f"{circle[0]} calls itself: {' > '.join(circle)}")
        if address not in self._found:
            function = self.functions.at(address)
            if function is None:
                raise _Unbounded(f"{self._name(path[-1])} calls {address:#x}, which is no function")
            use = self._use(function)
            best: tuple[int, tuple[str, ...]] = (use.depth, ())
            for callee, depth in sorted(self._calls(function, use).items()):
                below, chain = self.deepest(callee, (*path, address))
                best = max(best, (depth + below, chain), key=lambda found: found[0])
            self._found[address] = (best[0], (function.name, *best[1]))
        return self._found[address]

    def _use(self, function: Function) -> Use:
        """Return what a function does, by its instructions and by the compiler."""
        begins = self.functions.beginnings
        use = walk_function(self._code, function.begin, function.end, begins, self._switches)
        frame = frame_of(self._frames, function.name)
        if frame is not None and not frame.is_bounded:
            raise _Unbounded(
                f"{function.name} ({frame.place}) has an array whose length is known only "
                "when it runs"
            )
        if not use.trouble:
            return use
        if frame is None or use.trouble == GROWS:
            raise _Unbounded(f"{function.name} moves its stack pointer: {use.trouble}")
        most = frame.nbytes + use.depth  # what the compiler knows, and what it may not
        calls = dict.fromkeys(use.calls, most)
        return Use(most, calls, None if use.pointer is None else most, use.leaps_only)

    def _calls(self, function: Function, use: Use) -> dict[int, int]:
        """Return the calls of a function, those through pointers by their types."""
        calls = dict(use.calls)
        if use.pointer is None:
            return calls
        types = self._types.called_by(function.begin)
        called = [k for k in self._kept if self._types.type_of(k) in {*types, None}]
        if not types and not use.leaps_only:
            raise _Unbounded(f"{function.name} calls through a pointer of no known type")
        for callee in called:
            calls[callee] = max(use.pointer, calls.get(callee, 0))
        return calls

    def _name(self, address: int) -> str:
        function = self.functions.at(address)
        return function.name if function else f"{address:#x}"

"""Follow the stack pointer through one function: how deep it goes, how deep each call is."""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field

from tinygen.build.code import Line
from tinygen.build.stack_effect import flow_of, stack_effect

_RUNAWAY = 1 << 16
GROWS = "it takes more each time around a loop"


@dataclass(frozen=True, slots=True)
class Use:
    """What a function does with the stack, counted from where it was entered.

    Attributes:
        depth: The most bytes it takes itself.
        calls: Address of each function it calls, or jumps to, and the most bytes
            taken when it does.
        pointer: The most bytes taken when it calls through a pointer; None: it does not.
        leaps_only: What may be calls through a pointer may also be jumps within it.
        trouble: Why its depth cannot be told from the instructions; else empty.
    """

    depth: int
    calls: Mapping[int, int]
    pointer: int | None = None
    leaps_only: bool = False
    trouble: str = ""


def walk_function(
    code: Mapping[int, Line],
    begin: int,
    end: int,
    others: Container[int],
    switches: Container[int] = (),
) -> Use:
    """Follow every path from ``begin`` to where it leaves the function.

    Args:
        code: Instructions by address.
        begin: Of the function.
        end: The address after it; what it jumps to may lie elsewhere.
        others: Where functions begin: a jump there is a last call.
        switches: Addresses of library functions that jump through a table behind the call.

    Jumps through a table may go to any instruction that no other path reaches.
    """
    walk = _Walk(code, begin, end, others, switches)
    walk.follow(begin, 0)
    while walk.waiting:
        while walk.waiting:
            address, depth = walk.waiting.pop()
            if depth > walk.seen.get(address, -1):
                walk.step(address, depth)
        if walk.table is not None:
            missing = next((a for a in _addresses(walk) if a not in walk.seen), None)
            if missing is not None:
                walk.found_by_table = True
                walk.waiting.append((missing, walk.table))
    return Use(
        walk.deepest,
        walk.calls,
        walk.pointer if walk.leap is None else max(walk.leap, walk.pointer or 0),
        walk.pointer is None and walk.found_by_table,
        walk.trouble,
    )


@dataclass(slots=True)
class _Walk:
    """The paths so far: the depth before each instruction that was seen."""

    code: Mapping[int, Line]
    begin: int
    end: int
    others: Container[int]
    switches: Container[int]
    seen: dict[int, int] = field(default_factory=dict)
    waiting: list[tuple[int, int]] = field(default_factory=list)
    calls: dict[int, int] = field(default_factory=dict)
    deepest: int = 0
    table: int | None = None
    pointer: int | None = None
    leap: int | None = None
    found_by_table: bool = False
    trouble: str = ""

    def follow(self, address: int, depth: int) -> None:
        """Go on at ``address``; where another function begins that is a last call."""
        if address != self.begin and address in self.others:
            self.call(address, depth)
        else:
            self.waiting.append((address, depth))

    def call(self, address: int, depth: int) -> None:
        """Remember a call."""
        self.calls[address] = max(depth, self.calls.get(address, 0))

    def step(self, address: int, depth: int) -> None:
        """Take the instruction at ``address``."""
        self.seen[address] = depth
        line = self.code.get(address)
        if line is None or flow_of(line).kind == "data":
            return
        after = self._depth_after(line, depth)
        self.deepest = max(self.deepest, after)
        if self._branches(line, after):
            self.follow(line.end, after)

    def _depth_after(self, line: Line, depth: int) -> int:
        taken = stack_effect(line)
        if taken is None:
            self.trouble = self.trouble or f"{line.name} {line.operands}"
            return depth
        if depth + taken > _RUNAWAY:
            self.trouble = self.trouble or GROWS
            return depth
        if taken < 0 and flow_of(line).is_conditional:
            return depth
        return max(depth + taken, 0)

    def _branches(self, line: Line, depth: int) -> bool:
        """Note where else ``line`` goes; return whether it goes on to the one after."""
        flow = flow_of(line)
        if flow.kind in {"jump", "branch"}:
            self.follow(flow.target, depth)
        elif flow.kind == "call" and flow.target in self.switches:
            self.table = max(depth, self.table or 0)
            return False
        elif flow.kind == "call":
            self.call(flow.target, depth)
        elif flow.kind == "pointer":
            self.pointer = max(depth, self.pointer or 0)
        elif flow.kind in {"leap", "table"}:
            self.table = max(depth, self.table or 0)
        if flow.kind == "leap":
            self.leap = max(depth, self.leap or 0)
        if flow.kind in {"call", "pointer"}:  # at the end: what it called does not return
            return line.end < self.end
        return flow.is_conditional or flow.kind not in {"jump", "end", "leap", "table"}


def _addresses(walk: _Walk) -> Iterator[int]:
    """Go through the addresses of the function's instructions."""
    address = walk.begin
    while address < walk.end:
        line = walk.code.get(address)
        if line is not None and flow_of(line).kind != "data":
            yield address
        address = line.end if line is not None else address + 2

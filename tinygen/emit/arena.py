"""The arena as C arrays, one in each memory that holds a part of it."""

from dataclasses import dataclass

from tinygen.plan.model import Plan

_LEAST_BYTES = 16


@dataclass(frozen=True, slots=True)
class Place:
    """A byte of the arena: which macro makes an address of it, and its offset there.

    >>> place = Place("ARENA", "model_arena", 16)
    >>> place.text(), place.text(4, step=8), place.text(step=-8)
    ('ARENA(16)', 'ARENA(20 + n * 8)', 'ARENA(16 - n * 8)')
    """

    macro: str
    array: str
    offset: int

    def text(self, more: int = 0, step: int = 0) -> str:
        """Return its address in C, ``more`` bytes up and ``step`` more each time ``n``."""
        sign = "-" if step < 0 else "+"
        steps = f" {sign} n * {abs(step)}" if step else ""
        return f"{self.macro}({self.offset + more}{steps})"

    @property
    def element(self) -> str:
        """Return it as an element of its array."""
        return f"{self.array}[{self.offset}]"


@dataclass(frozen=True, slots=True)
class ArenaPart:
    """One array, as the templates print it."""

    region: str
    array: str
    macro: str
    section: str
    size: str
    start: int
    nbytes: int


@dataclass(frozen=True, slots=True)
class Arena:
    """All parts, by the offset at which each starts."""

    parts: tuple[ArenaPart, ...]

    def place(self, offset: int) -> Place:
        """Return the place of an offset of `Plan`."""
        part = next(part for part in reversed(self.parts) if part.start <= offset)
        return Place(part.macro, part.array, offset - part.start)

    @property
    def is_split(self) -> bool:
        """Return whether there is more than ``model_arena``."""
        return len(self.parts) > 1


def make_arena(plan: Plan) -> Arena:
    """Return the arrays that hold a plan's arena."""
    if len(plan.regions) > 1:
        parts = [
            ArenaPart(
                region=use.name,
                array=f"model_arena_{use.name}",
                macro=f"ARENA_{use.name}",
                section=_section(use.name, holds_data=use.holds_data),
                size=str(use.nbytes),
                start=use.start,
                nbytes=use.nbytes,
            )
            for use in plan.regions
        ]
        return Arena(tuple(parts))
    name, holds_data = "", True
    if plan.regions:
        name, holds_data = plan.regions[0].name, plan.regions[0].holds_data
    return Arena(
        (
            ArenaPart(
                region=name,
                array="model_arena",
                macro="ARENA",
                section=_section(name, holds_data=holds_data),
                size="MODEL_ARENA_BYTES",
                start=0,
                nbytes=max(plan.arena_bytes, _LEAST_BYTES),
            ),
        )
    )


def _section(region: str, *, holds_data: bool) -> str:
    return "TG_ARENA" if holds_data else f"TG_ARENA_IN({region})"


def other_regions(plan: Plan) -> list[str]:
    """Return the memories that hold a part of the arena, but neither data nor stack."""
    return [use.name for use in plan.regions if not use.holds_data]

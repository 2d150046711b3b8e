"""Memories of a board: what one is, and what several are together."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from tinygen.errors import BoardError

RegionKind = Literal["flash", "ram", "external"]


@dataclass(frozen=True, slots=True)
class Region:
    """A piece of memory.

    Attributes:
        name: Linker region name, such as ``FLASH`` or ``DTCM``.
        kind: What it may hold.
        origin: First address.
        nbytes: Size the image may use.
        bandwidth: Bytes a second that it delivers; 0: as fast as the core can copy.
        dma: The part's general DMA controllers reach it.
        arena: Buffers of a model may lie there, where it is a ``ram``: its clock is on
            after the port's start-up, and it does not begin at C's null.
    """

    name: str
    kind: RegionKind
    origin: int
    nbytes: int
    bandwidth: int = 0
    dma: bool = True
    arena: bool = True


def require_disjoint(place: str, regions: Sequence[Region]) -> None:
    """Raise unless regions have names and sizes, and share neither a name nor a byte.

    Raises:
        BoardError: They do not; ``place`` is the file that says so.
    """
    for n, one in enumerate(regions):
        if not one.name.isidentifier() or one.nbytes == 0:
            raise BoardError(
                f"{place}: region '{one.name}' of {one.nbytes} bytes",
                hint="name it as an identifier and give it a size",
            )
        for other in regions[:n]:
            if one.name == other.name:
                raise BoardError(f"{place}: two regions '{one.name}'", hint="rename one of them")
            if one.origin < other.origin + other.nbytes and other.origin < one.origin + one.nbytes:
                raise BoardError(
                    f"{place}: regions '{other.name}' and '{one.name}' overlap",
                    hint="shorten one of them",
                )


def join_regions(regions: Sequence[Region]) -> list[Region]:
    """Return the regions with RAMs that follow each other as one, as bad as the worst of them.

    Args:
        regions: Disjoint, each with its bandwidth. What is joined takes the place of the first.
    """
    found: list[Region] = []
    for region in sorted(regions, key=lambda r: r.origin):
        if found and _can_join(found[-1], region):
            below = found[-1]
            found[-1] = replace(
                below,
                name=f"{below.name}_{region.name}",
                nbytes=below.nbytes + region.nbytes,
                bandwidth=min(below.bandwidth, region.bandwidth),
                dma=below.dma and region.dma,
            )
        else:
            found.append(region)

    def first(joined: Region) -> int:
        end = joined.origin + joined.nbytes
        return min(n for n, r in enumerate(regions) if joined.origin <= r.origin < end)

    return sorted(found, key=first)


def _can_join(below: Region, region: Region) -> bool:
    """Return whether one arena may span two memories."""
    is_ram = below.kind == region.kind == "ram" and below.arena and region.arena
    return is_ram and below.origin + below.nbytes == region.origin

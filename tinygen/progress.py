"""How long work tells a person where it is, without knowing of terminals."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol, TypeVar

T = TypeVar("T")


class Progress(Protocol):
    """What the stages may report."""

    def step(self, text: str) -> None:
        """Say what starts now."""

    def each(
        self, items: Iterable[T], total: int, text: str
    ) -> AbstractContextManager[Iterator[T]]:
        """Go through items, showing how far it is."""

    def detail(self, text: str) -> None:
        """Show what only ``--verbose`` wants: a tool's own output."""


class Silent:
    """Report nothing."""

    def step(self, text: str) -> None:
        """Drop it."""

    def each(
        self, items: Iterable[T], total: int, text: str
    ) -> AbstractContextManager[Iterator[T]]:
        """Go through items."""
        del total, text
        return nullcontext(iter(items))

    def detail(self, text: str) -> None:
        """Drop it."""

"""Progress on a terminal: steps and bars on stderr, results on stdout."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import TypeVar

import click

from tinygen.progress import Progress, Silent

T = TypeVar("T")


class Terminal:
    """Print steps as lines and long loops as bars, to stderr."""

    def __init__(self, *, verbose: bool) -> None:
        self._verbose = verbose

    def step(self, text: str) -> None:
        """Print a line."""
        click.secho(f"{text} ...", dim=True, err=True)

    def each(
        self, items: Iterable[T], total: int, text: str
    ) -> AbstractContextManager[Iterator[T]]:
        """Show a bar where stderr is a terminal, else one line."""
        if not sys.stderr.isatty():
            self.step(text)
            return nullcontext(iter(items))
        bar: AbstractContextManager[Iterator[T]] = click.progressbar(
            items, length=total, label=text, file=sys.stderr
        )
        return bar

    def detail(self, text: str) -> None:
        """Print a tool's output when ``--verbose`` was given."""
        if self._verbose:
            click.echo(text, err=True)


def make_progress(*, quiet: bool, verbose: bool) -> Progress:
    """Return what shows progress as the options ask."""
    return Silent() if quiet else Terminal(verbose=verbose)


def say(text: str, *, quiet: bool) -> None:
    """Print a result unless ``--quiet``."""
    if not quiet:
        click.echo(text)

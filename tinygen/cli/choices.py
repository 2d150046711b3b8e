"""The options that say how a model is built, which a command gets as one `Choices`."""

from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from typing import Any

from tinygen.board import find_board
from tinygen.cli.options import (
    board_option,
    kernel_options,
    sample_source,
    samples_option,
    weight_options,
)
from tinygen.pipeline import Choices

_NAMES = frozenset(field.name for field in fields(Choices))


def choice_options(function: Callable[..., None]) -> Callable[..., None]:
    """Add ``--board``, ``--samples``, and the options on kernels and weights.

    They, and any other option whose name is that of a field of `Choices`, come to the
    command as ``choices``, with the board's own id.
    """

    @wraps(function)
    def collect(**options: Any) -> None:
        given = {name: options.pop(name) for name in _NAMES & options.keys()}
        given["board_id"] = find_board(given["board_id"]).id
        given["samples"] = sample_source(given["samples"])
        function(choices=Choices(**given), **options)

    decorated: Callable[..., None] = collect
    for add in (weight_options, kernel_options, samples_option, board_option):
        decorated = add(decorated)
    return decorated

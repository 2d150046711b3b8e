"""Render templates to C text; everything C-specific about printing lives here."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import jinja2
import numpy as np
from numpy.typing import NDArray

from tinygen.resources import data_dir

_PER_LINE = 16

C_TYPES = {
    "int8": "int8_t",
    "uint8": "uint8_t",
    "int16": "int16_t",
    "int32": "int32_t",
    "float32": "float",
}


def c_float(value: float) -> str:
    """Print a float32 as a C literal that reads back to the same bits.

    >>> c_float(1.0), c_float(0.1), c_float(1e20)
    ('1.0f', '0.1f', '1e+20f')
    """
    text = f"{value:.9g}"
    return f"{text}f" if "." in text or "e" in text else f"{text}.0f"


def c_int(value: int) -> str:
    """Print an int32; the most negative one has no literal in C.

    >>> c_int(-2147483648), c_int(7)
    ('INT32_MIN', '7')
    """
    return "INT32_MIN" if value == -(1 << 31) else str(value)


def c_values(values: NDArray[Any]) -> str:
    """Print numbers as the inside of a C initialiser, 16 a line.

    >>> c_values(np.array([1, -2], dtype=np.int8))
    '1, -2'
    """
    print_one = c_float if values.dtype == np.float32 else c_int
    words = [print_one(value) for value in values.ravel().tolist()]
    rows = [words[i : i + _PER_LINE] for i in range(0, len(words), _PER_LINE)]
    return ",\n    ".join(", ".join(row) for row in rows)


def c_type(values: NDArray[Any]) -> str:
    """Return the C type of an array's elements.

    >>> c_type(np.array([1], dtype=np.int8))
    'int8_t'
    """
    return C_TYPES[values.dtype.name]


@cache
def environment() -> jinja2.Environment:
    """Return the Jinja environment all templates are rendered in."""
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(data_dir("templates")),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - the output is C, not HTML
    )
    env.filters.update(c_float=c_float, c_values=c_values, c_type=c_type)
    return env


def render(template: str, context: Mapping[str, Any]) -> str:
    """Render ``templates/<template>``; an unknown name in it is an error.

    Raises:
        jinja2.UndefinedError: The template uses a name ``context`` lacks; this is
            a bug in tinygen, so it is not a `TinygenError`.
    """
    return environment().get_template(template).render(context)

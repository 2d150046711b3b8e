"""Turn whatever a damaged flatbuffer makes its reader raise into a `ModelError`."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager

from tinygen.errors import ModelError

_READER_ERRORS = (
    struct.error, IndexError, ValueError, TypeError, OverflowError, AttributeError, MemoryError,
)  # fmt: skip


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Read a .tflite file inside this context.

    Raises:
        ModelError: The reader stumbled.
    """
    try:
        yield
    except _READER_ERRORS as error:
        raise ModelError(
            f"{name}: damaged .tflite file ({error})",
            hint="the file is damaged; convert the model again",
        ) from error

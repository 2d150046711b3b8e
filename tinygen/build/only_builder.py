"""Keep two builds out of one project folder."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from tinygen.errors import ToolchainError, UsageError
from tinygen.resources import cache_dir

if os.name == "posix":
    from fcntl import LOCK_EX, LOCK_NB, flock


@contextmanager
def only_builder(folder: Path) -> Iterator[None]:
    """Be the only one of this user's builds that writes to ``folder``.

    The lock is a file in the cache, since the folder may not exist and is replaced as a
    whole. It ends with the process, however that ends. Windows has no such lock.

    Raises:
        UsageError: Another build is at it.
        ToolchainError: The cache cannot be written.
    """
    name = sha256(os.fsencode(folder.resolve())).hexdigest()
    path = cache_dir() / "locks" / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("ab")
    except OSError as error:
        raise ToolchainError(
            f"cannot write to the cache {cache_dir()}: {error.strerror}",
            hint="set XDG_CACHE_HOME to a folder that can be written",
        ) from error
    with file:
        if os.name == "posix":
            try:
                flock(file, LOCK_EX | LOCK_NB)
            except BlockingIOError as error:
                raise UsageError(
                    f"another tinygen is building in {folder}",
                    hint="wait until it is done, or choose another folder with --output",
                ) from error
        yield

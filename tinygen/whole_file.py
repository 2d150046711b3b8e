"""Write a file whole or not at all."""

import tempfile
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Write a file, so that it never is there in part, even when the disk is full.

    A symbolic link stays one. What is no file, such as ``/dev/stdout``, is written to as it
    is: to exchange ``/dev/null`` would harm the machine.

    Raises:
        OSError: It cannot be written; what was there still is.
    """
    if path.is_relative_to("/dev") or (path.exists() and not path.is_file()):
        with path.open("ab") as stream:
            stream.write(content)
        return
    target = path.resolve()
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".tinygen.") as folder:
        partial = Path(folder) / target.name
        partial.write_bytes(content)
        if target.exists():
            partial.chmod(target.stat().st_mode)
        partial.replace(target)

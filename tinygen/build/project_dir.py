"""Write a project to disk: whole or not at all, and never over other people's files."""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from tinygen.errors import ToolchainError, UsageError
from tinygen.manifest import FILE, REPORT_FILE, read_manifest

# There while files are being exchanged; the project's platform refuses to build then.
INCOMPLETE = ".tinygen/incomplete"


def write_project(files: Mapping[str, str | bytes], folder: Path) -> None:
    """Make ``folder`` hold the project.

    All is written beside it first. A new project appears by one rename; in one that is
    there, only files that differ are exchanged and only files that tinygen wrote are
    removed, so that ``.pio`` keeps its objects and the user's own files stay.

    Raises:
        UsageError: The folder holds something else.
        ToolchainError: It cannot be written.
    """
    folder = folder.resolve()
    stale = _stale_files(files, folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        try:
            staged = beside / "project"
            _write_all(files, staged)
            if stale is None:
                _move_in_place(staged, folder)
            else:
                _exchange(list(files), staged, folder, stale)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    except OSError as error:
        raise ToolchainError(
            f"cannot write the project to {folder}: {error.strerror}",
            hint="choose another folder with --output",
        ) from error


def require_complete(folder: Path) -> None:
    """Refuse a project whose files were being exchanged when tinygen was stopped.

    Raises:
        UsageError: It is half-written, or not a project.
    """
    read_manifest(folder)
    if (folder / INCOMPLETE).exists():
        raise UsageError(f"{folder} is half-written", hint="run 'tinygen build' again")


def _stale_files(files: Mapping[str, str | bytes], folder: Path) -> list[str] | None:
    """Return files of the old project that the new one lacks; None if it is new."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return None
    if not (folder / FILE).is_file():
        raise UsageError(
            f"{folder} is not empty and not a tinygen project",
            hint="choose another folder with --output",
        )
    try:
        old = read_manifest(folder).files
    except UsageError as error:
        raise UsageError(str(error), hint=f"delete {folder}") from error
    return [name for name in old if name not in files and _is_inside(name)]


def _is_inside(name: str) -> bool:
    """Return whether a path of a manifest, which anyone may have edited, stays inside."""
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts


def _write_all(files: Mapping[str, str | bytes], folder: Path) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def _move_in_place(staged: Path, folder: Path) -> None:
    if folder.exists():
        folder.rmdir()
    staged.rename(folder)


def _exchange(names: list[str], staged: Path, folder: Path, stale: list[str]) -> None:
    marker = folder / INCOMPLETE
    marker.parent.mkdir(parents=True, exist_ok=True)
    marker.touch()
    (folder / REPORT_FILE).unlink(missing_ok=True)  # it is of what was built before
    for name in stale:
        (folder / name).unlink(missing_ok=True)
        _prune((folder / name).parent, folder)
    for name in sorted(names, key=lambda name: name == FILE):  # the manifest last
        new, old = staged / name, folder / name
        if not old.is_file() or old.read_bytes() != new.read_bytes():
            old.parent.mkdir(parents=True, exist_ok=True)
            new.replace(old)
    marker.unlink()


def _prune(directory: Path, root: Path) -> None:
    """Remove folders that have become empty, from ``directory`` up to ``root``."""
    while directory != root and directory.is_dir() and not any(directory.iterdir()):
        directory.rmdir()
        directory = directory.parent

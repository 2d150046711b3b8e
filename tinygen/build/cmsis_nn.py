"""Find CMSIS-NN's source: the user's folder, the cache, or a wheel fetched once."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

from tinygen.errors import TinygenError, ToolchainError
from tinygen.resources import cache_dir

# The one Python package that carries the C source: all 96 files of Source and Include
# equal ARM-software/CMSIS-NN at this commit (2024-01-19, after 5.0.0, Apache-2.0).
COMMIT = "3b4e406b"
PACKAGE = "aidge-export-arm-cortexm==0.2.1"
SHA256 = "0ea6a694b8c1397bf52158c27854bbd4ddfca433ed4cf06a4c92843b480acbf0"
_ROOT = PurePosixPath("aidge_export_arm_cortexm/_CMSIS-NN/CMSIS-NN")
_FOLDERS = ("Source", "Include")
_SOCKET_TIMEOUT_S = 5
_TIMEOUT_S = 300
_HINT = (
    "with a network: python -m tinygen.build.cmsis_nn; without: set TINYGEN_CMSIS_NN_DIR to a "
    "copy of github.com/ARM-software/CMSIS-NN, or use --kernels tinygen"
)


def cached_dir() -> Path:
    """Return where the fetched source is kept; it may not exist."""
    return cache_dir() / f"cmsis-nn-{COMMIT}"


def find_cmsis_nn(*, may_fetch: bool = True) -> Path:
    """Return the folder with ``Source`` and ``Include``.

    Args:
        may_fetch: Ask the network, once, where neither ``TINYGEN_CMSIS_NN_DIR`` is set
            nor the cache has it.

    Raises:
        ToolchainError: There is none, or the folder the user named is not one.
    """
    custom = os.environ.get("TINYGEN_CMSIS_NN_DIR")
    if custom:
        return _checked(Path(custom))
    if not cached_dir().is_dir():
        if not may_fetch:
            raise ToolchainError("CMSIS-NN's source is not in the cache", hint=_HINT)
        _fetch()
    return cached_dir()


def _checked(folder: Path) -> Path:
    for name in ("Include/arm_nnfunctions.h", "Source"):
        if not (folder / name).exists():
            raise ToolchainError(
                f"TINYGEN_CMSIS_NN_DIR={folder} has no {name}",
                hint="it must be a copy of CMSIS-NN: a folder that holds Source and Include",
            )
    return folder


def _fetch() -> None:
    """Put the source into the cache, whole or not at all."""
    target = cached_dir()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        staged = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    except OSError as error:
        raise ToolchainError(
            f"cannot write to the cache {target.parent}: {error.strerror}",
            hint="set XDG_CACHE_HOME to a folder that can be written",
        ) from error
    try:
        _extract(_download(staged), staged / "tree")
        if not target.is_dir():  # another tinygen may have been faster
            (staged / "tree").rename(target)
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _download(folder: Path) -> Path:
    """Download the wheel with pip, which knows the user's mirrors and proxies."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input"]
    command += ["download", "--no-deps", "--only-binary", ":all:", "--retries", "0"]
    command += ["--timeout", str(_SOCKET_TIMEOUT_S), "--dest", str(folder), PACKAGE]
    try:
        subprocess.run(command, capture_output=True, text=True, check=True, timeout=_TIMEOUT_S)
    except subprocess.TimeoutExpired as error:
        raise ToolchainError(
            f"cannot fetch CMSIS-NN's source: no answer in {_TIMEOUT_S} s", hint=_HINT
        ) from error
    except subprocess.CalledProcessError as error:
        raise ToolchainError(
            f"cannot fetch CMSIS-NN's source: {_last_line(error.stderr)}", hint=_HINT
        ) from error
    wheel = next(folder.glob("*.whl"))
    found = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if found != SHA256:
        raise ToolchainError(f"{wheel.name} has SHA-256 {found}, not {SHA256}", hint=_HINT)
    return wheel


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    return (errors or lines or ["pip failed"])[-1]


def _extract(wheel: Path, folder: Path) -> None:
    """Unpack only ``Source`` and ``Include``."""
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            path = PurePosixPath(name)
            if not path.is_relative_to(_ROOT) or ".." in path.parts:
                continue
            inner = path.relative_to(_ROOT)
            if inner.parts[0] in _FOLDERS and inner.suffix in {".c", ".h"}:
                (folder / inner).parent.mkdir(parents=True, exist_ok=True)
                (folder / inner).write_bytes(archive.read(name))


def main() -> int:
    """Fetch the source into the cache, for set-up scripts; return the exit code."""
    try:
        folder = find_cmsis_nn()
    except TinygenError as error:
        sys.stderr.write(f"error: {error}\n hint: {error.hint}\n")
        return error.exit_code
    sys.stdout.write(f"CMSIS-NN's source is in {folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Fetch a library as PlatformIO's ``lib_deps`` would, into the cache."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from tinygen.build.pio import pio_environment
from tinygen.errors import ToolchainError
from tinygen.resources import cache_dir

_TIMEOUT_S = 600


def fetch_library(spec: str) -> Path:
    """Return the folder of a library, fetched once; without the libraries it depends on.

    Args:
        spec: As in ``lib_deps``: ``owner/name@version``, an address or a folder.

    Raises:
        ToolchainError: PlatformIO cannot fetch it.
    """
    folder = _folder(spec)
    if not _content(folder):
        environment = pio_environment()  # it says so when the cache cannot be written
        folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "platformio", "pkg", "install", "--global"]
        command += ["--library", spec, "--storage-dir", str(folder), "--skip-dependencies"]
        try:
            done = subprocess.run(
                command,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
                timeout=_TIMEOUT_S,
            )
        except subprocess.TimeoutExpired as error:
            raise _failed(spec, f"no answer in {_TIMEOUT_S} s") from error
        if done.returncode or not _content(folder):
            raise _failed(spec, _reason(done.stderr or done.stdout))
    return _content(folder)[0]


def forget_library(spec: str) -> None:
    """Remove a library from the cache, so that it is fetched again."""
    shutil.rmtree(_folder(spec), ignore_errors=True)


def _folder(spec: str) -> Path:
    digest = hashlib.sha256(spec.encode()).hexdigest()[:16]
    return cache_dir().resolve() / "pio-libraries" / digest


def _content(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.is_dir() and path.name[0] != ".")


def _reason(output: str) -> str:
    r"""Return the line that says why PlatformIO, or git under it, gave up.

    >>> _reason("Cloning into 'x'...\nfatal: Could not resolve host: github.com\nVCSException: y")
    'fatal: Could not resolve host: github.com'
    >>> _reason("HTTPClientError:")
    'its registry does not answer'
    """
    lines = [line.strip().removesuffix(":") for line in output.splitlines()]
    found = next((line for line in lines if "rror" in line or "fatal:" in line), "nothing came")
    return "its registry does not answer" if found == "HTTPClientError" else found


def _failed(spec: str, reason: str) -> ToolchainError:
    return ToolchainError(
        f"PlatformIO cannot fetch the library {spec}: {reason}",
        hint="write TINYGEN_TFLM_LIB as an entry of lib_deps; it may be a folder, file:///...",
    )

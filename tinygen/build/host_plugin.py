"""Compile the emulator's plugin for this machine, once, into the user's cache."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tinygen.errors import ToolchainError
from tinygen.resources import cache_dir, data_dir

INSTALL_HOST = "apt-get install gcc libc6-dev"
_FLAGS = ("-std=c11", "-O2", "-fPIC", "-shared", "-fvisibility=hidden")


def build_plugin() -> Path:
    """Return the plugin that counts blocks of code.

    Raises:
        ToolchainError: The host has no C compiler, or it fails.
    """
    source = data_dir("templates") / "plugin" / "block_counts.c"
    digest = hashlib.sha256(source.read_bytes()).hexdigest()[:16]
    target = cache_dir() / "plugin" / f"block-counts-{digest}.so"
    if not target.exists():
        _compile(source, target)
    return target


def find_host_compiler() -> str:
    """Return the C compiler for this machine: ``CC``, else ``cc`` or ``gcc`` on PATH.

    Raises:
        ToolchainError: There is none.
    """
    compiler = shutil.which(os.environ.get("CC", "cc")) or shutil.which("gcc")
    if compiler is None:
        raise ToolchainError("no C compiler for this machine", hint=INSTALL_HOST)
    return compiler


def _compile(source: Path, target: Path) -> None:
    """Put the plugin in its place whole: another process may be using it."""
    compiler = find_host_compiler()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent) as folder:
            made = Path(folder) / target.name
            subprocess.run([compiler, *_FLAGS, "-o", made, source], capture_output=True, check=True)
            made.replace(target)
    except OSError as error:
        raise ToolchainError(
            f"cannot write to the cache {target.parent}: {error.strerror}",
            hint="set XDG_CACHE_HOME to a folder that can be written",
        ) from error
    except subprocess.CalledProcessError as error:
        raise ToolchainError(
            f"{compiler} cannot compile {source.name}: {error.stderr.decode()[-500:].strip()}",
            hint=INSTALL_HOST,
        ) from error

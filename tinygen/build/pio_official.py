"""Build a project whose board needs PlatformIO's official platform, if that is installed."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from tinygen.board import Board
from tinygen.build.pio import QUIET, Image, run_pio
from tinygen.build.project_dir import require_complete
from tinygen.errors import ToolchainError
from tinygen.manifest import read_manifest
from tinygen.progress import Progress

_TIMEOUT_S = 120


def build_official(folder: Path, board: Board, progress: Progress) -> Image:
    """Build the project in ``folder`` with what the user's PlatformIO has; fetch nothing.

    Args:
        folder: A project that `tinygen.build.project_dir.write_project` wrote.
        board: With a framework.
        progress: Shown every line that PlatformIO prints.

    Raises:
        UsageError: The folder is not a project.
        ToolchainError: The platform or a part of it is not installed, or the build fails.
    """
    require_complete(folder)
    lacking = _missing(folder, board.id)
    if lacking:
        platform = f"{board.official['platform']} {board.official['version']}"
        raise ToolchainError(
            f"{board.id} is built by PlatformIO's platform {platform}, and not all of it is "
            f"installed: {', '.join(lacking)}",
            hint=f"once, with a network: pio pkg install -d {folder}; then build again. The "
            "project there is complete: 'pio run' builds it on any machine that has the platform",
        )
    return run_pio(folder, read_manifest(folder), _environment(), progress)


def _environment() -> dict[str, str]:
    """Return the user's own PlatformIO: where platforms are is theirs to say."""
    return dict(os.environ) | QUIET


def _missing(folder: Path, environment: str) -> list[str]:
    if find_spec("platformio") is None:
        raise ToolchainError("PlatformIO is not installed", hint="pip install platformio scons")
    command = [sys.executable, "-m", "tinygen.build.pio_missing", environment]
    places = os.pathsep.join(str(Path(place).resolve()) for place in sys.path)
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=_environment() | {"PYTHONPATH": places},
            capture_output=True,
            text=True,
            check=True,
            timeout=_TIMEOUT_S,
        )
    except subprocess.TimeoutExpired as error:
        raise ToolchainError(
            f"PlatformIO does not say within {_TIMEOUT_S} s which packages it has",
            hint=f"try it by hand: pio pkg list -d {folder}",
        ) from error
    except subprocess.CalledProcessError as error:
        lines = [line for line in error.stderr.splitlines() if line.strip()] or ["nothing"]
        raise ToolchainError(
            f"PlatformIO cannot say which packages it has: {lines[-1].strip()}",
            hint=f"try it by hand: pio pkg list -d {folder}",
        ) from error
    return done.stdout.split()

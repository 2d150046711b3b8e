"""Build a project with PlatformIO: no network, errors in words."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from tinygen.build.pio_errors import explain
from tinygen.build.project_dir import require_complete
from tinygen.build.toolchain import find_compiler
from tinygen.errors import ToolchainError
from tinygen.manifest import Manifest, read_manifest
from tinygen.progress import Progress, Silent
from tinygen.resources import cache_dir

# No question to the network but for what a build needs, and nothing but text.
QUIET = {
    "PLATFORMIO_SETTING_ENABLE_TELEMETRY": "No",
    "PLATFORMIO_SETTING_CHECK_PLATFORMIO_INTERVAL": "36500",
    "PLATFORMIO_SETTING_CHECK_PRUNE_SYSTEM_THRESHOLD": "0",
    "PLATFORMIO_SETTING_DISABLE_UDEV_RULES_CHECK": "Yes",
    "PLATFORMIO_DISABLE_UPGRADE_CHECK": "true",
    "PLATFORMIO_DISABLE_PROGRESSBAR": "true",
    "PLATFORMIO_NO_ANSI": "true",
    "PYTHONIOENCODING": "utf-8",
    "LC_ALL": "C.UTF-8",  # the compiler's messages are read by pio_errors
}


@dataclass(frozen=True, slots=True)
class Image:
    """What a build leaves.

    Attributes:
        elf: The image with symbols and debug information.
        binary: The bytes of flash.
        map: The linker's map.
        objects: Folder of object files, each with its stack usage (``.su``) beside it.
    """

    elf: Path
    binary: Path
    map: Path
    objects: Path


def build_project(folder: Path, progress: Progress | None = None) -> Image:
    """Build the project in ``folder``; a second build compiles only what has changed.

    Args:
        folder: A project that `tinygen.build.project_dir.write_project` wrote.
        progress: Shown every line that PlatformIO prints.

    Raises:
        UsageError: The folder is not a project.
        DoesNotFitError: The image is larger than a memory.
        ToolchainError: The compiler is missing, or the build fails.
    """
    require_complete(folder)
    manifest = read_manifest(folder)
    find_compiler()
    return run_pio(folder, manifest, pio_environment(), progress or Silent())


def run_pio(
    folder: Path, manifest: Manifest, environment: dict[str, str], progress: Progress
) -> Image:
    """Run ``pio run`` in an environment that has what it needs.

    Raises:
        DoesNotFitError: The image is larger than a memory.
        ToolchainError: The build fails.
    """
    lines = _run(folder.resolve(), environment, progress)
    if lines is not None:
        raise explain(lines, manifest)
    build = folder.resolve() / ".pio" / "build" / manifest.board
    return Image(
        elf=build / "firmware.elf",
        binary=build / "firmware.bin",
        map=build / "firmware.map",
        objects=build / "src",
    )


def _run(folder: Path, environment: dict[str, str], progress: Progress) -> list[str] | None:
    """Run ``pio run``; return what it printed if it failed."""
    command = [sys.executable, "-m", "platformio", "run", "--project-dir", str(folder)]
    lines = []
    with subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as process:
        for line in _lines(process):
            lines.append(line)
            progress.detail(line)
    return lines if process.returncode else None


def _lines(process: subprocess.Popen[str]) -> Iterator[str]:
    assert process.stdout is not None
    with closing(process.stdout) as stream:
        for line in stream:
            yield line.rstrip("\n")


def pio_environment() -> dict[str, str]:
    """Return the environment in which PlatformIO asks the network for nothing.

    Each version has a folder of its own: after an upgrade PlatformIO would update what
    the older one had installed, and wait a minute for a network that is not there.

    Raises:
        ToolchainError: PlatformIO is not installed, or the cache cannot be written.
    """
    if find_spec("platformio") is None:
        raise ToolchainError("PlatformIO is not installed", hint="pip install platformio scons")
    core_dir = cache_dir().resolve() / f"pio-{version('platformio')}"
    try:
        core_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ToolchainError(
            f"cannot write to the cache {core_dir}: {error.strerror}",
            hint="set XDG_CACHE_HOME to a folder that can be written",
        ) from error
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("PLATFORMIO_")}
    if custom := inherited.get("TINYGEN_TOOLCHAIN_DIR"):  # PlatformIO changes the folder
        inherited["TINYGEN_TOOLCHAIN_DIR"] = str(Path(custom).resolve())
    scons = find_spec("SCons")
    places = list(scons.submodule_search_locations or ()) if scons else []
    return inherited | {
        **QUIET,
        "PLATFORMIO_CORE_DIR": str(core_dir),
        "TINYGEN_OFFLINE": "1",
        **({"TINYGEN_SCONS_DIR": places[0]} if places else {}),
    }

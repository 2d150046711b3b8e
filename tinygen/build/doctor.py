"""Say what is missing on this machine, and the command that installs it."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version

from tinygen.board import list_boards
from tinygen.build.cmsis_nn import find_cmsis_nn
from tinygen.build.host_plugin import INSTALL_HOST, find_host_compiler
from tinygen.build.toolchain import (
    INSTALL,
    INSTALL_CXX,
    find_compiler,
    has_nano_library,
    require_cxx,
)
from tinygen.errors import ToolchainError
from tinygen.resources import cache_dir

QEMU = "qemu-system-arm"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that a command needs.

    Attributes:
        name: What it is.
        ok: It is there and works.
        found: Version or place; what is wrong where it is not ok.
        fix: The command that installs it; empty where it is ok.
        needed_for: What does not work without it.
        is_optional: Only some models or options need it.
    """

    name: str
    ok: bool
    found: str
    fix: str
    needed_for: str
    is_optional: bool = False


class _MissingError(Exception):
    """What a check looked for is not there."""


def examine() -> tuple[Check, ...]:
    """Return every check, without the network and without changing anything."""
    keras = "Keras and SavedModel models"
    return (
        _compiler(),
        _nano_library(),
        _emulator(),
        _package("platformio", "building"),
        _package("scons", "building"),
        _package("tflite-micro", "verify"),
        _package("tensorflow-cpu", keras, "tensorflow", is_optional=True),
        _package("keras", keras, is_optional=True),
        _cmsis_nn(),
        _cxx_library(),
        _host_compiler(),
        _package("cmsis-pack-manager", "packs, boards add", is_optional=True),
        _cache(),
    )


def _check(
    name: str,
    look: Callable[[], str],
    fix: str,
    needed_for: str,
    *,
    is_optional: bool = False,
) -> Check:
    """Return a check from ``look``, which returns what it found or raises."""
    try:
        return Check(name, True, look(), "", needed_for, is_optional)
    except (ToolchainError, _MissingError) as error:
        return Check(name, False, str(error), fix, needed_for, is_optional)


def _compiler() -> Check:
    def look() -> str:
        compiler = find_compiler()
        return f"{compiler.version}, {compiler.path}"

    return _check("arm-none-eabi-gcc", look, INSTALL, "building")


def _nano_library() -> Check:
    def look() -> str:
        if not has_nano_library(find_compiler()):
            raise _MissingError("the compiler finds no nano.specs")
        return "nano.specs"

    return _check("newlib nano", look, INSTALL, "building")


def _emulator() -> Check:
    def look() -> str:
        path = shutil.which(QEMU)
        if path is None:
            raise _MissingError(f"no {QEMU} on PATH")
        known = _run(path, "-machine", "help")
        wanted = {b.qemu_machine.partition(",")[0] for b in list_boards() if b.is_emulated}
        missing = sorted(
            name for name in wanted if not re.search(rf"^{name}\s", known, re.MULTILINE)
        )
        if missing:
            raise _MissingError(f"{path} has no machine {', '.join(missing)}")
        release = re.search(r"version (\S+)", _run(path, "--version"))
        return f"{release.group(1) if release else 'unknown version'}, {path}"

    return _check(QEMU, look, "apt-get install qemu-system-arm", "emulated boards")


def _run(*command: str) -> str:
    try:
        return subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=30
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise _MissingError(f"{command[0]} does not run: {error}") from error


def _package(
    name: str, needed_for: str, other_name: str = "", *, is_optional: bool = False
) -> Check:
    """Look for a Python package by its metadata; importing it may take seconds."""
    for distribution in filter(None, (name, other_name)):
        try:
            found = version(distribution)
        except PackageNotFoundError:
            continue
        return Check(name, True, found, "", needed_for, is_optional)
    fix = f"pip install '{_requirement(name)}'"
    return Check(name, False, "not installed", fix, needed_for, is_optional)


def _requirement(name: str) -> str:
    """Return the version that tinygen asks for, such as ``scons<5,>=4.8.1``."""
    lines = (line.partition(";")[0].strip() for line in requires("tinygen") or ())
    return next(line for line in lines if re.match(rf"{name}\b(?!-)", line))


def _cmsis_nn() -> Check:
    def look() -> str:
        return str(find_cmsis_nn(may_fetch=False))

    fix = "python -m tinygen.build.cmsis_nn"
    return _check("CMSIS-NN source", look, fix, "--kernels cmsis-nn", is_optional=True)


def _cxx_library() -> Check:
    def look() -> str:
        return require_cxx(find_compiler()).name

    return _check("C++ library", look, INSTALL_CXX, "--runtime tflm", is_optional=True)


def _host_compiler() -> Check:
    def look() -> str:
        found = find_host_compiler()
        _run(found, "--version")
        return found

    name, needed_for = "C compiler of this machine", "estimates of cycles"
    return _check(name, look, INSTALL_HOST, needed_for, is_optional=True)


def _cache() -> Check:
    def look() -> str:
        place = cache_dir()
        while not place.exists():
            place = place.parent
        try:
            with tempfile.TemporaryFile(dir=place):
                return str(cache_dir())
        except OSError as error:
            raise _MissingError(f"{cache_dir()}: {error.strerror}") from error

    return _check("cache", look, "export XDG_CACHE_HOME=FOLDER", "building")

"""Find the cross compiler, in the order in which the generated project does."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tinygen.errors import ToolchainError

GCC = "arm-none-eabi-gcc"
INSTALL = "apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi"
INSTALL_CXX = "apt-get install libstdc++-arm-none-eabi-newlib"
_HINT = f"{INSTALL}, or set TINYGEN_TOOLCHAIN_DIR to a folder that has bin/{GCC}"


@dataclass(frozen=True, slots=True)
class Compiler:
    """An ``arm-none-eabi-gcc`` and its version, such as ``12.2.1``."""

    path: Path
    version: str

    @property
    def cxx(self) -> Path:
        """Return the C++ compiler beside it; `require_cxx` says whether it is usable."""
        return self.path.with_name(self.path.name.replace("gcc", "g++"))


def find_compiler() -> Compiler:
    """Return the compiler in ``TINYGEN_TOOLCHAIN_DIR``, else the one on PATH.

    Raises:
        ToolchainError: There is none, or it does not run.
    """
    custom = os.environ.get("TINYGEN_TOOLCHAIN_DIR")
    folders = f"{Path(custom, 'bin')}{os.pathsep}{custom}" if custom else None
    found = shutil.which(GCC, path=folders)
    if found is None:
        where = f"in TINYGEN_TOOLCHAIN_DIR={custom}" if custom else "on PATH"
        raise ToolchainError(f"no {GCC} {where}", hint=_HINT)
    try:
        output = subprocess.run(
            [found, "--version"], capture_output=True, text=True, check=True, timeout=30
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise ToolchainError(f"{found} does not run: {error}", hint=_HINT) from error
    version = re.search(r"\b(\d+\.\d+\.\d+)\b", output)
    return Compiler(Path(found), version.group(1) if version else "unknown")


def has_nano_library(compiler: Compiler) -> bool:
    """Return whether newlib's small C library is there; every image links it."""
    output = subprocess.run(
        [compiler.path, "-print-file-name=nano.specs"], capture_output=True, text=True, check=False
    ).stdout
    return Path(output.strip()).is_absolute()


def require_cxx(compiler: Compiler) -> Path:
    """Return where the C++ library is, which only the ``tflm`` runtime needs.

    Raises:
        ToolchainError: The compiler has none.
    """
    try:
        output = subprocess.run(
            [compiler.cxx, "-print-file-name=libstdc++_nano.a"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise ToolchainError(f"{compiler.cxx} does not run: {error}", hint=INSTALL_CXX) from error
    found = Path(output.strip())
    if not found.is_absolute():
        raise ToolchainError(
            f"{compiler.cxx} has no C++ library, which --runtime tflm needs", hint=INSTALL_CXX
        )
    return found

"""Read a copy of TensorFlow Lite Micro: where its sources, headers and CMSIS-NN are."""

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tinygen.errors import ToolchainError

# What must be there, by the name under which TFLM's own sources include it.
_INTERPRETER = "tensorflow/lite/micro/micro_interpreter.h"
_CMSIS_NN = "Include/arm_nnfunctions.h"
_NEEDED = (
    _INTERPRETER,
    "flatbuffers/flatbuffers.h",
    "fixedpoint/fixedpoint.h",
    "ruy/profiler/instrumentation.h",
    _CMSIS_NN,
)
# Used where it is there: older CMSIS-NN includes the core's header.
_WANTED = ("cmsis_compiler.h",)
_HINTS = {
    _INTERPRETER: "name a TFLM tree, as create_tflm_tree.py makes it, or a git checkout of "
    "github.com/tensorflow/tflite-micro",
    _CMSIS_NN: "make the tree with OPTIMIZED_KERNEL_DIR=cmsis_nn, or set TINYGEN_CMSIS_NN_DIR to "
    "a copy of github.com/ARM-software/CMSIS-NN",
}
_OTHER_HINT = "a git checkout needs what TFLM's makefile downloads: docs/tflm.md has the line"
_SOURCES = {".cc", ".cpp", ".c"}
# Folders of TFLM that hold no part of the library: tests, tools, other processors' code.
_PASSED_OVER = {
    *("python", "testdata", "examples", "benchmarks", "integration_tests", "tools", "models"),
    *("docs", "bluepill", "hexagon", "riscv32_generic", "chre", "ceva", "arc_custom"),
    *("cortex_m_generic", "cortex_m_corstone_300", "arc_emsdp", "xtensa", "compression"),
}
# The application has its own: a counter instead of a clock, no log.
_REPLACED = {"micro_time", "debug_log", "system_setup"}


@dataclass(frozen=True, slots=True)
class TflmSource:
    """A copy of TensorFlow Lite Micro and what it needs.

    Attributes:
        origin: Where it comes from, for a person.
        include_dirs: For the compiler, in order.
        tensorflow: Folder that holds ``tensorflow/lite/micro``.
        cmsis_nn: Folder that holds ``Source`` and ``Include``.
    """

    origin: str
    include_dirs: tuple[Path, ...]
    tensorflow: Path
    cmsis_nn: Path

    def sources(self) -> dict[str, Path]:
        """Return the library's sources by name, such as ``micro/kernels/add``.

        A kernel that CMSIS-NN has replaces the reference one, as in TFLM's own build.
        """
        found: dict[str, Path] = {}
        for path in _files(self.tensorflow / "tensorflow", _SOURCES):
            name = path.relative_to(self.tensorflow / "tensorflow").with_suffix("").as_posix()
            if _is_library(name):
                found[name] = path
        for name in [n for n in found if "/kernels/cmsis_nn/" in n]:
            found.pop(name.replace("/cmsis_nn/", "/"), None)
        for path in _files(self.cmsis_nn / "Source", {".c"}):
            name = path.relative_to(self.cmsis_nn / "Source").with_suffix("").as_posix()
            found[f"cmsis-nn/{name}"] = path
        return dict(sorted(found.items()))

    def fingerprint(self) -> str:
        """Return a hash that changes when a file of it does (by size and time)."""
        digest = hashlib.sha256()
        for root in (self.tensorflow / "tensorflow", *self.include_dirs):
            for path in _files(root, {*_SOURCES, ".h"}):
                status = path.stat()
                digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\0".encode())
        return digest.hexdigest()


def read_source(roots: Sequence[Path], origin: str) -> TflmSource:
    """Find the parts under ``roots``.

    Args:
        roots: Folders; TFLM and what it needs may be anywhere under them.
        origin: What to call them in messages.

    Raises:
        ToolchainError: A part is missing.
    """
    custom = os.environ.get("TINYGEN_CMSIS_NN_DIR")
    places = _find([*(_NEEDED), *_WANTED], [*([Path(custom)] if custom else []), *roots])
    for name in _NEEDED:
        if name not in places:
            raise ToolchainError(f"{origin} has no {name}", hint=_HINTS.get(name, _OTHER_HINT))
    cmsis_nn = places[_CMSIS_NN]
    folders = [*places.values(), cmsis_nn / "Include"]
    if cmsis_nn.parts[-2:] == ("CMSIS", "NN"):  # where it was until 2023
        folders.append(cmsis_nn.parents[1])
    return TflmSource(
        origin=origin,
        include_dirs=tuple(dict.fromkeys(folders)),
        tensorflow=places[_INTERPRETER],
        cmsis_nn=cmsis_nn,
    )


def _find(names: Iterable[str], roots: Sequence[Path]) -> Mapping[str, Path]:
    """Return for each name that is there the folder from which it is included.

    An earlier root wins; in one, the place that is least deep.
    """
    wanted = {f"/{name}": name for name in names}
    found: dict[str, tuple[tuple[int, int, str], Path]] = {}
    for number, root in enumerate(roots):
        for path in _files(root, {".h"}, everything=True):
            text = path.as_posix()
            for suffix, name in wanted.items():
                if text.endswith(suffix):
                    folder = Path(text.removesuffix(suffix))
                    rank = (number, len(path.parts), text)
                    if name not in found or rank < found[name][0]:
                        found[name] = (rank, folder)
    return {name: found[name][1] for name in wanted.values() if name in found}


def _files(root: Path, suffixes: set[str], *, everything: bool = False) -> Iterator[Path]:
    """Go through the files of these types under a folder, sorted."""
    for folder, subfolders, names in os.walk(root):
        subfolders[:] = sorted(
            n for n in subfolders if n[0] != "." and (everything or n not in _PASSED_OVER)
        )
        for name in sorted(names):
            if os.path.splitext(name)[1] in suffixes:  # noqa: PTH122 - thousands of them
                yield Path(folder) / name


def _is_library(name: str) -> bool:
    """Return whether a source is a part of the library, not of its tests or of a port.

    >>> _is_library("lite/micro/kernels/add"), _is_library("lite/micro/kernels/add_test")
    (True, False)
    >>> _is_library("lite/micro/kernels/arc_mli/conv"), _is_library("lite/micro/micro_time")
    (False, False)
    """
    *folders, stem = name.split("/")
    if stem.endswith("_test") or stem.startswith(("test_", "fake_", "mock_")):
        return False
    if "kernels" in folders and "micro" in folders and folders[-1] not in {"kernels", "cmsis_nn"}:
        return False
    return stem not in _REPLACED

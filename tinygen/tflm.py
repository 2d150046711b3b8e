"""Make a project of the ``tflm`` runtime: find the library, measure the arena, compile."""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from tinygen.board import Board
from tinygen.build.pio_library import fetch_library, forget_library
from tinygen.build.tflm_library import DEFINES, LibraryBuilder
from tinygen.build.tflm_ops import TflmOp, match_ops
from tinygen.build.tflm_source import TflmSource, read_source
from tinygen.build.toolchain import Compiler, find_compiler, require_cxx
from tinygen.emit.parts import Project
from tinygen.emit.tflm import TflmParts, emit_application, emit_measurement
from tinygen.errors import ToolchainError
from tinygen.graph import Graph
from tinygen.manifest import IN_FLASH
from tinygen.ops.contract import Kernel, Optimize
from tinygen.packs.store import tflm_roots
from tinygen.progress import Progress
from tinygen.resources import data_dir
from tinygen.tflm_arena import ArenaNeed, measure_arena, room_bytes

_MEASURING_STACK = 16 << 10  # memory is ample there
# What of an application needs nothing of the library.
_MODEL_FILES = {"model_data.cc", "model_weights.c"}
_HINT = """there are three ways to get one (docs/tflm.md):
  1. --tflm-dir DIR or TINYGEN_TFLM_DIR: a git checkout of tensorflow/tflite-micro, or the tree
     that its create_tflm_tree.py makes
  2. CMSIS packs: tinygen packs update; tinygen packs add tflm
  3. PlatformIO: TINYGEN_TFLM_LIB=ENTRY, a library as lib_deps names it"""

_LIBRARY_HINT = """the library must hold TFLM, CMSIS-NN and what they include; PlatformIO takes a
folder whole only where a library.json lies in it"""


def find_source(folder: Path | None) -> TflmSource:
    """Return TensorFlow Lite Micro: the user's folder, CMSIS packs, or PlatformIO's copy.

    Args:
        folder: ``--tflm-dir``; ``TINYGEN_TFLM_DIR`` counts where it is None.

    Raises:
        ToolchainError: There is none, or the one that was named is not complete.
    """
    named = os.environ.get("TINYGEN_TFLM_DIR")
    if folder or named:
        place = folder or Path(named or "")
        if not place.is_dir():
            raise ToolchainError(f"no folder {place}", hint=_HINT)
        return read_source([place.resolve()], str(place))
    if roots := tflm_roots():
        return read_source(roots, "the CMSIS pack tensorflow::tensorflow-lite-micro")
    if spec := os.environ.get("TINYGEN_TFLM_LIB"):
        return _read_library(spec)
    raise ToolchainError("no copy of TensorFlow Lite Micro, which --runtime tflm needs", hint=_HINT)


def _read_library(spec: str) -> TflmSource:
    """Read PlatformIO's copy; one that is not complete is fetched again the next time."""
    folder = fetch_library(spec)
    try:
        return read_source([folder], f"the library {spec}")
    except ToolchainError as error:
        forget_library(spec)
        raise ToolchainError(str(error), hint=_LIBRARY_HINT) from error


def complete(project: Project, source: TflmSource, progress: Progress) -> Project:
    """Return the project with what the ``tflm`` runtime adds.

    Args:
        project: Of the model as it was given, without kernels: TFLM has its own.
        source: Of TFLM.
        progress: Told what takes long.

    Raises:
        ToolchainError: No TFLM or no C++ compiler is there, or the library does not compile.
        ModelError: TFLM refuses the model.
    """
    compiler = find_compiler()
    require_cxx(compiler)
    ops = match_ops(project.given, source.tensorflow)
    kernels = {op.name: Kernel(op.kernel, (), (), ()) for op in ops}
    project = replace(
        project,
        runtime="tflm",
        library="cmsis-nn",
        graph=project.given,  # TFLM has kernels of what became a table
        plan=replace(project.plan, chains=()),
        kernels=[kernels[op.name] for op in project.given.ops],
    )
    maker = _Maker(project, source, ops, compiler, progress)
    progress.step("measuring the arena TensorFlow Lite Micro needs")
    need = measure_arena(maker.measurement, project.board, progress)
    return maker.application(need)


class _Maker:
    """Makes the projects of one model: the one that measures and the one that is shipped."""

    def __init__(
        self,
        project: Project,
        source: TflmSource,
        ops: tuple[TflmOp, ...],
        compiler: Compiler,
        progress: Progress,
    ) -> None:
        self._project, self._source, self._ops = project, source, ops
        self._compiler, self._progress = compiler, progress
        self._builders: dict[tuple[str, Optimize], LibraryBuilder] = {}

    def measurement(self, board: Board) -> Project:
        """Return the project of the firmware that measures, for an emulated board."""
        parts = self._parts(board, emit_measurement, room_bytes(board))
        return replace(
            self._project,
            board=board,
            tflm=parts,
            weights=IN_FLASH,
            stream=None,
            stack_bytes=_MEASURING_STACK,
            app="serve",
        )

    def application(self, need: ArenaNeed) -> Project:
        """Return the project that is shipped."""
        emit = partial(emit_application, plan=need.plan, stream=self._project.stream)
        parts = self._parts(self._project.board, emit, need.arena_bytes)
        parts = replace(
            parts,
            arena_bytes=need.arena_bytes,
            margin_bytes=need.arena_bytes - need.used_bytes,
            records=need.records,
        )
        plan = replace(
            self._project.plan,
            arena_bytes=need.arena_bytes,
            scratch_bytes=0,  # TFLM counts it into the arena
            is_optimal=False,
        )
        return replace(self._project, plan=plan, tflm=parts)

    def _parts(
        self,
        board: Board,
        emit: Callable[[Graph, Sequence[TflmOp], bytes, int], dict[str, str]],
        arena_bytes: int,
    ) -> TflmParts:
        project = self._project
        sources = emit(project.given, self._ops, project.model, arena_bytes)
        key = (board.core, project.optimize)
        if key not in self._builders:
            self._progress.step(f"compiling TensorFlow Lite Micro for {board.core}, once")
            self._builders[key] = LibraryBuilder(
                self._source, board.cpu, project.optimize, self._compiler
            )
        library = self._builders[key].build(
            {name: text for name, text in sources.items() if name not in _MODEL_FILES},
            [data_dir("firmware") / "include"],
            self._progress,
        )
        return TflmParts(
            sources=sources,
            archive=library.archive,
            headers=library.headers,
            defines=DEFINES,
            origin=self._source.origin,
        )

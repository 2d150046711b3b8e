"""A self-contained PlatformIO project as a mapping from path to content, purely."""

import fnmatch
import json
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from tinygen import manifest, weights_file
from tinygen.board import Board
from tinygen.emit import mlperf
from tinygen.emit.arena import other_regions
from tinygen.emit.firmware_files import firmware_files
from tinygen.emit.linker import emit_linker_script
from tinygen.emit.manifest import describe
from tinygen.emit.model import emit_model
from tinygen.emit.official import official_files
from tinygen.emit.parts import Project
from tinygen.emit.render import render
from tinygen.emit.tflm import ARCHIVE, library_flags
from tinygen.kernels.cmsis_nn.flags import file_flags as cmsis_nn_flags
from tinygen.plan.schedule import kernels_used
from tinygen.resources import data_dir

PLATFORM = ".tinygen/platforms/tinygen"
CMSIS_NN_HEADERS = "include/cmsis-nn"
_PLATFORM_FILES = (
    "platform.py",
    "builder/main.py",
    "builder/official.py",
    "builder/project_flags.py",
)


def emit_project(project: Project) -> dict[str, str | bytes]:
    """Return every file of the project, sorted by path; the same input, the same bytes."""
    files: dict[str, str | bytes] = {
        **firmware_files(
            kernels_used(project.kernels, project.plan.chains),
            project.board,
            [*(project.stream.source.files if project.stream else ()), *_app_files(project)],
            mlperf.REPLACES if project.app == "mlperf" else "",
        ),
        **(project.tflm.files() if project.tflm else _model(project)),
        **{_cmsis_nn_path(path): content for path, content in project.cmsis_nn.items()},
        **_texts(project),
        "model.tflite": project.model,
        **({weights_file.FILE: project.stream.file.content} if project.stream else {}),
    }
    files[manifest.FILE] = describe(project, tuple(sorted(files))).to_text()
    return dict(sorted(files.items()))


def _model(project: Project) -> dict[str, str]:
    """Return the generated sources of the ``aot`` runtime."""
    model = emit_model(project.graph, project.kernels, project.plan, project.stream)
    return {f"src/{name}": text for name, text in model.items()}


def _app_files(project: Project) -> list[str]:
    """Return the sources of the application that takes the place of tinygen's own."""
    if project.app != "mlperf":
        return []
    mlperf.require_local_weights(project.weights.source)
    return [f"apps/mlperf/{name}" for name in mlperf.FILES]


def _macros(project: Project) -> dict[str, int | str]:
    app = mlperf.mlperf_macros(project.given) if project.app == "mlperf" else {}
    in_ram = {"TG_WEIGHTS_IN_RAM": 1} if project.weights.choice == "ram" else {}
    own_task: dict[str, int | str] = (
        {"TG_MAIN": "tg_main", "TG_STACK_BYTES": project.stack_bytes}
        if project.board.framework
        else {}
    )
    zeroed = {"TG_ZEROES_MORE": 1} if other_regions(project.plan) else {}
    return {**project.board.macros, **in_ram, **zeroed, **app, **own_task}


def _cmsis_nn_path(path: str) -> str:
    """Return where a file of CMSIS-NN lies in a project.

    >>> _cmsis_nn_path("Include/Internal/a.h"), _cmsis_nn_path("Source/F/a.c")
    ('include/cmsis-nn/Internal/a.h', 'src/cmsis-nn/F/a.c')
    """
    folder, rest = path.split("/", 1)
    return f"{CMSIS_NN_HEADERS if folder == 'Include' else 'src/cmsis-nn'}/{rest}"


def _texts(project: Project) -> dict[str, str]:
    """Return the files that a person reads, and those that say how it is built."""
    board = project.board
    context = {
        "model_name": project.given.name,
        "board_id": board.id,
        "board_name": board.name,
        "tinygen_version": version("tinygen"),
        "machine_flags": board.cpu.flags,
        "file_flags": file_flags(project),
        "include_dirs": [CMSIS_NN_HEADERS] if project.cmsis_nn else [],
        "has_cmsis_nn": bool(project.cmsis_nn),
        "defines": sorted(_macros(project).items()),
        "library_flags": library_flags(project.tflm),
        "archives": [ARCHIVE] if project.tflm else [],
        "tflm": project.tflm,
        "official": board.official,
        "framework": board.framework,
    }
    return {
        "README.md": render("project/README.md.j2", context),
        ".gitignore": render("project/gitignore.j2", {}),
        **(official_files(board, context) if board.framework else _bare_metal(project, context)),
    }


def _bare_metal(project: Project, context: Mapping[str, Any]) -> dict[str, str]:
    """Return what builds a project on a port of our own."""
    return {
        "platformio.ini": render("project/platformio.ini.j2", context),
        "link.ld": emit_linker_script(
            project.board, project.stack_bytes, other_regions(project.plan)
        ),
        **_platform(project.board),
    }


def file_flags(project: Project) -> list[tuple[str, tuple[str, ...]]]:
    """Return patterns of files under src/ and their flags; later ones add to earlier ones.

    What runs once an inference is small; what runs once a value is fast.
    """
    fast = ("-Os",) if project.optimize == "size" else ("-O2",)
    sources = [_cmsis_nn_path(path).removeprefix("src/") for path in project.cmsis_nn]
    cmsis_nn = [
        (pattern, flags)
        for pattern, flags in cmsis_nn_flags(project.board.cpu, project.optimize)
        if fnmatch.filter(sources, pattern)
    ]
    streams = [("weights/*", fast), ("runtime/crc32.c", fast)] if project.stream else []
    own = [("*", ("-Os",)), ("model.c", fast), ("kernels/*", fast), *streams, *cmsis_nn]
    # Frameworks compile C by an older standard.
    return [*own, ("*.c", ("-std=gnu11",))] if project.board.framework else own


def _platform(board: Board) -> dict[str, str]:
    """Return our PlatformIO platform, with this one board."""
    folder = data_dir("templates") / "platform"
    files = {name: (folder / name).read_text(encoding="utf-8") for name in _PLATFORM_FILES}
    files["platform.json"] = render("platform/platform.json.j2", {"version": version("tinygen")})
    files[f"boards/{board.id}.json"] = _platformio_board(board)
    return {f"{PLATFORM}/{name}": text for name, text in files.items()}


def _platformio_board(board: Board) -> str:
    table = {
        "name": board.name,
        "vendor": "",
        "url": "",
        "frameworks": [],
        "build": {"mcu": board.core, "cpu": board.core, "f_cpu": f"{board.clock_hz}L"},
        "upload": {
            # The linker refuses what a region cannot hold; these are for PlatformIO's bars.
            "maximum_size": sum(r.nbytes for r in board.regions if r.kind == "flash"),
            "maximum_ram_size": sum(r.nbytes for r in board.regions if r.kind == "ram"),
            "protocol": "custom",
            "protocols": ["custom"],
        },
    }
    return json.dumps(table, indent=1) + "\n"

"""The manifest, ``tinygen.json``: what a generated project knows of itself."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from tinygen.errors import UsageError
from tinygen.region import Region

FILE = "tinygen.json"
REPORT_FILE = "report.json"  # not the project's: beside its files, once it is built
SCHEMA = 1


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """The model as it was given, and what optimizing made of it.

    Attributes:
        name: File stem.
        sha256: Of the file, in hex; ``model.tflite`` in the project is that file.
        macs: Dense multiply-accumulates, padding counted.
        macs_executed: Those left in the optimized graph.
        weights_bytes: int8 constants of the model as it was given.
        weights_bytes_stored: Those left in the optimized graph.
    """

    name: str
    sha256: str
    macs: int
    macs_executed: int
    weights_bytes: int
    weights_bytes_stored: int


@dataclass(frozen=True, slots=True)
class ArenaEntry:
    """The part of the arena that one region holds; ``start`` is its offset in the whole."""

    region: str
    start: int
    arena_bytes: int


@dataclass(frozen=True, slots=True)
class PlanEntry:
    """Bytes of RAM as planned; the bounds are those of `tinygen.plan.model.Bounds`."""

    arena_bytes: int
    scratch_bytes: int
    stack_bytes: int
    bound_layerwise: int
    bound_overlap: int
    is_optimal: bool
    arenas: tuple[ArenaEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class TensorEntry:
    """One input or output: its values are ``scale * (value - zero_point)``.

    ``scale`` is None for a tensor that is not quantized; ``offset`` is into the arena,
    its parts one behind the other.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    scale: float | None
    zero_point: int
    offset: int
    nbytes: int


@dataclass(frozen=True, slots=True)
class OpEntry:
    """One op in execution order; ``kernel`` is empty for a view, which runs no code."""

    index: int
    op: str
    kernel: str
    macs: int
    scratch_bytes: int
    why: str


@dataclass(frozen=True, slots=True)
class PlacedEntry:
    """Where one op's weights are: ``flash``, ``ram`` or ``stream``, and why."""

    index: int
    op: str
    nbytes: int
    place: str
    chunks: int
    why: str


@dataclass(frozen=True, slots=True)
class WeightsEntry:
    """Where weights are.

    Attributes:
        choice: As ``--weights`` was given.
        source: Of the weights that stream; empty where none do.
        file_bytes: Size of ``weights.bin``; 0 where there is none.
        slab_bytes: Most bytes of the arena that weights take at a time.
        origin: Address of the file where it is in memory; -1 elsewhere.
        bytes_an_inference: Read from the source by one inference.
        places: Of each op with weights.
    """

    choice: str
    source: str
    file_bytes: int
    slab_bytes: int
    origin: int
    bytes_an_inference: int
    places: tuple[PlacedEntry, ...]


IN_FLASH = WeightsEntry("flash", "", 0, 0, -1, 0, ())


@dataclass(frozen=True, slots=True)
class Manifest:
    """All that later commands need of a project.

    Attributes:
        tinygen: Version that wrote the project.
        model: Name, hash and size.
        board: Board id.
        core: Of the board.
        runtime: ``aot`` or ``tflm``.
        kernels: Kernel library that was preferred.
        optimize: What mattered most.
        regions: The board's memories, as the linker script has them.
        plan: RAM as planned.
        inputs: In the model's order.
        outputs: In the model's order.
        ops: In execution order, views included.
        weights: Where they are.
        files: Every other file of the project, sorted; tinygen replaces these only.
        app: What talks to the host: ``serve`` is tinygen's own, ``mlperf`` MLPerf Tiny's.
    """

    tinygen: str
    model: ModelEntry
    board: str
    core: str
    runtime: str
    kernels: str
    optimize: str
    regions: tuple[Region, ...]
    plan: PlanEntry
    inputs: tuple[TensorEntry, ...]
    outputs: tuple[TensorEntry, ...]
    ops: tuple[OpEntry, ...]
    weights: WeightsEntry
    files: tuple[str, ...]
    app: str = "serve"

    def to_text(self) -> str:
        """Return the file's text."""
        return json.dumps({"schema": SCHEMA, **asdict(self)}, indent=1) + "\n"

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read back what `to_text` wrote.

        Raises:
            ValueError, KeyError, TypeError: It is not such a text.
        """
        table = json.loads(text)
        if not isinstance(table, dict) or table.pop("schema") != SCHEMA:
            raise ValueError(f"not of schema {SCHEMA}")
        if not all(isinstance(name, str) for name in table["files"]):
            raise TypeError("a file's name is no text")
        return cls(
            **table
            | {
                "model": ModelEntry(**table["model"]),
                "plan": _plan(table["plan"]),
                "regions": tuple(Region(**region) for region in table["regions"]),
                "inputs": tuple(_tensor(entry) for entry in table["inputs"]),
                "outputs": tuple(_tensor(entry) for entry in table["outputs"]),
                "ops": tuple(OpEntry(**op) for op in table["ops"]),
                "weights": _weights(table["weights"]),
                "files": tuple(table["files"]),
            }
        )


def _plan(entry: dict[str, Any]) -> PlanEntry:
    return PlanEntry(**entry | {"arenas": tuple(ArenaEntry(**part) for part in entry["arenas"])})


def _weights(entry: dict[str, Any]) -> WeightsEntry:
    places = tuple(PlacedEntry(**place) for place in entry["places"])
    return WeightsEntry(**entry | {"places": places})


def _tensor(entry: dict[str, Any]) -> TensorEntry:
    return TensorEntry(**entry | {"shape": tuple(entry["shape"])})


def read_manifest(project: Path) -> Manifest:
    """Read the manifest of the project in folder ``project``.

    Raises:
        UsageError: The folder is not a tinygen project, or one of another version.
    """
    try:
        return Manifest.from_text((project / FILE).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UsageError(
            f"{project} is not a tinygen project: it has no {FILE}",
            hint="'tinygen build' makes one",
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{project / FILE} is damaged or of another version of tinygen",
            hint="run 'tinygen build' again",
        ) from error

"""The report: what is known of one model on one board; its JSON is a contract."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, Self

from tinygen.errors import DeviceError, UsageError
from tinygen.whole_file import write_whole

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class ModelFigures:
    """The model: MACs are dense, padding counted; weights are the int8 constants' bytes.

    ``macs_executed`` and ``weights_bytes_stored`` are what surgery left of them.
    """

    name: str
    sha256: str
    macs: int
    macs_executed: int
    weights_bytes: int
    weights_bytes_stored: int


@dataclass(frozen=True, slots=True)
class PortFigures:
    """Which way the board goes: our own start-up, or the vendor's by PlatformIO's platform.

    ``name`` is the folder under ``firmware/ports``.
    """

    way: Literal["bare-metal", "official-platform"]
    name: str
    platform: str | None = None
    framework: str | None = None


@dataclass(frozen=True, slots=True)
class FlashSplit:
    """Flash by what it holds: code is everything that is neither weights nor tables."""

    code: int
    weights: int
    tables: int
    other: int


@dataclass(frozen=True, slots=True)
class BoundFigures:
    """Lower bounds of the arena (see `tinygen.plan.model.Bounds`)."""

    layerwise: int
    overlap: int


@dataclass(frozen=True, slots=True)
class ArenaFigures:
    """The part of the arena that one region holds."""

    region: str
    arena_bytes: int


@dataclass(frozen=True, slots=True)
class MemoryFigures:
    """Bytes of RAM and flash, from the ELF; ``arena_bytes`` includes the scratch.

    ``ram_bytes`` is what the linker placed, ``stack_bytes`` what it reserved,
    ``stack_worst_bytes`` the most that any path through the image can take, by the calls
    in ``stack_chain``; where that is not bounded, ``stack_note`` says why. `profile` adds
    how much of stack and arena was really used.
    """

    arena_bytes: int
    scratch_bytes: int
    stack_bytes: int
    ram_bytes: int
    flash_bytes: int
    flash: FlashSplit
    bounds: BoundFigures
    stack_worst_bytes: int | None = None
    stack_chain: tuple[str, ...] = ()
    stack_note: str = ""
    arenas: tuple[ArenaFigures, ...] = ()
    arena_high_water_bytes: int | None = None
    stack_high_water_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class CostFigures:
    """Cost of one inference; cycles are measured on a board, estimated on the emulator.

    ``cycles_note`` says how far an estimate can be trusted, or why there is none.
    """

    instructions: int | None = None
    cycles: int | None = None
    cycles_source: Literal["measured", "estimate"] | None = None
    cycles_note: str | None = None
    start_up_instructions: int | None = None


@dataclass(frozen=True, slots=True)
class SpreadFigures:
    """Several undisturbed runs on the same inputs: the least, the median and the most.

    ``unit`` is what was counted: instructions on the emulator, cycles or the ticks of
    another counter on a board. ``median_ms`` is the median as time, on a board only.
    """

    runs: int
    unit: Literal["instructions", "cycles", "ticks"]
    least: int
    median: int
    most: int
    clock_hz: int
    median_ms: float | None


@dataclass(frozen=True, slots=True)
class OpFigures:
    """One op: what computes it and what it costs.

    ``loads`` counts the chunks of weights that it read, ``bytes_moved`` their bytes, and
    ``stall_instructions`` what copying, checking and waiting for them took of its cost.
    """

    index: int
    op: str
    kernel: str
    macs: int
    instructions: int | None = None
    cycles: int | None = None
    why: str = ""
    loads: int = 0
    bytes_moved: int = 0
    stall_instructions: int | None = None


@dataclass(frozen=True, slots=True)
class BufferFigures:
    """One buffer of the plan, by what it holds, where it lies and from op to op; see `Buffer`."""

    name: str
    offset: int
    nbytes: int
    first: int
    last: int
    region: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class VerifyFigures:
    """Whether the device's outputs equal the oracle's, bit for bit."""

    bit_exact: bool
    inputs: int
    oracle: str


@dataclass(frozen=True, slots=True)
class AccuracyFigures:
    """Share of labelled samples classified right, on the host and on the device."""

    host: float
    device: float
    samples: int


@dataclass(frozen=True, slots=True)
class Report:
    """All that is known of one model on one board."""

    model: ModelFigures
    board: str
    core: str
    runtime: str
    kernels: str
    optimize: str
    memory: MemoryFigures
    ops: tuple[OpFigures, ...]
    port: PortFigures
    cost: CostFigures = CostFigures()
    verify: VerifyFigures | None = None
    accuracy: AccuracyFigures | None = None
    spread: SpreadFigures | None = None
    surgery: tuple[dict[str, Any], ...] = ()
    quantization: dict[str, Any] | None = None
    weights: dict[str, Any] | None = None
    buffers: tuple[BufferFigures, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the report as DESIGN's JSON contract lays it out."""
        return {"schema": SCHEMA, **asdict(self)}

    @classmethod
    def from_json(cls, table: dict[str, Any]) -> Self:
        """Read back what `to_json` wrote.

        Raises:
            KeyError, TypeError: It is not such a report.
        """
        memory = dict(table["memory"])
        memory["flash"] = FlashSplit(**memory["flash"])
        memory["bounds"] = BoundFigures(**memory["bounds"])
        memory["stack_chain"] = tuple(memory.get("stack_chain", ()))
        memory["arenas"] = tuple(ArenaFigures(**part) for part in memory.get("arenas", ()))
        verify, accuracy = table["verify"], table["accuracy"]
        plain = ("board", "core", "runtime", "kernels", "optimize", "quantization", "weights")
        return cls(
            model=ModelFigures(**table["model"]),
            memory=MemoryFigures(**memory),
            ops=tuple(OpFigures(**op) for op in table["ops"]),
            port=PortFigures(**table["port"]),
            cost=CostFigures(**table["cost"]),
            verify=VerifyFigures(**verify) if verify else None,
            accuracy=AccuracyFigures(**accuracy) if accuracy else None,
            spread=SpreadFigures(**table["spread"]) if table.get("spread") else None,
            surgery=tuple(table["surgery"]),
            buffers=tuple(BufferFigures(**buffer) for buffer in table.get("buffers", ())),
            **{key: table[key] for key in plain},
        )


def write_report(report: Report, path: Path) -> None:
    """Write the report as JSON, whole or not at all.

    Raises:
        UsageError: It cannot be written there.
    """
    write_json(report.to_json(), path)


def write_json(table: dict[str, Any], path: Path) -> None:
    """Write a table as JSON, whole or not at all.

    Raises:
        UsageError: It cannot be written there.
    """
    write_text(json.dumps(table, indent=1) + "\n", path)


def write_text(text: str, path: Path) -> None:
    """Write a text file, whole or not at all.

    Raises:
        UsageError: It cannot be written there.
    """
    try:
        write_whole(path, text.encode())
    except OSError as error:
        raise UsageError(
            f"cannot write {path}: {error.strerror}", hint="its folder must exist and be writable"
        ) from error


def read_report(path: Path) -> Report:
    """Read a report that `write_report` wrote.

    Raises:
        DeviceError: It is missing or damaged.
    """
    try:
        return Report.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DeviceError(
            f"{path}: not a report of a built project", hint="run 'tinygen build' again"
        ) from error

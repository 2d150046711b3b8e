"""The report as far as a build knows it: from the manifest and the measured image."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from tinygen.board import Board, find_board
from tinygen.build.elf import ImageSize
from tinygen.build.stack_bound import StackBound
from tinygen.manifest import Manifest
from tinygen.optimize.rewrite import Saving
from tinygen.plan.model import Buffer
from tinygen.report.model import (
    ArenaFigures,
    BoundFigures,
    BufferFigures,
    FlashSplit,
    MemoryFigures,
    ModelFigures,
    OpFigures,
    PortFigures,
    Report,
)


def report_build(
    manifest: Manifest,
    image: ImageSize,
    stack: StackBound,
    savings: Sequence[Saving],
    quantization: dict[str, Any] | None,
) -> Report:
    """Return the report of a build that has not run yet."""
    return Report(
        model=ModelFigures(**asdict(manifest.model)),
        board=manifest.board,
        core=manifest.core,
        port=_port(find_board(manifest.board)),
        runtime=manifest.runtime,
        kernels=manifest.kernels,
        optimize=manifest.optimize,
        memory=_memory(manifest, image, stack),
        ops=tuple(
            OpFigures(index=op.index, op=op.op, kernel=op.kernel, macs=op.macs, why=op.why)
            for op in manifest.ops
        ),
        surgery=tuple(asdict(saving) for saving in savings),
        quantization=quantization,
        weights=asdict(manifest.weights),
    )


def add_buffers(report: Report, buffers: Sequence[Buffer]) -> Report:
    """Return the report with the plan's buffers over time, for the picture."""
    return replace(report, buffers=tuple(BufferFigures(**asdict(buffer)) for buffer in buffers))


def _port(board: Board) -> PortFigures:
    if not board.framework:
        return PortFigures("bare-metal", board.port)
    platform = f"{board.official['platform']} {board.official['version']}"
    return PortFigures("official-platform", board.port, platform, board.framework)


def _memory(manifest: Manifest, image: ImageSize, stack: StackBound) -> MemoryFigures:
    plan = manifest.plan
    return MemoryFigures(
        arena_bytes=plan.arena_bytes,
        scratch_bytes=plan.scratch_bytes,
        stack_bytes=image.stack_bytes,
        ram_bytes=image.ram_bytes,
        flash_bytes=image.flash_bytes,
        flash=FlashSplit(code=image.code, weights=image.weights, tables=image.tables, other=0),
        bounds=BoundFigures(plan.bound_layerwise, plan.bound_overlap),
        stack_worst_bytes=stack.nbytes,
        stack_chain=stack.chain,
        stack_note=stack.trouble,
        arenas=tuple(ArenaFigures(part.region, part.arena_bytes) for part in plan.arenas),
    )

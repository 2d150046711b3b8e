"""Where weights are, and what streaming them takes, as text for a terminal."""

from typing import Any

from tinygen.board import Board
from tinygen.report.model import Report

_ONCE = "read into RAM as a whole, before TensorFlow Lite Micro starts"
_PLACES = {"flash": "in flash", "ram": "in RAM, from flash at start-up", "stream": "streams"}


def weights_text(report: Report) -> str:
    """Return where each op's weights are and why; empty where all are in flash."""
    weights = report.weights
    if weights is None or weights["choice"] == "flash":
        return ""
    rows = []
    if weights["source"]:
        read = weights["bytes_an_inference"]
        rows.append(
            f"  weights.bin {weights['file_bytes']:,} bytes, from '{weights['source']}'; "
            + (f"an inference reads {read:,} {_way(weights['slab_bytes'])}" if read else _ONCE)
        )
    rows += [_place(place) for place in weights["places"]]
    return "\n".join(rows)


def _way(slab_bytes: int) -> str:
    return f"through {slab_bytes:,}" if slab_bytes else "where they lie"


def _place(place: dict[str, Any]) -> str:
    where = _PLACES[place["place"]]
    return (
        f"    op {place['index']:>3}  {place['op']:<20}{place['nbytes']:>10,} bytes"
        f" {where}: {place['why']}"
    )


def streamed_text(report: Report) -> str:
    """Return what streaming took of each op, as measured; empty where nothing streams."""
    ops = [op for op in report.ops if op.loads]
    if not ops:
        return ""
    head = f"  {'op':>3}  {'loads':>8}{'bytes moved':>14}{'stall':>14}{'of its cost':>13}"
    rows = [
        f"  {op.index:>3}  {op.loads:>8,}{op.bytes_moved:>14,}{_stall(op.stall_instructions):>14}"
        + (
            f"{op.stall_instructions / op.instructions:>13.1%}"
            if op.stall_instructions is not None and op.instructions
            else f"{'-':>13}"
        )
        for op in ops
    ]
    total = sum(op.stall_instructions or 0 for op in ops)
    moved = sum(op.bytes_moved for op in ops)
    rows.append(f"  all  {sum(op.loads for op in ops):>8,}{moved:>14,}{total:>14,}")
    return "\n".join([head, *rows])


def _stall(instructions: int | None) -> str:
    return "-" if instructions is None else f"{instructions:,}"


def transfer_text(nbytes: int, board: Board) -> str:
    """Return what a source with a bandwidth takes of an inference, before anything is built.

    Args:
        nbytes: Read by one inference.
        board: Its first external region may have a bandwidth.
    """
    regions = [region for region in board.regions if region.kind == "external"]
    if not nbytes or not regions:
        return ""
    region = regions[0]
    if not region.bandwidth:
        return f"  weights {nbytes:,} bytes an inference from {region.name}, whose speed is unknown"
    seconds = nbytes / region.bandwidth
    return (
        f"  weights {nbytes:,} bytes an inference from {region.name} at "
        f"{region.bandwidth / 1e6:g} MB/s: {1000 * seconds:.2f} ms, "
        f"{round(seconds * board.clock_hz):,} cycles, is the least that it takes"
    )

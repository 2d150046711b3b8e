"""The report as one HTML page that needs nothing else: no script, no font, no network."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import jinja2

from tinygen.board import Board
from tinygen.report.model import BufferFigures, OpFigures, Report
from tinygen.report.picture import Picture, draw_buffers
from tinygen.report.text import heading, op_cost, port_text, ram_limit
from tinygen.resources import data_dir


@dataclass(frozen=True, slots=True)
class Bar:
    """One memory of the board: its parts in order, as names and bytes, and its size."""

    name: str
    parts: tuple[tuple[str, int], ...]
    limit: int

    @property
    def used(self) -> int:
        """Return the bytes of all parts."""
        return sum(nbytes for _, nbytes in self.parts)


@dataclass(frozen=True, slots=True)
class OpRow:
    """An op with its share of the whole cost, 0 to 1; None where nothing was measured."""

    op: OpFigures
    share: float | None


def report_html(report: Report, board: Board) -> str:
    """Return a page of all that is known; the same report gives the same bytes.

    Args:
        report: Of a build; what `verify` and `profile` add is shown where it is there.
        board: Its board.
    """
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(data_dir("templates")),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=True,
    )
    return env.get_template("report/report.html.j2").render(
        report=report,
        board=board,
        heading=heading(report),
        port=port_text(report).strip(),
        bars=memory_bars(report, board),
        ops=op_rows(report.ops),
        picture=_picture(report),
    )


def memory_bars(report: Report, board: Board) -> tuple[Bar, Bar]:
    """Return where flash and RAM go."""
    memory, flash = report.memory, report.memory.flash
    data = memory.ram_bytes - memory.arena_bytes - memory.stack_bytes
    return (
        Bar(
            "flash",
            (
                ("code", flash.code),
                ("weights", flash.weights),
                ("tables", flash.tables),
                ("other", flash.other),
            ),
            board.region("flash").nbytes,
        ),
        Bar(
            "RAM",
            (("arena", memory.arena_bytes), ("stack", memory.stack_bytes), ("data", max(data, 0))),
            ram_limit(report, board),
        ),
    )


def op_rows(ops: Sequence[OpFigures]) -> list[OpRow]:
    """Return the ops with their shares of what they cost together."""
    total = sum(op_cost(op) for op in ops)
    return [OpRow(op, op_cost(op) / total if total else None) for op in ops]


def _picture(report: Report) -> Picture | None:
    if not report.buffers:
        return None
    return draw_buffers(_stacked(report), len(report.ops), report.memory.bounds.overlap)


def _stacked(report: Report) -> list[BufferFigures]:
    """Return the buffers with the parts of the arena one above the other."""
    starts, start = dict[str, int](), 0
    for part in report.memory.arenas:
        starts[part.region] = start
        start += part.arena_bytes
    return [replace(b, offset=b.offset + starts.get(b.region, 0)) for b in report.buffers]

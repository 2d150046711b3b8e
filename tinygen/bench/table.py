"""The table of measurements as text, as JSON and as a page's table."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tinygen.errors import UsageError
from tinygen.report.model import write_text

VERIFY_INPUTS = 4
_BEGIN, _END = "<!-- bench: begin -->", "<!-- bench: end -->"


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured of a cell; figures are None where ``problem`` says why.

    Attributes:
        model: Name.
        board: Id.
        kernels: Library, or ``auto``.
        optimize: What mattered most.
        runtime: ``aot`` or ``tflm``.
        surgery: Work that cannot change the output was left out.
        macs: Dense multiply-accumulates of the model as it was given.
        instructions: Of one inference.
        instructions_per_mac: Of the dense MACs.
        cycles: An estimate, memory without wait states.
        cycles_note: How far to trust it, or why there is none.
        arena_bytes: Scratch included.
        scratch_bytes: The largest scratch buffer.
        code_bytes: Flash that is neither weights nor tables.
        flash_bytes: All of it.
        start_up_instructions: From reset until the firmware can run the model.
        bit_exact: Every output of `VERIFY_INPUTS` inputs equals TFLM's.
        problem: Why there are no figures; empty otherwise.
    """

    model: str
    board: str
    kernels: str
    optimize: str
    runtime: str = "aot"
    surgery: bool = True
    macs: int | None = None
    instructions: int | None = None
    instructions_per_mac: float | None = None
    cycles: int | None = None
    cycles_note: str | None = None
    arena_bytes: int | None = None
    scratch_bytes: int | None = None
    code_bytes: int | None = None
    flash_bytes: int | None = None
    start_up_instructions: int | None = None
    bit_exact: bool | None = None
    problem: str = ""


def table_json(rows: Sequence[Row]) -> dict[str, Any]:
    """Return the table as JSON; docs/report.md names the keys."""
    return {"schema": 1, "verify_inputs": VERIFY_INPUTS, "rows": [asdict(row) for row in rows]}


def table_text(rows: Sequence[Row]) -> str:
    """Return the table as text; the last column is against CMSIS-NN in the same run.

    Against TensorFlow Lite Micro's, where that has been measured, else ours.
    """
    others = _beside(rows)
    head = (
        f"{'model':<24}{'board':<10}{'runtime':<8}{'kernels':<11}{'optimize':<10}"
        f"{'instructions':>13}{'a MAC':>7}{'est. cycles':>13}{'arena':>9}{'code':>8}{'flash':>9}"
        f"{'start-up':>11}  {'exact':<6}{_versus(rows):>11}"
    )
    notes = sorted({f"{r.board}: {r.cycles_note}" for r in rows if r.cycles_note})
    return "\n".join(
        [
            head,
            *(_row_text(row, _ratio(row, others)) for row in rows),
            *(f"est. cycles, {note}" for note in notes),
        ]
    )


def _row_text(row: Row, ratio: str) -> str:
    head = f"{row.model:<24}{row.board:<10}{row.runtime:<8}{row.kernels:<11}{row.optimize:<10}"
    if row.problem or row.instructions is None:
        return f"{head}{row.problem}"
    return (
        f"{head}{row.instructions:>13,}{_per_mac(row):>7}{_cycles(row):>13}{row.arena_bytes:>9,}"
        f"{row.code_bytes:>8,}{row.flash_bytes:>9,}{row.start_up_instructions:>11,}"
        f"  {'yes' if row.bit_exact else 'NO':<6}{ratio:>11}"
    )


def table_markdown(rows: Sequence[Row], made_with: str) -> str:
    """Return the table for a page.

    Args:
        rows: Of the table.
        made_with: Versions that decide the figures.
    """
    names = (
        *("model", "board", "kernels", "optimize", "instructions", "a MAC", "est. cycles"),
        *("arena", "scratch", "code", "flash", "exact", _versus(rows)),
    )
    others = _beside(rows)
    lines = [names, *(_cells(row, _ratio(row, others)) for row in rows)]
    head, *body = (f"| {' | '.join(line)} |" for line in lines)
    rule = "|".join(["", *["---"] * 4, *["---:"] * 7, "---", "---:", ""])
    return "\n".join([made_with, "", head, rule, *body])


def _cells(row: Row, ratio: str) -> list[str]:
    kernels = f"tflm, {row.kernels}" if row.runtime == "tflm" else row.kernels
    head = [row.model, row.board, kernels, row.optimize]
    if row.problem or row.instructions is None:
        return [*head, row.problem, *[""] * 8]
    sizes = (row.arena_bytes, row.scratch_bytes, row.code_bytes, row.flash_bytes)
    exact = "yes" if row.bit_exact else "NO"
    figures = [f"{row.instructions:,}", _per_mac(row), _cycles(row), *(f"{n:,}" for n in sizes)]
    return [*head, *figures, exact, ratio]


def write_page(table: str, page: Path) -> None:
    """Put the table between a page's marks, or into a new page.

    Raises:
        UsageError: The page is there and has no marks, or it cannot be written.
    """
    text = f"{_BEGIN}\n{_END}\n"
    if page.exists():
        text = page.read_text(encoding="utf-8")
    before, begin, rest = text.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise UsageError(
            f"{page} has no place for the table",
            hint=f"add the lines '{_BEGIN}' and '{_END}' where it belongs",
        )
    write_text(f"{before}{_BEGIN}\n{table}\n{_END}{after}", page)


def _beside(rows: Sequence[Row]) -> Mapping[tuple[str, str, str], int | None]:
    """Return CMSIS-NN's instructions by model, board and what mattered."""
    by_runtime = sorted(rows, key=lambda row: row.runtime)  # tflm's is last and stays
    found = [row for row in by_runtime if row.kernels == "cmsis-nn"]
    return {(row.model, row.board, row.optimize): row.instructions for row in found}


def _versus(rows: Sequence[Row]) -> str:
    return "vs tflm" if any(row.runtime == "tflm" for row in rows) else "vs cmsis-nn"


def _ratio(row: Row, others: Mapping[tuple[str, str, str], int | None]) -> str:
    other = others.get((row.model, row.board, row.optimize))
    return f"{row.instructions / other:.2f}x" if other and row.instructions else "-"


def _per_mac(row: Row) -> str:
    return f"{row.instructions_per_mac:.2f}" if row.instructions_per_mac else "-"


def _cycles(row: Row) -> str:
    return f"{row.cycles:,}" if row.cycles is not None else "-"

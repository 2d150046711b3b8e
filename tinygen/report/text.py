"""The report as text for a terminal."""

from tinygen.board import Board
from tinygen.report.model import MemoryFigures, OpFigures, Report
from tinygen.report.weights_text import weights_text


def memory_text(report: Report, board: Board) -> str:
    """Return where flash and RAM go, against what the board has."""
    memory, flash = report.memory, report.memory.flash
    limits = (board.region("flash").nbytes, ram_limit(report, board))
    rows = [
        (
            f"  flash {_share(memory.flash_bytes, limits[0])}"
            f"   code {flash.code:,}  weights {flash.weights:,}  tables {flash.tables:,}"
            f"  other {flash.other:,}"
        ),
        (
            f"  ram   {_share(memory.ram_bytes, limits[1])}"
            f"   arena {memory.arena_bytes:,} (scratch {memory.scratch_bytes:,})"
            f"  stack {memory.stack_bytes:,}"
        ),
        *_arena_rows(report),
        (
            f"  arena reached {memory.arena_bytes:,}; lower bound {memory.bounds.overlap:,}"
            f" ({memory.bounds.layerwise:,} without overlapping buffers)"
        ),
        _stack_text(memory),
    ]
    return "\n".join(rows)


def _stack_text(memory: MemoryFigures) -> str:
    """Return the most stack that can be taken, and by which calls."""
    if memory.stack_worst_bytes is None:
        return f"  stack not bounded: {memory.stack_note}; 'profile' tells how much is used"
    chain = memory.stack_chain
    since = chain.index("main") if "main" in chain else 0
    return f"  stack at most {memory.stack_worst_bytes:,} bytes: {' > '.join(chain[since:])}"


def ram_limit(report: Report, board: Board) -> int:
    """Return the size of the memories that hold data and stack, or a part of the arena."""
    names = {part.region for part in report.memory.arenas}
    for one in (board, board.with_joined_ram()):
        found = {one.region("ram"), *(r for r in one.regions if r.name in names)}
        if names <= {region.name for region in found}:
            return sum(region.nbytes for region in found)
    return board.region("ram").nbytes


def _arena_rows(report: Report) -> list[str]:
    """Return where the arena lies, if it is in pieces."""
    arenas = report.memory.arenas
    if len(arenas) < 2:
        return []
    return ["  arena in " + ", ".join(f"{part.region} {part.arena_bytes:,}" for part in arenas)]


def build_text(report: Report, board: Board) -> str:
    """Return what a build says: heading, surgery, memory, quantization warnings."""
    rows = [heading(report), port_text(report)]
    rows += [
        f"  surgery {saving['rewrite']}: {saving['what']} "
        f"(-{saving['macs']:,} MACs, -{saving['weights_bytes']:,} bytes of weights)"
        for saving in report.surgery
    ]
    rows.append(memory_text(report, board))
    if weights := weights_text(report):
        rows.append(weights)
    if report.quantization:
        rows += [f"  warning: {text}" for text in report.quantization["warnings"]]
    return "\n".join(rows)


def port_text(report: Report) -> str:
    """Return which way the board goes."""
    port = report.port
    if port.way == "bare-metal":
        return f"  port  bare metal, our own: {port.name}"
    return f"  port  PlatformIO's {port.platform} with the framework {port.framework}: {port.name}"


def report_text(report: Report, board: Board) -> str:
    """Return all that is known: what `build` says, then what `verify` and `profile` found."""
    rows = [build_text(report, board)]
    if report.verify or report.accuracy:
        rows.append(verify_text(report))
    if report.cost.instructions is not None or report.cost.cycles is not None:
        rows += [ops_text(report), cost_text(report), spread_text(report), used_text(report)]
    return "\n".join(row for row in rows if row)


def _share(used: int, limit: int) -> str:
    return f"{used:>9,} of {limit:>9,} bytes ({used / limit:4.0%})"


def heading(report: Report) -> str:
    """Return one line that names model, board and choices."""
    return (
        f"{report.model.name} on {report.board} ({report.core}), "
        f"{report.runtime}, kernels {report.kernels}, optimize {report.optimize}"
    )


def cost_text(report: Report) -> str:
    """Return what one inference costs."""
    cost, macs = report.cost, report.model.macs
    rows = []
    if cost.instructions is not None:
        per_mac = f" ({cost.instructions / macs:.2f} a MAC)" if macs else ""
        rows.append(f"  instructions {cost.instructions:,} an inference{per_mac}")
    if cost.cycles is not None:
        rows.append(f"  cycles       {cost.cycles:,} an inference ({cost.cycles_source})")
    if cost.cycles_note is not None:
        about = "an estimate by the" if cost.cycles is not None else "no estimate:"
        rows.append(f"               {about} {cost.cycles_note}")
    if cost.start_up_instructions is not None:
        rows.append(f"  start-up     {cost.start_up_instructions:,} instructions")
    return "\n".join(rows)


def spread_text(report: Report) -> str:
    """Return the spread of several runs, and the time of one where it is a board's."""
    spread = report.spread
    if spread is None:
        return ""
    text = (
        f"  {spread.runs} runs       {spread.unit}: min {spread.least:,}, "
        f"median {spread.median:,}, max {spread.most:,}"
    )
    if spread.median_ms is None:
        return text
    return f"{text}\n  time         {spread.median_ms:.3f} ms at {spread.clock_hz / 1e6:g} MHz"


def ops_text(report: Report) -> str:
    """Return a table of ops, the dearest marked by its share."""
    total = sum(op_cost(op) for op in report.ops) or 1
    unit = "instructions" if report.cost.cycles_source != "measured" else "cycles"
    is_estimated = report.cost.cycles_source == "estimate" and any(op.cycles for op in report.ops)
    width = max((len(op.kernel) for op in report.ops), default=0) + 2
    head = f"  {'op':>3}  {'type':<24}{'kernel':<{width}}{unit:>12}{'share':>7}{'a MAC':>7}"
    rows = [
        f"  {op.index:>3}  {op.op:<24}{op.kernel:<{width}}"
        f"{op_cost(op):>12,}{op_cost(op) / total:>7.1%}"
        + (f"{op_cost(op) / op.macs:>7.2f}" if op.macs else f"{'-':>7}")
        + (f"{op.cycles or 0:>13,}" if is_estimated else "")
        for op in report.ops
    ]
    return "\n".join([head + (f"{'est. cycles':>13}" if is_estimated else ""), *rows])


def op_cost(op: OpFigures) -> int:
    """Return what an op was measured to cost: instructions, else cycles, else 0."""
    measured = op.instructions if op.instructions is not None else op.cycles
    return measured or 0


def verify_text(report: Report) -> str:
    """Return what was compared, and the accuracy where there were labels."""
    verify, accuracy = report.verify, report.accuracy
    rows = []
    if verify is not None:
        result = "bit-exact" if verify.bit_exact else "DIFFERENT"
        rows.append(f"  {verify.inputs} inputs {result} to {verify.oracle}")
    if accuracy is not None:
        rows.append(
            f"  accuracy host {accuracy.host:.4f}, device {accuracy.device:.4f} "
            f"on {accuracy.samples} samples"
        )
    return "\n".join(rows)


def used_text(report: Report) -> str:
    """Return the high-water marks of stack and arena."""
    memory = report.memory
    return (
        f"  stack        {memory.stack_high_water_bytes:,} of {memory.stack_bytes:,} bytes used\n"
        f"  arena        {memory.arena_high_water_bytes:,} of {memory.arena_bytes:,} bytes used"
    )

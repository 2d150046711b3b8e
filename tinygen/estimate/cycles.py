"""Executed blocks to cycles: which model each core has, and how far it can be trusted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from tinygen.build.code import Line
from tinygen.device.block_counts import CodeCounts, Counts
from tinygen.estimate import pipeline, single_issue
from tinygen.estimate.instruction import Instruction, conditional_after, read_instruction
from tinygen.estimate.single_issue import Cost


@dataclass(frozen=True, slots=True)
class Model:
    """A model of a core's time.

    Attributes:
        name: What it is made from, for the report.
        error: How far it is from published or measured figures; docs/performance.md.
        is_trusted: Kernels may be chosen by it.
        cost: Code of a block to what one run through it costs.
        pays_unaligned: Each extra access that unaligned data needs is a cycle.
    """

    name: str
    error: str
    is_trusted: bool
    cost: Callable[[Sequence[Instruction]], Cost]
    pays_unaligned: bool = False

    @property
    def note(self) -> str:
        """Return what a report says of an estimate."""
        return f"{self.name}, no wait states; {self.error}"


@dataclass(frozen=True, slots=True)
class FlashStalls:
    """What loads of constants cost where flash is slow and has no data cache.

    Attributes:
        line_bytes: That the flash delivers at a time.
        stalls: Cycles that the core waits for them.
    """

    line_bytes: int
    stalls: int


def _by_table(table: single_issue.Table) -> Callable[[Sequence[Instruction]], Cost]:
    return partial(single_issue.block_cost, table)


def _by_pipeline(core: pipeline.Pipeline) -> Callable[[Sequence[Instruction]], Cost]:
    return partial(pipeline.block_cost, core)


# Beside boards that run the same layers by CMSIS-NN: docs/performance.md.
_M4_ERROR = "published boards take 16 to 34 % more, 4 to 10 % but for flash waits"
_M33_ERROR = "published boards take 4 to 14 % more"
_M7_ERROR = "+-25 %, by comparing ratios to the Cortex-M4 only"
_NO_BOARD = "compared with no board"

MODELS: Mapping[str, Model] = {
    "cortex-m0": Model("Cortex-M0 TRM", _NO_BOARD, False, _by_table(single_issue.CORTEX_M0)),
    "cortex-m0plus": Model(
        "Cortex-M0+ TRM", _NO_BOARD, False, _by_table(single_issue.CORTEX_M0PLUS)
    ),
    "cortex-m3": Model("Cortex-M3 TRM", _NO_BOARD, False, _by_table(single_issue.CORTEX_M3), True),
    "cortex-m4": Model("Cortex-M4 TRM", _M4_ERROR, True, _by_table(single_issue.CORTEX_M4), True),
    "cortex-m33": Model(
        "Cortex-M4 TRM with the Cortex-M33's loads",
        _M33_ERROR,
        True,
        _by_table(single_issue.CORTEX_M33),
        True,
    ),
    "cortex-m7": Model(
        "dual issue as measured", _M7_ERROR, False, _by_pipeline(pipeline.CORTEX_M7)
    ),
    "cortex-m55": Model(
        "vector beats by the architecture", _NO_BOARD, False, _by_pipeline(pipeline.CORTEX_M55)
    ),
}


@dataclass(frozen=True, slots=True)
class CycleEstimate:
    """Estimated cycles, memory without wait states.

    Attributes:
        whole: Of one inference.
        ops: Of each op, by its index in the model file.
        note: The model, and how far it can be trusted.
    """

    whole: int
    ops: Mapping[int, int]
    note: str


class Estimator:
    """Cycles of what ran in one image on one core; blocks are costed once."""

    def __init__(
        self, core: str, code: Mapping[int, Line], flash: FlashStalls | None = None
    ) -> None:
        self._model, self._code, self._flash = MODELS[core], code, flash
        self._conditional = _conditional(code)
        self._costs: dict[tuple[int, int], Cost] = {}

    def estimate(self, counts: CodeCounts) -> CycleEstimate:
        """Return the estimate of an inference and of each op."""
        return CycleEstimate(
            whole=self.cycles(counts.whole),
            ops={index: self.cycles(one) for index, one in counts.ops.items()},
            note=self._model.note,
        )

    def cycles(self, counts: Counts) -> int:
        """Return the estimated cycles of what ran between two marks."""
        total = counts.unaligned if self._model.pays_unaligned else 0
        if self._flash:
            total += counts.loaded * self._flash.stalls // self._flash.line_bytes
        for block in counts.blocks:
            cost = self._cost(block.address, block.instructions)
            taken = block.executions - block.falls
            total += cost.cycles * block.executions + cost.taken * taken
        return total

    def _cost(self, address: int, count: int) -> Cost:
        key = (address, count)
        if key not in self._costs:
            self._costs[key] = self._model.cost(self._read(address, count))
        return self._costs[key]

    def _read(self, address: int, count: int) -> list[Instruction]:
        found = []
        for _ in range(count):
            line = self._code[address]
            in_it = address in self._conditional
            found.append(read_instruction(line.name, line.operands, line.nbytes, in_it=in_it))
            address = line.end
        return found


def _conditional(code: Mapping[int, Line]) -> set[int]:
    """Return the addresses of instructions in IT blocks."""
    found = set()
    for line in code.values():
        address = line.end
        for _ in range(conditional_after(line.name)):
            found.add(address)
            address = code[address].end if address in code else address
    return found

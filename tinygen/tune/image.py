"""Candidates as the ops of one artificial model, so that one image measures many."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tinygen.board import Board, find_board
from tinygen.emit.parts import Project
from tinygen.graph import Graph, Op, Quantization, Tensor
from tinygen.ops.contract import Kernel, Target
from tinygen.plan.model import Bounds, Plan
from tinygen.tune.candidates import Candidate

# Memory of QEMU's machines, flash and RAM, of which the boards are allowed less; hw/arm/mps2.c,
# mps2-tz.c. Others have what their board file says.
_MACHINES = {
    "mps2-an385": (4 << 20, 4 << 20),
    "mps2-an386": (4 << 20, 4 << 20),
    "mps2-an500": (4 << 20, 4 << 20),
    "mps2-an505": (4 << 20, 2 << 20),
    "mps3-an547": (2 << 20, 4 << 20),
}
_STACK_BYTES = 4096
_CODE_BYTES = 128 << 10  # more than the code of all candidates of one image
_MOST_INPUT = 64 << 10  # random bytes that are sent; what lies beyond them is zero


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """A candidate for an op of a graph."""

    op: Op
    candidate: Candidate


def workbench(board: Board) -> Board:
    """Return the emulated board with the core of ``board`` and all the memory it has."""
    core = board.core.removeprefix("cortex-").removesuffix("plus")
    found = find_board(f"qemu-{core}")
    sizes = dict(zip(("flash", "ram"), _MACHINES.get(found.qemu_machine, (0, 0)), strict=True))
    regions = [
        replace(region, nbytes=max(region.nbytes, sizes.get(region.kind, 0)))
        if region is found.region("flash") or region is found.region("ram")
        else region
        for region in found.regions
        if region.kind != "external"
    ]
    return replace(found, core=board.core, regions=tuple(regions))


def split(trials: Sequence[Trial], board: Board, images: int) -> list[list[Trial]]:
    """Return the trials in ``images`` parts of about equal size, or as many as flash needs.

    What fits no image by itself is left out.
    """
    room = board.region("flash").nbytes - _CODE_BYTES
    total = sum(t.candidate.stored_bytes for t in trials)
    limit = min(room, max(total // images, 1))
    parts: list[list[Trial]] = []
    filled = limit
    for trial in trials:
        size = trial.candidate.stored_bytes
        if size > room:
            continue
        if filled + size > limit and filled:
            parts.append([])
            filled = 0
        parts[-1].append(trial)
        filled += size
    return parts


def make_project(
    graph: Graph, trials: Sequence[Trial], board: Board, target: Target
) -> Project | None:
    """Return the project that runs the trials one after the other, each on its own tensors.

    Tensors of all ops lie at the same places, inputs first, so that no op spoils what the
    next one reads. None where RAM has no room.
    """
    pieces = [_Piece(graph, trial, number) for number, trial in enumerate(trials)]
    inputs = _padded(max(piece.input_bytes for piece in pieces))
    outputs = _padded(max(piece.output_bytes for piece in pieces))
    scratch = _padded(max(t.candidate.kernel.scratch_bytes for t in trials))
    arena = inputs + outputs + scratch
    if arena + 2 * _STACK_BYTES > board.region("ram").nbytes:
        return None
    tensors, offsets, ops = [_filling(inputs)], {0: 0}, list[Op]()
    for piece in pieces:
        ops.append(piece.place(tensors, offsets, inputs))
    test = Graph("tune", graph.sha256, tuple(tensors), tuple(ops), (0,), (0,))
    return Project(
        given=test,
        graph=test,
        kernels=[t.candidate.kernel for t in trials],
        plan=_plan(offsets, [t.candidate.kernel for t in trials], inputs + outputs, arena),
        board=board,
        model=b"",
        library="auto",
        optimize=target.optimize,
        stack_bytes=_STACK_BYTES,
        cmsis_nn={},
    )


def _plan(offsets: Mapping[int, int], kernels: Sequence[Kernel], at: int, arena: int) -> Plan:
    return Plan(
        buffers=(),
        tensor_offsets=offsets,
        scratch_offsets={n: at for n, kernel in enumerate(kernels) if kernel.scratch_bytes},
        arena_bytes=arena,
        scratch_bytes=arena - at,
        bounds=Bounds(arena, arena),
        is_optimal=False,
        peak_op=0,
    )


def _filling(nbytes: int) -> Tensor:
    """Return the model's only input, random bytes where all ops find theirs."""
    size = max(min(nbytes, _MOST_INPUT), 16)
    return Tensor(0, "filling", "int8", (size,), Quantization((1.0,), (0,), 0))


class _Piece:
    """One trial on its way into the artificial graph."""

    def __init__(self, graph: Graph, trial: Trial, number: int) -> None:
        self._graph, self._op, self._number = graph, trial.op, number
        inputs = {t for t in trial.op.inputs if t >= 0 and graph.tensors[t].data is None}
        self.input_bytes = sum(_padded(graph.tensors[t].nbytes) for t in inputs)
        self.output_bytes = sum(_padded(graph.tensors[t].nbytes) for t in trial.op.outputs)

    def place(self, tensors: list[Tensor], offsets: dict[int, int], outputs_at: int) -> Op:
        """Add copies of the op's tensors and return the op on them."""
        copies: dict[int, int] = {}
        ends = {"in": 0, "out": outputs_at}
        for role, indices in (("in", self._op.inputs), ("out", self._op.outputs)):
            for t in indices:
                if t < 0 or t in copies:
                    continue
                copies[t] = len(tensors)
                tensors.append(replace(self._graph.tensors[t], index=copies[t]))
                if tensors[-1].data is None:
                    offsets[copies[t]] = ends[role]
                    ends[role] += _padded(tensors[-1].nbytes)
        return replace(
            self._op,
            index=self._number,
            inputs=tuple(copies.get(t, t) for t in self._op.inputs),
            outputs=tuple(copies[t] for t in self._op.outputs),
        )


def _padded(nbytes: int) -> int:
    return -(-nbytes // 16) * 16

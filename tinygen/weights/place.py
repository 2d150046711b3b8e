"""Decide where each op's weights live: in the image's flash, in RAM, or outside."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from tinygen.graph import Graph, Op
from tinygen.ops.contract import Constant, Kernel, stored_constants
from tinygen.ops.registry import op_types
from tinygen.weights.slabs import Chooser
from tinygen.weights.turns import Slab, SlabRam, Spot, place_slabs, stream_in_turns
from tinygen.weights_file import WeightsFile, padded, write_weights

Place = Literal["flash", "ram", "stream"]

# A chunk's entry, the calls around it and its own parameters take about as much flash.
_SMALL = 256


@dataclass(frozen=True, slots=True)
class Placed:
    """Where the weights of one op went.

    Attributes:
        index: Of the op in the model file.
        op: Its type.
        nbytes: As they are stored, tables left out.
        place: Where they are.
        chunks: Pieces they are read in; 0 where they are not.
        why: The reason.
    """

    index: int
    op: str
    nbytes: int
    place: Place
    chunks: int
    why: str


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """What became of all weights.

    Attributes:
        kernels: Of each op, with loops where weights stream.
        places: Of each op with weights.
        file: What streams; None where nothing does.
        slabs: RAM that it is read into.
        spots: Where each chunk goes; None: it stays where its source has it.
    """

    kernels: Sequence[Kernel | None]
    places: Sequence[Placed]
    file: WeightsFile | None = None
    slabs: tuple[Slab, ...] = ()
    spots: tuple[Spot | None, ...] = ()


def keep_weights(graph: Graph, kernels: Sequence[Kernel | None], place: Place) -> Placement:
    """Return the placement of weights that are part of the image."""
    why = f"--weights {place}"
    rows = zip(graph.ops, kernels, strict=True)
    places = [
        Placed(op.index, op.name, nbytes, place, 0, why)
        for op, kernel in rows
        if kernel and (nbytes := weights_bytes(graph, op, kernel))
    ]
    return Placement(kernels, places)


def stream_weights(
    graph: Graph,
    kernels: Sequence[Kernel | None],
    choose: Chooser,
    ram: SlabRam,
    flash_budget: int | None = None,
) -> Placement:
    """Let weights stream through slabs.

    Args:
        graph: Verified.
        kernels: Of each op, as they are without streaming.
        choose: Finds kernels of parts of ops.
        ram: For slabs.
        flash_budget: Stop when the other constants fit this many bytes; None to stream
            all that can.
    """
    chosen, whys = list(kernels), dict[int, str]()
    total = sum(_stored_bytes(graph, op, k) for op, k in zip(graph.ops, kernels, strict=True))
    for n in _order(graph, kernels, is_auto=flash_budget is not None):
        op, kernel = graph.ops[n], kernels[n]
        assert kernel is not None
        if flash_budget is not None and total <= flash_budget:
            whys[n] = "all that is left fits the flash"
            continue
        streamed = _streamed(graph, op, kernel, choose, ram)
        if isinstance(streamed, str):
            whys[n] = streamed
            continue
        chosen[n] = streamed
        total += _stored_bytes(graph, op, streamed) - _stored_bytes(graph, op, kernel)
    if flash_budget is not None:
        _fill(graph, kernels, chosen, whys, flash_budget - total)
    return _placement(graph, chosen, whys, ram)


def _fill(
    graph: Graph,
    kernels: Sequence[Kernel | None],
    chosen: list[Kernel | None],
    whys: dict[int, str],
    left: int,
) -> None:
    """Keep in flash what was to stream and fits the ``left`` bytes, the dearest first."""
    for n in reversed(_order(graph, kernels, is_auto=True)):
        op, streamed = graph.ops[n], chosen[n]
        if streamed is None or not streamed.loops:
            continue
        more = _stored_bytes(graph, op, kernels[n]) - _stored_bytes(graph, op, streamed)
        if more <= left:
            chosen[n], whys[n] = kernels[n], "it fits the flash that others leave"
            left -= more


def weights_bytes(graph: Graph, op: Op, kernel: Kernel) -> int:
    """Count the bytes of an op's weights, wherever they are."""
    streamed = sum(padded(len(slab)) for loop in kernel.loops for slab in loop.slabs)
    constants = _constants(graph, op, kernel)
    return streamed + sum(c.values.nbytes for c in constants if c.kind == "weights")


def _order(graph: Graph, kernels: Sequence[Kernel | None], *, is_auto: bool) -> list[int]:
    """Return positions of ops with weights; those first that hide a transfer best."""
    found = [
        n
        for n, (op, kernel) in enumerate(zip(graph.ops, kernels, strict=True))
        if kernel and weights_bytes(graph, op, kernel)
    ]
    return sorted(found, key=lambda n: -_reuse(graph, n, kernels[n])) if is_auto else found


def _reuse(graph: Graph, n: int, kernel: Kernel | None) -> float:
    """Return how many products an op makes with each byte of weights."""
    op = graph.ops[n]
    assert kernel is not None
    return op_types()[op.name].macs(graph, op) / weights_bytes(graph, op, kernel)


def _streamed(graph: Graph, op: Op, kernel: Kernel, choose: Chooser, ram: SlabRam) -> Kernel | str:
    largest = max(
        c.values.nbytes for c in stored_constants(graph, op, kernel) if c.kind == "weights"
    )
    if largest < _SMALL:
        return f"{largest} bytes are less than the code to stream them"
    return stream_in_turns(graph, op, choose, ram)


def _constants(graph: Graph, op: Op, kernel: Kernel) -> Iterable[Constant]:
    yield from stored_constants(graph, op, kernel)
    for loop in kernel.loops:
        yield from loop.constants


def _stored_bytes(graph: Graph, op: Op, kernel: Kernel | None) -> int:
    """Count the bytes that an op's constants take in flash."""
    return sum(c.values.nbytes for c in _constants(graph, op, kernel)) if kernel else 0


def _slabs_text(kernel: Kernel, slabs: Sequence[tuple[int, bytes]]) -> str:
    """Return how many slabs there are, and how large."""
    if any(loop.stays for loop in kernel.loops):
        return "computed with where it lies: an inference uses each weight once"
    if len(slabs) == 1:
        return f"in one slab of {len(slabs[0][1])}"
    return f"in {len(slabs)} slabs of at most {max((len(s) for _, s in slabs), default=0)}"


def _placement(
    graph: Graph, kernels: Sequence[Kernel | None], whys: dict[int, str], ram: SlabRam
) -> Placement:
    slabs: list[tuple[int, bytes]] = []
    places = []
    for n, (op, kernel) in enumerate(zip(graph.ops, kernels, strict=True)):
        if kernel is None or not (nbytes := weights_bytes(graph, op, kernel)):
            continue
        own = [(op.index, slab) for loop in kernel.loops for slab in loop.slabs]
        slabs += own
        why = whys.get(n, _slabs_text(kernel, own))
        places.append(
            Placed(op.index, op.name, nbytes, "stream" if own else "flash", len(own), why)
        )
    if not slabs:
        return Placement(kernels, places)
    file = write_weights(graph.sha256, slabs)
    return Placement(kernels, places, file, *place_slabs(kernels, ram))

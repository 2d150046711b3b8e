"""Cut an op's weights into slabs that fit a buffer, and loop over them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tinygen.core import Core
from tinygen.graph import Graph, Op
from tinygen.ops.contract import Constant, Kernel, SlabLoop, Struct, stored_constants
from tinygen.weights.channels import (
    CUTS,
    cannot_cut,
    cannot_stream,
    channels_of,
    cut_op,
    granule,
)
from tinygen.weights_file import padded

SOURCES = ("weights/stream.c", "weights/copy.c")
HEADER = "tinygen/weight_stream.h"


@dataclass(frozen=True, slots=True)
class Chooser:
    """How to find the kernel of an op on a core: the preferred one, and the portable one."""

    core: Core
    preferred: Callable[[Graph, Op], Kernel | None]
    portable: Callable[[Graph, Op], Kernel]


@dataclass(frozen=True, slots=True, eq=False)
class _Slab:
    """Some output channels of an op, and the kernel that computes them.

    Attributes:
        low: First output channel.
        high: After the last.
        kernel: As emitted; its name for the weights is replaced by ``{slab}``.
        weights: The bytes that stream.
        constants: What stays in the image.
    """

    low: int
    high: int
    kernel: Kernel
    weights: bytes
    constants: Sequence[Constant]


def stream_op(graph: Graph, op: Op, choose: Chooser, slab_bytes: int) -> Kernel | str:
    """Return a kernel whose weights stream through slabs; or why there is none.

    Args:
        graph: Verified.
        op: To compute.
        choose: Finds kernels.
        slab_bytes: The largest slab.
    """
    if reason := cannot_stream(graph, op):
        return reason
    slabs = _cut(graph, op, choose, slab_bytes)
    if slabs is None and (reason := cannot_cut(graph, op)):
        return f"{reason}, and its weights are larger than a slab of {slab_bytes}"
    if slabs is None:
        need = padded(len(_slab(graph, op, choose, 0, granule(graph, op)).weights))
        return f"a filter of {need} bytes is larger than a slab of {slab_bytes}"
    loops = [_loop(graph, op, run) for run in _runs(slabs)]
    # Slabs that read channels of their own may all do it.
    in_place = len(slabs) == 1 or not CUTS[op.name].shares_input
    return _looping([slab.kernel for slab in slabs], loops, may_be_in_place=in_place)


def map_op(graph: Graph, op: Op, choose: Chooser) -> Kernel | str:
    """Return a kernel whose weights are one chunk that it reads where its source has it.

    As `stream_op`, but no slab is needed.
    """
    if reason := cannot_stream(graph, op):
        return reason
    whole = _slab(graph, op, choose, 0, channels_of(graph, op))
    loop = replace(_loop(graph, op, [whole]), stays=True)
    return _looping([whole.kernel], [loop], may_be_in_place=True)


def _looping(
    kernels: Sequence[Kernel], loops: Sequence[SlabLoop], *, may_be_in_place: bool
) -> Kernel:
    """Return one kernel that runs the loops over slabs of the kernels, one each."""
    return replace(
        kernels[0],
        calls=(),
        constants=(),
        structs=(),
        sources=(*dict.fromkeys(s for k in kernels for s in k.sources), *SOURCES),
        headers=(*dict.fromkeys(h for k in kernels for h in k.headers), HEADER),
        instances=tuple({i.name: i for k in kernels for i in k.instances}.values()),
        scratch_bytes=max(k.scratch_bytes for k in kernels),
        overlap=kernels[0].overlap if len(kernels) == 1 else {},
        in_place=may_be_in_place and all(k.in_place for k in kernels),
        loops=loops,
    )


def _cut(graph: Graph, op: Op, choose: Chooser, limit: int) -> list[_Slab] | None:
    """Return the op's slabs, as large as the limit allows; None when not one fits."""
    count = channels_of(graph, op)
    whole = _slab(graph, op, choose, 0, count)
    if padded(len(whole.weights)) <= limit:
        return [whole]
    if cannot_cut(graph, op):
        return None
    for step in _steps(graph, op, limit * count // len(whole.weights)):
        if padded(len(_slab(graph, op, choose, 0, step).weights)) > limit:
            continue
        slabs = [
            _slab(graph, op, choose, low, min(low + step, count)) for low in range(0, count, step)
        ]
        if all(padded(len(slab.weights)) <= limit for slab in slabs):
            return slabs
    return None


def _steps(graph: Graph, op: Op, largest: int) -> Iterator[int]:
    """Yield numbers of channels to try: multiples of a group that leave no single one."""
    count, least, group = channels_of(graph, op), granule(graph, op), CUTS[op.name].group
    unit = group * least
    steps = [_even(count, step, unit) for step in range(largest // unit * unit, 0, -unit)]
    yield from (step for step in steps if count % step != least)
    yield from steps
    yield from range(min(largest, unit) // least * least, 0, -least)


def _even(count: int, step: int, unit: int) -> int:
    """Return the least step, a multiple of ``unit``, that makes no more slabs.

    >>> _even(32, 28, 2)
    16
    """
    slabs = -(-count // step)
    return -(-count // (slabs * unit)) * unit


def _slab(graph: Graph, op: Op, choose: Chooser, low: int, high: int) -> _Slab:
    """Return channels [low, high) of the op."""
    part_graph, part, is_part = graph, op, high - low < channels_of(graph, op)
    if is_part:
        part_graph, part = cut_op(graph, op, low, high)
    kernel = choose.preferred(part_graph, part)
    if kernel is None or (is_part and CUTS[op.name].is_strided and not _skips(kernel)):
        kernel = choose.portable(part_graph, part)
    constants = stored_constants(part_graph, part, kernel)
    weights = max((c for c in constants if c.kind == "weights"), key=lambda c: c.values.nbytes)
    rest = [c for c in constants if c is not weights]
    return _Slab(low, high, _renamed(kernel, weights.name), weights.values.tobytes(), rest)


def _skips(kernel: Kernel) -> bool:
    """Return whether a kernel can leave out channels between those that it writes."""
    return any(name.endswith("out_step") for struct in kernel.structs for name in struct.fields)


def _renamed(kernel: Kernel, weights: str) -> Kernel:
    """Return the kernel with ``{slab}`` in place of the weights' name."""

    def text(value: int | str) -> int | str:
        return value.replace(f"{{{weights}}}", "{slab}") if isinstance(value, str) else value

    return replace(
        kernel,
        calls=[replace(c, arguments=[str(text(a)) for a in c.arguments]) for c in kernel.calls],
        structs=[
            replace(s, fields={key: text(v) for key, v in s.fields.items()}) for s in kernel.structs
        ],
    )


def _runs(slabs: Sequence[_Slab]) -> Iterator[list[_Slab]]:
    """Yield slabs that follow each other and differ in the values of constants only."""
    run: list[_Slab] = []
    for slab in slabs:
        if run and not _is_alike(run[-1], slab):
            yield run
            run = []
        run.append(slab)
    yield run


def _is_alike(a: _Slab, b: _Slab) -> bool:
    def shape(slab: _Slab) -> object:
        kernel = slab.kernel
        return (
            slab.high - slab.low,
            len(slab.weights),
            [(c.function, list(c.arguments), c.status) for c in kernel.calls],
            [(s.type, s.name, s.is_local, dict(s.fields)) for s in kernel.structs],
            [(c.name, c.values.shape, c.values.dtype, c.kind, c.align) for c in slab.constants],
        )

    return shape(a) == shape(b)


def _loop(graph: Graph, op: Op, run: Sequence[_Slab]) -> SlabLoop:
    first, each = run[0], granule(graph, op)
    shares = CUTS[op.name].shares_input
    return SlabLoop(
        slabs=[slab.weights for slab in run],
        calls=first.kernel.calls,
        structs=[replace(s, is_local=s.is_local or _has_address(s)) for s in first.kernel.structs],
        constants=[
            replace(constant, values=_stacked([slab.constants[n].values for slab in run]))
            for n, constant in enumerate(first.constants)
        ],
        outputs=first.high - first.low,
        first_output=first.low,
        inputs=0 if shares else (first.high - first.low) // each,
        first_input=0 if shares else first.low // each,
    )


def _has_address(struct: Struct) -> bool:
    """Return whether a parameter block holds what differs from slab to slab."""
    return any(isinstance(value, str) and "{" in value for value in struct.fields.values())


def _stacked(values: Sequence[np.ndarray]) -> np.ndarray:
    """Return arrays along a new first axis; one of them where all are equal."""
    if all(np.array_equal(values[0], other) for other in values[1:]):
        values = values[:1]
    return np.stack([np.ascontiguousarray(v) for v in values])

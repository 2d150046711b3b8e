"""Calls and parameter blocks as C text, once or in loops over slabs of weights."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from tinygen.emit.arena import Place
from tinygen.emit.render import c_int
from tinygen.ops.contract import Call, Constant, SlabLoop, Struct

StructText = tuple[str, str, bool, tuple[tuple[str, str], ...]]
CallText = tuple[str, str]
Named = tuple[str, Constant]


@dataclass(frozen=True, slots=True)
class LoopText:
    """A loop over slabs as the template prints it; ``first`` is its first chunk."""

    first: int
    count: int
    structs: tuple[StructText, ...]
    calls: tuple[CallText, ...]


def struct_texts(structs: Sequence[Struct], names: Mapping[str, str]) -> tuple[StructText, ...]:
    """Return type, name, whether local, and fields of each struct."""
    return tuple(
        (s.type, s.name, s.is_local, tuple((k, _value(v, names)) for k, v in s.fields.items()))
        for s in structs
    )


def call_texts(calls: Sequence[Call], names: Mapping[str, str]) -> tuple[CallText, ...]:
    """Return kind of status and text of each call."""
    return tuple(
        (c.status, f"{c.function}({', '.join(_value(a, names) for a in c.arguments)})")
        for c in calls
    )


def loop_texts(
    loops: Sequence[SlabLoop],
    prefix: str,
    names: Mapping[str, str],
    places: Mapping[str, Place],
    chunks: Iterator[int],
) -> tuple[tuple[LoopText, ...], list[Named]]:
    """Return the loops of an op, and the constants that they index.

    Args:
        loops: In order.
        prefix: Of the names of the op's constants.
        names: What stands for the op's tensors and scratch outside loops.
        places: Of the op's tensors in the arena, by name.
        chunks: Numbers of chunks, from which those of these loops are taken.
    """
    texts, constants = [], dict[str, Named]()
    for number, loop in enumerate(loops):
        first = next(chunks)
        for _ in loop.slabs[1:]:
            next(chunks)
        own = dict(names) | {"slab": "slab"}
        own |= _pieces(loop, places)
        for constant in loop.constants:
            name, text = _stored(constant, f"{prefix}{constant.name}", number, constants)
            own[constant.name] = text
            constants.setdefault(name, (name, replace(constant, values=constant.values.ravel())))
        texts.append(
            LoopText(
                first, len(loop.slabs), struct_texts(loop.structs, own), call_texts(loop.calls, own)
            )
        )
    return tuple(texts), list(constants.values())


def _pieces(loop: SlabLoop, places: Mapping[str, Place]) -> dict[str, str]:
    """Return where a slab reads and writes: channels that it does not share with others."""
    moves = len(loop.slabs) > 1
    found = {"out0": places["out0"].text(loop.first_output, loop.outputs if moves else 0)}
    if loop.inputs:
        found["in0"] = places["in0"].text(loop.first_input, loop.inputs if moves else 0)
    return found


def _stored(
    constant: Constant, name: str, number: int, stored: Mapping[str, Named]
) -> tuple[str, str]:
    """Return the name a constant is stored by, and C for what the slab uses of it."""
    values = constant.values
    for known, other in stored.values():
        same = other.values.dtype == values.dtype and other.values.size == values.size
        if same and other.align == constant.align and (other.values == values.ravel()).all():
            name = known
            break
    else:
        name = f"{name}_{number}" if number else name
    step = values[0].size
    return name, f"&{name}[n * {step}]" if len(values) > 1 else name


def _value(text: int | str, names: Mapping[str, str]) -> str:
    return c_int(text) if isinstance(text, int) else text.format_map(names)

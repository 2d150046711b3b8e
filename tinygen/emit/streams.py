"""The parts of ``model.c`` that only a model with streaming weights has."""

from dataclasses import dataclass

from tinygen.emit.arena import Arena
from tinygen.emit.weight_source import SourceCode
from tinygen.weights_file import WeightsFile

_NOWHERE = ("NULL", 0)


@dataclass(frozen=True, slots=True)
class Stream:
    """Weights that are read while the model runs, or a model file that is before it does.

    Attributes:
        file: What is read; its chunks are those of the kernels' loops, in order, or pieces
            of the model file.
        spots: Where in the arena each chunk is read to, and whether it may be read while
            the core computes with the one before it; None for one that stays where it lies,
            none at all for a model file.
        source: Where it is read from.
    """

    file: WeightsFile
    spots: tuple[tuple[int, bool] | None, ...]
    source: SourceCode


@dataclass(frozen=True, slots=True)
class StreamText:
    """What the template prints."""

    source: str
    declaration: str
    chunks: tuple[tuple[int, int, str, str, int], ...]
    table_crc: str
    model: str


def stream_text(stream: Stream, arena: Arena | None = None) -> StreamText:
    """Return a stream's C text; ``arena`` is where its spots are."""
    file = stream.file
    places = [_NOWHERE] * len(file.chunks)
    if arena is not None:
        places = [(arena.place(s[0]).text(), int(s[1])) if s else _NOWHERE for s in stream.spots]
    return StreamText(
        source=stream.source.name,
        declaration=stream.source.declaration,
        chunks=tuple(
            (c.offset, c.nbytes, f"{c.crc:#010x}u", *place)
            for c, place in zip(file.chunks, places, strict=True)
        ),
        table_crc=f"{file.table_crc:#010x}u",
        model=", ".join(f"{byte:#04x}" for byte in bytes.fromhex(file.model_sha256)),
    )

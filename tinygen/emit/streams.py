"""The parts of ``model.c`` that only a model with streaming weights has."""

from dataclasses import dataclass

from tinygen.emit.arena import Arena
from tinygen.emit.parts import Stream


@dataclass(frozen=True, slots=True)
class StreamText:
    """What the template prints."""

    source: str
    declaration: str
    chunks: tuple[tuple[int, int, str, str, int], ...]
    table_crc: str
    model: str


def stream_text(stream: Stream, arena: Arena) -> StreamText:
    """Return a stream's C text."""
    file = stream.file
    return StreamText(
        source=stream.source.name,
        declaration=stream.source.declaration,
        chunks=tuple(
            (c.offset, c.nbytes, f"{c.crc:#010x}u", arena.place(to).text(), int(is_early))
            for c, (to, is_early) in zip(file.chunks, stream.spots, strict=True)
        ),
        table_crc=f"{file.table_crc:#010x}u",
        model=", ".join(f"{byte:#04x}" for byte in bytes.fromhex(file.model_sha256)),
    )

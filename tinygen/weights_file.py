"""The weights file, ``weights.bin``: what streams into the device; docs/weights-format.md."""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tinygen.errors import ModelError

FILE = "weights.bin"
MAGIC = b"TGWEIGHT"
VERSION = 1
ALIGN = 32  # a cache line of the Cortex-M7, and the block that the firmware copies

_HEAD = struct.Struct("<8sIIIII32s")
_CRC = struct.Struct("<I")
HEADER_BYTES = _HEAD.size + _CRC.size  # a multiple of ALIGN
_ENTRY = struct.Struct("<4I")
_REBUILD = "copy the weights.bin that 'tinygen build' wrote, whole"


@dataclass(frozen=True, slots=True)
class Chunk:
    """One read: a slab of an op's weights.

    Attributes:
        op: Index of the op in the model file.
        offset: Of the first byte in the file; a multiple of `ALIGN`.
        nbytes: Length, padding included; a multiple of `ALIGN`.
        crc: CRC-32 (zlib's) of these bytes.
    """

    op: int
    offset: int
    nbytes: int
    crc: int


@dataclass(frozen=True, slots=True)
class WeightsFile:
    """A weights file, checked.

    Attributes:
        model_sha256: Of the model file the weights are from, in hex.
        chunks: In the order of execution.
        table_crc: CRC-32 of the chunk table, which names this file among all others.
        content: All bytes of the file.
    """

    model_sha256: str
    chunks: tuple[Chunk, ...]
    table_crc: int
    content: bytes


def padded(nbytes: int) -> int:
    """Return the length that a chunk of ``nbytes`` takes.

    >>> padded(1), padded(32)
    (32, 32)
    """
    return -(-nbytes // ALIGN) * ALIGN


def write_weights(model_sha256: str, slabs: Sequence[tuple[int, bytes]]) -> WeightsFile:
    """Lay slabs out in a file.

    Args:
        model_sha256: Of the model file, in hex.
        slabs: Op index and bytes of each slab, in the order of execution.
    """
    chunks, pieces = [], []
    offset = padded(HEADER_BYTES + len(slabs) * _ENTRY.size)
    for op, slab in slabs:
        piece = slab.ljust(padded(len(slab)), b"\0")
        chunks.append(Chunk(op, offset, len(piece), zlib.crc32(piece)))
        pieces.append(piece)
        offset += len(piece)
    table = b"".join(_ENTRY.pack(c.offset, c.nbytes, c.crc, c.op) for c in chunks)
    table_crc = zlib.crc32(table)
    head = _HEAD.pack(
        MAGIC, VERSION, HEADER_BYTES, len(chunks), offset, table_crc, bytes.fromhex(model_sha256)
    )
    front = (head + _CRC.pack(zlib.crc32(head)) + table).ljust(
        padded(HEADER_BYTES + len(table)), b"\0"
    )
    return WeightsFile(model_sha256, tuple(chunks), table_crc, front + b"".join(pieces))


def parse_weights(content: bytes, name: str = FILE) -> WeightsFile:
    """Check a weights file, every byte of it, and return its parts.

    Args:
        content: Of the file; what follows the length its header names is not looked at.
        name: For messages.

    Raises:
        ModelError: It is not such a file, of another version, cut off, or damaged.
    """
    head = content[: _HEAD.size]
    if len(content) < HEADER_BYTES or not head.startswith(MAGIC):
        raise ModelError(f"{name} is not a weights file", hint=_REBUILD)
    _, version, header_bytes, count, nbytes, table_crc, sha256 = _HEAD.unpack(head)
    if version != VERSION:
        raise ModelError(
            f"{name} has format version {version}, not {VERSION}",
            hint="use the version of tinygen that wrote it",
        )
    if zlib.crc32(head) != _CRC.unpack_from(content, _HEAD.size)[0] or header_bytes != HEADER_BYTES:
        raise ModelError(f"{name}: the header is damaged", hint=_REBUILD)
    if len(content) < nbytes:
        raise ModelError(f"{name} has {len(content)} of {nbytes} bytes", hint=_REBUILD)
    table = content[HEADER_BYTES : HEADER_BYTES + count * _ENTRY.size]
    if zlib.crc32(table) != table_crc:
        raise ModelError(f"{name}: the chunk table is damaged", hint=_REBUILD)
    chunks = tuple(
        Chunk(op, offset, size, crc) for offset, size, crc, op in _ENTRY.iter_unpack(table)
    )
    for n, chunk in enumerate(chunks):
        if zlib.crc32(content[chunk.offset : chunk.offset + chunk.nbytes]) != chunk.crc:
            raise ModelError(f"{name}: chunk {n} is damaged", hint=_REBUILD)
    return WeightsFile(sha256.hex(), chunks, table_crc, content[:nbytes])


def read_weights(path: Path) -> WeightsFile:
    """Read and check the weights file at ``path``.

    Raises:
        ModelError: It cannot be read, or `parse_weights` refuses it.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(
            f"cannot read {path}: {error.strerror}",
            hint="'tinygen build --weights stream' makes one",
        ) from error
    return parse_weights(content, str(path))

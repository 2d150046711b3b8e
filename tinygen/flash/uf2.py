"""Convert a binary to UF2, the format of drag-and-drop boot loaders.

Source: github.com/microsoft/uf2, README: 512-byte blocks, 256 bytes of data each.
"""

import struct

_MAGIC_START = (0x0A324655, 0x9E5D5157)
_MAGIC_END = 0x0AB16F30
_HAS_FAMILY = 0x2000
_HEADER = struct.Struct("<8I")
_DATA_BYTES = 256
_BLOCK_BYTES = 512


def to_uf2(binary: bytes, address: int, family: int) -> bytes:
    """Return the file a boot loader of ``family`` writes to ``address``.

    Args:
        binary: What to write; the last block is filled up with zeros.
        address: A multiple of 256.
        family: The boot loader's number of the chip.

    Raises:
        ValueError: The address is not on a block.

    >>> len(to_uf2(bytes(257), 0x10000000, 0xE48BFF56))
    1024
    """
    if address % _DATA_BYTES:
        raise ValueError(f"{address:#x} is not on a block of {_DATA_BYTES} bytes")
    pieces = [binary[at : at + _DATA_BYTES] for at in range(0, len(binary), _DATA_BYTES)]
    blocks = []
    for number, piece in enumerate(pieces):
        header = _HEADER.pack(
            *_MAGIC_START,
            _HAS_FAMILY,
            address + number * _DATA_BYTES,
            _DATA_BYTES,
            number,
            len(pieces),
            family,
        )
        filler = _BLOCK_BYTES - _HEADER.size - 4
        blocks.append(header + piece.ljust(filler, b"\0") + struct.pack("<I", _MAGIC_END))
    return b"".join(blocks)


def from_uf2(data: bytes) -> tuple[int, int, bytes]:
    """Return address, family and bytes of a UF2 file, every block checked.

    Raises:
        ValueError: A block is damaged, missing or of another file.
    """
    if not data or len(data) % _BLOCK_BYTES:
        raise ValueError(f"{len(data)} bytes are no whole blocks")
    count, content, first, family = len(data) // _BLOCK_BYTES, b"", 0, 0
    for number in range(count):
        block = data[number * _BLOCK_BYTES : (number + 1) * _BLOCK_BYTES]
        one, two, flags, address, nbytes, this, total, kind = _HEADER.unpack_from(block)
        end = struct.unpack("<I", block[-4:])[0]
        if (one, two, end, flags) != (*_MAGIC_START, _MAGIC_END, _HAS_FAMILY):
            raise ValueError(f"block {number} is damaged")
        if number == 0:
            first, family = address, kind
        if (this, total, kind) != (number, count, family) or nbytes > _DATA_BYTES:
            raise ValueError(f"block {number} is of another file")
        if address != first + number * _DATA_BYTES:
            raise ValueError(f"block {number} leaves a gap")
        content += block[_HEADER.size : _HEADER.size + nbytes]
    return first, family, content

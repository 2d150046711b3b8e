"""The linker script of a board: its memories, and where each kind of content goes."""

from collections.abc import Sequence

from tinygen.board import Board
from tinygen.emit.render import render

_ACCESS = {"flash": "rx", "ram": "rwx", "external": "rwx"}
_VECTORS = "VECTORS"
_BOOT = "BOOT"  # what a boot ROM reads before it starts an image


def emit_linker_script(board: Board, stack_bytes: int, arenas: Sequence[str] = ()) -> str:
    """Return the linker script that places an image in the board's memories.

    The linker itself refuses an image that is larger than a memory and names the memory
    and the bytes that are over.

    Args:
        board: Its first flash and ram regions hold the image; the vector table goes to a
            region named ``VECTORS`` where the board has one, and what its boot ROM wants
            to see to one named ``BOOT``.
        stack_bytes: Stack to reserve, > 0; rounded up to 8.
        arenas: Other regions that hold a part of the arena.

    Raises:
        ValueError: ``stack_bytes`` is not positive.
    """
    if stack_bytes <= 0:
        raise ValueError(f"a stack of {stack_bytes} bytes")
    flash = board.region("flash").name
    names = {region.name for region in board.regions}
    context = {
        "board_id": board.id,
        "regions": [
            {
                "name": region.name,
                "access": _ACCESS[region.kind],
                "origin": f"{region.origin:#010x}",
                "nbytes": f"{region.nbytes:#x}",
            }
            for region in board.regions
        ],
        "flash": flash,
        "ram": board.region("ram").name,
        "vectors": _VECTORS if _VECTORS in names else flash,
        "boot": _BOOT if _BOOT in names else None,
        "stack_bytes": stack_bytes,
        "arenas": list(arenas),
    }
    return render("project/link.ld.j2", context)

"""A board file for an emulated machine with two small RAMs, for what must be split."""

from pathlib import Path

from tinygen.board import find_board, list_boards

ID = "two-rams"
# Machines of QEMU whose external memory can stand in for a second RAM, and the address half
# way up that memory; weights that stream are at its start.
BANK_ORIGINS = {"qemu-m4": 0x2180_0000, "qemu-m7": 0x6080_0000}
_REGION = """
[[regions]]
name = "{name}"
kind = "{kind}"
origin = {origin:#x}
nbytes = {nbytes:#x}
{more}
"""


def use_two_rams(monkeypatch, folder: Path, ram: int, bank: int, like="qemu-m4", more="") -> str:
    """Add a board with ``ram`` bytes where data and stack are and ``bank`` elsewhere.

    The bank is four times as fast, and DMA does not reach it unless ``more`` says so.
    """
    board = find_board(like)
    flash = board.region("flash")
    external = next(region for region in board.regions if region.kind == "external")
    regions = [
        ("FLASH", "flash", flash.origin, flash.nbytes, ""),
        ("RAM", "ram", board.region("ram").origin, ram, f"bandwidth = {board.clock_hz}"),
        ("BANK", "ram", BANK_ORIGINS[like], bank, more or "dma = false"),
        ("SPI", "external", external.origin, 0x10_0000, "bandwidth = 12_500_000"),
    ]
    head = [
        'name = "Two RAMs"',
        f'core = "{board.core}"',
        f'qemu_machine = "{board.qemu_machine}"',
        f'port = "{board.port}"',
        f"clock_hz = {board.clock_hz}",
        f"counter_hz = {board.counter_hz}",
        'source = "a test"',
        "[defines]",
        *(f"{name} = {value}" for name, value in board.defines.items()),
    ]
    texts = [
        _REGION.format(name=name, kind=kind, origin=origin, nbytes=nbytes, more=extra)
        for name, kind, origin, nbytes, extra in regions
    ]
    folder.mkdir(exist_ok=True)
    (folder / f"{ID}.toml").write_text("\n".join([*head, *texts]))
    monkeypatch.setenv("TINYGEN_BOARDS", str(folder))
    list_boards.cache_clear()
    return ID

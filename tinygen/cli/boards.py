"""``tinygen boards``: list the boards, show one, or add one from a CMSIS pack."""

import re
from pathlib import Path

import click

from tinygen.board import Board, find_board, list_boards
from tinygen.errors import BoardError
from tinygen.packs.board_file import board_text, nearest_board
from tinygen.packs.device import find_device
from tinygen.region import Region
from tinygen.resources import user_boards_dir
from tinygen.whole_file import write_whole


@click.group("boards", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """List the boards; 'show ID' shows one, 'add' writes one from a CMSIS pack."""
    if ctx.invoked_subcommand is not None:
        return
    rows = [(", ".join((board.id, *board.aliases)), board) for board in list_boards()]
    width = max(len(names) for names, _ in rows) + 2
    for names, board in rows:
        flash, ram = board.region("flash").nbytes, _ram_bytes(board)
        click.echo(
            f"{names:<{width}}{board.core:<14}{board.clock_hz / 1e6:>5.0f} MHz"
            f"{flash // 1024:>7} KB flash{ram // 1024:>6} KB RAM  "
            f"{'emulated, ' if board.is_emulated else ''}{board.name}"
        )


@command.command("show")
@click.argument("board_id", metavar="ID")
def show(board_id: str) -> None:
    """Show all that is known of a board, and where it is from."""
    board = find_board(board_id)
    click.echo(f"{board.id}: {board.name}")
    if board.aliases:
        click.echo(f"  also called {', '.join(board.aliases)}")
    where = f"emulated by qemu-system-arm -M {board.qemu_machine}" if board.is_emulated else "real"
    click.echo(f"  core    {board.core}, {board.clock_hz / 1e6:g} MHz; {where}")
    for region in board.regions:
        click.echo(
            f"  {region.kind:<9}{region.name:<10}0x{region.origin:08x}  {region.nbytes:>11,} bytes"
            f"{_arena_note(board, region)}"
        )
    way = "bare metal"
    if board.framework:
        platform = f"{board.official['platform']} {board.official['version']}"
        way = f"PlatformIO's {platform} with the framework {board.framework}"
    click.echo(f"  port    {way}, firmware/ports/{board.port}")
    if board.flash:
        click.echo("  flash   " + ", ".join(f"{tool} {part}" for tool, part in board.flash.items()))
    click.echo(f"  source  {board.source}")


@command.command("add")
@click.option("--device", required=True, metavar="NAME", help="As its pack writes it.")
@click.option("--id", "board_id", metavar="NAME", help="Of the board; the device's unless given.")
@click.option("--like", metavar="ID", help="Board whose port, pins and clock it has.")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the file here instead of to the folder of your own boards.",
)
def add(device: str, board_id: str | None, like: str | None, output: Path | None) -> None:
    """Write a board file for a device, from its CMSIS pack.

    'tinygen packs update' fetches the descriptions of devices. Without --like the port is
    that of a board with a part of the same series, else one that needs a debugger.
    """
    found = find_device(device)
    name = board_id or (output.stem if output else device.lower())
    _require_new(name, output)
    model = find_board(like) if like else nearest_board(found, list_boards())
    path = output or user_boards_dir() / f"{name}.toml"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, board_text(found, model).encode())
    except OSError as error:
        raise BoardError(
            f"cannot write {path}: {error.strerror}", hint="choose another place with --output"
        ) from error
    board = Board.from_toml(path)
    click.echo(f"{path}: {found.name}, {board.core}, port {board.port}")
    click.echo(f"  port as on {model.id}: compare its pins" if model else "  link: RTT")


def _require_new(name: str, output: Path | None) -> None:
    """Refuse an id that a board has or that cannot be one."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,29}", name):
        raise BoardError(
            f"'{name}' cannot be a board's id",
            hint="use small letters, digits, - and _, at most 30: give it with --id",
        )
    taken = {one for board in list_boards() for one in (board.id, *board.aliases)}
    if output is None and name in taken:
        raise BoardError(f"there is a board '{name}'", hint="choose another name with --id")


def _arena_note(board: Board, region: Region) -> str:
    """Return what the planner knows of a memory, where there are several to choose from."""
    if region.kind != "ram" or len(board.arena_regions) == 1:
        return ""
    if not region.arena:
        return "  not for buffers"
    reach = "" if region.dma else ", out of DMA's reach"
    return f"  {board.bytes_per_second(region) / 1e6:,.0f} MB/s{reach}"


def _ram_bytes(board: Board) -> int:
    return sum(region.nbytes for region in board.regions if region.kind == "ram")

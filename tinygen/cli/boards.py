"""``tinygen boards``: list the boards, or show one."""

import click

from tinygen.board import Board, find_board, list_boards


@click.group("boards", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """List the boards; 'boards show ID' shows one."""
    if ctx.invoked_subcommand is not None:
        return
    for board in list_boards():
        names = ", ".join((board.id, *board.aliases))
        flash, ram = board.region("flash").nbytes, _ram_bytes(board)
        click.echo(
            f"{names:<36}{board.core:<14}{board.clock_hz / 1e6:>5.0f} MHz"
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
            f"  {region.kind:<8}{region.name:<10}0x{region.origin:08x}  {region.nbytes:>11,} bytes"
        )
    click.echo(f"  source  {board.source}")


def _ram_bytes(board: Board) -> int:
    return sum(region.nbytes for region in board.regions if region.kind == "ram")

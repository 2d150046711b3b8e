"""``tinygen flash``: put a built project into its board."""

from pathlib import Path

import click

from tinygen.board import find_board
from tinygen.cli.options import PROJECT, output_options
from tinygen.cli.terminal import make_progress, say
from tinygen.flash.contract import Job
from tinygen.flash.flash import dry_run, flash
from tinygen.session import open_project


@click.command("flash")
@click.argument("project", type=PROJECT)
@click.option(
    "--tool",
    default="auto",
    show_default=True,
    metavar="NAME",
    help="auto, pyocd, openocd, stlink, jlink, dfu, uf2, esptool, pio or gdb.",
)
@click.option(
    "--port",
    metavar="P",
    help="Where the board is: a volume for uf2, host:port for gdb, a serial port.",
)
@click.option("--serial", metavar="N", help="Serial number of the probe.")
@click.option("--dry-run", "only_show", is_flag=True, help="Print the commands; run nothing.")
@output_options
def command(  # noqa: PLR0913 - click hands over one argument an option
    *,
    project: Path,
    tool: str,
    port: str | None,
    serial: str | None,
    only_show: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Flash the project in DIR, verify it, and start it.

    'auto' takes the first tool that is installed and finds a probe, a boot loader or a
    volume.
    """
    built = open_project(project)
    board = find_board(built.manifest.board)
    job = Job(
        board=board,
        project=project,
        elf=built.elf,
        binary=built.elf.with_suffix(".bin"),
        address=min(r.origin for r in board.regions if r.kind == "flash"),
        port=port,
        serial=serial,
    )
    if only_show:
        click.echo(dry_run(job, tool))
        return
    chosen = flash(job, tool, make_progress(quiet=quiet, verbose=verbose))
    say(f"  {board.id} flashed with {chosen.tool.name}, verified and started", quiet=quiet)

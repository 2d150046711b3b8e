"""``tinygen monitor``: show what a board says."""

import time
from contextlib import suppress

import click

from tinygen.device.link import SerialLink, find_port
from tinygen.monitor import monitor


@click.command("monitor")
@click.option(
    "--port",
    default="auto",
    show_default=True,
    metavar="P",
    help="Serial port of the board, such as /dev/ttyACM0; 'auto' takes the only one.",
)
@click.option(
    "--for",
    "seconds",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    help="Stop after so long; Ctrl-C stops any time.",
)
def command(*, port: str, seconds: float | None) -> None:
    """Show greetings, faults and lines of text that a board sends, over its resets.

    A board that is unplugged is waited for. While this runs, no other command can have
    the port.
    """
    name = find_port() if port == "auto" else port
    end = None if seconds is None else time.monotonic() + seconds
    click.echo(f"listening to {name}", err=True)
    with suppress(KeyboardInterrupt):
        monitor(
            lambda: SerialLink(name),
            click.echo,
            lambda: end is None or time.monotonic() < end,
        )

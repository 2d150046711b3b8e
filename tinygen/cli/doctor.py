"""``tinygen doctor``: what is missing on this machine, and how to install it."""

import click

from tinygen.build.doctor import examine
from tinygen.errors import ToolchainError


@click.command("doctor")
def command() -> None:
    """Say what is missing on this machine, and the command that installs it."""
    missing = 0
    for check in examine():
        mark = "ok" if check.ok else ("optional" if check.is_optional else "missing")
        missing += not check.ok and not check.is_optional
        click.echo(f"{mark:<9}{check.name:<28}{check.found}")
        if not check.ok:
            click.echo(f"{'':<9}for {check.needed_for}: {check.fix}")
    if missing:
        raise ToolchainError(
            f"{missing} of what tinygen needs is missing", hint="run the commands above"
        )

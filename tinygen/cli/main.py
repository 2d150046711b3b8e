"""Entry point: the command group and the one place that prints errors."""

import difflib
from importlib import import_module
from typing import Any

import click

from tinygen.errors import TinygenError

# Command to its one-line help; the command itself is in tinygen/cli/<name>.py and is
# imported only when it runs, so that --help is fast.
COMMANDS = {
    "bench": "Measure models, cores and kernel libraries side by side.",
    "boards": "List the boards, show one, or add one from a CMSIS pack.",
    "build": "Turn a model into a firmware project and build it.",
    "check": "Say whether a model fits a board, without building.",
    "doctor": "Say what is missing on this machine, and how to install it.",
    "flash": "Put a built project into its board.",
    "monitor": "Show what a board says, over its resets.",
    "packs": "Fetch CMSIS packs: devices, and TensorFlow Lite Micro.",
    "plan": "Show where each buffer lies in memory, and the proof.",
    "profile": "Measure each op's cost, and the memory really used.",
    "quantize": "Convert a float model to an int8 .tflite file.",
    "report": "Show all that is known of a built project; as a page, too.",
    "run": "Boot a built project and run one inference.",
    "verify": "Compare the device's outputs with TensorFlow Lite Micro's.",
    "weights": "Check and list a weights file.",
}

_INTERRUPTED = 130  # 128 and the signal's number, as shells have it


class _Commands(click.Group):
    """Import a command when it is asked for; print a `TinygenError` as two lines."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"tinygen.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            ctx.fail(f"no command '{args[0]}'" + (f"; did you mean '{near[0]}'?" if near else ""))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except TinygenError as error:
            click.secho("error: ", fg="red", bold=True, nl=False, err=True)
            click.echo(f"{error}\n hint: {error.hint}", err=True)
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            ctx.exit(_INTERRUPTED)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tinygen")
def cli() -> None:
    """Turn a Keras model into verified firmware for a microcontroller.

    Exit codes: 0 ok, 1 a bug in tinygen, 2 usage, 3 model, 4 board, 5 does not fit,
    6 toolchain, 7 device, 8 outputs differ, 130 interrupted.
    """

"""Options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

MODEL = click.Path(path_type=Path)
PROJECT = click.Path(path_type=Path)
LIBRARIES = ("tinygen", "cmsis-nn", "reference", "auto")
OPTIMIZES = ("speed", "balanced", "size", "ram")
RUNTIMES = ("aot", "tflm")


def json_file_option(text: str) -> Callable[[F], F]:
    """Return what adds ``--json FILE`` with this help."""
    return click.option(
        "--json",
        "json_path",
        metavar="FILE",
        type=click.Path(dir_okay=False, path_type=Path),
        help=text,
    )


def json_option(function: F) -> F:
    """Add ``--json FILE`` for the report."""
    add: Callable[[F], F] = json_file_option(
        "Write the report as JSON (docs/report.md has the contract)."
    )
    return add(function)


def output_options(function: F) -> F:
    """Add ``--quiet`` and ``--verbose``."""
    function = click.option("-q", "--quiet", is_flag=True, help="Print errors only.")(function)
    return click.option("-v", "--verbose", is_flag=True, help="Print what the tools print, too.")(
        function
    )


def board_option(function: F) -> F:
    """Add ``--board ID``."""
    return click.option(
        "--board",
        "board_id",
        required=True,
        metavar="ID",
        help="Board id, such as qemu-m4 or stm32h7; 'tinygen boards' lists them.",
    )(function)


def samples_option(function: F) -> F:
    """Add ``--samples FILE``."""
    return click.option(
        "--samples",
        metavar="FILE",
        help="Representative inputs: .npz, .npy or a folder of them; 'random' only sizes.",
    )(function)


def port_option(function: F) -> F:
    """Add ``--port P``."""
    return click.option(
        "--port",
        metavar="P",
        help="Serial port of a real board, such as /dev/ttyACM0, or 'auto'; emulated boards "
        "need none.",
    )(function)


def kernel_options(function: F) -> F:
    """Add ``--kernels``, ``--optimize`` and ``--no-surgery``."""
    function = click.option(
        "--kernels",
        type=click.Choice(LIBRARIES),
        default="tinygen",
        show_default=True,
        help="Whose kernels to prefer; what a library cannot do, reference does. "
        "auto: op by op, whichever measures cheapest on the emulated core.",
    )(function)
    function = click.option(
        "--optimize",
        type=click.Choice(OPTIMIZES),
        default="balanced",
        show_default=True,
        help="What matters most.",
    )(function)
    return surgery_option(function)


def surgery_option(function: F) -> F:
    """Add ``--no-surgery``."""
    return click.option(
        "--surgery/--no-surgery",
        default=True,
        help="Leave out work that cannot change the output (proved in the build).",
    )(function)


def weight_options(function: F) -> F:
    """Add ``--weights`` and ``--weight-ram``."""
    function = click.option(
        "--weights",
        default="flash",
        show_default=True,
        metavar="WHERE",
        help="Where weights live: flash; ram: copied there at start-up; stream[:SOURCE]: read "
        "while the model runs, from external memory, NOR flash or serial; auto: what does not fit "
        "the flash streams.",
    )(function)
    return click.option(
        "--weight-ram",
        type=click.IntRange(128, 1 << 24),
        default=16384,
        show_default=True,
        metavar="BYTES",
        help="RAM through which weights stream; part of the arena.",
    )(function)


def stack_option(function: F) -> F:
    """Add ``--stack``."""
    return click.option(
        "--stack",
        "stack_bytes",
        type=click.IntRange(512, 1 << 20),
        metavar="BYTES",
        help="RAM to reserve for the stack; the most that the image can take unless given.",
    )(function)


def runtime_options(function: F) -> F:
    """Add ``--runtime`` and ``--tflm-dir``."""
    function = tflm_dir_option(function)
    return click.option(
        "--runtime",
        type=click.Choice(RUNTIMES),
        default="aot",
        show_default=True,
        help="Straight C, or TensorFlow Lite Micro's interpreter (docs/tflm.md).",
    )(function)


def tflm_dir_option(function: F) -> F:
    """Add ``--tflm-dir DIR``."""
    return click.option(
        "--tflm-dir",
        metavar="DIR",
        type=click.Path(file_okay=False, path_type=Path),
        help="TensorFlow Lite Micro's source, for --runtime tflm.",
    )(function)


def sample_source(text: str | None) -> Path | Literal["random"] | None:
    """Return what ``--samples`` names."""
    if text is None or text == "random":
        return "random" if text else None
    return Path(text)

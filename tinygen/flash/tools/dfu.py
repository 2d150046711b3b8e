"""dfu-util (Debian): boards with a USB boot loader, such as STM32's own or Arduino's."""

import re
from collections.abc import Sequence

from tinygen.flash.contract import Found, Job, Tool, Trouble
from tinygen.flash.tool_run import ask, require_program


def find(job: Job) -> Sequence[Found]:
    """Return the boot loaders of the board's kind that ``dfu-util --list`` shows."""
    text = ask(require_program(TOOL), "--list")
    ids, alternate = TOOL.part(job), job.board.flash.get("dfu_alt", "0")
    pattern = rf'Found DFU: \[{ids}\].*alt={alternate}, name="([^"]*)", serial="([^"]*)"'
    return [Found(f"DFU {name}", serial) for name, serial in re.findall(pattern, text)]


def command(job: Job) -> list[str]:
    """Return the arguments; ``leave`` starts the image."""
    probe = ["--serial", job.serial] if job.serial else []
    alternate = job.board.flash.get("dfu_alt", "0")
    where = f"{job.address:#010x}:leave"
    return [
        *("--device", f",{TOOL.part(job)}", "--alt", alternate, *probe),
        *("--dfuse-address", where, "--download", str(job.binary)),
    ]


TOOL = Tool(
    name="dfu",
    order=50,
    programs=("dfu-util",),
    install="sudo apt-get install dfu-util",
    key="dfu",
    find=find,
    command=command,
    troubles=(
        (r"LIBUSB_ERROR_ACCESS|Cannot open DFU device", Trouble.NO_ACCESS),
        (r"More than one DFU capable", Trouble.TWO_PROBES),
        (r"No DFU capable USB device", Trouble.NO_PROBE),
        (r"not writeable|can not be erased", Trouble.PROTECTED),
        (r"Last page at .* is not|errADDRESS|memory address .* out of range", Trouble.TOO_BIG),
        (r"errVERIFY", Trouble.NOT_VERIFIED),
        (r"errVENDOR", Trouble.PROTECTED),
    ),
)

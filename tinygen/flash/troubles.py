"""Each way flashing fails, in words with a way out."""

import re

from tinygen.errors import DeviceError
from tinygen.flash.contract import Job, Tool, Trouble

_ADVICE = {
    Trouble.NO_PROBE: (
        "{tool} finds no probe for {board}",
        "plug the board in with a data cable at its debug connector; 'lsusb' must list it",
    ),
    Trouble.TWO_PROBES: (
        "{tool} finds more than one probe",
        "name one with --serial, or unplug the others",
    ),
    Trouble.WRONG_CHIP: (
        "the chip that {tool} sees is not that of {board} ({part})",
        "check which board is plugged in; build for that one with --board",
    ),
    Trouble.UNKNOWN_PART: (
        "{tool} does not know the part '{part}'",
        "with pyOCD: 'pyocd pack install {part}'; with others: update the tool",
    ),
    Trouble.PROTECTED: (
        "the flash of {board} is write-protected",
        "lift the protection, which erases the part: docs/boards has the command for each family",
    ),
    Trouble.TOO_BIG: (
        "the image does not fit the chip that {tool} sees",
        "the chip has less flash than {board}'s: check which board is plugged in",
    ),
    Trouble.NO_ACCESS: (
        "{tool} may not use the probe",
        "close what else uses it; install the udev rules of docs/boards/udev.md, replug",
    ),
    Trouble.NO_ANSWER: (
        "the probe is there, but the chip does not answer",
        "check the board's supply and its debug jumpers; hold reset while flashing begins",
    ),
    Trouble.NOT_VERIFIED: (
        "the flash of {board} does not hold what was written",
        "flash again; if it stays, the part is worn or its supply too low",
    ),
}


def trouble_error(trouble: Trouble, tool: Tool, job: Job, said: str = "") -> DeviceError:
    """Return what to raise; ``said`` is the line in which the tool said so."""
    message, hint = _ADVICE[trouble]
    words = {"tool": tool.name, "board": job.board.id, "part": tool.part(job) or job.board.id}
    text = message.format(**words)
    return DeviceError(f"{text}: {said}" if said else text, hint=hint.format(**words))


def explain(tool: Tool, job: Job, lines: list[str], status: int) -> DeviceError:
    """Return the error that a failed tool's output means."""
    for pattern, trouble in tool.troubles:
        for line in lines:
            if re.search(pattern, line):
                return trouble_error(trouble, tool, job, line.strip())
    last = next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")
    return DeviceError(
        f"{tool.name} failed with status {status}: {last}",
        hint="run again with --verbose to see all it says, or choose another --tool",
    )

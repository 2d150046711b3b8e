"""pyOCD (PyPI): CMSIS-DAP, ST-LINK and J-Link probes."""

import json
from collections.abc import Sequence

from tinygen.flash.contract import Found, Job, Tool, Trouble
from tinygen.flash.tool_run import ask, require_program


def find(job: Job) -> Sequence[Found]:
    """Return the probes that ``pyocd json --probes`` lists."""
    del job
    text = ask(require_program(TOOL), "json", "--probes")
    try:
        boards = json.loads(text[text.index("{") :]).get("boards", [])
    except ValueError:
        return []
    return [Found(b.get("info", "probe"), b.get("unique_id", "")) for b in boards]


def command(job: Job) -> list[str]:
    """Return the arguments; ``load`` compares every page and resets at its end."""
    probe = ["--uid", job.serial] if job.serial else []
    target = ["--target", TOOL.part(job)]
    return ["load", "--no-wait", *probe, *target, "--format", "elf", str(job.elf)]


TOOL = Tool(
    name="pyocd",
    order=10,
    programs=("pyocd",),
    install="pip install pyocd",
    key="pyocd",
    find=find,
    command=command,
    troubles=(
        (r"No connected debug probe|No target device available", Trouble.NO_PROBE),
        (r"not recognized", Trouble.UNKNOWN_PART),
        (r"no memory region defined|bad CTRL-AP IDR", Trouble.WRONG_CHIP),
        (r"APPROTECT enabled|unable to unlock|(write|read).?protect", Trouble.PROTECTED),
        (r"Access denied|insufficient permissions|Errno 13|Resource busy", Trouble.NO_ACCESS),
        (r"No ACK|communication failure|[Tt]imed? ?out", Trouble.NO_ANSWER),
        (r"(program page|erase \w+) failure", Trouble.PROTECTED),
    ),
)

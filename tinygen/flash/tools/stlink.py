"""stlink's st-flash (Debian): ST's boards over their own ST-LINK."""

import re
from collections.abc import Sequence

from tinygen.flash.contract import Found, Job, Tool, Trouble
from tinygen.flash.tool_run import ask


def find(job: Job) -> Sequence[Found]:
    """Return the programmers that ``st-info --probe`` lists."""
    del job
    text = ask("st-info", "--probe")
    found = []
    for block in re.split(r"(?m)^\s*version:", text)[1:]:
        serial = re.search(r"serial:\s*(\S+)", block)
        kind = re.search(r"(?:dev-type|descr):\s*(.+)", block)
        name = f"ST-LINK with {kind.group(1).strip()}" if kind else "ST-LINK"
        found.append(Found(name, serial.group(1) if serial else ""))
    return found


def command(job: Job) -> list[str]:
    """Return the arguments; st-flash verifies what it wrote."""
    probe = ["--serial", job.serial] if job.serial else []
    return ["--reset", *probe, "write", str(job.binary), f"{job.address:#x}"]


TOOL = Tool(
    name="stlink",
    order=30,
    programs=("st-flash",),
    install="sudo apt-get install stlink-tools",
    key="stlink",
    find=find,
    command=command,
    troubles=(
        (r"LIBUSB_ERROR_(ACCESS|BUSY)|[Aa]ccess denied", Trouble.NO_ACCESS),
        (r"Couldn't find any ST-Link", Trouble.NO_PROBE),
        (r"unknown chip id|Could not find chip id", Trouble.WRONG_CHIP),
        (r"write protected|[Ff]lash unlock failed|Failed to unlock flash", Trouble.PROTECTED),
        (r"addr too (high|low)|not a multiple of current pagesize", Trouble.TOO_BIG),
        (r"Verification of flash failed", Trouble.NOT_VERIFIED),
        (r"voltage .* too low|Could not open stlink|timeout", Trouble.NO_ANSWER),
    ),
)

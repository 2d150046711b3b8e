"""esptool (PyPI): Espressif's chips over their serial port.

tinygen builds for Cortex-M, so no board of its own has the key ``esptool``; a board file
for a project of one's own may.
"""

from collections.abc import Sequence

from tinygen.flash.contract import Found, Job, Tool, Trouble


def find(job: Job) -> Sequence[Found]:
    """Return the port that the user named."""
    return [Found(f"serial port {job.port}")] if job.port else []


def command(job: Job) -> list[str]:
    """Return the arguments; esptool verifies by checksum."""
    port = ["--port", job.port] if job.port else []
    reset = ["--before", "default-reset", "--after", "hard-reset"]
    where = f"{job.address:#x}"
    return ["--chip", TOOL.part(job), *port, *reset, "write-flash", where, str(job.binary)]


TOOL = Tool(
    name="esptool",
    order=70,
    programs=("esptool", "esptool.py"),
    install="pip install esptool",
    key="esptool",
    find=find,
    command=command,
    troubles=(
        (r"Permission denied|Could not exclusively lock|port is busy", Trouble.NO_ACCESS),
        (r"could not open port|Could not open|port is correct|No serial", Trouble.NO_PROBE),
        (r"This chip is|[Ww]rong (chip|--chip)|not .*expected chip", Trouble.WRONG_CHIP),
        (r"does not fit|exceeds|larger than .*flash", Trouble.TOO_BIG),
        (r"[Ww]rite protect", Trouble.PROTECTED),
        (r"MD5 of file does not match|[Vv]erify failed", Trouble.NOT_VERIFIED),
        (r"Failed to connect|No serial data received", Trouble.NO_ANSWER),
    ),
)

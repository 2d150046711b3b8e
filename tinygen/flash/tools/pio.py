"""PlatformIO's official platform: it fetches its own tools, so it needs the network once."""

from collections.abc import Sequence

from tinygen.errors import UsageError
from tinygen.flash.contract import Found, Job, Tool, Trouble


def find(job: Job) -> Sequence[Found]:
    """Return the project's environment of the official platform.

    Raises:
        UsageError: It has none.
    """
    name = environment(job)
    if not name:
        raise UsageError(
            f"no official platform of PlatformIO has {job.board.id}", hint="choose another --tool"
        )
    return [Found(f"environment {name}")]


def environment(job: Job) -> str:
    """Return the name of the official platform's environment in platformio.ini; or ""."""
    if job.board.framework:
        return job.board.id
    prefix = f"[env:{job.board.id}_"
    path = job.project / "platformio.ini"
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return next((line.strip()[5:-1] for line in lines if line.startswith(prefix)), "")


def command(job: Job) -> list[str]:
    """Return the arguments."""
    port = ["--upload-port", job.port] if job.port else []
    name = environment(job) or job.board.id
    return ["run", "-d", str(job.project), "-e", name, "-t", "upload", *port]


TOOL = Tool(
    name="pio",
    order=None,
    programs=("pio", "platformio"),
    install="pip install platformio",
    key="",
    find=find,
    command=command,
    troubles=(
        (r"HTTPClientError|InternetConnectionError", Trouble.UNKNOWN_PART),
        (r"open failed|No DFU capable|Couldn't find any ST-Link", Trouble.NO_PROBE),
        (r"LIBUSB_ERROR_ACCESS|Permission denied", Trouble.NO_ACCESS),
        (r"UNEXPECTED|unknown chip id", Trouble.WRONG_CHIP),
        (r"Verify Failed", Trouble.NOT_VERIFIED),
    ),
)

"""OpenOCD (Debian): any probe; the board's file names its configuration files."""

from tinygen.flash.contract import Job, Tool, Trouble
from tinygen.flash.usb import CMSIS_DAP, J_LINK, ST_LINK, finder


def command(job: Job) -> list[str]:
    """Return the arguments; files of one board are separated by commas."""
    files = [word for file in TOOL.part(job).split(",") for word in ("-f", file)]
    probe = ["-c", f"adapter serial {job.serial}"] if job.serial else []
    return [*files, *probe, "-c", f"program {{{job.elf}}} verify reset exit"]


TOOL = Tool(
    name="openocd",
    order=20,
    programs=("openocd",),
    install="sudo apt-get install openocd",
    key="openocd",
    find=finder(*ST_LINK, *CMSIS_DAP, *J_LINK),
    command=command,
    troubles=(
        (r"LIBUSB_ERROR_(ACCESS|BUSY)", Trouble.NO_ACCESS),
        (r"Multiple devices found", Trouble.TWO_PROBES),
        (r"open failed|unable to find a matching|No J-Link device found", Trouble.NO_PROBE),
        (r"Can't find (board|target|interface)/", Trouble.UNKNOWN_PART),
        (r"UNEXPECTED|Cannot identify target", Trouble.WRONG_CHIP),
        (r"no flash bank found|too (big|large)|[Ww]rite past end|exceeds", Trouble.TOO_BIG),
        (r"protected|WRPERR|wrperr|APPROTECT", Trouble.PROTECTED),
        (r"Verify Failed|checksum mismatch|contents differ", Trouble.NOT_VERIFIED),
        (r"unable to connect to the target|init mode failed|may be too low", Trouble.NO_ANSWER),
    ),
)

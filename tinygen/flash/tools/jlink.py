"""SEGGER's J-Link Commander: the J-Link on Nordic's kits, and any other."""

from tinygen.flash.contract import Job, Tool, Trouble
from tinygen.flash.usb import J_LINK, finder

SCRIPT = "flash.jlink"


def command(job: Job) -> list[str]:
    """Return the arguments, and write the script they name into the build's folder."""
    script = job.binary.with_name(SCRIPT)
    where = f"{job.address:#x}"
    script.write_text(
        f"r\nh\nloadbin {job.binary.resolve()} {where}\n"
        f"verifybin {job.binary.resolve()} {where}\nr\ng\nqc\n"
    )
    probe = ["-USB", job.serial] if job.serial else []
    device = ["-device", TOOL.part(job), "-if", "SWD", "-speed", "4000", "-autoconnect", "1"]
    return ["-NoGui", "1", "-ExitOnError", "1", *probe, *device, "-CommanderScript", str(script)]


TOOL = Tool(
    name="jlink",
    order=40,
    programs=("JLinkExe", "JLink.exe"),
    install="install SEGGER's J-Link Software and Documentation Pack",
    key="jlink",
    find=finder(*J_LINK),
    command=command,
    troubles=(
        (r"Cannot connect to (the )?J-Link|No emulators? connected", Trouble.NO_PROBE),
        (r"Unknown device|is unknown to this (software )?version", Trouble.UNKNOWN_PART),
        (r"[Cc]ore ID .* (does not match|unexpected)|found unexpected", Trouble.WRONG_CHIP),
        (r"protect|is secured|APPROTECT", Trouble.PROTECTED),
        (r"outside of the (flash|device)|does not fit|no flash bank", Trouble.TOO_BIG),
        (r"Verif\w+ failed|Verify failed", Trouble.NOT_VERIFIED),
        (r"Cannot connect to target|Could not connect|voltage too low", Trouble.NO_ANSWER),
    ),
)

"""esptool (PyPI): Espressif's chips over their serial port."""

from collections.abc import Sequence

from tinygen.flash.contract import Found, Job, Tool, Trouble

# ESP-IDF Programming Guide (ESP32-S3, ESP32-C3): "Bootloader" for the first address,
# "Partition Tables" for the second; the third is "otadata" in the Arduino core's tables.
_BOOT_LOADER, _PARTITIONS, _CHOICE = 0x0, 0x8000, 0xE000
_NO_CHOICE = b"\xff" * 0x2000  # "Over The Air Updates": erased, the first is booted


def find(job: Job) -> Sequence[Found]:
    """Return the port that the user named."""
    return [Found(f"serial port {job.port}")] if job.port else []


def command(job: Job) -> list[str]:
    """Return the arguments, and write the one image that PlatformIO does not leave.

    The boot loader starts the first application when it is told of none, and verifies it;
    esptool verifies what it writes by checksum.
    """
    port = ["--port", job.port] if job.port else []
    reset = ["--before", "default-reset", "--after", "hard-reset"]
    images = {
        _BOOT_LOADER: job.binary.with_name("bootloader.bin"),
        _PARTITIONS: job.binary.with_name("partitions.bin"),
        _CHOICE: job.binary.with_name("first_application.bin"),
        job.address: job.binary,
    }
    images[_CHOICE].write_bytes(_NO_CHOICE)
    places = [word for at, path in images.items() for word in (f"{at:#x}", str(path))]
    return ["--chip", TOOL.part(job), *port, *reset, "write-flash", *places]


TOOL = Tool(
    name="esptool",
    order=70,
    programs=("esptool", "esptool.py"),
    install="pip install esptool",
    key="esptool",
    find=find,
    command=command,
    troubles=(
        (r"Permission denied|Could not exclusively lock|Errno 16", Trouble.NO_ACCESS),
        (r"could not open port|Could not open", Trouble.NO_PROBE),
        (r"This chip is|[Ww]rong (chip|--chip)|not .*expected chip", Trouble.WRONG_CHIP),
        (r"will not fit in|larger than the available flash", Trouble.TOO_BIG),
        (r"[Ww]rite protect", Trouble.PROTECTED),
        (r"MD5 of file does not match|[Vv]erify failed", Trouble.NOT_VERIFIED),
        (r"Failed to connect|No serial data received", Trouble.NO_ANSWER),
    ),
)

"""USB devices that are plugged in, as Linux lists them; nothing where it is not Linux."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tinygen.flash.contract import Found, Job

_DEVICES = Path("/sys/bus/usb/devices")
ST_LINK = tuple(f"0483:{p}" for p in ("3748", "374b", "374e", "374f", "3752", "3753", "3754"))
CMSIS_DAP = ("0d28:0204", "2e8a:000c")  # DAPLink; Raspberry Pi's Debug Probe
J_LINK = ("1366:",)  # SEGGER's vendor id


@dataclass(frozen=True, slots=True)
class UsbDevice:
    """One device: ``vendor:product`` in hex, its serial number and its own name."""

    ids: str
    serial: str
    name: str


def usb_devices(root: Path | None = None) -> tuple[UsbDevice, ...]:
    """Return all devices, sorted by their place on the bus."""
    found = []
    for folder in sorted((root or _DEVICES).glob("*")):
        vendor, product = _text(folder / "idVendor"), _text(folder / "idProduct")
        if vendor and product:
            name = _text(folder / "product") or "USB device"
            found.append(UsbDevice(f"{vendor}:{product}", _text(folder / "serial"), name))
    return tuple(found)


def finder(*ids: str) -> Callable[[Job], Sequence[Found]]:
    """Return a search for devices whose ids begin with one of these."""

    def find(job: Job) -> Sequence[Found]:
        del job
        return [Found(d.name, d.serial) for d in usb_devices() if d.ids.startswith(ids)]

    return find


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""

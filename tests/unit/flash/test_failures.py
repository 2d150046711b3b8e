"""What tools say when they fail becomes a message with a way out.

No probe or board was at hand. What is known of each text stands beside it: the tool was
run (tests/unit/flash/test_real_tools.py does so again where it is installed), or its text
is in the tool (pyOCD 0.46, esptool 5.0, Debian's OpenOCD 0.12, stlink 1.7, dfu-util 0.11),
filled in by us; J-Link's were written from memory.
"""

import pytest

from tests.unit.flash.tool_output import OK, plug_for
from tinygen.errors import DeviceError
from tinygen.flash.flash import flash
from tinygen.progress import Silent

SEEN = [
    ("pyocd", "0000954 E No target device available [load_cmd]", "finds no probe for"),
    ("openocd", "Error: open failed", "finds no probe for"),
    (
        "stlink",
        "2026-11-21T11:45:02 WARN usb.c: Couldn't find any ST-Link devices",
        "finds no probe for",
    ),
    ("dfu", "dfu-util: No DFU capable USB device available", "finds no probe for"),
    (
        "esptool",
        "Could not open /dev/ttyUSB0, the port is busy or doesn't exist.",
        "finds no probe for",
    ),
    (
        "esptool",
        "/dev/ttyUSB0 failed to connect: Failed to connect to ESP32-S3: No serial data received.",
        "does not answer",
    ),
]
IN_THE_TOOL = [
    ("pyocd", "No connected debug probe matches unique ID '1'", "finds no probe for"),
    (
        "pyocd",
        "C Target type stm32f446retx not recognized. Use 'pyocd list",
        "does not know the part",
    ),
    (
        "pyocd",
        "E no memory region defined for address 0x08000000",
        "the chip that pyocd sees is not",
    ),
    ("pyocd", "W NRF52840 APPROTECT enabled: not automatically unlocking", "is write-protected"),
    ("pyocd", "C Memory transfer fault: No ACK received", "the chip does not answer"),
    ("openocd", "Error: libusb_open() failed with LIBUSB_ERROR_ACCESS", "may not use the probe"),
    ("openocd", "Warn : UNEXPECTED idcode: 0x6ba02477", "the chip that openocd sees is not"),
    ("openocd", "Error: wait_flash_op_queue, WRPERR detected", "is write-protected"),
    ("openocd", "Error: no flash bank found for address 0x08080000", "does not fit the chip"),
    ("openocd", "** Verify Failed **", "does not hold what was written"),
    ("openocd", "Error: init mode failed (unable to connect to the target)", "does not answer"),
    ("stlink", "WARN common.c: unknown chip id! 0x450", "the chip that stlink sees is not"),
    ("stlink", "ERROR common.c: Flash memory is write protected", "is write-protected"),
    ("stlink", "ERROR common.c: addr too high", "does not fit the chip"),
    ("stlink", "ERROR common.c: Verification of flash failed at offset: 0", "does not hold"),
    ("dfu", "dfu-util: Last page at 0x0810ffff is not writeable", "is write-protected"),
    (
        "dfu",
        "Cannot open DFU device 2341:035b found on devnum 4 (LIBUSB_ERROR_ACCESS)",
        "may not use",
    ),
    (
        "esptool",
        "This chip is ESP32-C3, not ESP32-S3. Wrong chip argument?",
        "the chip that esptool sees is not",
    ),
    ("esptool", "MD5 of file does not match data in flash!", "does not hold what was written"),
]
FROM_MEMORY = [
    ("pyocd", "[Errno 13] Access denied (insufficient permissions)", "may not use the probe"),
    ("esptool", "[Errno 13] could not open port: Permission denied", "may not use the probe"),
    ("jlink", "Cannot connect to J-Link via USB.", "finds no probe for"),
    ("jlink", "Cannot connect to target.", "does not answer"),
]
FAILURES = SEEN + IN_THE_TOOL + FROM_MEMORY


@pytest.mark.parametrize(("name", "said", "message"), FAILURES)
def test_what_a_tool_says_becomes_a_message_with_a_way_out(bench, make_job, name, said, message):
    plug_for(bench, name, (1, f"some chatter\n{said}\nmore chatter\n"))
    if name == "openocd":
        sorted(bench.bus.iterdir())[1].joinpath("idVendor").write_text("ffff")
    job = make_job("esp32s3" if name == "esptool" else OK[name][0], port="/dev/ttyUSB0")
    with pytest.raises(DeviceError) as caught:
        flash(job, name, Silent())
    assert message in str(caught.value)
    assert str(caught.value).endswith(said)
    assert caught.value.hint

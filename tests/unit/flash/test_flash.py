"""Flashing with fake tools that print what the real ones print.

No probe or board was at hand. What is known of each output stands beside it: the tool was
run (tests/unit/flash/test_real_tools.py does so again where it is installed), or its text
is in the tool (pyOCD 0.46, esptool 5.0, Debian's OpenOCD 0.12, stlink 1.7, dfu-util 0.11),
filled in by us; J-Link's were written from memory. What tools print on success, and the
lists of st-info and dfu-util, were put together from their format strings.
"""

import json

import pytest

from tinygen.errors import DeviceError, ToolchainError, UsageError
from tinygen.flash.flash import dry_run, flash
from tinygen.flash.registry import flash_tools
from tinygen.progress import Silent

PYOCD_LIST = {"pyocd_version": "0.46.0", "version": {"major": 1, "minor": 1}, "status": 0}
ONE_PROBE = {"unique_id": "066EFF", "info": "STM32 STLink", "board_name": "NUCLEO-F446RE"}
ST_INFO = """Found 1 stlink programmers
  version:    V2J37S26
  serial:     066EFF
  flash:      524288 (pagesize: 16384)
  sram:       131072
  chipid:     0x421
  dev-type:   STM32F446
"""
DFU_LIST = """dfu-util 0.11

Found DFU: [2341:035b] ver=0200, devnum=20, cfg=1, intf=0, path="1-1", alt=1, name="@External", serial="0042"
Found DFU: [2341:035b] ver=0200, devnum=20, cfg=1, intf=0, path="1-1", alt=0, name="@Internal Flash", serial="0042"
"""  # noqa: E501 - as it prints


class Steps(Silent):
    def __init__(self):
        self.steps = []

    def step(self, text):
        self.steps.append(text)


def pyocd_list(*probes):
    return (["json"], 0, json.dumps({**PYOCD_LIST, "boards": probes}))


def plug_for(bench, tool, outcome):
    """Make ``tool`` find one board; ``outcome`` is (status, output) of flashing."""
    bench.plug("0483:374b", "066EFF", "STM32 STLink")
    bench.plug("1366:1051", "683", "J-Link")
    match tool:
        case "pyocd":
            bench.add("pyocd", pyocd_list(ONE_PROBE), (["load"], *outcome))
        case "openocd":
            bench.add("openocd", ([], *outcome))
        case "stlink":
            bench.add("st-info", (["--probe"], 0, ST_INFO))
            bench.add("st-flash", ([], *outcome))
        case "jlink":
            bench.add("JLinkExe", ([], *outcome))
        case "dfu":
            bench.add("dfu-util", (["--list"], 0, DFU_LIST), (["--device"], *outcome))
        case "esptool":
            bench.add("esptool", (["--chip"], *outcome))


OK = {
    "pyocd": ("nucleo_f446re", "0001 I Erased 65536 bytes, programmed 65536 bytes [loader]\n"),
    "openocd": ("nrf52840_dk", "** Programming Started **\n** Verified OK **\n"),
    "stlink": ("nucleo_f446re", "INFO common.c: Flash written and verified! jolly good!\n"),
    "jlink": ("nrf52840_dk", "Verify successful.\n"),
    "dfu": ("portenta_h7", "Download\t[=====] 100%\rFile downloaded successfully\n"),
}


@pytest.mark.parametrize("name", OK)
def test_a_tool_flashes_verifies_and_resets(bench, make_job, name):
    board_id, said = OK[name]
    plug_for(bench, name, (0, said))
    if name == "openocd":  # one probe only, whichever it is
        next(bench.bus.iterdir())
        for folder in sorted(bench.bus.iterdir())[1:]:
            (folder / "idVendor").write_text("ffff")
    job = make_job(board_id)
    progress = Steps()
    chosen = flash(job, name, progress)
    assert chosen.tool.name == name
    arguments = bench.runs()[-1]
    elf, binary = str(job.elf), str(job.binary)
    assert (
        arguments
        == {
            "pyocd": [
                *("load", "--no-wait", "--uid", "066EFF", "--target", "stm32f446retx"),
                *("--format", "elf", elf),
            ],
            "openocd": [
                *("-f", "board/nordic_nrf52_dk.cfg", "-c", "adapter serial 066EFF"),
                *("-c", f"program {{{elf}}} verify reset exit"),
            ],
            "stlink": ["--reset", "--serial", "066EFF", "write", binary, "0x8000000"],
            "jlink": [
                *("-NoGui", "1", "-ExitOnError", "1", "-USB", "683", "-device", "nRF52840_xxAA"),
                *("-if", "SWD", "-speed", "4000", "-autoconnect", "1"),
                *("-CommanderScript", str(job.binary.with_name("flash.jlink"))),
            ],
            "dfu": [
                *("--device", ",2341:035b", "--alt", "0", "--serial", "0042"),
                *("--dfuse-address", "0x08040000:leave", "--download", binary),
            ],
        }[name]
    )
    assert progress.steps[0].startswith(f"flashing {board_id} with {name} over ")
    assert any(word in " ".join(progress.steps[1:]) for word in ("rogram", "erif", "ownload"))


def test_the_j_link_is_told_to_verify_and_start(bench, make_job):
    plug_for(bench, "jlink", (0, "O.K.\n"))
    job = make_job("nrf52840_dk")
    flash(job, "jlink", Silent())
    script = job.binary.with_name("flash.jlink").read_text().split("\n")
    assert script[2:] == [
        f"loadbin {job.binary} 0x0",
        f"verifybin {job.binary} 0x0",
        *("r", "g", "qc", ""),
    ]


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


def test_a_failure_nobody_knows_gives_the_tools_last_line(bench, make_job):
    plug_for(bench, "pyocd", (3, "strange\nstranger\n"))
    with pytest.raises(DeviceError) as caught:
        flash(make_job(), "pyocd", Silent())
    assert str(caught.value) == "pyocd failed with status 3: stranger"
    assert "--verbose" in caught.value.hint


def test_two_probes_are_named(bench, make_job):
    other = {**ONE_PROBE, "unique_id": "0671FF"}
    bench.add("pyocd", pyocd_list(ONE_PROBE, other))
    with pytest.raises(DeviceError) as caught:
        flash(make_job(), "auto", Silent())
    assert str(caught.value) == (
        "pyocd finds more than one probe: STM32 STLink 066EFF, STM32 STLink 0671FF"
    )
    assert caught.value.hint == "name one with --serial, or unplug the others"


def test_a_serial_number_chooses_among_probes(bench, make_job):
    other = {**ONE_PROBE, "unique_id": "0671FF"}
    bench.add("pyocd", pyocd_list(ONE_PROBE, other), (["load"], 0, ""))
    flash(make_job(serial="0671FF"), "auto", Silent())
    assert bench.runs()[-1][2:4] == ["--uid", "0671FF"]


def test_a_serial_number_that_is_not_there_lists_those_that_are(bench, make_job):
    bench.add("pyocd", pyocd_list(ONE_PROBE))
    with pytest.raises(DeviceError) as caught:
        flash(make_job(serial="x"), "pyocd", Silent())
    assert str(caught.value) == "pyocd finds no probe with serial number x"
    assert caught.value.hint == "what it finds: STM32 STLink 066EFF"


def test_auto_takes_the_first_tool_that_finds_something(bench, make_job):
    bench.add("pyocd", pyocd_list())
    bench.add("openocd", ([], 0, "** Verified OK **\n"))
    bench.plug("0483:374b", "066EFF", "STM32 STLink")
    assert flash(make_job(), "auto", Silent()).tool.name == "openocd"


def test_no_probe_says_which_tools_looked(bench, make_job):
    bench.add("pyocd", pyocd_list())
    bench.add("openocd", ([], 0, ""))
    with pytest.raises(DeviceError) as caught:
        flash(make_job(), "auto", Silent())
    assert str(caught.value) == "no probe for nucleo_f446re found (looked with pyocd, openocd)"


@pytest.mark.usefixtures("bench")
def test_no_tool_says_how_to_install_one(make_job):
    with pytest.raises(ToolchainError) as caught:
        flash(make_job(), "auto", Silent())
    assert str(caught.value) == (
        "no tool that flashes nucleo_f446re is installed: pyocd, openocd, stlink, jlink"
    )
    assert caught.value.hint == "pip install pyocd"


@pytest.mark.usefixtures("bench")
def test_a_named_tool_that_is_missing_says_how_to_install_it(make_job):
    with pytest.raises(ToolchainError) as caught:
        flash(make_job(), "openocd", Silent())
    assert str(caught.value) == "openocd is not installed"
    assert caught.value.hint == "sudo apt-get install openocd"


@pytest.mark.usefixtures("bench")
def test_a_tool_that_cannot_flash_the_board_names_those_that_can(make_job):
    with pytest.raises(UsageError) as caught:
        flash(make_job(), "dfu", Silent())
    assert str(caught.value) == "dfu does not flash nucleo_f446re"
    assert caught.value.hint == "choose from auto, pyocd, openocd, stlink, jlink, gdb, pio"


@pytest.mark.usefixtures("bench")
def test_an_image_outside_the_flash_is_refused_before_any_tool_runs(make_job):
    with pytest.raises(DeviceError) as caught:
        flash(make_job(nbytes=524_289), "auto", Silent())
    assert str(caught.value) == (
        "the image (524289 bytes at 0x08000000) is not inside the flash of nucleo_f446re "
        "(0x08000000 to 0x08080000)"
    )


@pytest.mark.usefixtures("bench")
@pytest.mark.parametrize(
    "do", [lambda job: flash(job, "auto", Silent()), lambda j: dry_run(j, "auto")]
)
def test_an_emulated_board_has_nothing_to_flash(make_job, do):
    with pytest.raises(UsageError) as caught:
        do(make_job("qemu-m4"))
    assert str(caught.value) == "qemu-m4 is emulated: there is nothing to flash"
    assert "--tool gdb" in caught.value.hint


@pytest.mark.usefixtures("bench")
def test_an_image_that_is_gone_is_named(make_job):
    job = make_job()
    job.binary.unlink()
    with pytest.raises(UsageError, match=f"^no {job.binary}$"):
        flash(job, "auto", Silent())


@pytest.mark.usefixtures("bench")
def test_an_esp32_without_a_port_asks_for_one(bench, make_job):
    bench.add("esptool")
    with pytest.raises(DeviceError) as caught:
        flash(make_job("esp32s3"), "auto", Silent())
    assert caught.value.hint == "name its serial port with --port, such as --port /dev/ttyUSB0"


def test_dry_run_prints_the_commands_and_runs_nothing(bench, make_job):
    job = make_job()
    text = dry_run(job, "auto")
    assert text.splitlines()[0] == (
        f"pyocd load --no-wait --target stm32f446retx --format elf {job.elf}"
    )
    assert text.splitlines()[2] == f"st-flash --reset write {job.binary} 0x8000000"
    assert bench.runs() == []


def test_an_esp32_is_flashed_with_all_that_its_boot_loader_reads(bench, make_job):
    said = "Wrote 1000 bytes at 0x00010000 in 0.1 seconds\nHash of data verified.\n"
    bench.add("esptool", (["--chip"], 0, said))
    job = make_job("esp32s3", port="/dev/ttyUSB0")
    assert flash(job, "auto", Silent()).tool.name == "esptool"
    folder = job.binary.parent
    assert bench.runs()[-1] == [
        *("--chip", "esp32s3", "--port", "/dev/ttyUSB0"),
        *("--before", "default-reset", "--after", "hard-reset", "write-flash"),
        *("0x0", str(folder / "bootloader.bin"), "0x8000", str(folder / "partitions.bin")),
        *("0xe000", str(folder / "first_application.bin"), "0x10000", str(job.binary)),
    ]
    assert (folder / "first_application.bin").read_bytes() == b"\xff" * 8192


@pytest.mark.usefixtures("bench")
def test_dry_run_of_an_esp32_shows_both_ways(make_job):
    job = make_job("esp32c3")
    assert dry_run(job, "auto").startswith("esptool --chip esp32c3 --before default-reset ")
    assert dry_run(job, "pio") == f"pio run -d {job.project} -e esp32c3 -t upload"


def test_every_tool_is_found_by_its_file():
    assert list(flash_tools()) == [
        *("pyocd", "openocd", "stlink", "jlink", "dfu", "uf2", "esptool", "gdb", "pio")
    ]

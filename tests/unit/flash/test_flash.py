"""Flashing with fake tools that print what the real ones print: tool_output.py."""

import pytest

from tests.unit.flash.tool_output import OK, ONE_PROBE, plug_for, pyocd_list
from tinygen.errors import DeviceError, ToolchainError, UsageError
from tinygen.flash.flash import dry_run, flash
from tinygen.flash.registry import flash_tools
from tinygen.progress import Silent


class Steps(Silent):
    def __init__(self):
        self.steps = []

    def step(self, text):
        self.steps.append(text)


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

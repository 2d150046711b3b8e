"""What the real flash tools print where they find a board, for fake tools to print.

Put together from the format strings of pyOCD 0.46, Debian's stlink 1.7 and dfu-util 0.11.
"""

import json

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

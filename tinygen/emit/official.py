"""PlatformIO's official platforms: which one has a board, pinned."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OfficialPlatform:
    """A platform of PlatformIO's registry at one version, and its id of the board."""

    name: str
    version: str
    board: str


def _ststm32(board: str) -> OfficialPlatform:
    return OfficialPlatform("ststm32", "19.6.0", board)


# By tinygen's board id. Source: the ``boards`` folders of platform-ststm32 19.6.0 and
# platform-nordicnrf52 10.11.0; both build without a framework.
OFFICIAL = {
    "disco_f407vg": _ststm32("disco_f407vg"),
    "disco_l475vg_iot01a": _ststm32("disco_l475vg_iot01a"),
    "nucleo_f446re": _ststm32("nucleo_f446re"),
    "nucleo_f767zi": _ststm32("nucleo_f767zi"),
    "nucleo_l4r5zi": _ststm32("nucleo_l4r5zi"),
    "nucleo_u575zi_q": _ststm32("nucleo_u575zi_q"),
    "stm32h7": _ststm32("nucleo_h743zi"),
    "nrf52840_dk": OfficialPlatform("nordicnrf52", "10.11.0", "nrf52840_dk"),
}

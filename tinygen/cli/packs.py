"""``tinygen packs``: fetch the index of CMSIS packs, look into it, add packs."""

from pathlib import Path

import click

from tinygen.errors import UsageError
from tinygen.packs.client import add_file, download, update
from tinygen.packs.device import find_device
from tinygen.packs.store import (
    TFLM_PACKS,
    PackRef,
    descriptors,
    downloaded,
    find_pack,
    pack_path,
    read_devices,
)

_MOST = 40


@click.group("packs")
def command() -> None:
    """CMSIS packs: device descriptions and sources.

    TINYGEN_PACK_INDEX names a mirror's index or a folder of .pack files.
    """


@command.command("update")
def update_command() -> None:
    """Fetch the index and the description of every pack in it."""
    count = update()
    click.echo(f"{count} packs, {len(read_devices())} devices")


@command.command("search")
@click.argument("word")
def search(word: str) -> None:
    """Show packs and devices whose name has WORD in it."""
    known = [ref for ref in sorted(descriptors()) if word.lower() in str(ref).lower()]
    devices = [name for name in sorted(read_devices()) if word.lower() in name.lower()]
    if not known and not devices:
        raise UsageError(
            f"no pack and no device has '{word}' in its name",
            hint="'tinygen packs update' fetches the index",
        )
    for row in [*(f"pack    {ref}" for ref in known), *(f"device  {name}" for name in devices)][
        :_MOST
    ]:
        click.echo(row)
    if len(known) + len(devices) > _MOST:
        click.echo(f"... and {len(known) + len(devices) - _MOST} more")


@command.command("add")
@click.argument("what", nargs=-1, required=True)
def add(what: tuple[str, ...]) -> None:
    """Fetch packs: VENDOR::NAME[@VERSION], a device, a .pack file, or 'tflm'.

    'tflm' stands for the packs of TensorFlow Lite Micro.
    """
    for one in what:
        if one.endswith(".pack"):
            click.echo(f"added {add_file(Path(one))}")
            continue
        for ref in _meant(one):
            path = download(ref)
            click.echo(f"added {ref}, {path.stat().st_size:,} bytes")


def _meant(text: str) -> list[PackRef]:
    if text == "tflm":
        return [find_pack(name) for name in TFLM_PACKS]
    return [find_pack(text)] if "::" in text else [find_device(text).pack]


@command.command("list")
def list_command() -> None:
    """Show the packs on this machine."""
    for ref in downloaded():
        click.echo(f"{ref!s:<48}{pack_path(ref).stat().st_size:>12,} bytes")

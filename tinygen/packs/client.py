"""Fetch pack indexes, descriptors and packs with cmsis-pack-manager, and say what failed."""

import json
import os
import re
import shutil
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from tinygen.errors import ToolchainError, UsageError
from tinygen.packs.store import (
    PackRef,
    descriptors,
    merge_devices,
    pack_path,
    require_sound,
    store_dir,
    store_file,
)

VARIABLE = "TINYGEN_PACK_INDEX"
PUBLIC_INDEX = "http://www.keil.com/pack/index.pidx"  # the pack manager's own default
_TIMEOUT_S = 10
_URL = re.compile(r"<url>\s*([^<\s]*)\s*</url>")
_NETWORK_HINT = (
    f"set {VARIABLE} to a mirror's index (http://.../index.pidx) or to a folder of .pack files, "
    "if this machine has no open network"
)


def update() -> int:
    """Fetch the index and every descriptor in it; return how many packs it names.

    ``TINYGEN_PACK_INDEX`` names another index, or a folder of ``.pack`` files.

    Raises:
        ToolchainError: Nothing came, a pack is damaged, or the pack manager is missing.
        UsageError: The folder holds no pack.
    """
    place = os.environ.get(VARIABLE, "")
    if place and "://" not in place:
        return _add_folder(Path(place))
    if place:
        _require_reachable(place, "the pack index")
    with _staging() as stage:
        listing = stage / "indexes.txt"
        listing.write_text(f"{place}\n", encoding="utf-8")
        cache = _cache(stage, str(listing) if place else None)
        cache.cache_descriptors()
        found = sorted(stage.glob("*.pdsc"))
        if not found:
            _require_reachable(place or PUBLIC_INDEX, "the pack index")
            raise ToolchainError(
                f"no pack came from the pack index {place or PUBLIC_INDEX}", hint=_NETWORK_HINT
            )
        for path in found:
            text = path.read_text(encoding="utf-8", errors="replace")
            store_file(store_dir() / path.name, _mirrored(text, place).encode())
        merge_devices(_index(stage))
    return len(found)


def download(ref: PackRef) -> Path:
    """Fetch a pack unless it is there, check it, and return where it is.

    Raises:
        ToolchainError: It cannot be fetched, or is damaged.
    """
    path = pack_path(ref)
    if path.is_file():
        return path
    _cache(store_dir()).download_pack_list([_client_ref(ref)])
    if not path.is_file():
        url = _pack_url(ref)
        _require_reachable(url, str(ref))
        raise ToolchainError(f"cannot fetch {ref} from {url}", hint=_NETWORK_HINT)
    require_sound(path, str(ref))
    return path


def add_file(pack: Path) -> PackRef:
    """Take a ``.pack`` file into the store and return what it holds.

    Raises:
        ToolchainError: It is damaged.
        UsageError: It is not there, or has no descriptor.
    """
    if not pack.is_file():
        raise UsageError(f"no file {pack}", hint="name a .pack file, or a pack as VENDOR::NAME")
    with _staging() as stage:
        copy = stage / pack.name
        shutil.copyfile(pack, copy)
        require_sound(copy, str(pack))
        text = _descriptor(copy, str(pack))
        ref = _described(text.decode("utf-8", "replace"), str(pack))
        descriptor = stage / f"{ref.vendor}.{ref.name}.{ref.version}.pdsc"
        descriptor.write_bytes(text)
        _cache(stage).add_pack_from_path(str(descriptor))  # of a pack it makes no index
        store_file(store_dir() / descriptor.name, text)
        store_file(pack_path(ref), copy.read_bytes())
        merge_devices(_index(stage))
    return ref


def _add_folder(folder: Path) -> int:
    packs = sorted(folder.rglob("*.pack"))
    if not packs:
        raise UsageError(f"{VARIABLE}={folder} holds no .pack file", hint="name another folder")
    for pack in packs:
        add_file(pack)
    return len(packs)


def _descriptor(pack: Path, name: str) -> bytes:
    """Return a pack's ``.pdsc`` file, which is at its top."""
    with zipfile.ZipFile(pack) as archive:
        for member in archive.namelist():
            if "/" not in member and member.lower().endswith(".pdsc"):
                return archive.read(member)
    raise UsageError(f"{name} has no .pdsc file", hint="it is not a CMSIS pack")


def _described(text: str, name: str) -> PackRef:
    """Read vendor, name and newest version out of a descriptor."""
    patterns = (
        r"<vendor>\s*([^<\s]+)\s*</vendor>",
        r"<name>\s*([^<\s]+)\s*</name>",
        r'<release\b[^>]*\bversion="([^"]+)"',
    )
    fields = [found.group(1) for pattern in patterns if (found := re.search(pattern, text))]
    if len(fields) != len(patterns):
        raise UsageError(f"{name} names no vendor, name or version", hint="ask its maker")
    return PackRef(*fields)


def _mirrored(text: str, index: str) -> str:
    """Let a descriptor's pack come from the index's own host, which a mirror is meant to be."""
    if not index:
        return text
    found = _URL.search(text)
    if found is None or urlsplit(found.group(1)).netloc == urlsplit(index).netloc:
        return text
    return text[: found.start(1)] + urljoin(index, ".") + text[found.end(1) :]


def _pack_url(ref: PackRef) -> str:
    text = descriptors()[ref].read_text(encoding="utf-8", errors="replace")
    found = _URL.search(text)
    base = found.group(1) if found else ""
    return f"{base.rstrip('/')}/{ref.vendor}.{ref.name}.{ref.version}.pack"


def _require_reachable(url: str, what: str) -> None:
    """Say why an address does not answer; the pack manager passes over it in silence."""
    if urlsplit(url).scheme not in {"http", "https"}:
        raise UsageError(f"{what} is at '{url}'", hint="an address starts with http:// or https://")
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT_S) as answer:  # noqa: S310 - http(s) only
            answer.read(1)
    except (urllib.error.URLError, OSError) as error:
        if isinstance(error, urllib.error.HTTPError):
            error.close()  # it holds the connection
        reason = getattr(error, "reason", None) or error
        raise ToolchainError(
            f"cannot fetch {what} from {url}: {reason}", hint=_NETWORK_HINT
        ) from error


def _index(stage: Path) -> dict[str, Any]:
    path = stage / "index.json"
    if not path.is_file():
        return {}
    devices: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return devices


@contextmanager
def _staging() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="tinygen-packs-") as folder:
        yield Path(folder)


def _cache(folder: Path, listing: str | None = None) -> Any:
    """Return the pack manager on a folder.

    Raises:
        ToolchainError: It is not installed.
    """
    try:
        from cmsis_pack_manager import Cache  # noqa: PLC0415 - optional
    except ImportError as error:
        raise ToolchainError(
            "cmsis-pack-manager is not installed", hint="pip install 'tinygen[packs]'"
        ) from error
    return Cache(True, False, json_path=str(folder), data_path=str(folder), vidx_list=listing)


def _client_ref(ref: PackRef) -> Any:
    from cmsis_pack_manager import CmsisPackRef  # noqa: PLC0415 - optional

    return CmsisPackRef(ref.vendor, ref.name, ref.version)

"""The packs on this machine: descriptors, downloaded packs, and the index of devices."""

import json
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Self

from tinygen.errors import ToolchainError, UsageError
from tinygen.resources import cache_dir
from tinygen.whole_file import write_whole

_INDEX = "index.json"
# What TensorFlow Lite Micro is made of; kissfft is for audio front ends alone.
TFLM_PACKS = (
    "tensorflow::tensorflow-lite-micro",
    "tensorflow::flatbuffers",
    "tensorflow::gemmlowp",
    "tensorflow::ruy",
    "tensorflow::kissfft",
    "ARM::CMSIS-NN",
)


@dataclass(frozen=True, slots=True, order=True)
class PackRef:
    """One version of one pack."""

    vendor: str
    name: str
    version: str

    @classmethod
    def of_descriptor(cls, path: Path) -> Self:
        """Read a reference off the name that the pack manager gives a descriptor.

        >>> str(PackRef.of_descriptor(Path("ARM.CMSIS-NN.7.0.0.pdsc")))
        'ARM::CMSIS-NN@7.0.0'
        """
        vendor, name, version = path.name.removesuffix(".pdsc").split(".", 2)
        return cls(vendor, name, version)

    def __str__(self) -> str:
        return f"{self.vendor}::{self.name}@{self.version}"


def store_dir() -> Path:
    """Return the folder in which descriptors and packs are kept."""
    return cache_dir() / "packs"


def descriptors() -> dict[PackRef, Path]:
    """Return the descriptor of every pack that is known."""
    paths = sorted(store_dir().glob("*.pdsc"))
    return {PackRef.of_descriptor(path): path for path in paths}


def pack_path(ref: PackRef) -> Path:
    """Return where a downloaded pack is; it may not exist."""
    return store_dir() / ref.vendor / ref.name / f"{ref.version}.pack"


def downloaded() -> list[PackRef]:
    """Return the packs that are on this machine."""
    return [ref for ref in sorted(descriptors()) if pack_path(ref).is_file()]


def find_pack(text: str) -> PackRef:
    """Return the pack that ``vendor::name`` or ``vendor::name@version`` means.

    Without a version it is the newest; case does not count.

    Raises:
        UsageError: No index has it.
    """
    wanted, _, version = text.partition("@")
    known = [
        ref
        for ref in descriptors()
        if f"{ref.vendor}::{ref.name}".lower() == wanted.lower() and version in {"", ref.version}
    ]
    if not known:
        raise UsageError(
            f"no pack '{text}'",
            hint="write it as VENDOR::NAME; 'tinygen packs update' fetches the index, "
            "'tinygen packs search WORD' looks into it",
        )
    return max(known, key=lambda ref: _version_key(ref.version))


def _version_key(version: str) -> tuple[tuple[int, str], ...]:
    """Return what versions are ordered by: numbers as numbers, a pre-release first.

    >>> _version_key("1.10.0") > _version_key("1.9.0") > _version_key("1.9.0-rc1")
    True
    """
    plain, _, suffix = version.partition("-")
    parts = [(int(p), "") if p.isdigit() else (0, p) for p in plain.split("+")[0].split(".")]
    return (*parts, (0, suffix) if suffix else (1, ""))


def read_devices() -> dict[str, Any]:
    """Return the index of devices, as the pack manager writes it, by device name."""
    path = store_dir() / _INDEX
    if not path.is_file():
        return {}
    devices: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return devices


def merge_devices(more: Mapping[str, Any]) -> None:
    """Add devices to the index; those of the same name are replaced."""
    merged = read_devices() | dict(more)
    store_file(store_dir() / _INDEX, json.dumps(dict(sorted(merged.items()))).encode())


def store_file(path: Path, content: bytes) -> None:
    """Write a file of the store whole or not at all.

    Raises:
        ToolchainError: The cache cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
    except OSError as error:
        raise ToolchainError(
            f"cannot write to the cache {path.parent}: {error.strerror}",
            hint="set XDG_CACHE_HOME to a folder that can be written",
        ) from error


def require_sound(path: Path, name: str) -> None:
    """Check a pack's checksums, and remove it when one is wrong.

    Raises:
        ToolchainError: It is damaged; the message names the file in it.
    """
    hint = "get it again; a proxy or a mirror may have cut it short"
    try:
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
    except (zipfile.BadZipFile, EOFError, OSError) as error:
        path.unlink(missing_ok=True)
        raise ToolchainError(f"{name} is not a pack: {error}", hint=hint) from error
    if damaged is not None:
        path.unlink(missing_ok=True)
        raise ToolchainError(f"{name} is damaged: the checksum of {damaged} is wrong", hint=hint)


def unpacked(ref: PackRef) -> Path:
    """Return the folder with a downloaded pack's content, unpacked once."""
    target = store_dir() / "unpacked" / ref.vendor / ref.name / ref.version
    if target.is_dir():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    staged = Path(tempfile.mkdtemp(prefix=f".{ref.version}.", dir=target.parent))
    try:
        with zipfile.ZipFile(pack_path(ref)) as archive:
            for name in archive.namelist():
                path = PurePosixPath(name)
                if not path.is_absolute() and ".." not in path.parts:
                    archive.extract(name, staged / "tree")
        if not target.is_dir():  # another tinygen may have been faster
            (staged / "tree").rename(target)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return target


def tflm_roots() -> list[Path]:
    """Return the unpacked packs of TensorFlow Lite Micro; empty where it is not there."""
    newest: dict[str, PackRef] = {}
    for ref in downloaded():
        name = f"{ref.vendor}::{ref.name}"
        old = newest.get(name)
        if old is None or _version_key(ref.version) > _version_key(old.version):
            newest[name] = ref
    if TFLM_PACKS[0] not in newest:
        return []
    return [unpacked(newest[name]) for name in TFLM_PACKS if name in newest]

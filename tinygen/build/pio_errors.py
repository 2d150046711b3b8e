"""Turn what PlatformIO printed before it failed into one error."""

import re
from collections.abc import Sequence

from tinygen.errors import DoesNotFitError, TinygenError, ToolchainError
from tinygen.manifest import Manifest

_OVERFLOW = re.compile(r"region [`'](\w+)' overflowed by (\d+) bytes?")
_ERRORS = (
    re.compile(r"^(?!collect2)[^ ].*: (?:fatal )?error: "),
    re.compile(r".*: (?:undefined reference to|multiple definition of) "),
    re.compile(r"^.*\bld(?:\.\w+)?: (?!warning)"),
    re.compile(r"^(?:Error: |\*{3} |\w*(?:Error|Exception): )"),
)
_LINKER = re.compile(r"^\S*/(?=ld(?:\.\w+)?: )")  # its folder is long and says nothing
_FULL = re.compile(r"No space left on device|Disk quota exceeded")
_VERBOSE = "run again with --verbose to see all that PlatformIO prints"


def explain(lines: Sequence[str], manifest: Manifest) -> TinygenError:
    """Return the error that ``lines``, the output of a failed build, tell of."""
    overflows = [m for line in lines if (m := _OVERFLOW.search(line))]
    sizes = {region.name: region.nbytes for region in manifest.regions}
    for found in overflows:
        region, too_many = found.group(1), int(found.group(2))
        if region in sizes:
            available = sizes[region]
            return DoesNotFitError(
                region, available + too_many, available, hint=_room_hint(region, manifest)
            )
    if any(_FULL.search(line) for line in lines):
        return ToolchainError(
            "the build failed: the disk is full",
            hint="make room where the project is and where the cache is (~/.cache, or "
            "XDG_CACHE_HOME); also in the folder for temporary files",
        )
    return ToolchainError(f"the build failed: {_first_error(lines)}", hint=_VERBOSE)


def _room_hint(region: str, manifest: Manifest) -> str:
    kind = next(r.kind for r in manifest.regions if r.name == region)
    way = "--optimize size" if kind == "flash" else "--optimize ram"
    return f"try {way}, a smaller model, or a board with more {region}"


def _first_error(lines: Sequence[str]) -> str:
    for pattern in _ERRORS:
        for line in lines:
            if pattern.match(line):
                return _LINKER.sub("", line.strip())
    return next(
        (line.strip() for line in reversed(lines) if line.strip()), "PlatformIO said nothing"
    )

"""Collect the files of CMSIS-NN that kernels need: their sources, what those call, headers."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from tinygen.errors import ToolchainError

PREFIX = "cmsis-nn/"
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n\\]|\\.)*", re.MULTILINE | re.DOTALL)
_NAME = re.compile(r"[A-Za-z_]\w*")
# At the left margin, as CMSIS-NN writes every definition: "arm_status arm_f(", "const T t[".
_DEFINITION = re.compile(
    r"^(?!static\b|extern\b|__STATIC|return\b|else\b|typedef\b)[A-Za-z_][\w \t*]*?[ \t*](\w+)\s*"
    r"(?:\([^;{}()]*(?:\([^()]*\)[^;{}()]*)*\)\s*\{|(?:\[[^\]]*\])+\s*(?:=|\w[^;{]*=))",
    re.MULTILINE,
)


def collect_files(folder: Path, sources: Iterable[str]) -> dict[str, bytes]:
    """Return the content of every file needed, by path under ``folder``, sorted.

    A file is needed when it is asked for, or when it defines a name that a needed file
    uses, whether or not the preprocessor leaves that use in: the linker drops the rest.

    Args:
        folder: It has ``Source`` and ``Include``.
        sources: Names as in `tinygen.ops.contract.Kernel`: ``cmsis-nn/F/x.c``; others
            are not this library's and are passed over.

    Raises:
        ToolchainError: This CMSIS-NN has no such file.
    """
    wanted = {f"Source/{s.removeprefix(PREFIX)}" for s in sources if s.startswith(PREFIX)}
    if not wanted:
        return {}
    texts = {
        path.relative_to(folder).as_posix(): _code(path)
        for path in sorted((folder / "Source").rglob("*.c"))
    }
    for name in sorted(wanted - texts.keys()):
        raise ToolchainError(
            f"{folder} has no {name}",
            hint="tinygen needs CMSIS-NN 5.0 to 7.0; unset TINYGEN_CMSIS_NN_DIR to use its own",
        )
    headers = (path.relative_to(folder) for path in (folder / "Include").rglob("*.h"))
    paths = [*_closure(texts, wanted), *(header.as_posix() for header in headers)]
    return {path: (folder / path).read_bytes() for path in sorted(paths)}


def _code(path: Path) -> str:
    """Return a file's text without comments and preprocessor lines."""
    text = path.read_text(encoding="utf-8", errors="replace")
    return _DIRECTIVE.sub("", _COMMENT.sub(" ", text))


def _closure(texts: Mapping[str, str], wanted: Iterable[str]) -> set[str]:
    definers: dict[str, set[str]] = {}
    for path, text in texts.items():
        for name in defined_names(text):
            definers.setdefault(name, set()).add(path)
    needed: set[str] = set()
    queue = sorted(wanted)
    while queue:
        path = queue.pop()
        if path not in needed:
            needed.add(path)
            used = set(_NAME.findall(texts[path]))
            queue += sorted(p for name in used & definers.keys() for p in definers[name])
    return needed


def defined_names(text: str) -> set[str]:
    r"""Return the functions and arrays that C text without comments defines for others.

    >>> sorted(defined_names("const short t[2] = {0};\nint f(int a)\n{ return g(a); }"))
    ['f', 't']
    """
    return set(_DEFINITION.findall(text))

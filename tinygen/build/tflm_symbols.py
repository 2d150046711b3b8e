"""Find out which source of a library defines a symbol, without compiling it."""

import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tinygen.build.toolchain import Compiler

_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n\\]|\\.)*", re.MULTILINE | re.DOTALL)
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_OPENING = re.compile(r"([A-Za-z_~][\w:~]*)\s*\(")
# What may stand between a function's parameters and its body.
_BODY = re.compile(r"\s*(?:const\b|noexcept\b|override\b|\s)*(?::[^;{}]*)?\{")
_TABLE = re.compile(
    r"^(?!static\b|extern\b)(?:[\w:<>*]+[ \t*]+)+(\w+)\s*(?:\[[^\]]*\]\s*)+=", re.MULTILINE
)
_TEMPLATE = re.compile(r"<[^<>]*>")
_SPECIAL = ("vtable for ", "typeinfo for ", "typeinfo name for ", "VTT for ")


@dataclass(frozen=True, slots=True)
class ObjectSymbols:
    """What an object file offers and asks for, as the linker calls it.

    Attributes:
        defined: Mangled.
        undefined: Mangled to demangled.
    """

    defined: frozenset[str]
    undefined: Mapping[str, str]


def read_symbols(path: Path, compiler: Compiler) -> ObjectSymbols:
    """Read an object file's symbol table with the compiler's ``nm``."""
    nm = compiler.path.with_name(compiler.path.name.replace("gcc", "gcc-nm"))
    rows, plain = (
        subprocess.run(
            [nm, "--format=posix", *options, path], capture_output=True, text=True, check=True
        ).stdout.splitlines()
        for options in ((), ("--demangle",))
    )
    defined, undefined = set(), {}
    for row, other in zip(rows, plain, strict=True):
        name, kind = row.split()[:2]
        if kind in {"U", "w", "v"}:
            undefined[name] = re.sub(rf"\s+{kind}\s*$", "", other).strip()
        elif kind.isupper() or kind in {"w", "v"}:
            defined.add(name)
    return ObjectSymbols(frozenset(defined), undefined)


def defined_words(text: str) -> set[str]:
    r"""Return the names of functions and tables that C or C++ text defines.

    Methods come as ``Class::name`` and as ``name``.

    >>> sorted(defined_words("int A::f(int a) const { return g(a); }\nint h(int);"))
    ['A::f', 'f']
    >>> sorted(defined_words("B::B(int x) : x_(x) {}\nconst short t[2] = {1, 2};"))
    ['B', 'B::B', 't']
    """
    text = _STRING.sub('""', _DIRECTIVE.sub("", _COMMENT.sub(" ", text)))
    found = {match.group(1) for match in _TABLE.finditer(text)}
    for match in _OPENING.finditer(text):
        end = _closing(text, match.end())
        if _BODY.match(text, end):
            parts = match.group(1).split("::")
            found |= {parts[-1], "::".join(parts[-2:])}
    return found


def _closing(text: str, start: int) -> int:
    """Return where the parenthesis that was opened just before ``start`` has closed."""
    depth, at = 1, start
    for at in range(start, min(len(text), start + 4000)):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if depth == 0:
            break
    return at + 1


def candidates(demangled: str, index: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """Return the sources that may define a symbol, the likeliest first.

    Args:
        demangled: As ``nm`` prints it, parameters included.
        index: Word of `defined_words` to names of sources.

    >>> candidates("tflite::A::f(int*)", {"A::f": ["a"], "f": ["a", "b"]})
    ['a', 'b']
    >>> candidates("vtable for tflite::A", {"A::~A": ["a"], "A::f": ["a"]})
    ['a']
    """
    for prefix in _SPECIAL:
        if demangled.startswith(prefix):
            name = demangled.removeprefix(prefix).split("::")[-1]
            return _unique(s for word in index if word.startswith(f"{name}::") for s in index[word])
    plain = demangled
    while _TEMPLATE.search(plain):
        plain = _TEMPLATE.sub("", plain)
    parts = plain.split("(")[0].split()[-1:] or [""]
    names = parts[0].split("::")
    words = ("::".join(names[-2:]), names[-1])
    return _unique(source for word in words for source in index.get(word, ()))


def _unique(sources: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(sources))

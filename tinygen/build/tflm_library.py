"""Compile the part of TensorFlow Lite Micro that an application needs, into the cache."""

import hashlib
import json
import os
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tinygen.build.tflm_source import TflmSource
from tinygen.build.tflm_symbols import ObjectSymbols, candidates, defined_words, read_symbols
from tinygen.build.toolchain import Compiler
from tinygen.core import Core
from tinygen.errors import ToolchainError
from tinygen.ops.contract import Optimize
from tinygen.progress import Progress
from tinygen.resources import cache_dir
from tinygen.workers import workers

# TFLM's own flags of a release build (tools/make/Makefile): no log, no checks that only
# a bug in TFLM could fail. Its headers differ by these, so the application has them too.
DEFINES = (
    *("TF_LITE_STATIC_MEMORY", "TF_LITE_DISABLE_X86_NEON", "TF_LITE_STRIP_ERROR_STRINGS"),
    *("NDEBUG", "CMSIS_NN"),
)
_COMMON = (
    *("-DARM_NN_ENABLE_F16=0", "-DARM_NN_ENABLE_F32=0", "-w"),
    *("-ffunction-sections", "-fdata-sections", "-fomit-frame-pointer", "-funsigned-char"),
    *("-fno-unwind-tables", "-fno-asynchronous-unwind-tables", "-fmessage-length=0"),
)
_CXX = (
    *("-std=c++17", "-fno-rtti", "-fno-exceptions", "-fno-threadsafe-statics"),
    "-fno-use-cxa-atexit",
)
_C = ("-std=c17",)
_HINT = "run again with --verbose; 'tinygen doctor' checks the compiler"


@dataclass(frozen=True, slots=True)
class Library:
    """The part of TFLM that an application needs, compiled.

    Attributes:
        archive: Content of the static library; the same sources, the same bytes.
        members: Names of its objects, such as ``lite.micro.kernels.add.o``.
        headers: Path as included to content, of every header that the application includes.
    """

    archive: bytes
    members: tuple[str, ...]
    headers: Mapping[str, bytes]


class LibraryBuilder:
    """Compiles one copy of TFLM for one core with one set of flags; keeps the objects."""

    def __init__(
        self, source: TflmSource, core: Core, optimize: Optimize, compiler: Compiler
    ) -> None:
        self._source, self._core, self._optimize, self._compiler = source, core, optimize, compiler
        self._sources = source.sources()
        flags = [self._flags("lite/micro/kernels/x"), DEFINES, _COMMON, _CXX, _C]
        key = json.dumps([source.fingerprint(), str(compiler), *flags])
        digest = hashlib.sha256(key.encode()).hexdigest()[:16]
        self._folder = cache_dir() / "tflm" / f"{core.name}-{digest}"

    def build(
        self, application: Mapping[str, str], includes: Sequence[Path], progress: Progress
    ) -> Library:
        """Compile what the application's C++ needs, directly or indirectly.

        Args:
            application: File name to text of its C++ sources and their own headers.
            includes: Folders of its own headers.
            progress: Told of every file that is compiled.

        Raises:
            ToolchainError: A file does not compile.
        """
        self._prepare()
        wanted, headers = self._ask(application, includes)
        members = self._close(wanted, progress)
        return Library(
            archive=self._archive(members),
            members=tuple(_member(name) for name in members),
            headers=self._own_headers(headers),
        )

    def _prepare(self) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ToolchainError(
                f"cannot write to the cache {self._folder}: {error.strerror}",
                hint="set XDG_CACHE_HOME to a folder that can be written",
            ) from error

    def _ask(
        self, application: Mapping[str, str], includes: Sequence[Path]
    ) -> tuple[dict[str, str], set[Path]]:
        """Return the symbols that the application lacks, and the headers it includes."""
        texts = json.dumps([sorted(application.items()), [str(folder) for folder in includes]])
        memory = self._folder / f"ask-{hashlib.sha256(texts.encode()).hexdigest()[:16]}.json"
        if memory.exists():
            undefined, names = json.loads(memory.read_text(encoding="utf-8"))
            return undefined, {Path(name) for name in names}
        wanted: dict[str, str] = {}
        headers: set[Path] = set()
        with tempfile.TemporaryDirectory(prefix="tinygen-") as place:
            for name, text in application.items():
                (Path(place) / name).write_text(text, encoding="utf-8")
            for path in sorted(Path(place).glob("*.cc")):
                flags = [*self._flags("lite/micro/x"), *(f"-I{folder}" for folder in includes)]
                self._run(path, path.with_suffix(".o"), [*flags, f"-I{place}", "-MMD"])
                wanted |= read_symbols(path.with_suffix(".o"), self._compiler).undefined
                headers |= _dependencies(path.with_suffix(".d"))
            headers = {header for header in headers if not header.is_relative_to(place)}
        _write(memory, json.dumps([wanted, sorted(str(h) for h in headers)]).encode())
        return wanted, headers

    def _flags(self, name: str) -> list[str]:
        """Return the flags of one source: TFLM optimizes kernels more than the rest."""
        is_small = self._optimize == "size"
        is_kernel = name.startswith("cmsis-nn/") or "/kernels/" in name
        aim = "KERNELS_OPTIMIZED_FOR_SIZE" if is_small else "KERNELS_OPTIMIZED_FOR_SPEED"
        return [
            *self._core.flags,
            *(f"-D{define}" for define in (*DEFINES, aim)),
            *_COMMON,
            "-O2" if is_kernel and not is_small else "-Os",
            *(f"-ffile-prefix-map={folder}=." for folder in self._source.include_dirs),
            *(f"-I{folder}" for folder in self._source.include_dirs),
        ]

    def _close(self, wanted: Mapping[str, str], progress: Progress) -> list[str]:
        """Return the sources that define what is wanted, and what those want."""
        index = self._index()
        found: dict[str, ObjectSymbols] = {}
        missing, hopeless = dict(wanted), set[str]()
        while missing:
            batch = set[str]()
            for mangled, plain in missing.items():
                untried = [c for c in candidates(plain, index) if c not in found]
                if untried:
                    batch.add(untried[0])
                else:
                    hopeless.add(mangled)
            with workers(len(os.sched_getaffinity(0))) as pool:
                names = sorted(batch)
                done = pool.map(lambda name: self._object(name, progress), names)
                found |= dict(zip(names, done, strict=True))
            defined = {symbol for one in found.values() for symbol in one.defined}
            asked = dict(wanted)
            for one in found.values():
                asked |= one.undefined
            missing = {m: p for m, p in asked.items() if m not in defined and m not in hopeless}
        self._require_kernels(wanted[mangled] for mangled in wanted.keys() & hopeless)
        return self._needed(found, wanted)

    def _require_kernels(self, undefined: Iterable[str]) -> None:
        """Refuse a copy that declares a registration for CMSIS-NN and does not have it."""
        names = sorted(name for name in undefined if name.startswith("tflite::Register_"))
        if names:
            raise ToolchainError(
                f"{self._source.origin} has no CMSIS-NN kernel for {names[0]}",
                hint="make the tree with OPTIMIZED_KERNEL_DIR=cmsis_nn, or name a git checkout",
            )

    @staticmethod
    def _needed(found: Mapping[str, ObjectSymbols], wanted: Mapping[str, str]) -> list[str]:
        """Return those of the compiled sources that define something that is asked for."""
        needed: set[str] = set()
        queue = set(wanted)
        while queue:
            more = {n for n in found if n not in needed and found[n].defined & queue}
            needed |= more
            queue = {symbol for name in more for symbol in found[name].undefined}
        return sorted(needed)

    def _index(self) -> dict[str, list[str]]:
        """Return which sources define each word, from the cache where it is there."""
        path = self._folder / "index.json"
        if path.exists():
            index: dict[str, list[str]] = json.loads(path.read_text(encoding="utf-8"))
            return index
        index = {}
        for name, source in self._sources.items():
            for word in sorted(defined_words(source.read_text("utf-8", "replace"))):
                index.setdefault(word, []).append(name)
        _write(path, json.dumps(index).encode())
        return index

    def _object(self, name: str, progress: Progress) -> ObjectSymbols:
        """Compile one source unless the cache has its object."""
        target = self._folder / _member(name)
        memory = target.with_suffix(".json")
        if not memory.exists():
            progress.detail(f"compiling {name} for {self._core.name}")
            with tempfile.TemporaryDirectory(dir=self._folder) as place:
                partial = Path(place) / target.name
                self._run(self._sources[name], partial, self._flags(name))
                partial.replace(target)
            symbols = read_symbols(target, self._compiler)
            _write(memory, json.dumps([sorted(symbols.defined), symbols.undefined]).encode())
        defined, undefined = json.loads(memory.read_text(encoding="utf-8"))
        return ObjectSymbols(frozenset(defined), undefined)

    def _run(self, source: Path, target: Path, flags: Sequence[str]) -> None:
        is_c = source.suffix == ".c"
        program = self._compiler.path if is_c else self._compiler.cxx
        language = [*_C] if is_c else ["-x", "c++", *_CXX]
        command = [str(program), *language, *flags, "-c", str(source), "-o", str(target)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            lines = [line for line in done.stderr.splitlines() if "error" in line]
            what = (lines or done.stderr.splitlines() or ["the compiler said nothing"])[0]
            raise ToolchainError(f"{source.name} does not compile: {what}", hint=_HINT)

    def _archive(self, names: Sequence[str]) -> bytes:
        with tempfile.TemporaryDirectory(prefix="tinygen-") as place:
            path = Path(place) / "libtflm.a"
            ar = self._compiler.path.with_name(self._compiler.path.name.replace("gcc", "gcc-ar"))
            objects = [self._folder / _member(name) for name in names]
            subprocess.run([ar, "rcsD", path, *objects], check=True, capture_output=True)
            return path.read_bytes()

    def _own_headers(self, headers: set[Path]) -> dict[str, bytes]:
        """Return those headers that are in the library's folders, as they are included."""
        found: dict[str, bytes] = {}
        for header in sorted(headers):
            folders = [f for f in self._source.include_dirs if header.is_relative_to(f)]
            if folders:  # a checkout holds the others': the innermost is meant
                inner = max(folders, key=lambda folder: len(folder.parts))
                found[header.relative_to(inner).as_posix()] = header.read_bytes()
        return found


def _member(name: str) -> str:
    """Return the object's name in the archive, which the linker's map shows.

    >>> _member("lite/micro/kernels/cmsis_nn/add")
    'lite.micro.kernels.cmsis_nn.add.o'
    """
    return name.replace("/", ".") + ".o"


def _dependencies(path: Path) -> set[Path]:
    """Read the headers that the compiler's ``-MMD`` lists."""
    _, _, rest = path.read_text(encoding="utf-8").replace("\\\n", " ").partition(": ")
    words = rest.replace("\\ ", "\0").split()
    return {Path(word.replace("\0", " ")) for word in words if word.endswith(".h")}


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as stream:
        stream.write(content)
    Path(stream.name).replace(path)

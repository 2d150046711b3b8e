"""What a candidate costs, and where that is kept between builds."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from tinygen.board import Board
from tinygen.build.toolchain import find_compiler
from tinygen.emit.firmware_files import firmware_files
from tinygen.kernels.cmsis_nn.flags import file_flags
from tinygen.ops.contract import Kernel, Target
from tinygen.resources import cache_dir, data_dir
from tinygen.tune.candidates import Candidate, Question
from tinygen.whole_file import write_whole

# Whatever else than a kernel's own sources decides what it costs, or how that is estimated.
_MAKERS = (
    *("model/model.c.j2", "plugin/block_counts.c", "platform/builder/project_flags.py"),
    "project/platformio.ini.j2",
)
_ESTIMATE = Path(__file__).parent.parent / "estimate"


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one run; cycles are an estimate, None where there is none."""

    instructions: int
    cycles: int | None


class CostCache:
    """Costs measured before, one file each in the user's cache."""

    def __init__(self, board: Board, target: Target, cmsis_nn: Path | None) -> None:
        self._board, self._target = board, target
        self._cmsis_nn = _digest_folder(cmsis_nn) if cmsis_nn else ""
        self._digests: dict[tuple[str, ...], str] = {}
        self._folder = cache_dir() / "kernels"
        self._common = [
            board.core,
            *board.cpu.flags,
            target.optimize,
            repr(file_flags(board.cpu, target.optimize)),
            find_compiler().version,
            _digest_makers(),
        ]

    def path(self, question: Question, candidate: Candidate) -> Path:
        """Return the file that holds the cost of a candidate, or will."""
        words = [*self._common, question.key, candidate.kernel.name, self._code(candidate.kernel)]
        return self._folder / f"{hashlib.sha256(json.dumps(words).encode()).hexdigest()}.json"

    def find(self, question: Question, candidate: Candidate) -> Cost | None:
        """Return the cost; None where it is not known."""
        try:
            return Cost(**json.loads(self.path(question, candidate).read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def keep(self, question: Question, candidate: Candidate, cost: Cost) -> None:
        """Write a cost down, whole or not at all."""
        path = self.path(question, candidate)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, f"{json.dumps(asdict(cost))}\n".encode())

    def _code(self, kernel: Kernel) -> str:
        """Return a hash of the sources of a kernel and of all they include."""
        names = (*kernel.sources, *kernel.headers)
        if names not in self._digests:
            files = firmware_files([kernel], self._board)
            own = {k: v for k, v in files.items() if k.startswith(("src/kernels/", "include/"))}
            self._digests[names] = _digest(own)
        is_cmsis_nn = any(name.startswith("cmsis-nn/") for name in kernel.sources)
        return self._digests[names] + (self._cmsis_nn if is_cmsis_nn else "")


def _digest(files: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(sorted(files.items())).encode()).hexdigest()


def _digest_makers() -> str:
    templates = {name: (data_dir("templates") / name).read_text() for name in _MAKERS}
    return _digest(templates | {p.name: p.read_text() for p in sorted(_ESTIMATE.glob("*.py"))})


def _digest_folder(folder: Path) -> str:
    files = (p for p in folder.rglob("*") if p.suffix in {".c", ".h"})
    return _digest({str(p.relative_to(folder)): p.read_text(errors="replace") for p in files})

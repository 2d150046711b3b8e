"""Talk to a built project: run it, compare it with the oracle, measure it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from tinygen.board import find_board
from tinygen.build.project_dir import require_complete
from tinygen.cycles import Inference, estimate_cycles
from tinygen.device.client import Device
from tinygen.device.link import SerialLink, find_port
from tinygen.device.measure import Trace, take_trace, time_runs
from tinygen.device.qemu import ICOUNT_SHIFT, emulate
from tinygen.errors import DeviceError, UsageError
from tinygen.estimate.cycles import CycleEstimate
from tinygen.graph import Graph
from tinygen.load.tflite import read_graph
from tinygen.manifest import REPORT_FILE, Manifest, read_manifest
from tinygen.ops.contract import Array
from tinygen.progress import Progress
from tinygen.report.from_device import add_spread, add_trace
from tinygen.report.model import (
    AccuracyFigures,
    Report,
    VerifyFigures,
    read_report,
    write_report,
)
from tinygen.verify.confusion import predicted_class
from tinygen.verify.inputs import InputSets, random_inputs, sample_inputs
from tinygen.verify.oracle import find_oracle
from tinygen.weights_file import FILE as WEIGHTS_FILE
from tinygen.weights_file import read_weights


@dataclass(frozen=True, slots=True, eq=False)
class Built:
    """A built project as later commands need it.

    Attributes:
        folder: Of the project.
        manifest: What it says of itself.
        content: The .tflite file it was made from.
        graph: The same, read.
        report: What is known so far.
    """

    folder: Path
    manifest: Manifest
    content: bytes
    graph: Graph
    report: Report

    @property
    def elf(self) -> Path:
        """Return the image."""
        return self.folder / ".pio" / "build" / self.manifest.board / "firmware.elf"


@dataclass(frozen=True, slots=True)
class Mismatch:
    """The first value that differs from the oracle's."""

    input_number: int
    output: int
    position: int
    device: float
    oracle: float


def open_project(folder: Path) -> Built:
    """Read a project that `build` has finished.

    Raises:
        UsageError: It is not one, or it has not been built.
    """
    require_complete(folder)
    manifest = read_manifest(folder)
    content = (folder / "model.tflite").read_bytes()
    report = folder / REPORT_FILE
    if not report.exists():
        raise UsageError(f"{folder} has not been built", hint="run 'tinygen build' again")
    graph = read_graph(content, manifest.model.name)
    built = Built(folder, manifest, content, graph, read_report(report))
    if not built.elf.exists():
        raise UsageError(f"{folder} has not been built", hint="run 'tinygen build' again")
    return built


@contextmanager
def connected(built: Built, port: str | None) -> Iterator[Device]:
    """Give the device that runs the project: the emulator, or a board on a port.

    Raises:
        DeviceError: It does not answer, or holds something else.
        UsageError: A real board is meant and no port is named.
    """
    if built.manifest.app != "serve":
        raise UsageError(
            f"{built.folder} was built with --app {built.manifest.app}, which only that "
            "benchmark's runner can talk to",
            hint="build it again without --app",
        )
    board = find_board(built.manifest.board)
    sha256, board_id = built.manifest.model.sha256, built.manifest.board
    weights = b""
    if built.manifest.weights.source == "serial":
        weights = read_weights(built.folder / WEIGHTS_FILE).content
    if port is None and not board.is_emulated:
        raise UsageError(
            f"{board.id} is a real board: on which port is it?",
            hint="give --port, such as --port /dev/ttyACM0",
        )
    if port is not None:
        with closing(SerialLink(find_port() if port == "auto" else port)) as link:
            yield Device.connect(link, sha256, board_id, weights=weights)
    else:
        with emulate(board, built.elf, _loads(built)) as emulated:
            yield Device.connect(emulated, sha256, board_id, weights=weights)


def _loads(built: Built) -> dict[int, Path]:
    """Return the files that belong in the emulated board's memory, by address.

    Raises:
        UsageError: One is not there.
    """
    origin, path = built.manifest.weights.origin, built.folder / WEIGHTS_FILE
    if origin < 0:
        return {}
    if not path.is_file():
        raise UsageError(f"{built.folder} has no {WEIGHTS_FILE}", hint="run 'tinygen build' again")
    return {origin: path}


def choose_inputs(built: Built, count: int, samples: Path | None) -> InputSets:
    """Return the samples, or ``count`` random sets of inputs."""
    return sample_inputs(built.graph, samples) if samples else random_inputs(built.graph, count)


def run_once(built: Built, inputs: Sequence[Array], port: str | None) -> tuple[Array, ...]:
    """Run one inference and return the model's outputs."""
    with connected(built, port) as device:
        return _outputs(built, device.infer([values.tobytes() for values in inputs]).outputs)


def verify(
    built: Built,
    inputs: InputSets,
    port: str | None,
    progress: Progress,
    watch: Callable[[int, tuple[Array, ...]], None] | None = None,
) -> tuple[Report, Mismatch | None]:
    """Compare the device's outputs with the oracle's for every set of inputs.

    Args:
        built: The project.
        inputs: To send.
        port: Of a real board.
        progress: Told how far it is.
        watch: Given the number and the device's outputs of each set.

    Returns:
        The report with ``verify`` (and ``accuracy`` where there are labels) filled in,
        and the first difference.

    Raises:
        DeviceError: The device does not answer, or answers nonsense.
    """
    oracle = find_oracle(built.content, built.graph)
    first: Mismatch | None = None
    right = {"host": 0, "device": 0}
    with connected(built, port) as device:
        numbered = list(enumerate(inputs.sets))
        with progress.each(numbered, len(numbered), f"comparing with {oracle.name}") as items:
            for number, one in items:
                if _has_state(built.graph):
                    device.reset()
                wanted = oracle.run(one)
                got = _outputs(built, device.infer([v.tobytes() for v in one]).outputs)
                first = first or _difference(number, got, wanted)
                if watch:
                    watch(number, got)
                if inputs.labels is not None:
                    right["host"] += _is_right(wanted[0], int(inputs.labels[number]))
                    right["device"] += _is_right(got[0], int(inputs.labels[number]))
    count = len(inputs.sets)
    report = replace(
        built.report,
        verify=VerifyFigures(bit_exact=first is None, inputs=count, oracle=oracle.name),
    )
    if inputs.labels is not None:
        accuracy = AccuracyFigures(right["host"] / count, right["device"] / count, count)
        report = replace(report, accuracy=accuracy)
    write_report(report, built.folder / REPORT_FILE)
    return report, first


def profile(
    built: Built, inputs: Sequence[Array], port: str | None, runs: int = 1
) -> tuple[Report, Trace]:
    """Measure one inference, each op, and the memory really used; and ``runs`` in all.

    Returns:
        The report with ``cost``, ``ops`` and the high-water marks filled in, and the trace.

    Raises:
        DeviceError: The device does not answer, or used more memory than was planned.
    """
    board = find_board(built.manifest.board)
    shift = ICOUNT_SHIFT if board.is_emulated and port is None else None
    with connected(built, port) as device:
        trace = take_trace(
            device,
            [values.tobytes() for values in inputs],
            shift,
            streams=bool(built.manifest.weights.source),
        )
        ticks = time_runs(
            device,
            [values.tobytes() for values in inputs],
            trace,
            runs,
            has_state=_has_state(built.graph),
        )
    memory = trace.memory
    if memory.arena_used > built.report.memory.arena_bytes:
        raise DeviceError(
            f"the device used {memory.arena_used} bytes of arena, but "
            f"{built.report.memory.arena_bytes} were planned",
            hint="please report it with the model: this is a bug in tinygen",
        )
    estimate = _estimate(built, inputs, trace) if shift is not None else None
    report = add_spread(add_trace(built.report, trace, estimate), trace, ticks)
    write_report(report, built.folder / REPORT_FILE)
    return report, trace


def _estimate(built: Built, inputs: Sequence[Array], trace: Trace) -> CycleEstimate | str:
    """Estimate the cycles of an emulated inference in a run of its own."""
    if built.manifest.weights.source == "serial":
        return "weights come over the serial line"
    one = Inference(
        board=find_board(built.manifest.board),
        elf=built.elf,
        model_sha256=built.manifest.model.sha256,
        inputs=[values.tobytes() for values in inputs],
        loads=_loads(built),
        timed_ops=len(built.graph.ops) if built.manifest.runtime == "tflm" else 0,
    )
    return estimate_cycles(one, trace.instructions or 0)


def _outputs(built: Built, raw: Sequence[bytes]) -> tuple[Array, ...]:
    tensors = [built.graph.tensors[t] for t in built.graph.outputs]
    return tuple(
        np.frombuffer(data, t.dtype).reshape(t.shape) for data, t in zip(raw, tensors, strict=True)
    )


def _has_state(graph: Graph) -> bool:
    return any(t.variable for t in graph.tensors)


def _difference(number: int, got: Sequence[Array], wanted: Sequence[Array]) -> Mismatch | None:
    for output, (a, b) in enumerate(zip(got, wanted, strict=True)):
        # bytes, so that float outputs count as exact only when every bit is
        differs = np.flatnonzero(_bits(a) != _bits(b))
        if differs.size:
            at = int(differs[0])
            return Mismatch(number, output, at, float(a.flat[at]), float(b.flat[at]))
    return None


def _bits(values: Array) -> Array:
    flat = np.ascontiguousarray(values).reshape(-1)
    return flat.view(f"u{flat.dtype.itemsize}")


def _is_right(output: Array, label: int) -> bool:
    return predicted_class(output) == label

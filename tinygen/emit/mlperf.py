"""The MLPerf Tiny application: which of the benchmark's models this is, and its files.

Source: github.com/mlcommons/tiny, benchmark/runner (what it sends for each model) and
benchmark/reference_submissions (what a device makes of it).
"""

from dataclasses import dataclass
from math import prod

from tinygen.errors import UsageError
from tinygen.graph import Graph

FILES = ("mlperf.c", "sample.c", "text.c")
REPLACES = "src/runtime/serve.c"
_OWN_INT8, _PIXELS, _FLOATS = range(3)


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One of the benchmark's models.

    Attributes:
        name: The runner's.
        inputs: Values of its input.
        outputs: Values of its output.
        wire: What the runner sends: see firmware/src/apps/mlperf/sample.h.
        is_error: The result is the output's mean squared distance from the input.
    """

    name: str
    inputs: int
    outputs: int
    wire: int
    is_error: bool = False


BENCHMARKS = (
    Benchmark("kws01", 490, 12, _OWN_INT8),
    Benchmark("vww01", 96 * 96 * 3, 2, _PIXELS),
    Benchmark("ic01", 32 * 32 * 3, 10, _PIXELS),
    Benchmark("ad01", 640, 640, _FLOATS, is_error=True),
)


def benchmark_of(graph: Graph) -> Benchmark:
    """Return which of the benchmark's models this is, by its shapes.

    Raises:
        UsageError: None of them.
    """
    tensors = [graph.tensors[t] for t in (*graph.inputs, *graph.outputs)]
    sizes = tuple(prod(t.shape) for t in tensors)
    for one in BENCHMARKS:
        if sizes == (one.inputs, one.outputs) and all(t.dtype == "int8" for t in tensors):
            return one
    known = ", ".join(f"{b.name} ({b.inputs} to {b.outputs})" for b in BENCHMARKS)
    shapes = " to ".join(f"{t.dtype} {list(t.shape)}" for t in tensors)
    raise UsageError(
        f"{graph.name} ({shapes}) is none of MLPerf Tiny's models",
        hint=f"--app mlperf takes int8 models of these sizes: {known}",
    )


def require_local_weights(source: str) -> None:
    """Raise unless weights come from the device itself.

    Raises:
        UsageError: They come over the link, which the benchmark has for itself.
    """
    if source == "serial":
        raise UsageError(
            "weights cannot stream over the link that MLPerf Tiny's runner uses",
            hint="use --app mlperf with --weights flash, ram or another source",
        )


def mlperf_macros(graph: Graph) -> dict[str, int | str]:
    """Return the preprocessor macros of the application."""
    one = benchmark_of(graph)
    return {
        "TG_MLPERF_MODEL": one.name,
        "TG_MLPERF_WIRE": one.wire,
        "TG_MLPERF_ERROR": int(one.is_error),
    }

"""The oracle: TensorFlow Lite Micro itself where its wheel is installed, else numpy.

The wheel runs TFLM's reference kernels; LiteRT does not round as they do.
"""

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any, Protocol

from tinygen.errors import ModelError
from tinygen.graph import Graph
from tinygen.ops.contract import Array
from tinygen.ops.interpret import interpret

_ARENA_BYTES = 1 << 26


class Oracle(Protocol):
    """Computes what a correct firmware computes.

    Attributes:
        name: What it is, with its version.
    """

    name: str

    def run(self, inputs: Sequence[Array]) -> list[Array]:
        """Return the model's outputs for one array an input."""


class TflmOracle:
    """TensorFlow Lite Micro's reference kernels, from the ``tflite-micro`` wheel."""

    def __init__(self, content: bytes, outputs: int) -> None:
        from tflite_micro import runtime  # noqa: PLC0415 - 0.3 s, and not on every machine

        self.name = f"tflite-micro {version('tflite-micro')}"
        self._outputs = outputs
        self._interpreter: Any = runtime.Interpreter.from_bytes(content, arena_size=_ARENA_BYTES)

    def run(self, inputs: Sequence[Array]) -> list[Array]:
        """Return the model's outputs for one array an input, from a fresh start."""
        self._interpreter.reset()
        for n, values in enumerate(inputs):
            self._interpreter.set_input(values, n)
        self._interpreter.invoke()
        return [self._interpreter.get_output(n).copy() for n in range(self._outputs)]


class NumpyOracle:
    """tinygen's own numpy reference, proved equal to TFLM op by op in the tests."""

    name = "tinygen's numpy reference"

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def run(self, inputs: Sequence[Array]) -> list[Array]:
        """Return the model's outputs for one array an input."""
        return interpret(self._graph, inputs)


def find_oracle(content: bytes, graph: Graph) -> Oracle:
    """Return the best oracle this machine has.

    Args:
        content: The .tflite file.
        graph: The same, read.

    Raises:
        ModelError: TFLM refuses the model.
    """
    if find_spec("tflite_micro") is None:
        return NumpyOracle(graph)
    try:
        return TflmOracle(content, len(graph.outputs))
    except PackageNotFoundError:
        return NumpyOracle(graph)
    except (RuntimeError, ValueError) as error:
        raise ModelError(
            f"{graph.name}: TensorFlow Lite Micro refuses the model ({error})",
            hint="please report it with the model: tinygen should have refused it, too",
        ) from error

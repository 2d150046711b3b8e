"""What a project is made from, as the pipeline hands it to `emit`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tinygen.board import Board
from tinygen.emit.streams import Stream
from tinygen.emit.tflm import TflmParts
from tinygen.graph import Graph
from tinygen.manifest import IN_FLASH, WeightsEntry
from tinygen.ops.contract import Kernel, Library, Optimize
from tinygen.plan.model import Plan


@dataclass(frozen=True, slots=True, eq=False)
class Project:
    """What a project is made from.

    Attributes:
        given: The graph as loaded: dense MACs and weights are counted on it.
        graph: The optimized graph, which the C computes.
        kernels: Of each op of ``graph``; None for views.
        plan: Of ``graph``.
        board: Where it runs.
        model: Bytes of the .tflite file.
        library: ``--kernels``.
        optimize: ``--optimize``.
        stack_bytes: RAM to reserve for the stack.
        cmsis_nn: CMSIS-NN's files: ``Source/F/x.c`` and ``Include/x.h`` to content.
        runtime: ``--runtime``.
        tflm: What the ``tflm`` runtime adds; None for ``aot``.
        weights: Where weights are, for the manifest.
        stream: Weights that are not in the image; None where all are.
        app: What talks to the host: tinygen's own protocol, or MLPerf Tiny's.
    """

    given: Graph
    graph: Graph
    kernels: Sequence[Kernel | None]
    plan: Plan
    board: Board
    model: bytes
    library: Library | Literal["auto"]
    optimize: Optimize
    stack_bytes: int
    cmsis_nn: Mapping[str, bytes]
    runtime: Literal["aot", "tflm"] = "aot"
    tflm: TflmParts | None = None
    weights: WeightsEntry = IN_FLASH
    stream: Stream | None = None
    app: Literal["serve", "mlperf"] = "serve"

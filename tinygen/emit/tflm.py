"""The application of the ``tflm`` runtime: the model as an array, and an interpreter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tinygen.build.tflm_ops import TflmOp
from tinygen.emit.render import C_TYPES, c_float, render
from tinygen.emit.streams import Stream, stream_text
from tinygen.graph import Graph, Tensor

# Of RecordingMicroAllocator, in the order in which the measuring firmware reports them.
RECORDS = (
    "kTfLiteEvalTensorData",
    "kPersistentTfLiteTensorData",
    "kPersistentTfLiteTensorQuantizationData",
    "kPersistentBufferData",
    "kTfLiteTensorVariableBufferData",
    "kNodeAndRegistrationArray",
    "kOpData",
)
_SCRATCH_AN_OP = 12  # kMaxScratchBuffersPerOp of micro_allocator.cc
FOLDER = "tflm"
ARCHIVE = f"{FOLDER}/libtflm.a"


@dataclass(frozen=True, slots=True, eq=False)
class TflmParts:
    """What a project of the ``tflm`` runtime has besides what all have.

    Attributes:
        sources: Name under ``src`` to text.
        archive: The static library.
        headers: Of the library, by the path under which they are included.
        defines: Macros with which the library was compiled, and the application must be.
        arena_bytes: Size of the arena.
        margin_bytes: How much of it is more than what was measured.
        records: What the recording allocator counted, by its name for it.
        origin: Where the library is from.
    """

    sources: Mapping[str, str]
    archive: bytes
    headers: Mapping[str, bytes]
    defines: Sequence[str]
    arena_bytes: int = 0
    margin_bytes: int = 0
    records: Mapping[str, int] | None = None
    origin: str = ""

    def files(self) -> dict[str, str | bytes]:
        """Return the project's files that come from here."""
        return {
            **{f"src/{name}": text for name, text in self.sources.items()},
            **{f"{FOLDER}/include/{name}": content for name, content in self.headers.items()},
            ARCHIVE: self.archive,
        }


def library_flags(parts: TflmParts | None) -> list[str]:
    """Return the flags with which the application is compiled."""
    if parts is None:
        return []
    return [*(f"-D{name}" for name in parts.defines), f"-isystem {FOLDER}/include"]


@dataclass(frozen=True, slots=True)
class _Port:
    """One input or output as the template prints it."""

    index: int
    size: int
    c_type: str
    dtype: str
    scale: str
    zero_point: int
    shape: str


def emit_application(  # noqa: PLR0913 - the application is made from all that is known
    graph: Graph,
    ops: Sequence[TflmOp],
    content: bytes,
    arena_bytes: int,
    plan: Sequence[tuple[int, int]],
    *,
    stream: Stream | None = None,
) -> dict[str, str]:
    """Return the sources of the application, by name.

    Args:
        graph: The model as it was given: TFLM reads the file, no rewrite applies.
        ops: Its operator types.
        content: The .tflite file.
        arena_bytes: Size of the arena, > 0.
        plan: Bytes and offset of each buffer, in the order in which TFLM asks for them.
        stream: How the file comes into RAM; None where it is part of the image.
    """
    context = {
        "source_name": graph.name,
        "sha256": graph.sha256,
        "arena_bytes": arena_bytes,
        "op_count": len(graph.ops),
        "op_ids": [op.index for op in graph.ops],
        "plan": plan,
        "stream": stream_text(stream) if stream else None,
        "inputs": [_port(graph.tensors[t], n) for n, t in enumerate(graph.inputs)],
        "outputs": [_port(graph.tensors[t], n) for n, t in enumerate(graph.outputs)],
    }
    return {
        **_interpreter(graph, ops),
        **(_streamed(graph, stream) if stream else _data(graph, content)),
        "model.cc": render("tflm/model.cc.j2", context),
        "model.h": render("tflm/model.h.j2", context),
    }


def emit_measurement(
    graph: Graph, ops: Sequence[TflmOp], content: bytes, room_bytes: int
) -> dict[str, str]:
    """Return the sources of the firmware that measures the arena, by name.

    Args:
        graph: As in `emit_application`.
        ops: The same.
        content: The same.
        room_bytes: Arena to measure in; a multiple of 16.
    """
    context = {
        "source_name": graph.name,
        "sha256": graph.sha256,
        "room_bytes": room_bytes,
        "most_buffers": most_buffers(graph),
        "records": RECORDS,
    }
    return {
        **_interpreter(graph, ops),
        **_data(graph, content),
        "model.cc": render("tflm/measure.cc.j2", context),
        "model.h": render("tflm/measure.h.j2", context),
    }


def most_buffers(graph: Graph) -> int:
    """Return how many buffers TFLM plans at the most: all tensors, and scratch of all ops."""
    return len(graph.tensors) + _SCRATCH_AN_OP * len(graph.ops)


def _data(graph: Graph, content: bytes) -> dict[str, str]:
    context = {"source_name": graph.name, "content": np.frombuffer(content, np.uint8)}
    return {"model_data.cc": render("tflm/model_data.cc.j2", context)}


def _streamed(graph: Graph, stream: Stream) -> dict[str, str]:
    context = {
        "source_name": graph.name,
        "nbytes": sum(chunk.nbytes for chunk in stream.file.chunks),
        "headers": sorted(stream.source.headers),
        "stream": stream_text(stream),
    }
    return {"model_weights.c": render("tflm/model_weights.c.j2", context)}


def _interpreter(graph: Graph, ops: Sequence[TflmOp]) -> dict[str, str]:
    interpreter = {
        "source_name": graph.name,
        "headers": sorted({op.header for op in ops if op.header}),
        "types": ops,
        "op_count": len(graph.ops),
    }
    return {
        "cxx_runtime.cc": render("tflm/cxx_runtime.cc.j2", {"source_name": graph.name}),
        "interpreter.h": render("tflm/interpreter.h.j2", interpreter),
        "memory_plan.h": render("tflm/memory_plan.h.j2", {"source_name": graph.name}),
    }


def _port(tensor: Tensor, index: int) -> _Port:
    return _Port(
        index=index,
        size=tensor.size,
        c_type=C_TYPES[tensor.dtype],
        dtype=tensor.dtype,
        scale=c_float(tensor.scale if tensor.quantization else 1.0),
        zero_point=tensor.zero_point,
        shape="x".join(str(n) for n in tensor.shape),
    )

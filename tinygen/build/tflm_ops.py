"""Match a model's operators with what a copy of TensorFlow Lite Micro can register."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tinygen.errors import ToolchainError
from tinygen.graph import Graph, Op

_RESOLVER = "tensorflow/lite/micro/micro_mutable_op_resolver.h"
_INTERPRETER = "tensorflow/lite/micro/micro_interpreter.h"
_KERNELS = "tensorflow/lite/micro/kernels"
_ADD = re.compile(
    r"TfLiteStatus\s+(Add\w+)\s*\(([^{;]*)\)\s*\{\s*return\s+AddBuiltin\(\s*"
    r"(?:tflite::)?BuiltinOperator_(\w+)"
)
_INT8 = re.compile(r"^(?:inline\s+)?TFLMRegistration\s+Register_(\w+)_INT8\(\)", re.MULTILINE)
_SCHEMA = re.compile(r"TFLITE_SCHEMA_VERSION\s*\(?\s*(\d+)")
SCHEMA_VERSION = 3
_HINT = "use a newer copy of TensorFlow Lite Micro, or --runtime aot"


@dataclass(frozen=True, slots=True)
class TflmOp:
    """How one operator type is registered.

    Attributes:
        name: TFLite's name, such as ``CONV_2D``.
        method: Of MicroMutableOpResolver, such as ``AddConv2D``.
        registration: C++ argument of it; empty for the method's default.
        header: That declares the registration; empty where there is none.
    """

    name: str
    method: str
    registration: str
    header: str

    @property
    def kernel(self) -> str:
        """Return what the report calls it."""
        return f"tflm {self.name}{'_INT8' if self.registration else ''}"


def match_ops(graph: Graph, tensorflow: Path) -> tuple[TflmOp, ...]:
    """Return the operator types of the model, in the order in which they come first.

    The int8 variant of a registration is taken where TFLM has one and every op of the type
    is int8: it links no kernels for other types. The versions of the ops are those that the
    loader has checked.

    Args:
        graph: Verified.
        tensorflow: The folder that holds ``tensorflow/lite/micro``.

    Raises:
        ToolchainError: This TFLM lacks an operator, reads another schema, or is too old.
    """
    _check_schema(tensorflow)
    text = (tensorflow / _RESOLVER).read_text(encoding="utf-8", errors="replace")
    if "TFLMRegistration" not in text:
        raise ToolchainError(
            "this TensorFlow Lite Micro is from before mid-2023: it has no TFLMRegistration",
            hint=_HINT,
        )
    methods = {name: (method, given) for method, given, name in _ADD.findall(text)}
    variants = _int8_variants(tensorflow)
    first = {op.name: op for op in reversed(graph.ops)}
    found = []
    for name in dict.fromkeys(op.name for op in graph.ops):
        if name not in methods:
            raise ToolchainError(
                f"op {first[name].index} ({name}): this TensorFlow Lite Micro does not have it",
                hint=_HINT,
            )
        method, parameters = methods[name]
        is_int8 = all(_is_int8(graph, op) for op in graph.ops if op.name == name)
        header = variants.get(name, "") if is_int8 and "TFLMRegistration" in parameters else ""
        registration = f"tflite::Register_{name}_INT8()" if header else ""
        found.append(TflmOp(name, method, registration, header))
    return tuple(found)


def _check_schema(tensorflow: Path) -> None:
    text = (tensorflow / _INTERPRETER).read_text(encoding="utf-8", errors="replace")
    found = _SCHEMA.search(text)
    if found is None or int(found.group(1)) != SCHEMA_VERSION:
        raise ToolchainError(
            f"this TensorFlow Lite Micro reads schema version "
            f"{found.group(1) if found else 'unknown'}, not {SCHEMA_VERSION}",
            hint=_HINT,
        )


def _int8_variants(tensorflow: Path) -> Mapping[str, str]:
    """Return the operators with an int8 registration, and the header of each."""
    return {
        name: f"{_KERNELS}/{path.name}"
        for path in sorted((tensorflow / _KERNELS).glob("*.h"))
        for name in _INT8.findall(path.read_text(encoding="utf-8", errors="replace"))
    }


def _is_int8(graph: Graph, op: Op) -> bool:
    """Return whether input 0 and output 0 are int8; weights then are, too."""
    return {graph.tensors[op.inputs[0]].dtype, graph.tensors[op.outputs[0]].dtype} == {"int8"}

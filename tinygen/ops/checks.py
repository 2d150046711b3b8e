"""Refuse an op that cannot be built, naming the op, its index and version."""

from collections.abc import Sequence

from tinygen.errors import ModelError
from tinygen.graph import Graph, Op, Tensor

CONVERTER_HINT = (
    "convert with full int8 quantization: converter.target_spec.supported_ops = "
    "[tf.lite.OpsSet.TFLITE_BUILTINS_INT8] and a representative_dataset, "
    "or let 'tinygen quantize' do it"
)

DAMAGED_HINT = "the file is damaged; convert the model again"


def refuse(op: Op, reason: str, hint: str = CONVERTER_HINT) -> ModelError:
    """Return the error that says why ``op`` cannot be built; the caller raises it.

    >>> str(refuse(Op(3, "CONV_2D", 5, (), ()), "float32 weights"))
    'op 3 (CONV_2D, version 5): float32 weights'
    """
    return ModelError(f"op {op.index} ({op.name}, version {op.version}): {reason}", hint=hint)


def require(op: Op, holds: bool, reason: str, hint: str = CONVERTER_HINT) -> None:
    """Raise `ModelError` with ``reason`` unless ``holds``."""
    if not holds:
        raise refuse(op, reason, hint)


def require_counts(op: Op, inputs: Sequence[int], outputs: int = 1) -> None:
    """Check how many inputs (any of ``inputs``) and outputs the op has."""
    require(
        op,
        len(op.inputs) in inputs and len(op.outputs) == outputs,
        f"has {len(op.inputs)} inputs and {len(op.outputs)} outputs",
        DAMAGED_HINT,
    )


def required_input(graph: Graph, op: Op, position: int) -> Tensor:
    """Return an input that must be there."""
    index = op.inputs[position]
    require(op, index >= 0, f"input {position} is left out", DAMAGED_HINT)
    return graph.tensors[index]


def require_options(op: Op) -> None:
    """Check that the file has options; for ops that cannot be built by their defaults."""
    require(op, op.options is not None, "has no options", DAMAGED_HINT)


def require_int8(op: Op, tensor: Tensor, role: str) -> None:
    """Check that ``tensor`` is int8 and quantized per tensor."""
    require(op, tensor.dtype == "int8", f"{role} is {tensor.dtype}, not int8")
    quantization = tensor.quantization
    require(
        op,
        quantization is not None and len(quantization.scale) == 1,
        f"{role} is not quantized per tensor",
    )


def require_shape(op: Op, tensor: Tensor, shape: Sequence[int], role: str) -> None:
    """Check a shape against the one computed from the op's inputs."""
    require(
        op,
        tuple(tensor.shape) == tuple(shape),
        f"{role} has shape {list(tensor.shape)}, but {list(shape)} follows from the inputs",
        DAMAGED_HINT,
    )

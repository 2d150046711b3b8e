"""Check the ops that move values: element types, sizes, axes and constant index tensors."""

from collections.abc import Collection, Sequence
from math import prod

from tinygen.graph import Graph, Op, Tensor
from tinygen.ops.checks import DAMAGED_HINT, require, required_input

CONSTANT_HINT = "tinygen decides shapes and indices when it builds; make it a constant in the model"

# More than any board holds; it bounds what a damaged shape can make tinygen allocate.
MAX_TENSOR_BYTES = 1 << 24
MAX_RANK = 5


def require_options(op: Op) -> None:
    """Check that the file has the op's options."""
    require(op, op.options is not None, "has no options", DAMAGED_HINT)


def require_sizes(op: Op, tensors: Sequence[Tensor]) -> None:
    """Check that each tensor is small enough to be computed and indexed with 32 bits."""
    for tensor in tensors:
        require(
            op,
            tensor.nbytes <= MAX_TENSOR_BYTES,
            f"a tensor of {tensor.nbytes} bytes is larger than {MAX_TENSOR_BYTES}",
            "use a smaller model: no board that tinygen knows holds that",
        )


def require_movable(
    op: Op, tensors: Sequence[Tensor], dtypes: Collection[str], max_rank: int = MAX_RANK
) -> None:
    """Check that all tensors have one element type, a rank and a size that can be moved.

    Args:
        op: For messages.
        tensors: The op's data inputs and its outputs.
        dtypes: What TFLM's kernel accepts.
        max_rank: Most dimensions of any of them.
    """
    require_sizes(op, tensors)
    first = tensors[0].dtype
    require(op, first in dtypes, f"values are {first}, not {', '.join(sorted(dtypes))}")
    for tensor in tensors:
        require(op, tensor.dtype == first, f"mixes {first} with {tensor.dtype}")
        rank = len(tensor.shape)
        require(
            op,
            rank <= max_rank,
            f"a tensor has {rank} dimensions",
            f"use at most {max_rank} dimensions",
        )


def require_same_quantization(op: Op, tensors: Sequence[Tensor]) -> None:
    """Check that int8 tensors, quantized per tensor, share scale and zero point."""
    first = tensors[0]
    for tensor in tensors:
        require(
            op,
            (tensor.scale, tensor.zero_point) == (first.scale, first.zero_point),
            f"tensors {first.index} and {tensor.index} are quantized differently",
        )


def constant_indices(
    graph: Graph, op: Op, position: int, role: str, dtypes: Collection[str] = ("int32",)
) -> list[int]:
    """Return the values of a constant index tensor, flat.

    Args:
        graph: The model.
        op: The op.
        position: Which input.
        role: What to call it in messages, such as ``axis``.
        dtypes: Integer types TFLM reads.

    Raises:
        ModelError: It is left out, computed, or of another type.
    """
    tensor = required_input(graph, op, position)
    require(op, tensor.dtype in dtypes, f"{role} is {tensor.dtype}, not {' or '.join(dtypes)}")
    require(op, tensor.data is not None, f"{role} is not constant", CONSTANT_HINT)
    assert tensor.data is not None
    return [int(value) for value in tensor.data.ravel()]


def constant_index(graph: Graph, op: Op, position: int, role: str) -> int:
    """Return the value of a constant index tensor that has exactly one."""
    values = constant_indices(graph, op, position, role)
    require(op, len(values) == 1, f"{role} has {len(values)} values, not 1", DAMAGED_HINT)
    return values[0]


def resolve_axis(op: Op, axis: int, rank: int) -> int:
    """Return ``axis`` counted from the front.

    Raises:
        ModelError: It is outside [-rank, rank).
    """
    require(op, -rank <= axis < rank, f"axis {axis} in {rank} dimensions", DAMAGED_HINT)
    return axis % rank


def require_same_size(op: Op, inputs: Sequence[int], output: Sequence[int]) -> None:
    """Check that two shapes hold the same number of elements."""
    require(
        op,
        prod(inputs) == prod(output),
        f"{list(inputs)} has not as many elements as {list(output)}",
        DAMAGED_HINT,
    )

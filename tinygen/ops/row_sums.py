"""Sum a whole image up row by row: kernels of AVERAGE_POOL_2D, MEAN and SUM over it."""

from tinygen.graph import Graph, Op
from tinygen.ops.activation import activation_range
from tinygen.ops.contract import Call, Kernel, Struct
from tinygen.ops.reduce import sum_params

_WORD = 4
_ALIGN = 16


def row_sum_kernel(graph: Graph, op: Op, rows: int, *, is_first: bool, is_last: bool) -> Kernel:
    """Return the kernel that adds ``rows`` rows to sums which it keeps in its scratch.

    Args:
        graph: Of ``op``, with the whole image.
        op: One for which `tinygen.ops.rows.is_row_sum` holds.
        rows: Rows at ``{in0}``.
        is_first: Begin with sums of zero.
        is_last: Write the output.
    """
    _, height, width, channels = graph.tensors[op.inputs[0]].shape
    calls, structs = [], list[Struct]()
    if is_first:
        calls.append(Call("tg_row_sums_begin", ["{scratch}", str(channels)]))
    pixels = str(rows * width)
    calls.append(Call("tg_row_sums_add_s8", ["{in0}", pixels, str(channels), "{scratch}"]))
    if is_last and op.name == "AVERAGE_POOL_2D":
        limits = activation_range(op, op.options.activation, graph.outputs_of(op)[0])
        numbers = [str(n) for n in (channels, height * width, *limits)]
        calls.append(Call("tg_row_sums_average_s8", ["{scratch}", *numbers, "{out0}"]))
    elif is_last:
        structs.append(sum_params(graph, op))
        arguments = ["{scratch}", str(channels), "&params", "{out0}"]
        calls.append(Call("tg_row_sums_scale_s8", arguments))
    return Kernel(
        name="tg_row_sums_s8",
        calls=calls,
        sources=["kernels/row_sums_s8.c"],
        headers=["tinygen/kernels/row_sums_s8.h"],
        structs=structs,
        scratch_bytes=-(-channels * _WORD // _ALIGN) * _ALIGN,
        why="rows are added up as they come",
    )

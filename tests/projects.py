"""Make whole projects of small models, as the pipeline does."""

from tests.emulator.small_model import small_model
from tinygen.board import Board, find_board
from tinygen.emit.kernels import choose_kernels
from tinygen.emit.parts import Project
from tinygen.load.tflite import read_graph
from tinygen.ops.contract import Target
from tinygen.plan.layout import plan_memory


def make_project(board: Board | str = "qemu-m4", **changes) -> Project:
    """Return the small model's project for ``board``; ``changes`` are fields of `Project`."""
    board = find_board(board) if isinstance(board, str) else board
    content = changes.pop("model", None) or small_model()
    graph = read_graph(content, "small")
    kernels = changes.pop("kernels", None) or choose_kernels(graph, Target(board.cpu), "reference")
    scratch = {i: k.scratch_bytes for i, k in enumerate(kernels) if k}
    fields = dict(
        given=graph,
        graph=graph,
        kernels=kernels,
        plan=plan_memory(graph, scratch),
        board=board,
        model=content,
        library="reference",
        optimize="balanced",
        stack_bytes=2048,
        cmsis_nn={},
    )
    return Project(**fields | changes)

"""Reserve as much stack as the image can take at the most, and refuse less."""

from dataclasses import replace
from pathlib import Path

from tinygen.build.pio import Image, build_project
from tinygen.build.pio_official import build_official
from tinygen.build.project_dir import write_project
from tinygen.build.stack_bound import StackBound, bound_stack
from tinygen.emit.parts import Project
from tinygen.emit.project import emit_project
from tinygen.errors import DoesNotFitError
from tinygen.progress import Progress

_LEAST = 512  # start-up reports a fault from less
_UNBOUNDED = 4096  # reserved where nothing is known, and more than any bound so far
_TFLM = "TensorFlow Lite Micro calls its kernels through virtual functions"
_FRAMEWORK = "what the vendor's framework calls is not known"


def least_stack(wanted: int | None) -> int:
    """Return what is reserved at least, before an image says how much it can take."""
    return wanted or _LEAST


def likely_stack(wanted: int | None) -> int:
    """Return what is kept free for the stack where buffers must be placed before the build."""
    return wanted or _UNBOUNDED


def build_with_stack(
    project: Project, out: Path, wanted: int | None, progress: Progress
) -> tuple[Image, StackBound]:
    """Write the project and build it, with room for the most stack it can take.

    Args:
        project: To build; its own ``stack_bytes`` is not used.
        out: Its folder.
        wanted: Bytes to reserve; None: as many as the bound says.
        progress: Shown what PlatformIO prints.

    Raises:
        DoesNotFitError: ``wanted`` is less than the bound, or memory is too small.
        ToolchainError: The build fails.
    """
    if project.runtime == "tflm" or project.board.framework:
        project = replace(project, stack_bytes=wanted or _UNBOUNDED)
        reason = _FRAMEWORK if project.board.framework else _TFLM
        return _build(project, out, progress), StackBound(None, (), reason)
    project = replace(project, stack_bytes=least_stack(wanted))
    image = _build(project, out, progress)
    bound = bound_stack(image.elf, image.objects, project.board.cpu)
    if wanted is None:
        needed = _UNBOUNDED if bound.nbytes is None else max(bound.nbytes, _LEAST)
        if needed != project.stack_bytes:  # link again
            image = _build(replace(project, stack_bytes=needed), out, progress)
    elif bound.nbytes is not None and bound.nbytes > wanted:
        raise DoesNotFitError(
            "the stack",
            bound.nbytes,
            wanted,
            hint=f"{' > '.join(bound.chain)} takes it; leave --stack out",
            holder="--stack reserves",
        )
    return image, bound


def _build(project: Project, out: Path, progress: Progress) -> Image:
    write_project(emit_project(project), out)
    if project.board.framework:
        return build_official(out, project.board, progress)
    return build_project(out, progress)

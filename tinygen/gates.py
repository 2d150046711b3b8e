"""Pass a built image through the gates: is what was asked for really in it?"""

from tinygen.build.gates import require_absent, require_flags, require_tflm_cmsis_nn
from tinygen.build.pio import Image
from tinygen.emit.parts import Project
from tinygen.ops.contract import Kernel, Target
from tinygen.ops.registry import op_types
from tinygen.plan.schedule import kernels_used


def pass_gates(project: Project, image: Image) -> None:
    """Refuse an image without optimization, with a wrong float ABI or with slow kernels.

    Raises:
        ToolchainError: It did not pass.
    """
    core = project.board.cpu
    require_flags(image.elf, core)
    if project.runtime == "tflm":
        require_tflm_cmsis_nn(image.map, core)
    elif project.library == "cmsis-nn" and (core.dsp or core.mve):
        require_absent(image.elf, unwanted_functions(project))


def unwanted_functions(project: Project) -> dict[str, str]:
    """Return the reference functions that CMSIS-NN's replace, and for which op."""
    used = [kernel for kernel in kernels_used(project.kernels, project.plan.chains) if kernel]
    wanted = {name for kernel in used for name in (*_functions(kernel), *_arguments(kernel))}
    target = Target(project.board.cpu, project.optimize)
    unwanted = {}
    for op, kernel in zip(project.graph.ops, project.kernels, strict=True):
        if kernel and any(source.startswith("cmsis-nn/") for source in kernel.sources):
            reference = op_types()[op.name].kernel(project.graph, op, target)
            for function in _functions(reference) - wanted:
                unwanted[function] = f"op {op.index} ({op.name})"
    return unwanted


def _functions(kernel: Kernel) -> set[str]:
    loops = [call for loop in kernel.loops for call in loop.calls]
    return {call.function for call in (*kernel.calls, *loops)}


def _arguments(kernel: Kernel) -> set[str]:
    """Return what calls are given: functions that loops around them call are among it."""
    loops = [call for loop in kernel.loops for call in loop.calls]
    return {argument for call in (*kernel.calls, *loops) for argument in call.arguments}

"""Estimate the cycles of an image on an emulated board, or say why that is not possible."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tinygen.board import Board
from tinygen.build.code import disassemble, function_address
from tinygen.build.host_plugin import build_plugin
from tinygen.device.block_counts import MARK, CodeCounts, Counter, count_blocks
from tinygen.errors import DeviceError, ToolchainError
from tinygen.estimate.cycles import CycleEstimate, Estimator

# Reading the counter takes a few instructions, which the two ways of counting place differently.
_SLACK = 16
# The tflm runtime reads it around every op, and the emulator repeats the code of a block that
# reads a device: four instructions an op were seen.
_OP_SLACK = 8
# Where weights stream the runtime reads the counter once a chunk, and the plugin counts code
# that reads a device again: the emulator repeats it. An estimate bears half a percent.
_STREAM_SLACK = 200


@dataclass(frozen=True, slots=True)
class Inference:
    """One inference of an image on an emulated board.

    Attributes:
        board: An emulated one.
        elf: The image.
        model_sha256: Of the model in it.
        inputs: The bytes of each input tensor.
        loads: Files that are in memory at reset, by address.
        timed_ops: How many ops read the counter in every inference.
    """

    board: Board
    elf: Path
    model_sha256: str
    inputs: Sequence[bytes]
    loads: Mapping[int, Path] = field(default_factory=dict)
    timed_ops: int = 0


def count_code(one: Inference) -> CodeCounts:
    """Count what runs in the inference and in each op.

    Raises:
        ToolchainError: The host has no C compiler, or the image no function to mark with.
        DeviceError: This QEMU takes no plugins, or the device does not answer.
    """
    counter = Counter(build_plugin(), function_address(one.elf, MARK), one.model_sha256)
    return count_blocks(one.board, one.elf, counter, one.inputs, one.loads)


def make_estimator(board: Board, elf: Path) -> Estimator:
    """Return what costs the blocks of an image.

    Raises:
        ToolchainError: The disassembler is missing.
    """
    return Estimator(board.core, disassemble(elf))


def estimate_cycles(one: Inference, instructions: int) -> CycleEstimate | str:
    """Return the estimate, or why there is none.

    Args:
        one: What runs.
        instructions: It executes, by the emulator's clock; the plugin has to agree.
    """
    try:
        counts = count_code(one)
        found = counts.whole.instructions
        slack = _SLACK + _OP_SLACK * one.timed_ops
        if one.loads:
            slack = max(slack, instructions // _STREAM_SLACK)
        if abs(found - instructions) > slack:
            return f"the plugin counted {found:,} instructions, the clock {instructions:,}"
        if one.timed_ops:
            counts = replace(counts, ops={})  # its ops run between the same two marks
        return make_estimator(one.board, one.elf).estimate(counts)
    except (ToolchainError, DeviceError) as error:
        return str(error)

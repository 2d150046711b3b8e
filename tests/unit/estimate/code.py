"""Assembly text to instructions, for tests of the cycle models."""

from tinygen.estimate.instruction import Instruction, read_instruction


def code(*lines: str, nbytes: int = 4, in_it: bool = False) -> list[Instruction]:
    """Return the instructions that lines such as ``ldr r0, [r1]`` stand for."""
    return [
        read_instruction(name, operands, nbytes, in_it=in_it)
        for name, _, operands in (line.partition(" ") for line in lines)
    ]

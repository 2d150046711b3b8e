"""What an op type must provide, and what it hands to the code generator."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tinygen.core import Core
from tinygen.graph import Graph, Op

Array = NDArray[Any]
Library = Literal["reference", "cmsis-nn", "tinygen"]
Optimize = Literal["speed", "balanced", "size", "ram"]


@dataclass(frozen=True, slots=True)
class Target:
    """What a kernel is chosen for.

    Attributes:
        core: The processor.
        optimize: What matters most.
    """

    core: Core
    optimize: Optimize = "balanced"


@dataclass(frozen=True, slots=True, eq=False)
class Constant:
    """One const array in the generated C, named ``op<index>_<name>``.

    Attributes:
        name: C identifier, unique in its op.
        values: int8, uint8, int16, int32 or float32; printed flat, in C order.
        kind: ``weights`` (weights, biases, constant inputs) or ``table``
            (multipliers, shifts, look-up tables): how flash is reported.
        align: Bytes.
    """

    name: str
    values: Array
    kind: Literal["weights", "table"]
    align: int = 4


@dataclass(frozen=True, slots=True)
class Struct:
    """One struct in the generated C, static const unless ``is_local``.

    Attributes:
        type: C type.
        name: C identifier, unique in its op.
        fields: Name to C expression; the placeholders of `Call.arguments` work.
        is_local: An automatic variable: needed where a field is an address in RAM
            or the callee takes a pointer to non-const.
    """

    type: str
    name: str
    fields: Mapping[str, int | str]
    is_local: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """One C statement that calls a kernel.

    Attributes:
        function: C function.
        arguments: C expressions. ``{in0}``, ``{out0}`` ... are the op's tensors
            (``void *`` into RAM, or the constant array), ``{scratch}`` its scratch
            buffer, ``{NAME}`` a constant of the op. Structs are local names: ``&params``.
        status: What the function returns: nothing, or CMSIS-NN's status.
    """

    function: str
    arguments: Sequence[str]
    status: Literal["void", "cmsis-nn"] = "void"


@dataclass(frozen=True, slots=True)
class Instance:
    """A kernel specialised by constants: one function that ops of a shape share.

    Printed once, whatever number of ops name it, as
    ``static TG_NOINLINE void NAME(PARAMETERS) { CALL; }``; the kernel behind the call
    is ``static inline`` in a header, so the compiler sees the constants.

    Attributes:
        name: C function, made from everything it is specialised by.
        parameters: C declarations, such as ``const int8_t *in``.
        function: The inline kernel.
        arguments: C expressions: parameter names and literals; no placeholders.
    """

    name: str
    parameters: Sequence[str]
    function: str
    arguments: Sequence[str]


@dataclass(frozen=True, slots=True, eq=False)
class SlabLoop:
    """Slabs of one op's weights that the same calls compute, one after the other.

    Attributes:
        slabs: Bytes of each, all equally many: what is read while the op runs.
        calls: As in `Kernel`; ``{slab}`` is the slab's address.
        structs: As in `Kernel`.
        constants: Of all slabs, each stacked along a new first axis; of length 1 where
            all slabs have the same.
        outputs: Output channels of a slab, int8; the output of the first begins at
            ``first_output``.
        first_output: Channel.
        inputs: Input channels of a slab; 0 where every slab reads the whole input.
        first_input: Channel.
        stays: The slab is computed with where its source has it, in memory.
    """

    slabs: Sequence[bytes]
    calls: Sequence[Call]
    structs: Sequence[Struct]
    constants: Sequence[Constant]
    outputs: int
    first_output: int
    inputs: int = 0
    first_input: int = 0
    stays: bool = False


@dataclass(frozen=True, slots=True)
class Kernel:
    """How one op is computed in C: what the code generator needs, and no more.

    Attributes:
        name: What the report shows, such as ``tg_conv_2d_s8``.
        calls: In order.
        sources: Files to build: ``kernels/x.c`` is under ``firmware/src``,
            ``cmsis-nn/F/x.c`` under CMSIS-NN's ``Source``.
        headers: To include: ``tinygen/kernels/x.h`` or ``arm_nnfunctions.h``.
        constants: Arrays of this op. A constant *input tensor* that a call names as
            ``{inN}`` is emitted by itself and need not be listed.
        structs: Parameter blocks.
        instances: Specialised functions that the calls name.
        scratch_bytes: RAM needed only while the op runs, 16-byte aligned.
        overlap: For an input that the kernel reads front to back: how many bytes below
            its start output 0 must start so that every byte is read before it is
            overwritten. 0: in place. Inputs left out must not overlap the output.
        in_place: Output 0 may lie exactly where input 0 does, as large; otherwise
            ``overlap`` holds.
        why: Why this kernel was chosen, for the report.
        loops: What runs after the calls, for weights that are read while the op runs.
    """

    name: str
    calls: Sequence[Call]
    sources: Sequence[str]
    headers: Sequence[str]
    constants: Sequence[Constant] = ()
    structs: Sequence[Struct] = ()
    instances: Sequence[Instance] = ()
    scratch_bytes: int = 0
    overlap: Mapping[int, int] = field(default_factory=dict)
    in_place: bool = False
    why: str = ""
    loops: Sequence[SlabLoop] = ()

    @property
    def texts(self) -> list[str]:
        """Return all C expressions in which names stand for tensors and constants."""
        texts = [str(a) for call in self.calls for a in call.arguments]
        return texts + [str(v) for struct in self.structs for v in struct.fields.values()]


@dataclass(frozen=True, slots=True)
class Copy:
    """Bytes in a row of an input that a move op's call copies to an output, unchanged.

    Attributes:
        call: Its number in `Kernel.calls`.
        source: Position of the input in ``op.inputs``.
        target: Position of the output in ``op.outputs``.
        in_start: First byte of the input.
        out_start: First byte of the output.
        nbytes: How many.
        run_bytes: They are in a row in the output, too; the next so many are ``out_step``
            bytes further.
        out_step: 0 where all are in one row.
    """

    call: int
    source: int
    target: int
    in_start: int
    out_start: int
    nbytes: int
    run_bytes: int = 0
    out_step: int = 0


def stored_constants(graph: Graph, op: Op, kernel: Kernel) -> list[Constant]:
    """Return all constants that an op's code stores: inputs that it names, and its own."""
    texts = kernel.texts
    found = {
        f"in{n}": Constant(f"in{n}", data, "weights")
        for n, t in enumerate(op.inputs)
        if t >= 0
        and (data := graph.tensors[t].data) is not None
        and any(f"{{in{n}}}" in text for text in texts)
    }
    return list((found | {c.name: c for c in kernel.constants}).values())


Emit = Callable[[Graph, Op, Target], Kernel | None]


def no_options(_table: Any) -> None:
    """Read no options: for op types that have none."""


def no_copies(_graph: Graph, _op: Op) -> Sequence[Copy]:
    """Find no copies that could be left out: for ops that compute what they write."""
    return ()


def no_macs(_graph: Graph, _op: Op) -> int:
    """Count no multiply-accumulates: for ops that are not matrix products."""
    return 0


@dataclass(frozen=True, slots=True)
class OpType:
    """One operator type; each file in ``tinygen/ops`` defines ``OP`` or ``OPS``.

    Attributes:
        name: TFLite's name, such as ``CONV_2D``.
        max_version: The highest operator version this implements.
        options_table: Name of the options class in the schema, or None.
        read_options: Schema options table to the op's own frozen dataclass. The table
            is None when the file has none.
        check: Raise `ModelError` (by `tinygen.ops.checks`) unless types, shapes,
            quantization and options are such that reference and kernels are right;
            computes the output shape and compares it with the file's.
        reference: Inputs (None where left out) to outputs, bit-exact to TFLM's
            reference kernel.
        macs: Multiply-accumulates, padding positions counted.
        kernel: How the portable C computes it; never returns None. Faster kernels
            are found by `tinygen.kernels.registry`. Required: a view's copies the bytes
            and is used only where its input is constant.
        is_view: The output has the input's bytes (RESHAPE): no code, one buffer.
        copies: Those of its kernel's calls that do nothing but copy bytes in a row: such a
            call can be left out where the output has them at their place.
    """

    name: str
    max_version: int
    check: Callable[[Graph, Op], None]
    reference: Callable[[Graph, Op, Sequence[Array | None]], list[Array]]
    kernel: Callable[[Graph, Op, Target], Kernel]
    options_table: str | None = None
    read_options: Callable[[Any], Any] = no_options
    macs: Callable[[Graph, Op], int] = no_macs
    is_view: bool = False
    copies: Callable[[Graph, Op], Sequence[Copy]] = no_copies


def int8(values: Array) -> Array:
    """Saturate to int8."""
    return np.clip(values, -128, 127).astype(np.int8)

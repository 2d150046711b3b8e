"""What a device says about itself, decoded: faults above all."""

import struct

import pytest

from tinygen.device.frames import Frame, Kind
from tinygen.device.hello import MemoryUse, fault_error, read_memory


def fault(sp, cfsr):
    state = struct.pack("<9I", 3, 0x1234, 0x5678, sp, 0x20000000, 0xFFFFFFF9, cfsr, 0, 0)
    return fault_error(Frame(Kind.FAULT, 0, payload=state))


def test_a_fault_says_where():
    err = fault(sp=0x20000400, cfsr=0x8200)
    assert str(err) == (
        "the core faulted (pc=0x00001234 lr=0x00005678 sp=0x20000400 exception=3 cfsr=0x00008200)"
    )
    assert err.hint == (
        "find the line with arm-none-eabi-addr2line -e firmware.elf; this is a bug in tinygen "
        "unless the board's file is wrong"
    )


def test_a_fault_below_the_stack_is_an_overflow():
    err = fault(sp=0x1FFFFFD8, cfsr=0)
    assert str(err) == (
        "the stack overflowed on the device "
        "(pc=0x00001234 lr=0x00005678 sp=0x1fffffd8 exception=3 cfsr=0x00000000)"
    )
    assert err.hint == "build with a larger stack"


@pytest.mark.parametrize("cfsr", [1 << 4, 1 << 12, 1 << 20])
def test_a_fault_that_could_not_be_saved_is_an_overflow_without_a_place(cfsr):
    assert str(fault(sp=0x20000080, cfsr=cfsr)) == (
        f"the stack overflowed on the device (sp=0x20000080 exception=3 cfsr={cfsr:#010x})"
    )


def test_a_fault_without_a_state_is_still_told():
    err = fault_error(Frame(Kind.FAULT, 0))
    assert (str(err), err.hint) == ("the core faulted", "reset the board and try again")


def test_memory_is_four_numbers():
    assert read_memory(struct.pack("<4I", 4, 3, 2, 1)) == MemoryUse(4, 3, 2, 1)

"""The deepest chain of calls, found in images that the compiler makes of small sources."""

import shutil
import subprocess

import pytest

from tinygen.build.stack_bound import bound_stack
from tinygen.core import CORES
from tinygen.errors import ToolchainError

pytestmark = pytest.mark.skipif(
    shutil.which("arm-none-eabi-gcc") is None, reason="no arm-none-eabi-gcc"
)
HEAD = """
#include <stdint.h>
#define FRESH __attribute__((noipa))
volatile uint32_t seen;
FRESH uint32_t leaf(uint32_t n) { volatile uint32_t a[10]; a[n & 7] = n; return a[n & 3]; }
"""
FRAME = {"cortex-m0": 36, "cortex-m4": 108, "cortex-m55": 108}


OTHER = """
#include <stdint.h>
uint32_t other(uint32_t n, uint32_t m) { volatile uint32_t a[90]; a[m & 63] = n; return a[n & 63]; }
uint32_t (*volatile kept)(uint32_t, uint32_t) = other;
"""


def bound(folder, source, core="cortex-m4", more=("-O2",)):
    (folder / "a.c").write_text(HEAD + source)
    (folder / "b.c").write_text(OTHER)
    subprocess.run(
        [
            *("arm-none-eabi-gcc", *CORES[core].flags, *more, "-g", "-fstack-usage", "-w"),
            *(
                "-nostartfiles",
                "--specs=nano.specs",
                "-Wl,-eReset_Handler",
                "a.c",
                "b.c",
                "-o",
                "a.elf",
                "-dumpdir",
                "./",
            ),
        ],
        check=True,
        cwd=folder,
    )
    return bound_stack(folder / "a.elf", folder, CORES[core])


@pytest.mark.parametrize("core", FRAME)
def test_a_bound_is_frames_and_one_exception(tmp_path, core):
    found = bound(
        tmp_path,
        "FRESH uint32_t middle(uint32_t n) { return leaf(n) + 1; }"
        "void Reset_Handler(void) { seen = middle(3); for (;;) {} }",
        core,
    )
    rows = [row.split("\t") for row in (tmp_path / "a.su").read_text().splitlines()]
    frames = {row[0].split(":")[-1]: int(row[1]) for row in rows}
    assert found.chain == ("Reset_Handler", "middle", "leaf")
    taken = sum(frames[name] for name in found.chain) + FRAME[core]
    assert found.nbytes == -(-taken // 8) * 8


def test_a_function_that_calls_itself_is_named(tmp_path):
    found = bound(
        tmp_path,
        "FRESH uint32_t dig(uint32_t n) { return n ? dig(n - 1) + leaf(n) : 0; }"
        "void Reset_Handler(void) { seen = dig(9); for (;;) {} }",
    )
    assert (found.nbytes, found.chain) == (None, ())
    assert found.trouble == "dig calls itself: dig > dig"


def test_a_circle_of_calls_is_named(tmp_path):
    found = bound(
        tmp_path,
        "uint32_t odd(uint32_t n);"
        "FRESH uint32_t even(uint32_t n) { return n ? odd(n - 1) + leaf(n) : 1; }"
        "FRESH uint32_t odd(uint32_t n) { return n ? even(n - 1) + leaf(n) : 0; }"
        "void Reset_Handler(void) { seen = even(9); for (;;) {} }",
    )
    assert found.trouble == "even calls itself: even > odd > even"


def test_an_array_of_unknown_length_is_named(tmp_path):
    found = bound(
        tmp_path,
        "FRESH uint32_t room(uint32_t n) { volatile uint32_t a[n]; a[n - 1] = 1; return a[0]; }"
        "void Reset_Handler(void) { seen = room(seen); for (;;) {} }",
    )
    assert found.trouble == ("room (a.c:6) has an array whose length is known only when it runs")


POINTERS = """
typedef uint32_t step(uint32_t);
FRESH uint32_t small(uint32_t n) { return n; }
FRESH uint32_t large(uint32_t n) { volatile uint32_t a[50]; a[n & 31] = n; return a[n & 3]; }
struct table { step *first; } const table = {TAKEN};
FRESH uint32_t run(const struct table *t) { return t->first(3) + 1; }
void Reset_Handler(void) { seen = run(&table); for (;;) {} }
"""


def test_a_pointer_leads_to_what_has_its_type_and_whose_address_is_kept(tmp_path):
    found = bound(tmp_path, POINTERS.replace("TAKEN", "large"))
    assert found.chain == ("Reset_Handler", "run", "large")
    found = bound(tmp_path, POINTERS.replace("TAKEN", "small"))
    assert found.chain[:2] == ("Reset_Handler", "run")
    assert "large" not in found.chain  # linked, but nobody has its address
    assert "other" not in found.chain  # has another type


DATA = r"""asm(".pushsection .data\n .global END\n .word large\n END:\n .popsection");"""


def test_a_weight_with_the_value_of_an_address_is_no_pointer(tmp_path):
    source = DATA + POINTERS.replace("TAKEN", "small")
    assert bound(tmp_path, source).chain[-1] == "large"
    found = bound(tmp_path, source.replace("END", "__ram_weights_end"))
    assert found.chain[:2] == ("Reset_Handler", "run")
    assert "large" not in found.chain


def test_a_pointer_in_two_halves_of_an_instruction_is_seen(tmp_path):
    found = bound(tmp_path, POINTERS.replace("TAKEN", "large"), more=("-O2", "-mslow-flash-data"))
    assert found.chain[-1] == "large"


def test_a_frame_too_large_for_one_instruction_is_the_compilers(tmp_path):
    found = bound(
        tmp_path,
        "FRESH uint32_t huge(uint32_t n) { volatile uint32_t a[900]; a[n] = n; return leaf(a[0]); }"
        "void Reset_Handler(void) { seen = huge(seen); for (;;) {} }",
        "cortex-m0",
    )
    assert found.chain == ("Reset_Handler", "huge", "leaf")
    assert 3600 + 40 < found.nbytes < 3600 + 40 + FRAME["cortex-m0"] + 64


def test_the_pushes_of_an_assembly_function_count(tmp_path):
    found = bound(
        tmp_path,
        '__attribute__((naked)) uint32_t bare(void) { __asm volatile("vpush {d8-d15}\\n'
        'push {r4-r11, lr}\\npop {r4-r11, lr}\\nvpop {d8-d15}\\nbx lr"); }'
        "void Reset_Handler(void) { seen = bare(); for (;;) {} }",
    )
    assert found.chain == ("Reset_Handler", "bare")
    assert found.nbytes >= 64 + 36 + 108


def test_assembly_that_pushes_around_a_loop_is_named(tmp_path):
    found = bound(
        tmp_path,
        '__attribute__((naked)) uint32_t grow(void) { __asm volatile("1: push {r4}\\n'
        'subs r0, #1\\nbne 1b\\nbx lr"); }'
        "void Reset_Handler(void) { seen = grow(); for (;;) {} }",
    )
    assert found.trouble == ("grow moves its stack pointer: it takes more each time around a loop")


def test_an_image_without_stack_usage_is_refused(tmp_path):
    bound(tmp_path, "void Reset_Handler(void) { seen = leaf(1); for (;;) {} }")
    for file in tmp_path.glob("*.su"):
        file.unlink()
    with pytest.raises(ToolchainError) as caught:
        bound_stack(tmp_path / "a.elf", tmp_path, CORES["cortex-m4"])
    assert str(caught.value) == f"{tmp_path} has no stack usage of the compiler"
    assert caught.value.hint == (
        "do not remove -fstack-usage from the build; run 'tinygen build' again"
    )

"""What PlatformIO printed becomes one error a person can act on."""

import pytest

from tests.projects import make_project
from tinygen.build.pio_errors import explain
from tinygen.emit.project import emit_project
from tinygen.errors import DoesNotFitError, ToolchainError
from tinygen.manifest import Manifest

LD = "/usr/lib/gcc/arm-none-eabi/12.2.1/../../../arm-none-eabi/bin/ld: "
BEFORE = ["Processing qemu-m4 (platform: tinygen)", "----", "Compiling .pio/build/x.o"]
AFTER = [
    "collect2: error: ld returned 1 exit status",
    "*** [.pio/build/x.o] Error 1",
    "=== [FAILED] Took 1.32 seconds ===",
]


@pytest.fixture(scope="module")
def manifest():
    return Manifest.from_text(emit_project(make_project())["tinygen.json"])


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        (
            "region `FLASH' overflowed by 1000 bytes",
            "FLASH needs 1049576 bytes but the board has 1048576 (1000 too many)",
            "try --optimize size, a smaller model, or a board with more FLASH",
        ),
        (
            "region `RAM' overflowed by 1 byte",
            "RAM needs 262145 bytes but the board has 262144 (1 too many)",
            "try --optimize ram, a smaller model, or a board with more RAM",
        ),
    ],
)
def test_an_overflow_names_the_memory_and_the_numbers(manifest, line, message, hint):
    error = explain([*BEFORE, LD + "x.elf section `.text' will not fit", LD + line], manifest)
    assert isinstance(error, DoesNotFitError)
    assert (str(error), error.hint, error.exit_code) == (message, hint, 5)


@pytest.mark.parametrize(
    "line",
    [
        "src/model.c:10:5: error: unknown type name 'int9_t'",
        "src/model.c:4:10: fatal error: nowhere.h: No such file or directory",
        LD + ".pio/x.o: in function `main': src/main.c:3: undefined reference to `nothing'",
        LD + "cannot find -lnothing: No such file or directory",
        "Error: Nothing to build. Please put your source code files to the 'src' folder",
        "UserSideException: SCons is missing (pip install scons)",
    ],
)
def test_the_first_error_of_a_tool_is_named(manifest, line):
    dull = ["src/b.c:1:1: warning: dull", LD + "warning: dull"]
    error = explain([*BEFORE, *dull, line, *AFTER], manifest)
    assert isinstance(error, ToolchainError)
    assert str(error) == f"the build failed: {line.replace(LD, 'ld: ')}"
    assert error.hint == "run again with --verbose to see all that PlatformIO prints"


def test_without_an_error_the_last_line_is_named(manifest):
    assert str(explain(["one", "two", ""], manifest)) == "the build failed: two"


def test_silence_is_named(manifest):
    assert str(explain([], manifest)) == "the build failed: PlatformIO said nothing"


@pytest.mark.parametrize(
    "line",
    [
        "src/model.c:9: fatal error: error writing to .pio/model.o: No space left on device",
        "OSError: [Errno 28] No space left on device:",
        "shutil.Error: [('a', 'b', \"[Errno 28] No space left on device: 'a' -> 'b'\")]",
    ],
)
def test_a_full_disk_is_named(manifest, line):
    error = explain([*BEFORE, "Error: Traceback (most recent call last):", line], manifest)
    assert str(error) == "the build failed: the disk is full"
    assert error.hint == (
        "make room where the project is and where the cache is (~/.cache, or XDG_CACHE_HOME); "
        "also in the folder for temporary files"
    )

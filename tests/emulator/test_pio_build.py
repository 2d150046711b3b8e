"""PlatformIO really builds the projects: offline, anywhere on disk, and only once."""

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from tests.projects import make_project
from tinygen.board import find_board
from tinygen.build.cmsis_nn import cached_dir
from tinygen.build.cmsis_nn_files import collect_files
from tinygen.build.elf import measure
from tinygen.build.pio import build_project
from tinygen.build.project_dir import INCOMPLETE, write_project
from tinygen.emit.project import emit_project
from tinygen.errors import DoesNotFitError, ToolchainError, UsageError
from tinygen.progress import Silent

pytestmark = pytest.mark.skipif(
    shutil.which("arm-none-eabi-gcc") is None, reason="no arm-none-eabi-gcc"
)
BOARD = find_board("qemu-m4")
MAIN = "int main(void)\n{\n    for (;;) {\n        ;\n    }\n}\n"


class Lines(Silent):
    """Keep what ``--verbose`` shows."""

    def __init__(self):
        self.lines = []

    def detail(self, text):
        self.lines.append(text)

    def compiled(self):
        return [line.split("/src/")[1] for line in self.lines if line.startswith("Compiling ")]


@pytest.fixture(scope="module", autouse=True)
def _own_cache(tmp_path_factory):
    """Use one cache of these tests' own: PlatformIO starts from nothing in it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


def without_network() -> list[str]:
    """Return the command that runs another with no network, or an empty one."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return []
    works = subprocess.run([unshare, "-rn", "true"], capture_output=True, check=False)
    return [unshare, "-rn"] if works.returncode == 0 else []


def write(folder, board=BOARD, **changes):
    write_project(emit_project(make_project(board, **changes)), folder)
    return folder


def build_alone(folder, *command):
    """Run ``command`` in a process of its own with no network and little environment."""
    kept = ("HOME", "PATH", "XDG_CACHE_HOME")
    return subprocess.run(
        [*without_network(), sys.executable, *command],
        cwd=folder,
        env={k: os.environ[k] for k in kept if k in os.environ} | {"LANG": "C"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )


def test_builds_from_nothing_without_network_in_a_folder_with_blanks_and_umlauts(tmp_path):
    folder = write(tmp_path / "ein schöner Ort" / "project 1")
    script = (
        "import sys; from pathlib import Path; from tinygen.build.pio import build_project; "
        "build_project(Path(sys.argv[1]))"
    )
    done = build_alone(tmp_path, "-c", script, str(folder))
    assert done.returncode == 0, done.stderr
    size = measure(folder / ".pio/build/qemu-m4/firmware.elf", BOARD.regions)
    assert size.weights >= 186
    assert size.stack_bytes == 2048


def test_plain_pio_run_builds_without_network_and_without_tinygen(tmp_path):
    folder = write(tmp_path / "project")
    done = build_alone(folder, "-m", "platformio", "run")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (folder / ".pio/build/qemu-m4/firmware.bin").is_file()


@pytest.mark.parametrize("board", ["qemu-m0", "qemu-m55", "stm32h7"])
def test_builds_for_every_kind_of_core_without_a_warning(tmp_path, board):
    output = Lines()
    image = build_project(write(tmp_path, find_board(board)), output)
    assert [line for line in output.lines if "warning" in line] == []
    assert image.map.is_file()
    assert {path.stem for path in image.objects.rglob("*.su")} >= {"model", "main", "startup"}
    measure(image.elf, find_board(board).regions)


def test_sizes_are_those_of_the_plan(tmp_path):
    project = make_project()
    image = build_project(write(tmp_path))
    size = measure(image.elf, BOARD.regions)
    bias_bytes = 4 * (6 + 4)
    assert size.weights == -(-(186 + bias_bytes) // 4) * 4
    assert size.tables == 2 * 4 * (6 + 4)
    assert size.arena_bytes == project.plan.arena_bytes
    assert image.binary.stat().st_size >= size.flash_bytes


def test_a_second_build_compiles_only_what_has_changed(tmp_path):
    build_project(write(tmp_path))
    again, other = Lines(), Lines()
    build_project(write(tmp_path), again)
    assert again.compiled() == []
    write_project(emit_project(make_project()) | {"src/runtime/main.c": MAIN}, tmp_path)
    build_project(tmp_path, other)
    assert other.compiled() == ["runtime/main.o"]


def test_flags_are_those_of_the_patterns_that_match(tmp_path):
    write(tmp_path)
    (tmp_path / "local.ini").write_text("[env]\ncustom_file_flags =\n    * -O0\n    model.c -O3\n")
    done = build_alone(tmp_path, "-m", "platformio", "run", "-v")
    assert done.returncode == 0, done.stdout
    lines = {line.split()[-1]: line.split() for line in done.stdout.splitlines() if " -c " in line}
    levels = {name: [w for w in words if w.startswith("-O")] for name, words in lines.items()}
    assert levels["src/model.c"] == ["-O0", "-O3"]
    assert levels["src/runtime/main.c"] == ["-O0"]


def test_cpp_of_the_user_is_linked_as_cpp(tmp_path):
    write(tmp_path)
    (tmp_path / "src" / "mine.cpp").write_text('extern "C" int mine();\nint mine() { return 1; }\n')
    done = build_alone(tmp_path, "-m", "platformio", "run", "-v")
    assert [line for line in done.stdout.splitlines() if line.startswith("arm-none-eabi-g++ -o")]


def test_a_model_that_does_not_fit_says_what_is_missing(tmp_path):
    flash, *others = BOARD.regions
    small = replace(BOARD, regions=(replace(flash, nbytes=2048), *others))
    with pytest.raises(DoesNotFitError) as caught:
        build_project(write(tmp_path, small))
    assert str(caught.value).startswith("FLASH needs ")
    assert " bytes but the board has 2048 (" in str(caught.value)
    assert caught.value.exit_code == 5


def test_a_stack_that_does_not_fit_says_what_is_missing(tmp_path):
    ram = BOARD.region("ram")
    arena_bytes = make_project().plan.arena_bytes
    with pytest.raises(DoesNotFitError) as caught:
        build_project(write(tmp_path, stack_bytes=ram.nbytes))
    assert str(caught.value) == (
        f"RAM needs {ram.nbytes + arena_bytes} bytes but the board has {ram.nbytes} "
        f"({arena_bytes} too many)"
    )


def test_an_error_in_the_users_code_is_named_with_its_line(tmp_path):
    write(tmp_path)
    (tmp_path / "src" / "mine.c").write_text("int f(void)\n{\n    return nothing;\n}\n")
    with pytest.raises(ToolchainError) as caught:
        build_project(tmp_path)
    assert str(caught.value).startswith("the build failed: src/mine.c:3:12: error: ")


def test_a_function_that_is_nowhere_is_named(tmp_path):
    write(tmp_path)
    nowhere = (
        "void nowhere(void);\n__attribute__((constructor)) void f(void)\n{\n    nowhere();\n}\n"
    )
    (tmp_path / "src" / "mine.c").write_text(nowhere)
    with pytest.raises(ToolchainError, match=r"undefined reference to .nowhere'$"):
        build_project(tmp_path)


def test_without_a_compiler_nothing_is_started(tmp_path, monkeypatch):
    write(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolchainError) as caught:
        build_project(tmp_path)
    assert str(caught.value) == "no arm-none-eabi-gcc on PATH"
    assert caught.value.hint.startswith("apt-get install gcc-arm-none-eabi ")
    assert not (tmp_path / ".pio").exists()


def test_a_half_written_project_is_refused_also_by_plain_pio(tmp_path):
    write(tmp_path)
    (tmp_path / INCOMPLETE).touch()
    with pytest.raises(UsageError, match="is half-written"):
        build_project(tmp_path)
    done = build_alone(tmp_path, "-m", "platformio", "run")
    assert done.returncode != 0
    assert "this project is half-written: run 'tinygen build' again" in done.stdout + done.stderr


def test_a_cache_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    write(tmp_path / "project")
    (tmp_path / "cache").write_text("a file")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with pytest.raises(ToolchainError) as caught:
        build_project(tmp_path / "project")
    assert str(caught.value).startswith(f"cannot write to the cache {tmp_path}/cache/tinygen/pio-")
    assert caught.value.hint == "set XDG_CACHE_HOME to a folder that can be written"


def test_two_projects_build_at_the_same_time_from_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folders = [write(tmp_path / name) for name in ("a", "b")]
    with ThreadPoolExecutor(2) as pool:
        images = list(pool.map(build_project, folders))
    assert images[0].binary.read_bytes() == images[1].binary.read_bytes()


def test_cmsis_nn_builds_without_a_warning(tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.delenv("XDG_CACHE_HOME")
        if not cached_dir().is_dir():
            pytest.skip("CMSIS-NN's source is not in the cache")
        source = "cmsis-nn/ConvolutionFunctions/arm_convolve_wrapper_s8.c"
        files = collect_files(cached_dir(), [source])
    output = Lines()
    build_project(write(tmp_path, cmsis_nn=files), output)
    assert [line for line in output.lines if "warning" in line] == []
    assert "cmsis-nn/ConvolutionFunctions/arm_convolve_wrapper_s8.o" in output.compiled()

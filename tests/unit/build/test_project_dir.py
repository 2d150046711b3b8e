"""Projects are written whole, incrementally, and never over other people's files."""

import json
import os
from pathlib import Path

import pytest

from tests.projects import make_project
from tinygen.build.project_dir import INCOMPLETE, require_complete, write_project
from tinygen.emit.project import emit_project
from tinygen.errors import ToolchainError, UsageError


@pytest.fixture
def files():
    return emit_project(make_project())


def content_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def as_bytes(files) -> dict[str, bytes]:
    return {k: v.encode() if isinstance(v, str) else v for k, v in files.items()}


def test_a_new_project_has_exactly_the_files(files, tmp_path):
    write_project(files, tmp_path / "deep" / "project")
    assert content_of(tmp_path / "deep" / "project") == as_bytes(files)


def test_an_empty_folder_becomes_the_project(files, tmp_path):
    folder = tmp_path / "project"
    folder.mkdir()
    write_project(files, folder)
    assert content_of(folder) == as_bytes(files)


def test_nothing_is_left_beside_the_project(files, tmp_path):
    write_project(files, tmp_path / "project")
    write_project(files, tmp_path / "project")
    assert [path.name for path in tmp_path.iterdir()] == ["project"]


def test_a_folder_with_other_files_is_refused_and_kept(files, tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(UsageError) as caught:
        write_project(files, tmp_path)
    assert str(caught.value) == f"{tmp_path} is not empty and not a tinygen project"
    assert caught.value.hint == "choose another folder with --output"
    assert content_of(tmp_path) == {"thesis.tex": b"years of work"}


def test_a_file_in_the_way_is_refused(files, tmp_path):
    (tmp_path / "project").write_text("")
    with pytest.raises(UsageError, match="is not empty and not a tinygen project"):
        write_project(files, tmp_path / "project")


def test_writing_again_touches_only_what_differs(files, tmp_path):
    write_project(files, tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    write_project(files | {"src/model.c": "changed"}, tmp_path)
    changed = {path for path, time in before.items() if path.stat().st_mtime_ns != time}
    assert changed == {tmp_path / "src/model.c"}


def test_writing_again_keeps_objects_and_the_users_files(files, tmp_path):
    write_project(files, tmp_path)
    mine = {".pio/build/x.o": b"o", "local.ini": b"[env]", "src/app.c": b"int x;"}
    for name, content in mine.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    write_project(files, tmp_path)
    assert content_of(tmp_path) == as_bytes(files) | mine


def test_files_of_the_old_project_go_and_their_folders_with_them(files, tmp_path):
    write_project(files, tmp_path)
    fewer = {k: v for k, v in files.items() if not k.startswith("src/kernels/")}
    manifest = json.loads(files["tinygen.json"]) | {"files": sorted(fewer)}
    write_project(fewer | {"tinygen.json": json.dumps(manifest)}, tmp_path)
    assert not (tmp_path / "src/kernels").exists()


def test_the_report_of_what_was_built_before_goes(files, tmp_path):
    write_project(files, tmp_path)
    (tmp_path / "report.json").write_text("{}")
    write_project(files | {"src/model.c": "other"}, tmp_path)
    assert not (tmp_path / "report.json").exists()


@pytest.mark.parametrize("name", ["../victim", "src/../../victim"])
def test_an_edited_manifest_cannot_remove_files_outside(files, tmp_path, name):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    write_project(files, tmp_path / "project")
    manifest = json.loads(files["tinygen.json"])
    manifest["files"] += [name, str(victim)]
    (tmp_path / "project/tinygen.json").write_text(json.dumps(manifest))
    write_project(files, tmp_path / "project")
    assert victim.read_text() == "precious"


def test_a_damaged_manifest_is_not_overwritten(files, tmp_path):
    (tmp_path / "tinygen.json").write_text("{")
    with pytest.raises(UsageError) as caught:
        write_project(files, tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}/tinygen.json is damaged or of another version of tinygen"
    )
    assert caught.value.hint == f"delete {tmp_path}"


def test_a_write_that_fails_leaves_the_old_project_whole(files, tmp_path, monkeypatch):
    write_project(files, tmp_path / "project")

    def full(*_args):
        raise OSError(28, os.strerror(28))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(ToolchainError) as caught:
            write_project(files | {"src/model.c": "changed"}, tmp_path / "project")
    assert str(caught.value) == (
        f"cannot write the project to {tmp_path}/project: No space left on device"
    )
    assert content_of(tmp_path / "project") == as_bytes(files)
    assert [path.name for path in tmp_path.iterdir()] == ["project"]


def test_a_stopped_exchange_is_refused_until_it_is_done_again(files, tmp_path, monkeypatch):
    write_project(files, tmp_path)
    real = Path.replace

    def stop(self, target):
        if self.name == "model.h":
            raise KeyboardInterrupt
        return real(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", stop)
        with pytest.raises(KeyboardInterrupt):
            write_project(files | {"src/model.c": "a", "src/model.h": "b"}, tmp_path)
    with pytest.raises(UsageError, match=r"is half-written$"):
        require_complete(tmp_path)
    write_project(files, tmp_path)
    require_complete(tmp_path)
    assert not (tmp_path / INCOMPLETE).exists()
    assert content_of(tmp_path) == as_bytes(files)


def test_a_folder_without_a_manifest_is_not_a_project(tmp_path):
    with pytest.raises(UsageError) as caught:
        require_complete(tmp_path)
    assert str(caught.value) == f"{tmp_path} is not a tinygen project: it has no tinygen.json"
    assert caught.value.hint == "'tinygen build' makes one"

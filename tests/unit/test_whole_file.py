"""Files are written whole or not at all, and only files are exchanged."""

import os
import signal
import stat
import threading
from pathlib import Path

import pytest

from tinygen.whole_file import write_whole

pytestmark = pytest.mark.skipif(os.name != "posix", reason="other files, other limits")
LIMIT = 4096


@pytest.fixture
def small_disk():
    """Let no file grow beyond a few KB, as a full disk would."""
    resource = pytest.importorskip("resource")
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    signal.signal(signal.SIGXFSZ, before)


def test_a_file_is_written_and_nothing_is_left_beside_it(tmp_path):
    write_whole(tmp_path / "a", b"one")
    write_whole(tmp_path / "a", b"two")
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("a", b"two")]


@pytest.mark.usefixtures("small_disk")
def test_a_full_disk_leaves_what_was_there(tmp_path):
    write_whole(tmp_path / "a", b"one")
    for name in ("a", "b"):
        with pytest.raises(OSError, match="File too large"):
            write_whole(tmp_path / name, bytes(2 * LIMIT))
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("a", b"one")]


def test_a_link_stays_a_link_and_a_file_keeps_its_mode(tmp_path):
    (tmp_path / "file").write_bytes(b"one")
    (tmp_path / "file").chmod(0o640)
    (tmp_path / "link").symlink_to("file")
    write_whole(tmp_path / "link", b"two")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_bytes() == b"two"
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o640


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    write_whole(pipe, b"words")
    reader.join(10)
    assert got == [b"words"]
    assert pipe.is_fifo()


def test_a_device_is_never_exchanged(monkeypatch):
    monkeypatch.setattr(Path, "replace", lambda *_: pytest.fail("a device was exchanged"))
    write_whole(Path("/dev/null"), b"words")
    assert Path("/dev/null").is_char_device()

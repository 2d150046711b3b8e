"""Which models and cells are measured; rebuilding models is made up here."""

from types import SimpleNamespace

import pytest

from tinygen.bench import measure
from tinygen.bench.measure import all_cells, find_models
from tinygen.errors import UsageError
from tinygen.progress import Silent


@pytest.fixture
def rebuilt(tmp_path, monkeypatch):
    """Return the names of networks that were rebuilt."""
    names = []

    def quantize_benchmark(name):
        names.append(name)
        return SimpleNamespace(content=name.encode())

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(measure, "quantize_benchmark", quantize_benchmark)
    return names


def test_the_four_networks_are_rebuilt_once(rebuilt):
    first = find_models(None, Silent())
    assert [path.stem for path in first] == ["ad", "ic", "kws", "vww"]
    assert [path.read_bytes() for path in first] == [b"ad", b"ic", b"kws", b"vww"]
    assert find_models(None, Silent()) == first
    assert rebuilt == ["ad", "ic", "kws", "vww"]


def test_another_version_rebuilds_them(rebuilt, monkeypatch):
    first = find_models(None, Silent())
    monkeypatch.setattr(measure, "version", lambda _: "99.0")
    assert not {*find_models(None, Silent())} & {*first}
    assert len(rebuilt) == 8


def test_a_folder_without_models_is_named(tmp_path):
    with pytest.raises(UsageError) as caught:
        find_models(tmp_path, Silent())
    assert str(caught.value) == f"{tmp_path} holds no .tflite file"


def test_tflm_has_one_library(tmp_path):
    cells = all_cells(
        [tmp_path / "a.tflite"],
        ["qemu-m4"],
        ["tinygen", "auto"],
        ["balanced"],
        ["aot", "tflm"],
        surgery=False,
    )
    assert [(c.runtime, c.kernels, c.surgery) for c in cells] == [
        ("aot", "tinygen", False),
        ("aot", "auto", False),
        ("tflm", "cmsis-nn", False),
    ]

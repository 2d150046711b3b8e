"""Fixtures that all tests share: golden files, a small model and the real ones."""

import os
from pathlib import Path

import pytest

from tests.emulator.small_model import small_model

GOLDEN = Path(__file__).parent / "golden"
ROOT = Path(__file__).parent.parent


def pytest_addoption(parser):
    parser.addoption("--update-golden", action="store_true", help="rewrite tests/golden")


@pytest.fixture
def golden(request):
    """Compare text with tests/golden/<name>; --update-golden rewrites it."""

    def check(name: str, text: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.exists(), f"no {path.name}; run pytest --update-golden and read the diff"
        assert text == path.read_text(encoding="utf-8")

    return check


@pytest.fixture
def model(tmp_path) -> Path:
    """Write the small model to a file."""
    path = tmp_path / "small.tflite"
    path.write_bytes(small_model())
    return path


@pytest.fixture(scope="session")
def models_dir() -> Path:
    """Return the folder of real models, or skip."""
    for place in (os.environ.get("TINYGEN_MODELS"), ROOT.parent / "shared" / "models"):
        if place and Path(place).is_dir():
            return Path(place)
    pytest.skip("no real models: set TINYGEN_MODELS to a folder that holds them")

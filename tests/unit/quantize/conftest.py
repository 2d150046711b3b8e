"""Float models and what the worker makes of them: TensorFlow is imported in two processes only."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from tinygen.quantize.exchange import MODEL_FILE, Request, read_response, write_request

SERVE = (
    "import sys; from pathlib import Path; from tinygen.quantize.worker import serve; "
    "[serve(Path(folder)) for folder in sys.argv[1:]]"
)
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0", "PYTHONWARNINGS": "ignore"}
COUNT = 60


def run_python(*arguments, cwd: Path) -> None:
    subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=os.environ | QUIET, check=True,
        capture_output=True,
    )  # fmt: skip


@pytest.fixture(scope="session")
def made(tmp_path_factory) -> Path:
    """Return a folder of float models and samples."""
    if find_spec("tensorflow") is None:
        pytest.skip("TensorFlow is not installed: pip install 'tinygen[keras]'")
    folder = tmp_path_factory.mktemp("models")
    run_python(Path(__file__).parent / "make_models.py", folder, cwd=folder)
    rng = np.random.default_rng(0)
    images = rng.uniform(0, 1, (COUNT, 8, 8, 1)).astype(np.float32)
    np.savez(folder / "images.npz", x=images, y=np.arange(COUNT) % 4)
    a = rng.normal(0, 1, (COUNT, 8)).astype(np.float32)
    b = rng.normal(0, 9, (COUNT, 16)).astype(np.float32)
    np.savez(folder / "pair.npz", a=a, b=b)
    return folder


@pytest.fixture(scope="session")
def answers(made, tmp_path_factory):
    """Return a function: requests by name to (response, content or None) by name."""

    assert made.is_dir()  # asked for because it skips where TensorFlow is missing

    def ask(requests: dict[str, Request]):
        folders = {name: tmp_path_factory.mktemp("request") for name in requests}
        for name, request in requests.items():
            write_request(folders[name], request)
        run_python("-c", SERVE, *folders.values(), cwd=tmp_path_factory.mktemp("worker"))
        found = {}
        for name, folder in folders.items():
            model = folder / MODEL_FILE
            found[name] = read_response(folder), model.read_bytes() if model.exists() else None
        return found

    return ask

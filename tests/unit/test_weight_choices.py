"""Choices of ``--weights`` that a board or a model cannot have are refused in words."""

import pytest
from ai_edge_litert import schema_py_generated as schema
from click.testing import CliRunner

from tests.emulator.small_model import small_model
from tests.tflite_builder import ModelBuilder
from tinygen.cli.main import cli


def model_without_weights() -> bytes:
    b = ModelBuilder()
    x, y = (b.tensor([1, 4], scale=0.5) for _ in range(2))
    b.op("RELU", [x], [y])
    return b.build([x], [y])


def model_with_few_weights() -> bytes:
    b = ModelBuilder()
    x, y = (b.tensor([1, 4], scale=0.5) for _ in range(2))
    weights = b.tensor([4, 4], scale=0.1, data=[[1, 2, 3, 4]] * 4)
    b.op("FULLY_CONNECTED", [x, weights, -1], [y], schema.FullyConnectedOptionsT(), version=4)
    return b.build([x], [y])


@pytest.mark.parametrize(
    ("content", "board", "weights", "message", "hint"),
    [
        (
            *(small_model(), "qemu-m0", "stream"),
            "qemu-m0 has no external memory for weights",
            "choose --weights flash or stream:serial",
        ),
        (
            *(small_model(), "qemu-m4", "stream:nor"),
            "the file of qemu-m4 describes no SPI NOR flash",
            "choose --weights flash, stream:external, stream:throttled or stream:serial",
        ),
        (
            *(small_model(), "qemu-ast1030", "stream:file"),
            "qemu-ast1030 has no files; --weights stream:file is for native builds of the C",
            "choose --weights flash, stream:serial or stream:nor",
        ),
        (
            *(model_without_weights(), "qemu-m4", "stream"),
            "model has no weights to stream",
            "use --weights flash",
        ),
        (
            *(model_with_few_weights(), "qemu-m4", "stream"),
            (
                "no weights of model stream through 16384 bytes: op 0 (FULLY_CONNECTED): 16 bytes "
                "are less than the code to stream them"
            ),
            "use --weights flash, or a larger --weight-ram",
        ),
    ],
)
def test_what_cannot_stream_says_what_can(tmp_path, content, board, weights, message, hint):
    (tmp_path / "model.tflite").write_bytes(content)
    words = ["build", tmp_path / "model.tflite", "--board", board, "--weights", weights, "-q"]
    done = CliRunner().invoke(cli, [*map(str, words), "-o", str(tmp_path / "out")])
    assert (done.exit_code, done.stderr) == (2, f"error: {message}\n hint: {hint}\n")

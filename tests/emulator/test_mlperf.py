"""MLPerf Tiny's dialogue, as its runner sends it, with each of its models on the emulator.

The commands are those of github.com/mlcommons/tiny, benchmark/runner: device_under_test.py
and script.py; the expressions by which replies are read are the runner's own.
"""

import re
import shutil

import numpy as np
import pytest
from click.testing import CliRunner

from tests.emulator.small_model import small_model
from tests.oracle import run_tflm
from tinygen.board import find_board
from tinygen.cli.main import cli
from tinygen.device.qemu import emulate
from tinygen.load.tflite import read_graph

BYTES_A_COMMAND = 31  # of the runner in its performance and accuracy modes
LONGEST_S = 120
MODELS = {
    "kws01": "kws_ref_model",
    "vww01": "vww_96_int8",
    "ic01": "pretrainedResnet_quant",
    "ad01": "ad01_int8",
}

pytestmark = pytest.mark.skipif(
    shutil.which("qemu-system-arm") is None, reason="no qemu-system-arm"
)


class Runner:
    """The runner's serial device: one command, then lines until one holds m-ready."""

    def __init__(self, link):
        self.link, self.rest = link, ""

    def lines_to_ready(self):
        lines = []
        while not (lines and "m-ready" in lines[-1]):
            *whole, self.rest = self.rest.split("\n")
            for n, line in enumerate(whole):
                lines.append(line.strip("\r\0"))
                if "m-ready" in line:
                    self.rest = "\n".join([*whole[n + 1 :], self.rest])
                    break
            else:
                data = self.link.read(LONGEST_S)
                assert data, "the device fell silent"
                self.rest += data.decode("ascii")
        return lines

    def send(self, command):
        self.link.write(f"{command}%".encode())
        return self.lines_to_ready()

    def load(self, data):
        pieces = [data[at : at + BYTES_A_COMMAND] for at in range(0, len(data), BYTES_A_COMMAND)]
        return [self.send(f"db load {len(data)}"), *(self.send(f"db {p.hex()}") for p in pieces)]


def build(model, board_id, folder):
    project = folder / "project"
    done = CliRunner().invoke(
        cli,
        ["build", str(model), "--board", board_id, "--app", "mlperf", "-o", str(project), "-q"],
    )
    assert done.exit_code == 0, done.output
    return project, project / ".pio" / "build" / board_id / "firmware.elf"


def sample_of(name, tensor, rng):
    """Return what the runner sends, and the model's input that it stands for."""
    if name == "ad01":
        real = rng.normal(0, 10, tensor.size).astype("<f4")
        scaled = np.float32(real) / np.float32(tensor.scale)
        rounded = np.sign(scaled) * np.floor(np.abs(scaled) + np.float32(0.5))
        return real.tobytes(), np.clip(rounded + tensor.zero_point, -128, 127).astype(np.int8)
    raw = rng.integers(0, 256, tensor.size, dtype=np.uint8)
    own = raw.view(np.int8) if name == "kws01" else (raw.astype(int) - 128).astype(np.int8)
    return raw.tobytes(), own


def wanted_results(name, sent, output, tensor):
    real = tensor.scale * (output.astype(float) - tensor.zero_point)
    if name == "ad01":
        return [np.mean((real.reshape(-1) - np.frombuffer(sent, "<f4")) ** 2)]
    return real.reshape(-1)


@pytest.mark.parametrize("name", MODELS)
def test_the_runners_dialogue_gets_the_replies_it_needs(models_dir, name, tmp_path):
    model = models_dir / f"{MODELS[name]}.tflite"
    graph = read_graph(model.read_bytes(), name)
    _, elf = build(model, "qemu-m4", tmp_path)
    source, target = graph.tensors[graph.inputs[0]], graph.tensors[graph.outputs[0]]
    sent, own = sample_of(name, source, np.random.default_rng(5))
    ((output,),) = run_tflm(model.read_bytes(), [[own.reshape(source.shape)]])
    with emulate(find_board("qemu-m4"), elf) as link:
        runner = Runner(link)
        hello = runner.lines_to_ready()
        assert hello[0] == "m-timestamp-mode-performance"
        assert hello[-2:] == ["m-init-done", "m-ready"]
        named = [re.match(r"^m-(name)-dut-\[([^]]+)]$", line) for line in runner.send("name")]
        assert named[0].group(2) == "tinygen"
        profile = [
            re.match(r"^m-(model|profile)-\[([^]]+)]$", line) for line in runner.send("profile")
        ]
        assert profile[1].group(2) == name
        first, *rest = runner.load(sent)
        assert first == [f"m-[Expecting {len(sent)} bytes]", "m-ready"]
        assert rest[-1] == ["m-load-done", "m-ready"]
        assert all(lines == ["m-ready"] for lines in rest[:-1])
        replies = runner.send("infer 2 1")
        again = runner.send("results")
    laps = [int(m.group(1)) for m in (re.match(r"^m-lap-us-([0-9]+)$", x) for x in replies) if m]
    assert len(laps) == 2
    assert laps[0] < laps[1]
    assert [line for line in replies if not line.startswith(("m-lap-us", "m-results"))] == [
        *("m-warmup-start-1", "m-warmup-done", "m-infer-start-2", "m-infer-done", "m-ready")
    ]
    (results,) = [m for m in (re.match(r"^m-results-\[([^]]+)\]$", x) for x in replies) if m]
    values = [float(word) for word in results.group(1).split(",")]
    wanted = wanted_results(name, sent, output, target)
    assert np.allclose(values, wanted, rtol=1e-6, atol=5.01e-4)  # three decimals
    assert again == [f"m-results-[{results.group(1)}]", "m-ready"]


@pytest.fixture(scope="module")
def kws(models_dir, tmp_path_factory):
    folder = tmp_path_factory.mktemp("kws")
    return build(models_dir / "kws_ref_model.tflite", "netduinoplus2", folder)


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        ("db", "e-[Command 'db' requires a subcommand]"),
        ("db load 5", "e-[This model takes 490 bytes]"),
        ("db load x", "e-[This model takes 490 bytes]"),
        ("db 123", "e-[Insufficent number of hex digits]"),
        ("infer 1 0", "e-[Input db has 0 bytes, expected 490]"),
        ("infer 0 0", "e-[Inference iterations must be >0]"),
        ("nonsense", "e-[Unknown command: nonsense]"),
        ("", "e-[Unknown command: ]"),
        ("x" * 200, f"e-[Unknown command: {'x' * 80}]"),
    ],
)
def test_a_wrong_command_gets_an_error_and_the_next_one_an_answer(kws, command, reply):
    with emulate(find_board("netduinoplus2"), kws[1]) as link:
        runner = Runner(link)
        runner.lines_to_ready()
        assert runner.send(command) == [reply, "m-ready"]
        assert runner.send("\r\nname") == ["m-name-dut-[tinygen]", "m-ready"]


def test_bytes_are_kept_until_the_sample_is_whole(kws):
    with emulate(find_board("netduinoplus2"), kws[1]) as link:
        runner = Runner(link)
        runner.lines_to_ready()
        runner.send("db load 490")
        assert runner.send("db 00fFAb") == ["m-ready"]
        assert runner.send("db 0g") == ["e-[Invalid hex digit]", "m-ready"]
        assert runner.send("db print") == ["m-buffer-00-ff-ab", "m-ready"]
        assert runner.send("infer 1 0")[0] == "e-[Input db has 3 bytes, expected 490]"
        (lap, _), (later, _) = runner.send("timestamp"), runner.send("timestamp")
        assert int(lap.removeprefix("m-lap-us-")) <= int(later.removeprefix("m-lap-us-"))
        assert runner.send("help")[-1] == "m-ready"


def test_other_commands_say_that_only_the_runner_can_talk_to_it(kws):
    done = CliRunner().invoke(cli, ["verify", str(kws[0])])
    assert done.exit_code == 2
    assert "was built with --app mlperf" in done.output
    assert "build it again without --app" in done.output


def test_a_model_that_is_none_of_the_benchmarks_is_refused(tmp_path):
    (tmp_path / "small.tflite").write_bytes(small_model())
    done = CliRunner().invoke(
        cli,
        ["build", str(tmp_path / "small.tflite"), "--board", "qemu-m4", "--app", "mlperf"],
    )
    assert done.exit_code == 2
    assert "is none of MLPerf Tiny's models" in done.output
    assert "kws01 (490 to 12)" in done.output

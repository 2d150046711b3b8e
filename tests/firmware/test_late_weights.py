"""A source of weights that comes late: the inputs that opening it writes over are sent again."""

import subprocess
from dataclasses import replace

import pytest

from tests.firmware.host_device import FLAGS, HERE, host_device
from tests.firmware.stream_model import random_model, write_project
from tests.firmware.test_serve import FAST
from tests.firmware.test_streamed_models import FILE
from tests.oracle import random_inputs, run_tflm
from tinygen.device.client import Device
from tinygen.errors import DeviceError
from tinygen.load.tflite import read_graph
from tinygen.resources import data_dir
from tinygen.weights.turns import SlabRam


def test_weights_that_come_late_are_opened_and_the_outputs_are_right(tmp_path, monkeypatch):
    content = random_model(2)  # whose input shares memory with a slab
    # Memory is checked as a whole when it is opened: each chunk is read to its place.
    memory = FILE.declaration.replace(
        "TG_FILE_SOURCE", "{tg_file_start, tg_file_poll, tg_file_stop, UINT32_MAX, 1}"
    )
    source = replace(FILE, declaration=memory)
    _, sources = write_project(tmp_path, content, SlabRam(1024), source)
    firmware = data_dir("firmware")
    files = [firmware / "src" / source for source in sorted(sources)]
    runtime = sorted((firmware / "src" / "runtime").glob("*.c"))
    own = [tmp_path / "model.c", HERE / "host_port.c"]
    includes = [f"-I{firmware / 'include'}", f"-I{tmp_path}"]
    program = tmp_path / "device"
    subprocess.run(
        ["gcc", *FLAGS, *includes, *own, *runtime, *files, "-lm", "-o", program], check=True
    )
    inputs = random_inputs(content, 3)[2]
    wanted = tuple(y.tobytes() for y in run_tflm(content, [inputs])[0])
    sha256 = read_graph(content, "test").sha256
    monkeypatch.chdir(tmp_path)
    weights = tmp_path / "weights.bin"
    weights.rename(tmp_path / "not-yet.bin")
    with host_device(program) as link:
        with pytest.raises(DeviceError, match="'file' failed to read the header"):
            Device.connect(link, sha256, "test-host", FAST)
        (tmp_path / "not-yet.bin").rename(weights)
        device = Device.connect(link, sha256, "test-host", FAST)
        assert device.infer([x.tobytes() for x in inputs]).outputs == wanted

"""Starting the worker: a whole conversion, and each way the process can end."""

import sys
from pathlib import Path

import pytest

from tinygen.errors import ModelError
from tinygen.load.model_file import load_model
from tinygen.load.tflite import read_graph
from tinygen.quantize import convert, worker
from tinygen.quantize.convert import QuantizeOptions, quantize_benchmark, quantize_model
from tinygen.quantize.exchange import Request, read_response, write_request

RANDOM = QuantizeOptions("random", timeout_s=60)


def test_a_keras_file_becomes_int8_bytes_and_the_same_ones_again(made):
    options = QuantizeOptions(made / "images.npz")
    loaded = load_model(made / "image.keras", options)
    assert loaded.name == "image"
    assert loaded.content[4:8] == b"TFL3"
    assert loaded.quantization.samples_used == 60
    assert load_model(made / "image.keras", options).content == loaded.content


def test_a_relative_path_works(made, monkeypatch):
    monkeypatch.chdir(made)
    found = quantize_model(Path("pair"), "saved_model", QuantizeOptions(Path("pair.npz")))
    assert [given.name for given in found.report.inputs] == ["b", "a"]


def test_a_float_tflite_with_an_open_batch_is_quantized_without_shape_ops(made):
    content = load_model(made / "image.tflite", QuantizeOptions(made / "images.npz")).content
    ops = [op.name for op in read_graph(content, "image").ops]
    assert ops == ["CONV_2D", "RESHAPE", "FULLY_CONNECTED", "SOFTMAX"]


def test_nothing_is_printed(made, capfd):
    quantize_model(made / "lstm.keras", "keras", RANDOM)
    assert capfd.readouterr() == ("", "")


@pytest.fixture
def fake_worker(monkeypatch):
    monkeypatch.setattr(convert, "find_spec", lambda _name: True)

    def fake(code: str):
        monkeypatch.setattr(convert, "WORKER", ("-c", code))

    return fake


def refused(timeout_s=60.0):
    options = QuantizeOptions("random", timeout_s=timeout_s)
    with pytest.raises(ModelError) as caught:
        quantize_model(Path("net.keras"), "keras", options)
    return str(caught.value), caught.value.hint


@pytest.mark.skipif(sys.platform == "win32", reason="signals end a process on POSIX only")
def test_a_crash_of_the_converter_is_told_with_the_way_out(fake_worker):
    fake_worker("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    assert refused() == (
        "net.keras: TensorFlow's converter crashed (SIGSEGV)",
        (
            "loops are the usual cause: build recurrent layers with unroll=True; or convert "
            "the model to an int8 .tflite yourself and give that"
        ),
    )


@pytest.mark.skipif(sys.platform == "win32", reason="signals end a process on POSIX only")
def test_being_killed_is_told_as_out_of_memory(fake_worker):
    fake_worker("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    assert refused() == (
        "net.keras: quantizing was killed, most likely because memory ran out",
        "use fewer samples, or a machine with more memory",
    )


def test_a_worker_that_hangs_is_stopped(fake_worker):
    fake_worker("import threading; threading.Event().wait()")
    assert refused(timeout_s=0.5) == (
        "net.keras: TensorFlow's converter did not finish in 0.5 s",
        "use fewer samples",
    )


def test_a_bug_in_the_worker_keeps_its_traceback(fake_worker):
    fake_worker("raise KeyError('ours')")
    with pytest.raises(RuntimeError, match="KeyError: 'ours'"):
        quantize_benchmark("kws")


def test_running_out_of_memory_is_an_answer(tmp_path, monkeypatch):
    def exhaust(_request, _folder):
        raise MemoryError

    monkeypatch.setattr(worker, "_answer", exhaust)
    write_request(tmp_path, Request("keras", "net.keras", "random", 9))
    worker.serve(tmp_path)
    response = read_response(tmp_path)
    assert response.message == "quantizing ran out of memory"
    assert response.hint == "use fewer samples, or a machine with more memory"

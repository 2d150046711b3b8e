"""The samples that a user gives are among the inputs on which surgery is proved."""

import numpy as np
import pytest

from tests.emulator.small_model import small_model
from tinygen import pipeline
from tinygen.errors import ModelError
from tinygen.load.tflite import read_graph
from tinygen.pipeline import Choices, prepare
from tinygen.progress import Silent
from tinygen.verify.inputs import proof_samples


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "small.tflite"
    path.write_bytes(small_model())
    return path


def saved(tmp_path, shape, count=20):
    values = np.random.default_rng(5).integers(-128, 128, (count, *shape), dtype=np.int8)
    np.savez(tmp_path / "samples.npz", x=values)
    return values, tmp_path / "samples.npz"


def test_surgery_is_proved_on_samples(model, tmp_path, monkeypatch):
    graph = read_graph(model.read_bytes(), "small")
    values, path = saved(tmp_path, graph.tensors[graph.inputs[0]].shape[1:])
    seen = []
    operate = pipeline.operate

    def watched(given, samples, rewrites):
        seen.extend(samples)
        return operate(given, samples, rewrites)

    monkeypatch.setattr(pipeline, "operate", watched)
    prepare(model, Choices("qemu-m4", samples=path), Silent())
    assert len(seen) == 8
    assert np.array_equal(seen[0][0][0], values[0])
    assert np.array_equal(seen[-1][0][0], values[-1])


def test_samples_that_do_not_fit_an_int8_model_are_an_error(model, tmp_path):
    _, path = saved(tmp_path, (3,))
    with pytest.raises(ModelError, match="has shape"):
        prepare(model, Choices("qemu-m4", samples=path), Silent())


def test_samples_of_a_float_model_may_be_for_other_names(model, tmp_path):
    graph = read_graph(model.read_bytes(), "small")
    _, path = saved(tmp_path, (3,))
    assert proof_samples(graph, path, was_float=True) == ()
    assert proof_samples(graph, "random", was_float=True) == ()
    assert proof_samples(graph, None, was_float=False) == ()

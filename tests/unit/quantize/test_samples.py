"""Sample files: what is taken, and each refusal as a whole."""

import numpy as np
import pytest

from tinygen.errors import ModelError
from tinygen.quantize.float_model import InputSpec
from tinygen.quantize.samples import random_samples, read_samples

IMAGE = InputSpec("image", (1, 4, 4, 1), "float32")
TOKENS = InputSpec("tokens", (1, 3), "int32")
PREPARE = "prepare the samples as in training"
FORMS = "give an .npz with the inputs as 'x' (and labels as 'y'), an .npy, or a folder of them"


def images(count, dtype="float32"):
    values = np.random.default_rng(0).uniform(0, 1, (count, 4, 4, 1))
    return (values * (1 if np.dtype(dtype).kind == "f" else 100)).astype(dtype)


def save(path, *args, **arrays):
    np.savez(path, *args, **arrays)
    return path


def refused(path, specs=(IMAGE,)):
    with pytest.raises(ModelError) as caught:
        read_samples(path, specs, 200)
    return str(caught.value), caught.value.hint


def test_npz_gives_inputs_and_labels(tmp_path):
    x, y = images(5), np.array([3, 1, 4, 1, 5])
    samples = read_samples(save(tmp_path / "s.npz", x=x, y=y), [IMAGE], 200)
    np.testing.assert_array_equal(samples.inputs[0], x)
    np.testing.assert_array_equal(samples.labels, y)
    assert (samples.count, samples.found, samples.source) == (5, 5, "s.npz")
    assert not samples.is_random


def test_one_array_of_any_name_is_the_input(tmp_path):
    samples = read_samples(save(tmp_path / "s.npz", images(2)), [IMAGE], 200)
    np.testing.assert_array_equal(samples.inputs[0], images(2))


def test_npy_and_a_single_sample_without_batch(tmp_path):
    np.save(tmp_path / "s.npy", images(1)[0])
    samples = read_samples(tmp_path / "s.npy", [IMAGE], 200)
    np.testing.assert_array_equal(samples.inputs[0], images(1))


def test_a_folder_is_joined_in_the_order_of_names(tmp_path):
    for n in (2, 0, 1):
        save(tmp_path / f"{n}.npz", x=images(3)[n], y=n)
    samples = read_samples(tmp_path, [IMAGE], 200)
    np.testing.assert_array_equal(samples.inputs[0], images(3))
    np.testing.assert_array_equal(samples.labels, [0, 1, 2])


def test_several_inputs_match_by_name_whatever_their_order(tmp_path):
    tokens = np.arange(6).reshape(2, 3)
    path = save(tmp_path / "s.npz", tokens=tokens, image=images(2))
    samples = read_samples(path, [IMAGE, TOKENS], 200)
    np.testing.assert_array_equal(samples.inputs[0], images(2))
    np.testing.assert_array_equal(samples.inputs[1], tokens)
    assert samples.inputs[1].dtype == np.int32


def test_several_inputs_without_names_match_in_order(tmp_path):
    tokens = np.arange(6).reshape(2, 3)
    samples = read_samples(save(tmp_path / "s.npz", images(2), tokens), [IMAGE, TOKENS], 200)
    np.testing.assert_array_equal(samples.inputs[1], tokens)


def test_of_many_samples_evenly_spaced_ones_are_taken(tmp_path):
    x = np.arange(10, dtype=np.float32)[:, None]
    path = save(tmp_path / "s.npz", x=x, y=np.arange(10))
    samples = read_samples(path, [InputSpec("v", (1, 1), "float32")], 4)
    assert samples.inputs[0].ravel().tolist() == [0, 3, 6, 9]
    assert samples.labels.tolist() == [0, 3, 6, 9]
    assert (samples.count, samples.found) == (4, 10)


def test_bytes_of_images_are_taken_as_real_numbers(tmp_path):
    samples = read_samples(save(tmp_path / "s.npz", x=images(2, "uint8")), [IMAGE], 200)
    assert samples.inputs[0].dtype == np.float32
    np.testing.assert_array_equal(samples.inputs[0], images(2, "uint8"))


@pytest.mark.parametrize("labels", [[[0, 1], [1, 0]], [[1], [0]], [1.0, 0.0]])
def test_one_hot_and_column_labels_become_class_numbers(tmp_path, labels):
    samples = read_samples(save(tmp_path / "s.npz", x=images(2), y=labels), [IMAGE], 200)
    assert samples.labels.tolist() == [1, 0]


def test_random_samples_are_the_same_every_time():
    one, two = random_samples([IMAGE, TOKENS]), random_samples([IMAGE, TOKENS])
    assert one.is_random
    assert [v.dtype for v in one.inputs] == [np.float32, np.int32]
    assert one.inputs[0].shape == (100, 4, 4, 1)
    for a, b in zip(one.inputs, two.inputs, strict=True):
        np.testing.assert_array_equal(a, b)


def test_missing_samples_are_named(tmp_path):
    assert refused(tmp_path / "no.npz") == (f"{tmp_path}/no.npz: no such samples", FORMS)


def test_an_unknown_file_is_refused(tmp_path):
    (tmp_path / "s.csv").touch()
    assert refused(tmp_path / "s.csv") == ("s.csv: samples are .npz or .npy files", FORMS)


def test_an_empty_folder_is_refused(tmp_path):
    (tmp_path / "f").mkdir()
    assert refused(tmp_path / "f") == ("f: no .npz or .npy file in this folder", FORMS)


@pytest.mark.parametrize("name", ["s.npz", "s.npy"])
@pytest.mark.parametrize("content", [b"", b"\x93NUMPY\x01\x00cut", b"PK\x03\x04cut", b"text"])
def test_damaged_files_are_refused(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    message, hint = refused(tmp_path / name)
    assert message.startswith(f"{name}: cannot read it (")
    assert hint == "save it again with numpy.savez or numpy.save, numbers only"


def test_pickled_objects_are_refused(tmp_path):
    np.save(tmp_path / "s.npy", np.array([{}, []], dtype=object), allow_pickle=True)
    assert refused(tmp_path / "s.npy") == (
        "s.npy: cannot read it (Object arrays cannot be loaded when allow_pickle=False)",
        "save it again with numpy.savez or numpy.save, numbers only",
    )


def test_a_folder_whose_files_differ_is_refused(tmp_path):
    (tmp_path / "f").mkdir()
    save(tmp_path / "f" / "0.npz", x=images(1))
    save(tmp_path / "f" / "1.npz", z=images(1))
    assert refused(tmp_path / "f") == (
        "f: 1.npz holds z, but 0.npz x",
        "give every file the same arrays",
    )


def test_arrays_that_match_no_input_are_listed(tmp_path):
    path = save(tmp_path / "s.npz", a=images(1), b=images(1), y=[0])
    hint = "save one array an input, under the input's name; labels as 'y'"
    assert refused(path) == (
        "s.npz holds a, b, but the model has 1 input: 'image'",
        hint,
    )
    path = save(tmp_path / "s.npz", y=[0])
    assert refused(path, [IMAGE, TOKENS]) == (
        "s.npz holds nothing but labels, but the model has 2 inputs: 'image', 'tokens'",
        hint,
    )


@pytest.mark.parametrize(
    ("shape", "hint"),
    [
        ((7, 4, 4), "add the channel: x[..., None]"),
        (
            (7, 1, 4, 4),
            "the sizes are in another order: TensorFlow models take [rows, columns, channels]",
        ),
        ((7, 5, 4, 1), PREPARE),
        ((), PREPARE),
    ],
)
def test_a_wrong_shape_is_refused_with_the_way_out(tmp_path, shape, hint):
    path = save(tmp_path / "s.npz", x=np.zeros(shape, np.float32))
    assert refused(path) == (
        f"s.npz: 'x' has shape {list(shape)}, but input 'image' takes [samples, 4, 4, 1]",
        hint,
    )


def test_no_samples_in_the_file_is_refused(tmp_path):
    path = save(tmp_path / "s.npz", x=images(0))
    assert refused(path) == ("s.npz: 'x' is empty", "save 100 or more typical inputs")


def test_nan_is_refused_with_the_first_sample(tmp_path):
    x = images(5)
    x[3, 0, 0, 0], x[4, 1, 1, 0] = np.nan, np.inf
    assert refused(save(tmp_path / "s.npz", x=x)) == (
        "s.npz: 'x' has 2 values that are NaN or infinite",
        "the first is in sample 3; leave such samples out",
    )


def test_text_is_refused(tmp_path):
    path = save(tmp_path / "s.npz", x=np.full((2, 4, 4, 1), "a"))
    assert refused(path) == (
        "s.npz: 'x' holds <U1, not numbers",
        "save numbers, prepared as in training",
    )


def test_quantized_values_are_refused(tmp_path):
    path = save(tmp_path / "s.npz", x=images(2, "int8"))
    assert refused(path) == (
        "s.npz: 'x' holds int8, but input 'image' takes float32",
        "these look quantized already: give the real values the model was trained on",
    )


def test_integers_that_float32_cannot_hold_are_refused(tmp_path):
    path = save(tmp_path / "s.npz", x=np.full((1, 4, 4, 1), 2**24 + 1))
    assert refused(path) == (
        "s.npz: 'x' (int64, up to 1.67772e+07) does not fit input 'image' (float32)",
        PREPARE,
    )


@pytest.mark.parametrize("values", [[[0.5, 1, 2]], [[2**31, 0, 0]]])
def test_values_that_an_integer_input_cannot_take_are_refused(tmp_path, values):
    message, hint = refused(save(tmp_path / "s.npz", x=np.array(values)), [TOKENS])
    assert message.endswith("does not fit input 'tokens' (int32)")
    assert hint == PREPARE


def test_inputs_of_different_counts_are_refused(tmp_path):
    path = save(tmp_path / "s.npz", image=images(2), tokens=np.zeros((3, 3), int))
    assert refused(path, [IMAGE, TOKENS]) == (
        "s.npz: the inputs differ in their number of samples: 'image' 2, 'tokens' 3",
        "save one row a sample in every array",
    )


def test_a_wrong_number_of_labels_is_refused(tmp_path):
    assert refused(save(tmp_path / "s.npz", x=images(3), y=[0, 1])) == (
        "s.npz: 3 samples but 2 labels",
        "save one label a sample in 'y', or leave 'y' out",
    )


@pytest.mark.parametrize(
    ("labels", "what"),
    [([0.5, 1.5], "float64 [2]"), (["a", "b"], "<U1 [2]"), (np.zeros((2, 2, 2)), None)],
)
def test_labels_that_are_no_classes_are_refused(tmp_path, labels, what):
    message, hint = refused(save(tmp_path / "s.npz", x=images(2), y=labels))
    shown = what or "float64 [2, 2, 2]"
    assert message == f"s.npz: the labels 'y' ({shown}) are not class numbers"
    assert hint == "save whole numbers, or one-hot rows, or leave 'y' out"

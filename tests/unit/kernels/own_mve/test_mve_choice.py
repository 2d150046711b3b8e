"""Which vector kernel an op gets, and what is computed for it in the build."""

import numpy as np
import pytest

from tests.unit.kernels.cases import SAME, VALID, fold_padding
from tests.unit.kernels.own.own_cases import OwnCases
from tinygen.core import CORES
from tinygen.emit.kernels import choose_kernels
from tinygen.kernels.own.vector_product import Product, packed
from tinygen.kernels.registry import emitters
from tinygen.ops.contract import Target
from tinygen.ops.fixed_point import doubling_high_multiply, requantize
from tinygen.ops.registry import op_types

RELU = 1


def chosen(add, core="cortex-m55"):
    """Return the kernel of the one op that ``add`` adds."""
    cases = OwnCases(1)
    add(cases)
    graph = fold_padding(cases.build())
    (kernel,) = choose_kernels(graph, Target(CORES[core]), "tinygen")
    return kernel


def test_vector_kernels_are_asked_first_where_the_core_has_vectors():
    def add(cases):
        cases.set().conv((1, 4, 4, 20), 8, (1, 1))

    assert chosen(add).name == "tg_mve_pointwise_s8/plain"
    assert "mve" not in chosen(add, "cortex-m33").name
    assert set(emitters("tinygen", mve=True)) <= set(op_types())


@pytest.mark.parametrize(
    "add",
    [
        lambda c: c.set().conv((1, 4, 4, 6), 6, (3, 3), groups=3, padding=SAME),
        lambda c: c.set().binary("MUL", (1, 3, 4, 5), (1, 3, 4, 5), factor=1e-5),
    ],
)
def test_what_vector_kernels_cannot_do_goes_to_the_others(add):
    assert "mve" not in chosen(add).name


@pytest.mark.parametrize(
    "add",
    [
        lambda c: c.set().depthwise((1, 8, 8, 4), 1, (5, 3)),
        lambda c: c.set().depthwise((1, 8, 8, 4), 2, (3, 3)),
        lambda c: c.set(stretch=1e-3).depthwise((1, 8, 8, 4), 1, (3, 3)),
    ],
)
def test_depthwise_that_no_patch_is_for_goes_tap_by_tap(add):
    assert chosen(add).name == "tg_mve_depthwise_taps_s8"


def test_few_channels_take_the_kernel_that_keeps_weights_only_after_a_relu():
    def add(cases):
        cases.set(zero_point=-128).conv((1, 5, 5, 16), 8, (1, 1), act=RELU)

    assert chosen(add).name == "tg_mve_narrow_s8"
    assert chosen(lambda c: c.set().conv((1, 5, 5, 16), 8, (1, 1))).name.endswith("/plain")


@pytest.mark.parametrize(
    ("shape", "settings", "in_place"),
    [
        ((1, 9, 5, 64), {}, True),
        ((1, 48, 48, 16), {}, True),
        ((1, 3, 48, 16), {}, False),  # a band is as large as the image
        ((2, 9, 5, 16), {}, False),
        ((1, 9, 5, 16), {"stride": (2, 2)}, False),
        ((1, 9, 5, 16), {"padding": VALID}, False),
        ((1, 9, 5, 16), {"padding": VALID, "around": ((2, 0), (1, 1))}, False),
    ],
)
def test_depthwise_works_in_place_where_a_row_to_keep_is_all_it_takes(shape, settings, in_place):
    kernel = chosen(lambda c: c.set().depthwise(shape, 1, (3, 3), **settings))
    assert kernel.name.startswith("tg_mve_depthwise_s8")
    assert kernel.in_place == in_place


def product(multiplier, shift, low=-128):
    ones, shifts = np.ones((len(shift), 1), np.int8), np.array(shift, np.int32)
    scales = (np.array(multiplier, np.int32), shifts)
    return Product(ones, np.zeros(len(shift), np.int64), scales, -128, low, 127)


@pytest.mark.parametrize(
    ("shift", "low", "form"),
    [
        ([-1, -31], -127, "relu"),
        ([-1, 0], -128, "relu"),
        ([-1, 1], -128, "exact"),
    ],
)
def test_the_form_follows_from_shifts_and_activation(shift, low, form):
    assert product([1 << 30] * 2, shift, low).form == form


def test_without_a_relu_shifts_of_zero_are_exact_unless_nothing_is_scaled():
    def form(multiplier):
        of = product([multiplier, 1 << 30], [0, -1])
        return Product(of.weights, of.bias, of.multipliers, 0, -128, 127).form

    assert (form(1 << 30), form(0)) == ("exact", "plain")


def test_packed_weights_multiply_like_the_matrix():
    rng = np.random.default_rng(3)
    weights = rng.integers(-128, 128, (7, 37)).astype(np.int8)
    x = np.zeros(48, np.int64)
    x[:37] = rng.integers(-128, 128, 37)
    sums = np.einsum("gbcl,bl->gc", packed(weights).astype(np.int64), x.reshape(3, 16))
    np.testing.assert_array_equal(sums.ravel()[:7], weights.astype(np.int64) @ x[:37])


def vector_requantize(acc, multiplier, shift, *, lowered):
    """Do what the instructions do: VQRDMULH, then VRSHL, whose halves go up."""
    x = np.minimum((2 * acc * multiplier + (1 << 31)) >> 32, (1 << 31) - 1)
    x = x - (lowered & (x < 0))
    return (x + ((1 << -shift) >> 1)) >> -shift


@pytest.mark.parametrize("shift", range(-31, 0))
def test_lowered_vectors_round_like_tflm(shift):
    rng = np.random.default_rng(-shift)
    multiplier = rng.integers(1 << 30, 1 << 31, 4000)
    edge = (1 << 31) - 1
    acc = np.concatenate(
        [rng.integers(-edge - 1, edge, 3990), [0, 1, -1, 2, -2, 3, -3], [edge, -edge, -edge - 1]]
    )
    wanted = requantize(acc, multiplier, np.full(4000, shift))
    got = vector_requantize(acc, multiplier, shift, lowered=True)
    np.testing.assert_array_equal(got, wanted)
    # All halves there are: what is shifted is k * 2**s + 2**(s - 1).
    ties = np.arange(-8, 8) * (1 << -shift) + (1 << (-shift - 1))
    ties = 2 * ties[(ties >= -(1 << 30)) & (ties < 1 << 30)]  # multiplied by 0.5 below
    halves = requantize(ties, 1 << 30, shift)
    np.testing.assert_array_equal(vector_requantize(ties, 1 << 30, shift, lowered=True), halves)
    raw = vector_requantize(ties, 1 << 30, shift, lowered=False)
    np.testing.assert_array_equal(np.maximum(raw, 0), np.maximum(halves, 0))
    assert (raw != halves).any()


def test_the_first_rounding_is_the_instructions_for_every_tie():
    acc = np.array([n * (1 << 20) + d for n in range(-1500, 1500) for d in (-1, 0, 1)])
    multiplier = (1 << 30) + (1 << 10)
    got = np.minimum((2 * acc * multiplier + (1 << 31)) >> 32, (1 << 31) - 1)
    np.testing.assert_array_equal(got, doubling_high_multiply(acc, multiplier))

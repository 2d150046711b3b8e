"""tinygen's DSP kernels in C on this host: bit-exact, and inside their tensors."""

import pytest

from tests.unit.kernels.own.host import kernels_of, wrong_ops
from tests.unit.kernels.own.own_cases import FORMS, OwnCases, add_constants, own_cases
from tests.unit.kernels.random_ops import random_ops
from tests.unit.kernels.side_by_side import behind_the_input, over_the_input, side_by_side


def test_the_cases_take_every_form():
    assert {k.name for k in kernels_of(own_cases(1).build())} >= FORMS


def test_what_is_done_with_a_constant_scalar_is_looked_up():
    cases = OwnCases(1)
    add_constants(cases)
    assert {k.name for k in kernels_of(cases.build())} == {"tg_lookup_s8"}


@pytest.mark.parametrize("plan", [side_by_side, over_the_input, behind_the_input])
def test_every_form_is_bit_exact_inside_its_fence(tmp_path, plan):
    assert wrong_ops(own_cases(2), tmp_path, plan) == []


@pytest.mark.parametrize("optimize", ["balanced", "ram", "speed", "size"])
def test_every_op_is_bit_exact_inside_its_fence(tmp_path, optimize):
    assert wrong_ops(random_ops(11, 25), tmp_path, side_by_side, optimize=optimize) == []


def test_every_op_is_bit_exact_over_its_input(tmp_path):
    assert wrong_ops(random_ops(12, 25), tmp_path, over_the_input) == []

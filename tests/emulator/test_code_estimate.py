"""The guess of the code, against images."""

import pytest

from tests.emulator.test_models import MODELS, built
from tinygen.pipeline import Choices, fit_of, prepare
from tinygen.progress import Silent

TOO_MANY = 2.0


@pytest.mark.parametrize(
    ("model", "core", "library", "choices"),
    [
        ("ad", "m4", "tinygen", {}),
        ("kws", "m4", "reference", {}),
        ("kws", "m4", "cmsis-nn", {}),
        ("vww", "m55", "tinygen", {}),
        ("ic", "m4", "tinygen", {}),
        ("ic", "m4", "tinygen", {"optimize": "ram"}),
        ("vww", "m4", "tinygen", {"weights": "stream", "weight_ram": 4096}),
    ],
)
def test_the_guess_is_more_than_the_code_and_less_than_twice_that(
    models_dir, tmp_path, model, core, library, choices
):
    project = built(models_dir, tmp_path, model, core, library, **choices)
    how = Choices(f"qemu-{core}", kernels=library, **choices)
    prepared = prepare(models_dir / f"{MODELS[model]}.tflite", how, Silent())
    code = project.report.memory.flash.code
    assert code <= fit_of(prepared, how).code <= TOO_MANY * code

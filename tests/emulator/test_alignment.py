"""Constants and buffers lie where kernels need them: in the image, not only in the C."""

import re

import pytest
from elftools.elf.elffile import ELFFile

from tinygen.pipeline import Choices, build
from tinygen.progress import Silent

CONSTANT = re.compile(
    r"static const \w+ (op\w+)\[\d+\]\s+TG_\w+ __attribute__\(\(aligned\((\d+)\)\)\)"
)
OFFSET = re.compile(r"\bARENA\w*\((\d+)\)")
BUFFER = 16  # what the planner gives each buffer
CELLS = [
    ("kws_ref_model", "m0", {"kernels": "reference"}),
    ("kws_ref_model", "m4", {"optimize": "speed"}),
    ("pretrainedResnet_quant", "m55", {}),
    ("kws_ref_model", "m4", {"weights": "ram"}),
]


@pytest.mark.parametrize(("model", "core", "choices"), CELLS)
def test_everything_is_aligned_as_the_c_says(models_dir, tmp_path, model, core, choices):
    board = f"qemu-{core}"
    build(models_dir / f"{model}.tflite", tmp_path, Choices(board, **choices), Silent())
    text = (tmp_path / "src" / "model.c").read_text()
    with (tmp_path / ".pio" / "build" / board / "firmware.elf").open("rb") as stream:
        table = ELFFile(stream).get_section_by_name(".symtab")
        addresses = {symbol.name: symbol["st_value"] for symbol in table.iter_symbols()}
    constants = {name: int(align) for name, align in CONSTANT.findall(text)}
    linked = constants.keys() & addresses.keys()
    assert linked
    assert [n for n in sorted(linked) if addresses[n] % constants[n]] == []
    assert min(constants.values()) >= 4
    assert addresses["model_arena"] % BUFFER == 0
    offsets = [int(offset) for offset in OFFSET.findall(text)]
    assert offsets
    assert [offset for offset in offsets if offset % BUFFER] == []

"""Imports run one way: cli -> pipeline -> stages -> what all share."""

import ast
from pathlib import Path

import pytest

import tinygen
from tinygen.resources import data_dir

PACKAGE = Path(tinygen.__file__).parent
# Lower may not import higher.
LAYERS = [
    {
        "errors",
        "resources",
        "core",
        "progress",
        "board",
        "region",
        "graph",
        "manifest",
        "weights_file",
        "whole_file",
        "workers",
    },
    {"ops"},
    {"kernels"},
    {
        "load",
        "quantize",
        "optimize",
        "plan",
        "emit",
        "estimate",
        "build",
        "device",
        "flash",
        "report",
        "verify",
        "packs",
        "weights",
    },
    {"cycles", "streaming"},
    {"tune"},
    {"gates", "stack", "tflm_arena"},
    {"tflm"},
    {"pipeline"},
    {"session"},
    {"evaluation", "monitor"},
    {"bench"},
    {"cli"},
]
# What a stage hands to a later one, and the one stage that is another's front door.
HANDED_ON = {
    "tinygen.build.code",
    "tinygen.build.elf",
    "tinygen.build.stack_bound",
    "tinygen.build.tflm_ops",
    "tinygen.device.block_counts",
    "tinygen.device.measure",
    "tinygen.estimate.code",
    "tinygen.estimate.cycles",
    "tinygen.optimize.rewrite",
    "tinygen.plan.model",
    "tinygen.plan.schedule",
    "tinygen.plan.shared",
    "tinygen.quantize.convert",
    "tinygen.quantize.float_model",
    "tinygen.quantize.report",
    "tinygen.quantize.sample_files",
    "tinygen.quantize.samples",
}


def layer(part: str) -> int:
    return next(n for n, parts in enumerate(LAYERS) if part in parts)


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name for name in found if name.startswith("tinygen.")}


MODULES = sorted(p for p in PACKAGE.rglob("*.py") if p.parent != PACKAGE or p.stem[0] != "_")


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_run_one_way(path):
    part = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    for name in imports(path):
        other = name.split(".")[1]
        if other == part or name in HANDED_ON:
            continue
        assert layer(other) < layer(part) or layer(part) == 0 == layer(other), (
            f"{path.relative_to(PACKAGE)} imports {name}"
        )


DATA = [data_dir(name) for name in ("firmware", "templates")]
SOURCES = sorted(p for folder in DATA for p in folder.rglob("*") if p.suffix in {".c", ".h", ".j2"})


def test_c_and_templates_are_found():
    assert {p.suffix for p in SOURCES} == {".c", ".h", ".j2"}


@pytest.mark.parametrize("path", [*MODULES, *SOURCES], ids=lambda p: f"{p.parent.name}/{p.name}")
def test_files_are_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300

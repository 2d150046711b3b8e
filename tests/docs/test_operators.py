"""docs/operators.md lists exactly the operators there are."""

from pathlib import Path

from ai_edge_litert import schema_py_generated as schema

from tinygen.kernels.registry import emitters
from tinygen.ops.registry import op_types

DOC = Path(__file__).parents[2] / "docs" / "operators.md"
LIBRARIES = ("cmsis-nn", "tinygen")


def mark(name, library):
    if name in emitters(library):
        return "yes"
    return "Cortex-M55" if name in emitters(library, mve=True) else ""


def rows():
    for name, op_type in sorted(op_types().items()):
        if not hasattr(schema.BuiltinOperator, name):
            continue  # tinygen's own, which no file holds
        marks = [mark(name, library) for library in LIBRARIES]
        yield f"| {' | '.join([name, str(op_type.max_version), *marks])} |".replace("  ", " ")


def test_the_table_is_what_the_code_has(request):
    head, _, rest = DOC.read_text(encoding="utf-8").partition("|---|---|---|---|\n")
    old, _, tail = rest.partition("\n\n")
    table = "\n".join(rows())
    if request.config.getoption("--update-golden"):
        DOC.write_text(f"{head}|---|---|---|---|\n{table}\n\n{tail}", encoding="utf-8")
    else:
        assert old.rstrip("\n") == table

"""Run independent ops by tinygen's DSP kernels in C on this host, each in a fence.

While an op runs, the address sanitizer lets it touch its tensors, its scratch and nothing
else of the arena.
"""

import subprocess
from pathlib import Path

from tests.oracle import random_inputs, run_tflm, wrong_positions
from tests.unit.kernels.cases import fold_padding
from tinygen.core import Core
from tinygen.emit.kernels import choose_kernels
from tinygen.emit.model import emit_model
from tinygen.ops.contract import Kernel, Target
from tinygen.resources import data_dir

DSP = Core("host", dsp=True)
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"]
SANITIZE = ["-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
MAIN = """
#include <sanitizer/asan_interface.h>
#include <stdio.h>
#include "model.h"
typedef struct {{ int op; unsigned at, size; }} area;
static const area areas[] = {{ {areas} {{-1, 0, 0}} }};
static int transfer(const tg_tensor_info *t, int count, int is_input)
{{
    for (int i = 0; i < count; i++) {{
        const size_t n = is_input ? fread(t[i].data, 1, t[i].nbytes, stdin)
                                  : fwrite(t[i].data, 1, t[i].nbytes, stdout);
        if (n != t[i].nbytes) {{
            return 0;
        }}
    }}
    return 1;
}}
int main(void)
{{
    while (transfer(model_inputs, MODEL_INPUT_COUNT, 1)) {{
        for (int op = 0; op < MODEL_OP_COUNT; op++) {{
            __asan_poison_memory_region(model_arena, MODEL_ARENA_BYTES);
            for (const area *a = areas; a->op >= 0; a++) {{
                if (a->op == op) {{
                    __asan_unpoison_memory_region(model_arena + a->at, a->size);
                }}
            }}
            if (model_ops[op]() != TG_OK) {{
                return 1;
            }}
        }}
        __asan_unpoison_memory_region(model_arena, MODEL_ARENA_BYTES);
        transfer(model_outputs, MODEL_OUTPUT_COUNT, 0);
    }}
    return 0;
}}
"""


def kernels_of(content: bytes, optimize="balanced") -> list[Kernel]:
    """Return the kernels of a model's ops."""
    graph = fold_padding(content)
    return choose_kernels(graph, Target(DSP, optimize), "tinygen")


def wrong_ops(cases, folder: Path, plan, *, optimize="balanced", count=4) -> list[str]:
    """Return what differs from the tflite-micro wheel: ops, as ``cases`` names them."""
    content = cases.build()
    inputs = random_inputs(content, count)
    graph = fold_padding(content)
    kernels = choose_kernels(graph, Target(DSP, optimize), "tinygen")
    raw = _run(graph, kernels, plan(graph, kernels), inputs, folder)
    wanted = [values for one in run_tflm(content, inputs) for values in one]
    wrong = {n % len(cases.names) for n in wrong_positions(raw, wanted)}
    return sorted(f"{cases.names[n]} by {kernels[n].name}" for n in wrong)


def _areas(graph, kernels, plan) -> str:
    """Return what each op may touch, as C initializers."""
    rows = []
    for n, (op, kernel) in enumerate(zip(graph.ops, kernels, strict=True)):
        tensors = [t for t in (*op.inputs, *op.outputs) if t in plan.tensor_offsets]
        rows += [(n, plan.tensor_offsets[t], graph.tensors[t].nbytes) for t in tensors]
        rows.append((n, plan.scratch_offsets[n], kernel.scratch_bytes))
    return " ".join(f"{{{op}, {at}, {size}}}," for op, at, size in rows)


def _run(graph, kernels, plan, inputs, folder: Path) -> bytes:
    files = emit_model(graph, kernels, plan)
    files["main.c"] = MAIN.format(areas=_areas(graph, kernels, plan))
    for name, text in files.items():
        (folder / name).write_text(text)
    firmware = data_dir("firmware")
    sources = sorted({s for k in kernels for s in k.sources})
    subprocess.run(
        [
            "gcc", "-std=c11", *WARNINGS, *SANITIZE, f"-I{firmware}/include", f"-I{folder}",
            folder / "model.c", folder / "main.c", *(firmware / "src" / s for s in sources), "-lm",
            "-o", folder / "model",
        ],
        check=True,
    )  # fmt: skip
    stdin = b"".join(values.tobytes() for one in inputs for values in one)
    done = subprocess.run([folder / "model"], input=stdin, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout

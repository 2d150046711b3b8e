"""Chains: random nets row by row are bit-exact, in exactly the arena that was planned."""

import subprocess

import numpy as np
import pytest

from tests.oracle import FLAGS, MAIN, random_inputs, run_tflm
from tests.unit.plan.random_nets import Net, random_net
from tinygen.core import Core
from tinygen.emit.kernels import choose_kernel, choose_kernels
from tinygen.emit.model import emit_model
from tinygen.load.tflite import read_graph
from tinygen.ops.contract import Target
from tinygen.ops.rows import rows_of
from tinygen.plan.chain import make_chain
from tinygen.plan.choose import RULES, plan_with_chains
from tinygen.plan.layout import plan_memory
from tinygen.plan.pieces import Rules, part_kernels
from tinygen.plan.schedule import kernels_used
from tinygen.plan.share import share
from tinygen.plan.timeline import follow
from tinygen.plan.units import last_units, make_units
from tinygen.resources import data_dir

DSP = Target(Core("host", dsp=True), "ram")
PORTABLE = Target(Core("host"), "ram")


def setting(content, target):
    graph = read_graph(content, "net")
    library = "tinygen" if target.core.dsp else "reference"
    kernels = choose_kernels(graph, target, library)
    choose = part_kernels(graph, lambda g, op: choose_kernel(g, op, target, library))
    return graph, kernels, choose


def planned(graph, kernels, chains):
    scratch = {n: k.scratch_bytes for n, k in enumerate(kernels) if k}
    overlaps = {n: k.overlap for n, k in enumerate(kernels) if k}
    return plan_memory(graph, scratch, overlaps, chains)


def chained_ranges(graph, rng):
    """Cut the ops that can run by rows at random into ranges of two and more."""
    can = [rows_of(graph, op) is not None for op in graph.ops]
    ranges, first = [], 0
    while first < len(can):
        last = first
        while last + 1 < len(can) and all(can[first : last + 2]) and rng.random() < 0.8:
            last += 1
        if last > first:
            ranges.append((first, last))
        first = last + 1
    return ranges


def run_c(graph, kernels, plan, inputs, folder):
    files = emit_model(graph, kernels, plan) | {"main.c": MAIN}
    for name, text in files.items():
        (folder / name).write_text(text)
    firmware = data_dir("firmware")
    used = [k for k in kernels_used(kernels, plan.chains) if k]
    sources = sorted({firmware / "src" / s for k in used for s in k.sources})
    include = [f"-I{firmware}/include", f"-I{folder}"]
    program = [folder / "model.c", folder / "main.c", *sources, "-lm", "-o", folder / "model"]
    subprocess.run(["gcc", *FLAGS, *include, *program], check=True)
    stdin = b"".join(values.tobytes() for one in inputs for values in one)
    done = subprocess.run([folder / "model"], input=stdin, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def assert_exact(content, graph, kernels, plan, folder, count=4):
    inputs = random_inputs(content, count)
    wanted = b"".join(v.tobytes() for one in run_tflm(content, inputs) for v in one)
    assert run_c(graph, kernels, plan, inputs, folder) == wanted


@pytest.mark.parametrize("seed", range(14))
def test_random_nets_are_bit_exact_row_by_row(seed, tmp_path):
    content = random_net(seed)
    graph, kernels, choose = setting(content, DSP if seed % 3 else PORTABLE)
    ranges = chained_ranges(graph, np.random.default_rng(seed))
    chains = [make_chain(graph, *ends, 1 + seed % 4, choose) for ends in ranges]
    assert all(chains)
    plan = planned(graph, kernels, chains)
    assert_exact(content, graph, kernels, plan, tmp_path)


def require_no_shared_bytes(graph, kernels, plan):
    """Assert that at no time two live buffers share a byte that they may not."""
    sharing = share(graph)
    scratch = {n: k.scratch_bytes for n, k in enumerate(kernels) if k}
    overlaps = {n: k.overlap for n, k in enumerate(kernels) if k}
    units = make_units(graph, scratch, overlaps, plan.chains)
    line = follow(graph, sharing, last_units(graph, sharing.root, units), units)
    meets = {(m.instant, frozenset((m.output, m.source))) for m in line.meetings}
    for instant, live in enumerate(line.instants):
        taken = np.full(plan.arena_bytes, -(1 << 20))
        for key, span in live.items():
            offset = plan.tensor_offsets[key] if key >= 0 else plan.scratch_offsets[-1 - key]
            cells = taken[offset + span.low : offset + span.high]
            assert cells.size == span.high - span.low
            others = {int(k) for k in np.unique(cells)} - {-(1 << 20)}
            assert all((instant, frozenset((key, other))) in meets for other in others)
            cells[:] = key


@pytest.mark.parametrize("seed", range(40))
def test_no_two_live_bytes_share_an_address(seed):
    graph, kernels, choose = setting(random_net(seed), DSP)
    ranges = chained_ranges(graph, np.random.default_rng(seed))
    chains = [make_chain(graph, *ends, 1 + seed % 3, choose) for ends in ranges]
    require_no_shared_bytes(graph, kernels, planned(graph, kernels, chains))


def test_every_row_is_computed_once():
    for seed in range(20):
        graph, _, choose = setting(random_net(seed), PORTABLE)
        for first, last in chained_ranges(graph, np.random.default_rng(seed)):
            chain = make_chain(graph, first, last, 2, choose)
            written = {}
            for step in chain.steps:
                for access in step.writes:
                    nbytes = access.span.high - access.span.low
                    written[access.tensor] = written.get(access.tensor, 0) + nbytes
            sizes = {t: graph.tensors[t].nbytes for t in written}
            assert written == sizes


def narrow_net():
    """Return a chain of 3x3 convolutions on an image of 40 rows, ended by a mean."""
    net = Net(np.random.default_rng(1))
    x = first = net.image((40, 6, 1))
    for _ in range(4):
        x = net.conv(x, out_c=8, k=(3, 3))
    return net.b.build([first], [net.mean(x, keep_dims=False)])


def test_a_deep_chain_needs_three_rows_an_op(tmp_path):
    content = narrow_net()
    graph, kernels, _ = setting(content, PORTABLE)
    whole = planned(graph, kernels, ())
    plan = plan_with_chains(
        graph, kernels, lambda g, op: choose_kernel(g, op, PORTABLE, "reference"), RULES["ram"]
    )
    (chain,) = plan.chains
    row = 6 * 8
    assert (chain.first, chain.last) == (0, 4)
    assert sorted(chain.bands.values()) == [row, 3 * row, 3 * row, 3 * row]
    saved = whole.arena_bytes - plan.arena_bytes
    assert chain.why.startswith(f"ops 0 to 4, 1 row at a time; saves {saved:,} bytes, costs about ")
    # the image, three bands, the last row, sums of eight channels and eight outputs
    assert plan.arena_bytes <= 40 * 6 + 10 * row + 4 * 8 + 16 + 4 * 15
    assert_exact(content, graph, kernels, plan, tmp_path)


def test_without_rows_nothing_is_chained():
    graph, kernels, _ = setting(narrow_net(), PORTABLE)
    plan = plan_with_chains(
        graph, kernels, lambda g, op: choose_kernel(g, op, PORTABLE, "reference"), Rules()
    )
    assert plan.chains == ()


def test_chaining_never_needs_more_memory():
    for seed in range(6):
        graph, kernels, _ = setting(random_net(seed), PORTABLE)
        choose = lambda g, op: choose_kernel(g, op, PORTABLE, "reference")  # noqa: E731
        plan = plan_with_chains(graph, kernels, choose, RULES["ram"])
        assert plan.arena_bytes <= planned(graph, kernels, ()).arena_bytes

"""Orders of execution: the least peak of all there are, and exact results in them."""

from itertools import permutations

import numpy as np
import pytest

from tests.unit.plan.random_nets import SAME, Net
from tests.unit.plan.test_chain import DSP, assert_exact, setting
from tinygen.emit.kernels import choose_kernel
from tinygen.pipeline import Choices, prepare
from tinygen.plan.choose import RULES, choose_order, plan_with_chains
from tinygen.plan.order import find_order, reorder
from tinygen.progress import Silent
from tinygen.report.plan_json import plan_json
from tinygen.report.plan_text import order_text, plan_text


def late_branch_net(rng):
    """Return a net that makes two large maps before it makes both small: the wrong way round."""
    net = Net(rng)
    x = net.image((8, 8, 4))
    large = [net.conv(x, out_c=16, k=(3, 3)) for _ in range(3)]
    small = [net.conv(t, out_c=2, k=(3, 3), stride=(2, 2)) for t in large]
    y = net.add(net.add(small[0], small[1]), small[2])
    return net.b.build([x], [y])


def tangled_net(rng):
    """Return a net of seven ops whose inputs are any of the images made before."""
    net = Net(rng)
    images = [net.image((6, 6, int(rng.integers(2, 9))))]
    for _ in range(6):
        x = images[int(rng.integers(0, len(images)))]
        images.append(net.conv(x, out_c=int(rng.integers(1, 24)), k=(3, 3), padding=SAME))
    used = [t for op in net.b.ops for t in op.inputs]
    return net.b.build([images[0]], [t for t in images[1:] if t not in used])


def choose(graph, op):
    return choose_kernel(graph, op, DSP, "tinygen")


def peak_of(graph, kernels):
    """Return the most bytes live at one op, by a look at every tensor at every op."""
    last = {t: n for n, op in enumerate(graph.ops) for t in op.inputs}
    last |= dict.fromkeys(graph.outputs, len(graph.ops))
    made = {t: n for n, op in enumerate(graph.ops) for t in op.outputs}
    made |= dict.fromkeys(graph.inputs, -1)

    def padded(nbytes):
        return (nbytes + 15) // 16 * 16

    peaks = []
    for n, (op, kernel) in enumerate(zip(graph.ops, kernels, strict=True)):
        live = {t: padded(graph.tensors[t].nbytes) for t in made if made[t] <= n <= last.get(t, n)}
        out, saved = live[op.outputs[0]], 0
        ways = dict(kernel.overlap) | ({0: 0} if kernel.in_place else {})
        for i, distance in ways.items():
            t = op.inputs[i]
            if t in live and last[t] == n:
                saved = max(saved, live[t] + out - max(out, distance + live[t]))
        peaks.append(sum(live.values()) + padded(kernel.scratch_bytes) - saved)
    return max(peaks)


def possible_orders(graph):
    for order in permutations(range(len(graph.ops))):
        known = {*graph.inputs}
        for n in order:
            op = graph.ops[n]
            if any(t not in known for t in op.inputs if graph.tensors[t].data is None):
                break
            known |= {*op.outputs}
        else:
            yield order


@pytest.mark.parametrize("seed", range(12))
def test_no_order_has_a_lower_peak(seed):
    graph, kernels, _ = setting(tangled_net(np.random.default_rng(seed)), DSP)
    lowest = min(peak_of(*reorder(graph, kernels, order)) for order in possible_orders(graph))
    order = find_order(graph, kernels)
    if order is None:
        assert peak_of(graph, kernels) == lowest
    else:
        assert peak_of(*reorder(graph, kernels, order)) == lowest < peak_of(graph, kernels)


@pytest.mark.parametrize("optimize", ["speed", "balanced"])
def test_ops_move_where_that_makes_the_arena_smaller(tmp_path, optimize):
    content = late_branch_net(np.random.default_rng(1))
    graph, kernels, _ = setting(content, DSP)
    as_given = plan_with_chains(graph, kernels, choose, RULES[optimize])
    other, moved, saved = choose_order(graph, kernels, choose, RULES[optimize])
    plan = plan_with_chains(other, moved, choose, RULES[optimize])
    assert plan.arena_bytes == as_given.arena_bytes - saved < as_given.arena_bytes
    assert sorted(op.index for op in other.ops) == [op.index for op in graph.ops]
    assert_exact(content, other, moved, plan, tmp_path)


def test_ops_without_a_choice_stay():
    net = Net(np.random.default_rng(2))
    x = net.image((8, 8, 4))
    y = net.conv(net.conv(x, out_c=16, k=(3, 3)), out_c=2, k=(3, 3))
    graph, kernels, _ = setting(net.b.build([x], [y]), DSP)
    assert find_order(graph, kernels) is None
    same, _, saved = choose_order(graph, kernels, choose, RULES["balanced"])
    assert same is graph
    assert saved == 0


def test_the_plan_tells_the_order(tmp_path):
    path = tmp_path / "net.tflite"
    path.write_bytes(late_branch_net(np.random.default_rng(1)))
    prepared = prepare(path, Choices("qemu-m4", optimize="speed"), Silent())
    text = plan_text(prepared.graph, prepared.plan)
    line = next(line for line in text.splitlines() if line.startswith("  order"))
    saved = prepared.plan.order_saves
    assert line == f"  order         ops {order_text(prepared.graph)}; saves {saved:,} bytes"
    told = plan_json(prepared.graph, prepared.plan, prepared.board)
    assert told["order"] == [op.index for op in prepared.graph.ops] != sorted(told["order"])
    assert told["order_saves_bytes"] == saved > 0


def test_an_interpreter_keeps_the_order_of_the_model_file(tmp_path):
    path = tmp_path / "net.tflite"
    path.write_bytes(late_branch_net(np.random.default_rng(1)))
    choices = Choices("qemu-m4", optimize="speed", runtime="tflm", kernels="reference")
    prepared = prepare(path, choices, Silent())
    assert [op.index for op in prepared.graph.ops] == list(range(len(prepared.graph.ops)))

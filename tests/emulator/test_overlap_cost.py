"""What outputs over inputs, and ops by rows, cost by default: little, against separate buffers."""

import pytest

from tests.emulator.test_models import MODELS, built
from tinygen import pipeline
from tinygen.plan import choose
from tinygen.plan.pieces import Rules
from tinygen.session import choose_inputs, profile

COSTS_AT_MOST = 1.03


def measured(models_dir, folder, model):
    folder.mkdir()
    project = built(models_dir, folder, model, "m4", "tinygen")
    return profile(project, choose_inputs(project, 1, None).sets[0], None)[0]


@pytest.mark.parametrize("model", MODELS)
def test_less_memory_costs_few_instructions(models_dir, tmp_path, monkeypatch, model):
    found = measured(models_dir, tmp_path / "default", model)
    lower = choose._lower

    def apart(graph, scratch, _overlaps, chains, _in_place, held, _strided):
        return lower(graph, scratch, {}, chains, (frozenset(),), held, {})

    monkeypatch.setattr(choose, "_lower", apart)
    monkeypatch.setattr(pipeline, "RULES", {**pipeline.RULES, "balanced": Rules()})
    separate = measured(models_dir, tmp_path / "apart", model)
    assert found.memory.arena_bytes < separate.memory.arena_bytes
    assert found.cost.instructions <= COSTS_AT_MOST * separate.cost.instructions

"""Geometry beside a model, and adapters in it, through both stages."""

import pytest
import torch
from standin import StandIn
from stock_processors import idefics3_folder
from tiny_training import loaded_from, recipe_with, texts_of

from viewpoint_gen.models.beside import geometry_of
from viewpoint_gen.models.loading import add_geometry
from viewpoint_gen.training.grpo import train_grpo
from viewpoint_gen.training.journal import read_log
from viewpoint_gen.training.sft import train_sft

STEPS = {"sft": {"steps": 2, "batch": 4}, "grpo": {"steps": 1, "prompts": 6, "group": 2}}


def with_geometry(folder):
    torch.manual_seed(0)
    return add_geometry(loaded_from(folder), StandIn())


def copies(module):
    return [p.detach().clone() for p in module.parameters()]


def same(before, module):
    return [torch.equal(b, p) for b, p in zip(before, module.parameters(), strict=True)]


@pytest.mark.parametrize("train_tower", [False, True])
def test_the_connector_learns_and_the_encoder_only_where_it_is_meant_to(
    data, untaught, tmp_path, train_tower
):
    loaded = with_geometry(untaught)
    beside = geometry_of(loaded.model)
    encoder, connector = copies(beside.encoder), copies(beside.connector)
    recipe = recipe_with(geometry="tower", train_tower=train_tower, **STEPS)
    train_sft(loaded, data, recipe, tmp_path)
    assert not any(same(connector, beside.connector)[-2:])  # its last layer, which began at zero
    assert all(same(encoder, beside.encoder)) == (not train_tower)

    counts = {counts for _, counts in beside.encoder.seen}
    assert {count for batch in counts for count in batch} == {2, 5}  # each sample's own images
    supervised = copies(beside.connector)
    train_grpo(loaded, data, recipe, tmp_path)
    assert not all(same(supervised, beside.connector))


def test_adapters_are_reinforced_and_held_to_what_they_were(data, tmp_path):
    folder = idefics3_folder(tmp_path / "idefics3", texts_of(data))
    loaded = loaded_from(folder)
    recipe = recipe_with(lora={"rank": 4, "alpha": 8}, model=str(folder), **STEPS)
    train_sft(loaded, data, recipe, tmp_path / "out")
    before = {name: p.clone() for name, p in loaded.model.named_parameters()}
    train_grpo(loaded, data, recipe, tmp_path / "out")
    changed = {n for n, p in loaded.model.named_parameters() if not torch.equal(before[n], p)}
    assert changed
    assert all("lora_" in name for name in changed)
    assert set(loaded.model.peft_config) == {"default"}  # no copy beside it
    line = next(line for line in read_log(tmp_path / "out" / "grpo") if "loss" in line)
    assert line["kl"] == pytest.approx(0.0, abs=1e-6)

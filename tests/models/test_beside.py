"""A geometry encoder beside the eyes of stock models."""

import copy

import pytest
import stock
import torch
from standin import StandIn
from torch import nn

from viewpoint_gen.errors import ModelError
from viewpoint_gen.models.adapters import LoraSettings, with_adapter
from viewpoint_gen.models.beside import Connector, Seen, geometry_of, places_in
from viewpoint_gen.models.loading import ImageTextModel, add_geometry

NAMES = sorted(stock.MAKERS)


def with_geometry(name, **encoder):
    torch.manual_seed(2)
    loaded = ImageTextModel(stock.stock(name), stock.Processor(stock.Eyes()), name)
    return add_geometry(loaded, StandIn(**encoder)).model.eval()


def perturbed(model):
    torch.manual_seed(3)
    connector = geometry_of(model).connector
    with torch.no_grad():
        connector.out.weight.normal_(std=0.5)
    return model


def rows(*counts):
    return [stock.pictures(count, seed=10 + number) for number, count in enumerate(counts)]


@pytest.mark.parametrize("name", NAMES)
def test_a_fresh_connector_leaves_every_logit_as_it_was(name):
    given = stock.inputs(name, rows(2, 3))
    before = stock.stock(name)(**given).logits
    model = with_geometry(name)
    assert torch.equal(model(**given).logits, before)
    assert not torch.allclose(perturbed(model)(**given).logits, before, atol=1e-3)


@pytest.mark.parametrize("name", NAMES)
def test_the_encoder_gets_the_pictures_in_colours_and_knows_whose_they_are(name):
    model, shown = with_geometry(name), rows(2, 3, 1)
    model(**stock.inputs(name, shown))
    ((seen, counts),) = geometry_of(model).encoder.seen
    assert counts == (2, 3, 1)
    assert torch.allclose(seen, torch.cat(shown), atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_said_of_a_row_does_not_depend_on_its_neighbours(name):
    model, shown = perturbed(with_geometry(name)), rows(2, 3, 1)
    together = stock.inputs(name, shown)
    logits = model(**together).logits
    for number, images in enumerate(shown):
        given = stock.inputs(name, [images])
        given["input_ids"][0, 0] = 10 + number
        alone = model(**given).logits[0]
        assert torch.allclose(logits[number, -len(alone) :], alone, atol=2e-5)


def test_a_row_may_show_no_image_at_all():
    shown = rows(2, 0)
    model = perturbed(with_geometry("idefics3"))
    together = model(**stock.inputs("idefics3", shown)).logits[0]
    alone = model(**stock.inputs("idefics3", shown[:1])).logits[0]
    assert torch.allclose(together, alone, atol=2e-5)
    assert geometry_of(model).encoder.seen[0][1] == (2,)


@pytest.mark.parametrize("name", NAMES)
def test_generation_sees_geometry_as_forward_does(name):
    model, given = perturbed(with_geometry(name)), stock.inputs(name, rows(2, 3))
    how = {"do_sample": False, "return_dict_in_generate": True, "output_logits": True}
    out = model.generate(**given, max_new_tokens=2, **how)
    first = model(**given).logits[:, -1]
    assert torch.allclose(out.logits[0], first, atol=1e-5)
    more = copy.copy(given)
    more["input_ids"] = out.sequences[:, : given["input_ids"].shape[1] + 1]
    more["attention_mask"] = (more["input_ids"] != stock.PAD).long()
    if "mm_token_type_ids" in given:
        more["mm_token_type_ids"] = (more["input_ids"] == stock.IMAGE).int()
    assert torch.allclose(out.logits[1], model(**more).logits[:, -1], atol=1e-4)


@pytest.mark.parametrize("name", NAMES)
def test_lora_reaches_the_language_model_and_the_connector_and_nothing_else(name):
    adapted = with_adapter(with_geometry(name), LoraSettings(rank=2))
    learning = {n for n, value in adapted.named_parameters() if value.requires_grad}
    layers = {n.split(".lora_")[0] for n in learning if "lora_" in n}
    assert len(layers) == 2 * 7  # layers of the language model, and their linear maps
    assert not any("vis" in layer or "geometry" in layer for layer in layers)
    others = {n for n in learning if "lora_" not in n}
    assert len(others) == 7
    assert all("geometry.connector" in n for n in others)


@pytest.mark.parametrize("name", NAMES)
def test_gradients_reach_the_connector_and_not_a_frozen_encoder(name):
    model, given = perturbed(with_geometry(name)), stock.inputs(name, rows(2, 1))
    model(**given, labels=given["input_ids"]).loss.backward()
    beside = geometry_of(model)
    assert all(value.grad.abs().sum() > 0 for value in beside.connector.parameters())
    assert all(value.grad is None for value in beside.encoder.parameters())
    beside.encoder.requires_grad_(True)
    model(**given, labels=given["input_ids"]).loss.backward()
    assert all(value.grad.abs().sum() > 0 for value in beside.encoder.parameters())


def test_a_class_with_geometry_is_loaded_by_the_house_and_not_by_itself():
    with pytest.raises(ModelError, match="loaded by load_image_text"):
        type(with_geometry("llava")).from_pretrained("somewhere")


def test_tokens_with_the_same_summary_can_say_different_things():
    torch.manual_seed(0)
    connector = Connector(6, 5, 8)
    nn.init.normal_(connector.out.weight)
    alike = torch.ones(16, 6), torch.ones(16, 5)
    said = connector(Seen(*alike, places_in((4, 4))))
    assert torch.linalg.matrix_rank(places_in((4, 4))) == 16
    assert torch.pdist(said).min() > 0.01


@pytest.mark.parametrize("grid", [(1, 1), (3, 7), (24, 24)])
def test_places_are_told_in_grids_of_any_size(grid):
    places = places_in(grid)
    assert places.shape[0] == grid[0] * grid[1]
    assert places.isfinite().all()
    assert len(places.unique(dim=0)) == len(places)


def test_a_model_needs_its_text_to_know_whose_images_it_sees():
    model, given = with_geometry("llava"), stock.inputs("llava", rows(2))
    embedded = model.get_input_embeddings()(given.pop("input_ids"))
    with pytest.raises(ModelError, match="needs input_ids"):
        model(inputs_embeds=embedded, **given)


def test_a_model_without_visual_tokens_is_refused():
    loaded = ImageTextModel(torch.nn.Linear(1, 1), stock.Processor(stock.Eyes()), "linear")
    loaded.model.base_model = loaded.model
    with pytest.raises(ModelError, match="no visual tokens"):
        add_geometry(loaded, StandIn())

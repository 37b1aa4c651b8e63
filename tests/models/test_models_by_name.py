"""Models kept in folders, with geometry and with adapters; and those that can't be loaded."""

import json
import shutil
from types import SimpleNamespace

import huggingface_hub.constants
import psutil
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from second import TEXTS, photo
from standin import FACTORY, StandIn
from transformers import AutoProcessor

from viewpoint_gen.errors import DeviceUnavailable, ModelError, StorageError
from viewpoint_gen.models.adapters import LoraSettings
from viewpoint_gen.models.beside import geometry_of
from viewpoint_gen.models.chat import encoded, generate_replies
from viewpoint_gen.models.encoders import encoder_named
from viewpoint_gen.models.loading import add_geometry, load_image_text, save_image_text
from viewpoint_gen.models.tower import GeometryTower, GeometryTowerConfig

PROMPTS = [TEXTS[0], TEXTS[2]]
IMAGES = [[photo(1), photo(2)], [photo(3), photo(4), photo(5)]]
LORA = LoraSettings(rank=4, dropout=0.0)


def logits(loaded):
    with torch.no_grad():
        return loaded.model.eval()(**encoded(loaded, PROMPTS, IMAGES)).logits


def said(loaded):
    return generate_replies(loaded, PROMPTS, IMAGES, max_new_tokens=6)


def train(loaded, steps=2):
    """Steps so large that they show."""
    learning = [value for value in loaded.model.parameters() if value.requires_grad]
    optimizer = torch.optim.SGD(learning, lr=1.0)
    inputs = encoded(loaded, PROMPTS, IMAGES)
    loaded.model.train()
    for _ in range(steps):
        loaded.model(**inputs, labels=inputs["input_ids"]).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    loaded.model.eval()


def assert_same(first, second):
    assert torch.equal(logits(first), logits(second))
    assert said(first) == said(second)


@pytest.fixture(params=["tiny", "idefics3"])
def folder(request):
    return request.getfixturevalue(request.param)


def test_a_saved_model_gives_the_same_answers(folder, tmp_path):
    loaded = load_image_text(str(folder))
    train(loaded)
    save_image_text(loaded, tmp_path / "kept")
    assert_same(load_image_text(str(tmp_path / "kept")), loaded)


def test_geometry_is_kept_with_the_model(folder, tmp_path):
    loaded = load_image_text(str(folder))
    torch.manual_seed(5)
    add_geometry(loaded, StandIn())
    before = logits(loaded)
    train(loaded)
    assert not torch.allclose(logits(loaded), before, atol=1e-3)
    save_image_text(loaded, tmp_path / "kept")
    again = load_image_text(str(tmp_path / "kept"), geometry_factory=FACTORY)
    assert_same(again, loaded)
    assert not geometry_of(again.model).trains_encoder


def test_adding_geometry_changes_no_logit_and_ends_the_cutting_into_tiles(idefics3):
    loaded = load_image_text(str(idefics3))
    loaded.processor.image_processor.do_image_splitting = False
    before = logits(loaded)
    loaded.processor.image_processor.do_image_splitting = True
    assert torch.equal(logits(add_geometry(loaded, StandIn())), before)


def test_weights_are_kept_under_their_own_names(tiny, tmp_path):
    # A trainer that resumes loads them by these names and passes over others.
    loaded = add_geometry(load_image_text(str(tiny)), StandIn())
    for name, model in (("bare", load_image_text(str(tiny))), ("geometry", loaded)):
        save_image_text(model, tmp_path / name)
        with safe_open(tmp_path / name / "model.safetensors", "pt") as file:
            kept = set(file.keys())
        assert kept == set(model.model.state_dict()) - {"lm_head.weight"}  # tied


@pytest.mark.parametrize("geometry_first", [True, False, None])
def test_an_adapter_is_kept_with_the_geometry_that_learnt_with_it(folder, tmp_path, geometry_first):
    torch.manual_seed(6)
    loaded = load_image_text(str(folder), adapter=None if geometry_first else LORA)
    if geometry_first is not None:
        add_geometry(loaded, StandIn())
    if geometry_first:
        save_image_text(loaded, tmp_path / "base")
        loaded = load_image_text(str(tmp_path / "base"), adapter=LORA, geometry_factory=FACTORY)
    before = logits(loaded)
    frozen = {n: v.clone() for n, v in loaded.model.named_parameters() if not v.requires_grad}
    train(loaded)
    assert not torch.allclose(logits(loaded), before, atol=1e-3)
    for name, value in loaded.model.named_parameters():
        assert name not in frozen or torch.equal(frozen[name], value), name
    save_image_text(loaded, tmp_path / "kept")
    assert not (tmp_path / "kept" / "model.safetensors").exists()
    again = load_image_text(str(tmp_path / "kept"), geometry_factory=FACTORY)
    assert_same(again, loaded)
    names = {name for name, value in again.model.named_parameters() if value.requires_grad}
    assert any("lora_A" in name for name in names)
    assert any("connector" in name for name in names) == (geometry_first is not None)


def test_geometry_added_to_a_trained_adapter_leaves_the_adapter_as_it_was(tiny):
    loaded = load_image_text(str(tiny), adapter=LORA)
    train(loaded)
    before = logits(loaded)
    assert torch.equal(logits(add_geometry(loaded, StandIn())), before)


def test_only_a_freed_encoder_learns_and_a_frozen_one_keeps_still(tiny):
    loaded = add_geometry(load_image_text(str(tiny)), StandIn())
    encoder = geometry_of(loaded.model).encoder
    before = encoder.project.weight.clone()
    train(loaded)
    loaded.model.train()
    assert not encoder.training
    assert torch.equal(encoder.project.weight, before)
    encoder.requires_grad_(True)
    train(loaded)
    loaded.model.train()
    assert encoder.training
    assert not torch.equal(encoder.project.weight, before)


def test_a_second_encoder_or_adapter_is_refused(tiny):
    loaded = add_geometry(load_image_text(str(tiny), adapter=LORA), StandIn())
    with pytest.raises(ModelError, match="a geometry encoder already"):
        add_geometry(loaded, StandIn())


def test_lora_needs_layers(tiny):
    with pytest.raises(ModelError, match="no layer for LoRA is named like nothing"):
        load_image_text(str(tiny), adapter=LoraSettings(target="nothing"))


def test_an_adapter_without_its_model_says_which(tiny, tmp_path):
    shutil.copytree(tiny, tmp_path / "base")
    loaded = load_image_text(str(tmp_path / "base"), adapter=LORA)
    save_image_text(loaded, tmp_path / "kept")
    shutil.rmtree(tmp_path / "base")
    with pytest.raises(ModelError, match=r"the model that its adapter stands on: .*base: no such"):
        load_image_text(str(tmp_path / "kept"))


def refused(source, **settings):
    with pytest.raises(ModelError) as raised:
        load_image_text(str(source), **settings)
    message = str(raised.value)
    assert "\n" not in message
    assert str(source) in message
    return message


def test_a_missing_folder_an_empty_one_and_one_that_is_no_image_text_model(tmp_path):
    assert "no such folder" in refused(tmp_path / "nothing")
    assert "no config.json in it" in refused(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert"}))
    assert "a bert model, not one that reads images" in refused(tmp_path)
    (tmp_path / "config.json").write_text("{")
    refused(tmp_path)


def test_a_name_on_the_hub_without_a_network(monkeypatch):
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    refused("nobody-here/no-such-model")


def test_a_processor_that_needs_what_is_not_here(tiny, monkeypatch):
    def from_pretrained(source):
        raise ImportError("\nVideos require the Torchvision library. Check out the page\nhttps://…")

    monkeypatch.setattr(AutoProcessor, "from_pretrained", from_pretrained)
    assert refused(tiny).endswith("isn't here: Videos require the Torchvision library.")


def test_a_damaged_model(tiny, tmp_path):
    shutil.copytree(tiny, tmp_path / "cut")
    weights = tmp_path / "cut" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    refused(tmp_path / "cut")


def test_a_model_with_a_weight_missing(tiny, tmp_path):
    shutil.copytree(tiny, tmp_path / "less")
    weights = load_file(tmp_path / "less" / "model.safetensors")
    del weights["model.language_model.embedding_norm.weight"]
    save_file(weights, tmp_path / "less" / "model.safetensors", metadata={"format": "pt"})
    assert "1 of its weights are in none of its files: model.language_" in refused(
        tmp_path / "less"
    )


def test_a_model_without_a_chat_template(tiny, tmp_path):
    shutil.copytree(tiny, tmp_path / "base")
    (tmp_path / "base" / "chat_template.jinja").unlink()
    assert "no chat template" in refused(tmp_path / "base")


def test_geometry_of_others_is_built_only_where_it_is_named(tiny, tmp_path):
    save_image_text(add_geometry(load_image_text(str(tiny)), StandIn()), tmp_path)
    assert f"'{FACTORY}', which isn't viewgen's own code" in refused(tmp_path)


def test_geometry_that_does_not_fit_its_description(tiny, tmp_path):
    save_image_text(add_geometry(load_image_text(str(tiny)), StandIn()), tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    config["geometry"]["encoder"]["arguments"]["patch_width"] = 7
    (tmp_path / "config.json").write_text(json.dumps(config))
    assert "doesn't fit its config.json" in refused(tmp_path, geometry_factory=FACTORY)


def test_a_model_too_large_for_the_machine(tiny, monkeypatch):
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=1000))
    with pytest.raises(DeviceUnavailable, match=r"billion weights take .* GiB"):
        load_image_text(str(tiny), device="cpu")


def test_devices_and_kinds_of_number(tiny):
    loaded = load_image_text(str(tiny), device="cpu", dtype="bfloat16")
    assert loaded.model.dtype == torch.bfloat16
    before = logits(loaded)
    assert torch.equal(logits(add_geometry(loaded, StandIn())), before)
    with pytest.raises(ModelError, match="there are: auto, float32, bfloat16, float16"):
        load_image_text(str(tiny), dtype="int8")
    with pytest.raises(DeviceUnavailable, match="no device is called 'abacus'"):
        load_image_text(str(tiny), device="abacus")
    if not torch.cuda.is_available():
        with pytest.raises(DeviceUnavailable, match="finds no GPU"):
            load_image_text(str(tiny), device="cuda")


def test_a_folder_that_can_not_be_written(tiny, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="the model can't be written"):
        save_image_text(load_image_text(str(tiny)), tmp_path / "file" / "inside")


def test_the_towers_own_geometry_needs_no_word_of_trust(tiny, tmp_path):
    torch.manual_seed(8)
    tower = GeometryTower(GeometryTowerConfig(image_px=24, num_layers=1))
    tower.save_pretrained(tmp_path / "tower")
    loaded = add_geometry(load_image_text(str(tiny)), encoder_named(str(tmp_path / "tower")))
    train(loaded)
    save_image_text(loaded, tmp_path / "kept")
    again = load_image_text(str(tmp_path / "kept"))
    assert type(geometry_of(again.model).encoder) is GeometryTower
    assert_same(again, loaded)


def test_a_name_on_the_hub_that_is_in_its_cache(tiny, tmp_path, monkeypatch):
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    kept = tmp_path / "models--someone--geometry"
    loaded = add_geometry(load_image_text(str(tiny)), StandIn())
    train(loaded)
    save_image_text(loaded, kept / "snapshots" / "0123abcd")
    (kept / "refs").mkdir()
    (kept / "refs" / "main").write_text("0123abcd")
    assert_same(load_image_text("someone/geometry", geometry_factory=FACTORY), loaded)

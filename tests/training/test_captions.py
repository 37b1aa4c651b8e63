"""Motions in words: what is said, what a tower is asked, and pictures that learn to say it."""

import numpy as np
import pytest
import torch
from tiny_training import loaded_from, recipe_with, stop_at

from viewpoint_gen.errors import RecipeChanged
from viewpoint_gen.models.loading import add_geometry
from viewpoint_gen.models.tiny import build_tiny
from viewpoint_gen.models.tower import GeometryTower, GeometryTowerConfig
from viewpoint_gen.models.tower.motion import MOTION
from viewpoint_gen.training.journal import read_log
from viewpoint_gen.training.primer.captions import CAPTION_TOKENS, Captions, SeenMotions
from viewpoint_gen.training.primer.lessons import KINDS, Lessons
from viewpoint_gen.training.primer.sight import teach_to_see
from viewpoint_gen.training.report.stages import stages_of
from viewpoint_gen.training.scoring_head import IGNORED

PLACE = {quantity.name: place for place, quantity in enumerate(MOTION)}


@pytest.fixture(scope="module")
def tower():
    torch.manual_seed(0)
    return GeometryTower(GeometryTowerConfig()).eval()


@pytest.fixture(scope="module")
def seen(tower, data):
    return SeenMotions(tower, data.run, "tower")


def motion(**values):
    numbers = np.zeros(len(MOTION))
    for name, value in values.items():
        numbers[PLACE[name]] = value
    return numbers


def test_each_quantity_is_said_by_its_side_and_its_size(data, tmp_path_factory):
    words = "counter clockwise higher lower farther nearer left right up down neither 33 12 26"
    folder = tmp_path_factory.mktemp("worded") / "tiny"
    build_tiny(folder, [f"by {words}"] * 40, seed=0, image_px=32)
    tokenizer = loaded_from(folder).processor.tokenizer
    captions = Captions(tokenizer)
    said = captions.of(
        motion(azimuth=np.deg2rad(-33), elevation=np.deg2rad(12), right=0.26, heading=0.001)
    )
    assert len(said) == CAPTION_TOKENS == len(captions.nothing)
    text = [tokenizer.decode([token]).strip() for token in said]
    assert text[:4] == ["clockwise", "33", "higher", "12"]
    assert text[6:8] == ["neither", "0"]  # less than half a degree
    assert text[12:14] == ["right", "26"]
    other = captions.of(motion(azimuth=np.deg2rad(33), right=-0.26))
    assert tokenizer.decode([other[0]]).strip() == "counter"
    assert tokenizer.decode([other[12]]).strip() == "left"


def test_what_a_tower_sees_is_what_it_reads_from_these_very_pictures(tower, seen, data):
    sample = seen.samples[0]
    (found, *_) = seen.of_sample(sample)
    swapped = seen._read([(sample[1], sample[0])])[0]
    again = seen._read([(sample[0], sample[1])])[0]
    assert np.allclose(found, again, atol=1e-5)
    assert found.shape == swapped.shape == (len(MOTION),)


def test_a_lesson_of_motions_is_a_whole_question_with_captions_for_pictures(data, tokenizer, seen):
    lessons = Lessons(data.run.items, tokenizer, seen)
    assert lessons.kinds == KINDS
    captions = Captions(tokenizer)
    rng = np.random.default_rng(0)
    for lesson in lessons.draw("motions", rng, 8, known=0):
        text = tokenizer.decode(lesson.ids)
        assert "<image>" not in text
        assert "Image 2: " in text
        replied = tokenizer.decode([token for token in lesson.labels if token != IGNORED])
        assert replied.startswith("<answer>")
        start = lesson.ids.index(tokenizer("Image 1: ")["input_ids"][0]) + 1
        assert lesson.ids[start : start + CAPTION_TOKENS] == captions.nothing


def test_without_a_tower_there_are_no_such_lessons(data, tokenizer):
    assert Lessons(data.run.items, tokenizer).kinds == KINDS[:5]


@pytest.fixture(scope="module")
def sighted(data, tower, seen, untaught, tmp_path_factory):
    out = tmp_path_factory.mktemp("sight")
    return out, taught_to_see(data, tower, seen, untaught, out, steps=24)


def taught_to_see(data, tower, seen, untaught, out, *, steps=8):
    recipe = recipe_with(sight={"steps": steps, "batch": 4, "checkpoint_steps": 4})
    loaded = loaded_from(untaught)
    add_geometry(loaded, tower)
    teach_to_see(loaded, data.run, recipe, out, seen=seen)
    return loaded


def test_pictures_learn_to_say_it_and_nothing_else_learns(sighted, untaught):
    out, loaded = sighted
    log = read_log(out / "sight")
    assert np.mean([line["loss"] for line in log[-4:]]) < log[0]["loss"] / 2
    before = loaded_from(untaught).model.model.language_model.parameters()
    after = loaded.model.model.language_model.parameters()
    assert all(torch.equal(one, other) for one, other in zip(before, after, strict=True))
    (stage,) = stages_of(out, recipe_with())
    assert (stage.name, stage.steps) == ("sight", 24)


def test_stopped_and_resumed_pictures_say_the_same(
    data, tower, seen, untaught, tmp_path, monkeypatch
):
    whole = taught_to_see(data, tower, seen, untaught, tmp_path / "whole")
    with monkeypatch.context() as patch:
        stop_at(patch, 6)
        with pytest.raises(KeyboardInterrupt):
            taught_to_see(data, tower, seen, untaught, tmp_path / "stopped")
    again = taught_to_see(data, tower, seen, untaught, tmp_path / "stopped")
    for one, other in zip(whole.model.parameters(), again.model.parameters(), strict=True):
        assert torch.equal(one, other)


def test_the_sight_of_another_recipe_is_refused_in_one_line(sighted, data, tower, seen, untaught):
    out, _ = sighted
    with pytest.raises(RecipeChanged, match="another recipe or of other data"):
        taught_to_see(data, tower, seen, untaught, out, steps=25)

"""Motions in words: what is said, and pictures that learn to say it."""

import json
import re

import numpy as np
import pytest
import torch
from tiny_training import loaded_from, recipe_with, stop_at

from viewpoint_gen.errors import RecipeChanged
from viewpoint_gen.models.loading import add_geometry
from viewpoint_gen.models.tiny import build_tiny
from viewpoint_gen.models.tower import GeometryTower, GeometryTowerConfig
from viewpoint_gen.models.tower.motion import MOTION
from viewpoint_gen.recipe import Recipe
from viewpoint_gen.training.journal import read_log
from viewpoint_gen.training.primer.captions import (
    CAPTION_TOKENS,
    Captions,
    embedded,
    in_ids,
    misread,
)
from viewpoint_gen.training.primer.lessons import KINDS, Lessons
from viewpoint_gen.training.primer.planned import planned_questions
from viewpoint_gen.training.primer.sight import teach_to_see
from viewpoint_gen.training.report.stages import stages_of
from viewpoint_gen.training.scoring_head import IGNORED

PLACE = {quantity.name: place for place, quantity in enumerate(MOTION)}
SAID = (
    "azimuth elevation distance heading tilt roll sideways height lens object all counter "
    "clockwise higher lower farther nearer left right up down longer shorter neither"
)


@pytest.fixture(scope="module")
def tower():
    torch.manual_seed(0)
    return GeometryTower(GeometryTowerConfig()).eval()


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    return planned_questions(Recipe(), tmp_path_factory.mktemp("planned"), assets=8)


@pytest.fixture(scope="module")
def wordy(tmp_path_factory):
    """A tokenizer that knows every word of captions."""
    folder = tmp_path_factory.mktemp("worded") / "tiny"
    build_tiny(folder, [f"by {SAID}"] * 40, seed=0, image_px=32)
    return loaded_from(folder).processor.tokenizer


def motion(**values):
    numbers = np.zeros(len(MOTION))
    for name, value in values.items():
        numbers[PLACE[name]] = value
    return numbers


def spoken(tokenizer, tokens):
    return [" ".join(tokenizer.decode([word]).strip() for word in words) for words in tokens]


def test_each_quantity_is_said_by_its_side_and_its_size(wordy):
    captions = Captions(wordy)
    turned = {"azimuth": np.deg2rad(-33), "elevation": np.deg2rad(12), "roll": np.deg2rad(5)}
    found = captions.of(
        motion(**turned, right=0.26, heading=0.001, distance=-np.log(1.3), focal=np.log(1.5))
    )
    assert spoken(wordy, found) == [
        "azimuth clockwise",
        "azimuth 33",
        "elevation higher",
        "elevation 12",
        "distance nearer",
        "distance 30",  # per cent, by which the larger one is larger
        "heading neither",  # less than half a degree
        "heading 0",
        "tilt neither",
        "tilt 0",
        "roll clockwise",
        "roll 5",
        "sideways right",
        "height neither",
        "lens longer 50",
        "object neither",
    ]
    assert len(captions.nothing) == CAPTION_TOKENS


def test_the_other_sign_is_said_by_the_other_word(wordy):
    captions = Captions(wordy)
    sizes = np.full(len(MOTION), 0.3)
    told = [spoken(wordy, captions.of(each)) for each in (sizes, -sizes)]
    pairs = zip(*told, strict=True)
    differing = [{one.split()[1], other.split()[1]} for one, other in pairs if one != other]
    assert differing == [
        {"counter", "clockwise"},
        {"higher", "lower"},
        {"farther", "nearer"},
        {"left", "right"},
        {"up", "down"},
        {"counter", "clockwise"},
        {"left", "right"},
        {"higher", "lower"},
        {"longer", "shorter"},
        {"counter", "clockwise"},
    ]


def test_what_is_not_defined_has_moved_neither_way(wordy):
    captions = Captions(wordy)
    assert captions.of(motion(azimuth=np.nan)) == captions.of(motion())


def test_the_sides_that_can_be_said_stand_where_they_are_said(wordy):
    captions = Captions(wordy)
    sizes = np.full(len(MOTION), 0.3)
    for values, which in ((-sizes, 0), (0 * sizes, 1), (sizes, 2)):
        second, third = captions.of(values), captions.of(values, values)
        assert all(second[place] == sides[which] for place, sides in captions.sides)
        place, sides = captions.sides[-1]
        assert third[place] == sides[3 + which]  # the way from the first picture
        assert third[:place] == second[:place]
    assert len(captions.sides) == len(MOTION) - 1  # the lens's stands beside its size


def test_the_third_picture_says_what_its_legs_come_to(wordy):
    out, back = np.deg2rad(30.0), np.deg2rad(-50.0)
    steps = [
        [motion(azimuth=out, object_turn=0.3)] * 2,
        [motion(azimuth=back), motion(azimuth=out + back)],
    ]
    first, second, third = Captions(wordy).of_sample(np.array(steps))
    assert spoken(wordy, first) == ["."] * CAPTION_TOKENS
    assert spoken(wordy, second)[:2] == ["azimuth counter", "azimuth 30"]
    assert spoken(wordy, second)[-1] == "object counter"
    assert spoken(wordy, third)[:2] == ["azimuth clockwise", "azimuth 50"]
    assert spoken(wordy, third)[-1] == "all clockwise"


def test_a_token_of_several_words_is_as_large_as_one_of_one():
    torch.manual_seed(0)
    embeddings = torch.randn(9, 4000)
    ids = in_ids([(3,), (3, 4), (3, 4, 5)], pad=0)
    one, two, three = embedded(ids, embeddings, pad=0)
    assert torch.equal(one, embeddings[3])
    assert torch.allclose(two, (embeddings[3] + embeddings[4]) / 2**0.5)
    assert two.norm().item() == pytest.approx(one.norm().item(), rel=0.05)
    assert three.norm().item() == pytest.approx(one.norm().item(), rel=0.05)


def captions_in(tokenizer, lesson):
    """The tokens that stand for each picture of a lesson that names its pictures."""
    marks = [tokenizer(f"\nImage {number}: ")["input_ids"][0] for number in (2, 3, 4, 5)]
    marks = [tokenizer("Image 1: ")["input_ids"][0], *marks]
    starts = [lesson.tokens.index((mark,)) + 1 for mark in marks if (mark,) in lesson.tokens]
    return [lesson.tokens[start : start + CAPTION_TOKENS] for start in starts]


def test_a_lesson_of_motions_is_a_whole_question_with_captions_for_pictures(
    data, tokenizer, planned
):
    lessons = Lessons(data.run.items, tokenizer, planned)
    assert lessons.kinds == KINDS
    captions = Captions(tokenizer)
    true = {
        tuple(map(tuple, captions.of_sample(planned.motions(item["views"]))))
        for item in planned.cache.items
    }
    image = tokenizer.convert_tokens_to_ids("<image>")
    pictures = set()
    for kind in ("one motion", "motions"):
        for lesson in lessons.draw(kind, np.random.default_rng(0), 80, known=0):
            assert all(image not in words for words in lesson.tokens)
            replied = tokenizer.decode([token for token in lesson.labels if token != IGNORED])
            assert replied.startswith("<answer>")
            found = captions_in(tokenizer, lesson)
            assert found[0] == captions.nothing
            assert tuple(map(tuple, found)) in true
            pictures.add(len(found))
    assert pictures == {2, 3}


def test_a_motion_that_is_misread_stays_near_the_truth():
    true = np.tile(np.array([quantity.sizes[4] for quantity in MOTION]), (400, 2, 1))
    read = misread(true, np.random.default_rng(0))
    assert read.shape == true.shape
    assert (np.median(np.abs(read / true - 1), axis=(0, 1)) < 0.6).all()
    assert (np.sign(read) == np.sign(true)).mean(axis=(0, 1)).min() > 0.7
    assert 0.005 < (np.sign(read) != np.sign(true)).mean() < 0.2
    np.testing.assert_array_equal(misread(true, np.random.default_rng(0)), read)


def test_what_hardly_moved_is_misread_as_still_and_what_is_undefined_stays_so():
    still = np.zeros((200, 1, len(MOTION)))
    still[..., 0] = np.nan
    read = misread(still, np.random.default_rng(0))
    assert np.isnan(read[..., 0]).all()
    least = np.array([quantity.sizes[0] for quantity in MOTION])
    moved = np.abs(read[..., 1:])
    assert ((moved == 0) | (moved >= least[1:])).all()
    assert 0.2 < (moved == 0).mean() < 0.9


def test_lessons_with_faults_ask_the_same_and_tell_it_otherwise(data, tokenizer, planned):
    lessons = Lessons(data.run.items, tokenizer, planned)

    def said(*, faulty: bool) -> list:
        rng = np.random.default_rng(2)
        return [one.tokens for one in lessons.draw("motions", rng, 40, known=0, faulty=faulty)]

    both = said(faulty=False), said(faulty=True)
    differing = sum(one != other for one, other in zip(*both, strict=True))
    assert differing > 30
    assert said(faulty=True) == said(faulty=True)


def test_options_stand_in_any_order_and_the_letter_goes_with_its_option(data, tokenizer, planned):
    lessons = Lessons(data.run.items, tokenizer, planned)
    orders = {}
    for kind in ("one motion", "motions"):
        for lesson in lessons.draw(kind, np.random.default_rng(1), 80, known=0):
            asked = tokenizer.decode([word for words in lesson.tokens for word in words])
            said = tokenizer.decode([token for token in lesson.labels if token != IGNORED])
            answer = said.rpartition("<answer>")[2].partition("</answer>")[0]
            if answer not in list("ABCDE"):
                continue
            body = asked.partition("\nA. ")[2].partition("\nGive the letter")[0]
            options = re.split(r"\n[A-Z]\. ", body)
            chosen = options["ABCDE".index(answer)]
            wanted = {
                tuple(sorted(json.loads(item["grading"])["options"] or ())): item
                for item in planned.cache.items
                if json.loads(item["grading"])["answer_text"] == chosen
            }
            assert tuple(sorted(options)) in wanted
            orders.setdefault(tuple(sorted(options)), set()).add(tuple(options))
    assert max(map(len, orders.values())) > 2


def test_without_motions_there_are_no_such_lessons(data, tokenizer):
    assert Lessons(data.run.items, tokenizer).kinds == KINDS[:5]


@pytest.fixture(scope="module")
def sighted(data, tower, untaught, tmp_path_factory):
    out = tmp_path_factory.mktemp("sight")
    return out, taught_to_see(data, tower, untaught, out, steps=60)


def taught_to_see(data, tower, untaught, out, *, steps=8):
    recipe = recipe_with(sight={"steps": steps, "batch": 16, "checkpoint_steps": 4})
    loaded = loaded_from(untaught)
    add_geometry(loaded, tower)
    teach_to_see(loaded, data.run, recipe, out)
    return loaded


def test_pictures_learn_to_say_it_and_nothing_else_learns(sighted, untaught):
    out, loaded = sighted
    log = read_log(out / "sight")
    assert np.mean([line["loss"] for line in log[-4:]]) < log[0]["loss"] / 2
    assert log[-1]["words_right"] > 0.8
    before = dict(loaded_from(untaught).model.named_parameters())
    after = {n: p for n, p in loaded.model.named_parameters() if ".geometry." not in n}
    assert all(torch.equal(before[name], value) for name, value in after.items())
    assert len(before) == len(after)
    (stage,) = stages_of(out, recipe_with())
    assert (stage.name, stage.steps) == ("sight", 60)


def test_what_a_picture_is_to_say_is_what_the_tower_reads_from_those_before_it(tower):
    torch.manual_seed(0)
    images = torch.rand(5, 3, tower.image_px, tower.image_px)
    moved = tower.read(images, [2, 3])[1]
    assert not moved[[0, 2]].any()
    assert moved[[1, 3, 4]].any(dim=2).all()
    assert torch.equal(moved[[1, 3], 0], moved[[1, 3], 1])
    before = tower.read(images[3:], [2])[1]
    since_first = tower.read(images[[2, 4]], [2])[1]
    assert torch.allclose(moved[4, 0], before[1, 0], atol=1e-5)
    assert torch.allclose(moved[4, 1], since_first[1, 0], atol=1e-5)
    assert not torch.allclose(moved[4, 0], moved[4, 1], atol=1e-3)
    assert not tower.read(images[:1], [1])[1].any()


def test_stopped_and_resumed_pictures_say_the_same(data, tower, untaught, tmp_path, monkeypatch):
    whole = taught_to_see(data, tower, untaught, tmp_path / "whole")
    with monkeypatch.context() as patch:
        stop_at(patch, 6)
        with pytest.raises(KeyboardInterrupt):
            taught_to_see(data, tower, untaught, tmp_path / "stopped")
    again = taught_to_see(data, tower, untaught, tmp_path / "stopped")
    for one, other in zip(whole.model.parameters(), again.model.parameters(), strict=True):
        assert torch.equal(one, other)


def test_the_sight_of_another_recipe_is_refused_in_one_line(sighted, data, tower, untaught):
    out, _ = sighted
    with pytest.raises(RecipeChanged, match="another recipe or of other data"):
        taught_to_see(data, tower, untaught, out, steps=61)

"""What needs no eyes, and what options mean."""

from __future__ import annotations

from collections import Counter

import pytest
from small_exam import degrees, question, yaw

from viewpoint_gen.evaluation.meanings import keys_of, ladder_of, letter_of
from viewpoint_gen.evaluation.predictors import Settings, predictor_named
from viewpoint_gen.evaluation.predictors.guesses import Constant, Random
from viewpoint_gen.qa.families import FAMILIES
from viewpoint_gen.qa.families.family import Form
from viewpoint_gen.qa.phrasing import option_sets_of, shown_keys
from viewpoint_gen.qa.score import score


def texts(predictor, rows):
    return [reply.text for reply in predictor.replies([question(row) for row in rows])]


NAMED = [name for name, family in FAMILIES.items() if family.form is Form.NAMED]


@pytest.mark.parametrize("name", NAMED)
def test_options_mean_what_the_builder_means_by_them(name):
    """In every set of texts that is ever offered."""
    keys = shown_keys(FAMILIES[name])
    for texts_of in option_sets_of(name):
        row = {"family": name, "options": list(texts_of.texts)}
        assert keys_of(row) == dict(zip("ABCDE", keys, strict=False))
        assert letter_of(row, keys[-1]) == "ABCDE"[len(keys) - 1]


def test_a_ladders_numbers_are_those_that_differ():
    assert ladder_of(["a ratio of 1.31 to 1", "a ratio of 1.79 to 1"]) == [1.31, 1.79]
    row = {"family": "magnitude_yaw", "options": ["about 26°", "about 11°", "about 39°"]}
    assert keys_of(row) == {"A": "rank_1", "B": "rank_0", "C": "rank_2"}


def test_letters_of_points_and_images_mean_nothing():
    assert keys_of({"family": "correspondence", "options": ["point A", "point B"]}) == {}
    assert keys_of({"family": "no such family", "options": ["x", "y"]}) == {}


def test_random_draws_evenly_and_by_the_question_alone():
    rows = [yaw(str(number), "A") for number in range(600)]
    drawn = texts(Random(dict), rows)
    assert drawn == texts(Random(dict), rows[::-1])[::-1]
    counts = Counter(drawn)
    assert set(counts) == {f"<answer>{letter}</answer>" for letter in "ABC"}
    assert min(counts.values()) > 150


def test_random_numbers_are_the_training_questions():
    known = {"estimate_azimuth": [degrees("t", 12.5), degrees("u", 60.0)]}
    drawn = texts(Random(lambda: known), [degrees(str(number), 30.0) for number in range(40)])
    assert set(drawn) == {"<answer>12.5</answer>", "<answer>60.0</answer>"}
    sensible = texts(Random(dict), [degrees(str(number), 30.0) for number in range(40)])
    assert len(set(sensible)) > 30


def test_constant_gives_the_commonest_meaning_whatever_its_letter():
    training = [yaw("1", "B"), yaw("2", "B"), yaw("3", "A")]
    turned = yaw("x", "A") | {"options": ["right", "neither left nor right", "left"]}
    said = texts(Constant(lambda: {"ego_rotation_yaw": training}), [yaw("y", "A"), turned])
    assert said == ["<answer>B</answer>", "<answer>A</answer>"]


def test_constant_gives_the_number_that_pays_best():
    training = [degrees(str(n), truth) for n, truth in enumerate((20.0, 22.0, 24.0, 120.0))]
    [text] = texts(Constant(lambda: {"estimate_azimuth": training}), [degrees("x", 50.0)])
    answer = float(text.removeprefix("<answer>").removesuffix("</answer>"))
    assert 20.0 <= answer <= 24.0


def test_constant_of_sets_is_the_subset_that_pays_best():
    offered = ["They differ in azimuth.", "They differ in elevation.", "They differ in distance."]
    base = {**yaw("1", "A"), "family": "all_that_apply", "options": offered, "answer_type": "set"}
    training = [
        {**base, "answer_key": key, "answer_letter": None, "answer_text": "A"}
        for key in ("azimuth", "azimuth", "azimuth", "azimuth+distance")
    ]
    [text] = texts(Constant(lambda: {"all_that_apply": training}), [training[0]])
    assert score(text, training[0]).answer == "A"


@pytest.mark.parametrize("name", ["random", "constant"])
def test_a_run_without_a_training_split_can_be_guessed_too(name):
    rows = [yaw("1", "A"), degrees("2", 30.0)]
    for text, row in zip(texts(predictor_named(name, Settings()), rows), rows, strict=True):
        assert score(text, row).answer is not None

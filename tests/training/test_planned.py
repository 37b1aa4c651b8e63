"""Questions about planned views: their motions, held against their own answers; and made once."""

import json

import numpy as np
import pytest

from viewpoint_gen.models.tower.motion import MOTION
from viewpoint_gen.qa.families.marked_points import MARKED_POINTS
from viewpoint_gen.recipe import load_recipe
from viewpoint_gen.training.primer.planned import planned_questions

PLACE = {quantity.name: place for place, quantity in enumerate(MOTION)}
RECIPE = load_recipe(overrides=[("render.width_px", 128), ("render.height_px", 128)])
SIGNED = {
    "ego_rotation_yaw": "heading",
    "ego_rotation_pitch": "pitch",
    "ego_rotation_roll": "roll",
    "object_translation_around": "azimuth",
    "ego_translation_sideways": "right",
    "ego_translation_vertical": "rise",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("planned")


@pytest.fixture(scope="module")
def planned(folder):
    return planned_questions(RECIPE, folder, assets=24)


@pytest.mark.parametrize("family", SIGNED)
def test_its_motions_are_what_the_questions_own_answers_say(planned, family):
    """The rows' values come through the pairs table, the motions straight from the cameras."""
    asked = [item for item in planned.cache.items if item["family"] == family]
    assert len(asked) > 5
    for item in asked:
        moved = planned.motions(item["views"])[-1, 0, PLACE[SIGNED[family]]]
        value = json.loads(item["grading"])["answer_value"]
        assert moved == pytest.approx(value, abs=1e-3)


def test_the_way_from_the_first_view_is_what_a_path_comes_to(planned):
    paths = [item for item in planned.cache.items if item["family"] == "compose"]
    assert paths
    for item in paths:
        motions = planned.motions(item["views"])
        assert motions.shape == (2, 2, len(MOTION))
        np.testing.assert_array_equal(motions[0, 0], motions[0, 1])
        legs = motions[:, 0, PLACE["azimuth"]].sum()
        assert motions[1, 1, PLACE["azimuth"]] == pytest.approx(legs, abs=1e-9)
        value = json.loads(item["grading"])["answer_value"]
        assert legs == pytest.approx(value, abs=1e-3)


def test_only_what_motions_answer_is_asked(planned):
    asked = set(planned.cache.items["family"])
    assert {"ego_rotation_roll", "magnitude_azimuth", "dominant", "inverse"} <= asked
    assert not asked & {family.id for family in MARKED_POINTS}
    assert all(len(views) in {2, 3} for views in planned.cache.items["views"])


def test_they_are_planned_once(planned, folder):
    written = (folder / "items.arrow").stat().st_mtime_ns
    again = planned_questions(RECIPE, folder, assets=24)
    assert (folder / "items.arrow").stat().st_mtime_ns == written
    views = again.cache.items[0]["views"]
    np.testing.assert_array_equal(again.motions(views), planned.motions(views))


def test_other_cameras_are_planned_anew(folder, planned):
    other = load_recipe(overrides=[("seed", 5)])
    assert planned_questions(other, folder, assets=2).cache.key != planned.cache.key

"""What is made of images to choose from, on numbers written by hand."""

from __future__ import annotations

import numpy as np
import pytest

from viewpoint_gen.audit.candidates import around_the_middle, most_alike, told_motions
from viewpoint_gen.audit.offers import read_offers
from viewpoint_gen.audit.questions import linked_assets
from viewpoint_gen.audit.table import Table
from viewpoint_gen.qa.families import FAMILIES

LETTERS = "ABCD"


def test_the_motion_is_read_with_its_signs():
    told = told_motions(
        [
            "go 40° counter-clockwise round it and 12° lower, seen from above",
            "go 7° clockwise, and that is all",
            "no motion",
        ]
    ).values
    np.testing.assert_array_equal(told, [[40, -12], [-7, np.nan], [np.nan, np.nan]])


def test_candidates_are_placed_about_their_middle_whatever_the_north():
    told = told_motions(["go 30° clockwise"])
    found = []
    for north_deg in (0.0, 170.0):
        azimuth = np.deg2rad(np.array([0.0, -30.0, 30.0, 0.0]) + north_deg)
        cameras = Table(
            np.stack([azimuth, np.deg2rad([10.0, 20.0, 30.0, 20.0])], axis=1).astype(np.float32),
            ("azimuth", "elevation"),
        )
        places = [np.array([k]) for k in range(4)]
        found.append(around_the_middle(cameras, places, LETTERS, told))
    for each in found:
        degrees = np.rad2deg(each.values[0])
        assert degrees[:4] == pytest.approx([0, -30, 30, 0], abs=1e-3)
        assert degrees[4:8] == pytest.approx([-10, 0, 10, 0], abs=1e-3)
        assert degrees[8:] == pytest.approx([30, 0, 60, 30], abs=1e-3)


def test_the_likest_candidate_is_the_one_with_the_nearest_numbers():
    pictures = Table(np.array([[0, 0], [5, 5], [1, 0], [9, 0], [0, 7.0]], np.float32), ("a", "b"))
    places = [np.array([k]) for k in (1, 2, 3, 4)]
    assert most_alike(pictures, np.array([0]), places).values.tolist() == [[1.0]]
    assert most_alike(pictures, np.array([3]), places).values.tolist() == [[2.0]]


def test_questions_that_share_an_asset_by_way_of_others_are_held_out_together():
    shown = [["a"], ["b"], ["a", "b"], ["c"], ["d", "b"], ["e"]]
    linked = linked_assets(shown)
    assert len({linked[k] for k in (0, 1, 2, 4)}) == 1
    assert len(set(linked)) == 3


def test_options_that_are_images_have_letters_and_nothing_to_read():
    offered = read_offers(
        FAMILIES["choose_view"],
        (),
        ids=["q0"],
        wording_ids=["choose_view.03"],
        options=[[f"image {letter}" for letter in LETTERS]],
    )
    assert offered.letters == 4
    assert offered.marks.values.shape == offered.sizes.shape == (1, 0)

"""What options mean, and the guesses that need no learning, on options written by hand."""

from __future__ import annotations

import numpy as np
import pytest

from viewpoint_gen.audit.constants import best_constant
from viewpoint_gen.audit.fixed_guesses import AsSaid, nearest_the_middle, the_roundest
from viewpoint_gen.audit.offers import Offered, read_offers
from viewpoint_gen.errors import RunIncomplete
from viewpoint_gen.qa.families import FAMILIES
from viewpoint_gen.qa.families.family import Form
from viewpoint_gen.qa.phrasing import TextSet

LADDER = FAMILIES["magnitude_azimuth"]
SUBSET = next(family for family in FAMILIES.values() if family.form is Form.SUBSET)


def read(family, sets, *options, set_id="plain") -> Offered:
    count = len(options)
    return read_offers(
        family,
        sets,
        ids=[f"q{number}" for number in range(count)],
        wording_ids=[f"{family.id}.07.{set_id}.still01"] * count,
        options=options,
    )


def marked(offered: Offered, row: int) -> set[str]:
    names, values = offered.marks.names, offered.marks.values[row]
    return {name for name, value in zip(names, values, strict=True) if value}


def test_each_ranks_letter_is_found_whatever_else_the_options_say():
    offered = read(
        LADDER,
        (),
        ["a ratio of 1.45 to 1", "a ratio of 1.20 to 1", "a ratio of 2.10 to 1", "1.74 to 1"],
        ["30°", "20°", "45°", "68°"],
    )
    assert offered.letters == 4
    assert offered.sizes.tolist() == [[1.45, 1.20, 2.10, 1.74], [30, 20, 45, 68]]
    letters = {
        name.removeprefix("the letters: ") for name in marked(offered, 0) if "letter" in name
    }
    assert letters == {"B for rank_0", "A for rank_1", "D for rank_2", "C for rank_3"}
    assert "the options' words: plain" in marked(offered, 0)
    (small,), (large,) = (
        [name for name in marked(offered, row) if name.startswith("the numbers")] for row in (0, 1)
    )
    assert small != large


@pytest.mark.parametrize(
    "options", [["12°", "18°", "27°"], ["12°", "18°", "27°", "27°"], ["12°", "18°", "27°", "far"]]
)
def test_a_ladder_without_four_numbers_is_refused(options):
    with pytest.raises(RunIncomplete, match=r"q1: .*18°.*viewgen qa"):
        read(LADDER, (), ["12°", "18°", "27°", "40°"], options)


def test_the_order_of_statements_is_found_by_their_texts():
    texts = tuple(f"The {part} changed." for part in SUBSET.parts)
    order = [2, 0, 3, 1]
    offered = read(SUBSET, [TextSet("plain", texts)], [texts[place] for place in order])
    expected = {f"the letters: {'ABCD'[k]} for {SUBSET.parts[p]}" for k, p in enumerate(order)}
    assert marked(offered, 0) == {"the options' words: plain", *expected}
    assert offered.sizes.shape == (1, 0)


def test_a_number_is_offered_nothing():
    offered = read(FAMILIES["estimate_azimuth"], (), [], [])
    assert (offered.letters, offered.marks.values.shape) == (0, (2, 0))


def test_the_middle_is_by_the_mean_and_the_roundest_by_its_last_figures():
    sizes = np.array([[45.0, 20.0, 68.0, 30.0], [1.2, 1.44, 2.07, 1.73], [9.0, 10.8, 10.5, 10.0]])
    assert nearest_the_middle(sizes).values[:, 0].tolist() == [2, 2, 1]  # 40.75, 1.61, 10.08
    assert the_roundest(sizes).values[:, 0].tolist() == [0, 0, 1]
    assert AsSaid().predict(np.array([[3.0], [0.0]], np.float32)).tolist() == [3, 0]


def angle(value: float) -> dict[str, object]:
    return {
        "answer_type": "angle",
        "answer_value": value,
        "answer_unit": "deg",
        "tolerance": 20.0,
        "options": [],
    }


def test_the_best_constant_lies_where_most_truths_are_within_reach():
    """At 50 it scores 1 for eight in ten; every other place scores less."""
    best = best_constant([angle(50.0)] * 8 + [angle(10.0), angle(90.0)])
    assert float(best.answer) == 50.0
    assert best.score == pytest.approx(0.8)
    even = best_constant([angle(value) for value in np.linspace(0.0, 40.0, 401)])
    assert float(even.answer) == pytest.approx(20.0, abs=2.0)
    assert even.score == pytest.approx(0.5, abs=0.01)


def test_of_a_pose_each_part_is_chosen_by_itself():
    poses = ["30, 5, 1.20, 0"] * 5 + ["-30, 5, 1.20, 0"] * 4 + ["100, -40, 1.20, 0"]
    rows = [
        {"answer_type": "pose", "answer_text": pose, "answer_value": None, "options": []}
        for pose in poses
    ]
    best = best_constant(rows)
    assert [float(part) for part in best.answer.split(",")] == [30.0, 5.0, 1.2, 0.0]
    assert best.score == pytest.approx((0.5 + 0.9 + 1.0 + 1.0) / 4)

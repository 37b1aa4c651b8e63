"""What replies are worth, against sums made by hand."""

from __future__ import annotations

import math

import pytest
from small_exam import degrees, yaw

from viewpoint_gen.evaluation.metrics import Scored, compare, results_of
from viewpoint_gen.evaluation.metrics.slices import angle_bin
from viewpoint_gen.evaluation.replies import Reply
from viewpoint_gen.qa.aggregate import interval_of, mean_over_families


def scored(rows, texts, *, name="model", options=None):
    replies = [
        Reply(row["id"], "", text, (options or {}).get(row["id"], {}))
        for row, text in zip(rows, texts, strict=True)
    ]
    return Scored(name, rows, replies)


def tagged(*answers):
    return [f"<answer>{answer}</answer>" for answer in answers]


def test_families_count_alike_however_many_questions_they_have():
    rows = [*(yaw(f"y{n}", "A", asset=f"a{n}") for n in range(3)), degrees("d", 40.0, asset="a3")]
    got = results_of(scored(rows, tagged("A", "A", "B", "55")), {})
    assert got.macro.value == pytest.approx((2 / 3 + 0.5) / 2)  # 15 of 30 degrees off: half
    assert got.macro_exact.value == pytest.approx((2 / 3 + 0) / 2)
    assert (got.questions, got.assets) == (4, 4)


def test_the_floor_is_chance_or_the_best_constant():
    rows = [yaw(f"y{n}", "A", asset=f"a{n}") for n in range(4)]
    right = results_of(scored(rows, tagged("A", "A", "A", "A")), {"ego_rotation_yaw": 0.5})
    [family] = right.families
    assert (family.chance, family.best_constant, family.floor) == (pytest.approx(1 / 3), 0.5, 0.5)
    assert family.above_floor
    half = results_of(scored(rows, tagged("A", "A", "B", "B")), {"ego_rotation_yaw": 0.5})
    assert not half.families[0].above_floor


def test_a_number_is_held_to_the_constant_alone():
    [family] = results_of(
        scored([degrees("d", 40.0)], tagged("40")), {"estimate_azimuth": 0.4}
    ).families
    assert (family.chance, family.floor) == (None, 0.4)


def test_right_side_counts_replies_that_name_a_side_where_the_truth_is_one():
    rows = [yaw("1", "A"), yaw("2", "A"), yaw("3", "B"), yaw("4", "A"), yaw("5", "C")]
    got = results_of(scored(rows, tagged("A", "B", "B", "C", "A")), {})
    assert (got.right_side.value, got.right_side.of) == (pytest.approx(2 / 3), 3)
    assert got.three_ways.value == pytest.approx(2 / 5)


def test_numbers_by_hand():
    rows = [degrees(name, truth) for name, truth in (("1", 40.0), ("2", 20.0), ("3", 100.0))]
    got = results_of(scored(rows, tagged("44", "32", "no idea")), {})
    errors = got.numbers["estimate_azimuth"]
    assert (errors.questions, errors.answered, errors.median_error) == (3, 2, 8.0)
    assert errors.within_deg == {"5": 1 / 3, "10": 1 / 3, "15": 2 / 3, "20": 2 / 3, "30": 2 / 3}
    # relative errors 0.1 and 0.6: right at thresholds below 0.9 (8 of 10), and at none
    assert errors.mra == pytest.approx((0.8 + 0.0 + 0.0) / 3)
    assert got.azimuth_error_deg == 8.0
    assert got.unanswered == pytest.approx(1 / 3)


def test_groups_are_right_only_as_a_whole():
    rows = [
        yaw("1", "A", group_id="g1"),
        yaw("2", "B", group_id="g1", group_role="reverse"),
        yaw("3", "A", group_id="g2"),
        yaw("4", "B", group_id="g2", group_role="reverse"),
    ]
    got = results_of(scored(rows, tagged("A", "B", "A", "A")), {})
    assert (got.groups["swap"].value, got.groups["swap"].of) == (0.5, 2)


def test_confusion_counts_meanings_and_not_letters():
    turned = ["neither left nor right", "left", "right"]
    other = yaw("2", "B") | {"options": turned, "answer_text": "left", "answer_key": "left"}
    got = results_of(scored([yaw("1", "A"), other, yaw("3", "B")], tagged("B", "C", "?")), {})
    [table] = got.confusions
    assert table.keys == ("left", "right")
    assert table.said == ("left", "right", "no answer")
    assert table.counts == ((0, 2, 0), (0, 0, 1))


def test_calibration_by_hand():
    rows = [yaw(str(number), "A") for number in range(4)]
    sure = {"A": 0.9, "B": 0.06, "C": 0.04}
    options = {"0": sure, "1": sure, "2": {"A": 0.2, "B": 0.55, "C": 0.25}}
    got = results_of(scored(rows, tagged("A", "A", "B", "A"), options=options), {}).calibration
    assert got is not None
    assert (got.questions, got.counts, got.low) == (3, (1, 2), (0.5, 0.9))
    assert got.right == (0.0, 1.0)
    assert got.ece == pytest.approx((1 * 0.55 + 2 * 0.1) / 3)
    assert results_of(scored(rows, tagged("A", "A", "B", "A")), {}).calibration is None


def test_slices_are_in_the_order_of_their_angles():
    rows = [yaw(str(n), "A", angle_deg=angle) for n, angle in enumerate((100.0, 0.5, 20.0, 20.0))]
    got = results_of(scored(rows, tagged("A", "B", "A", "B")), {}).slices["angle"]
    assert [(each.label, each.questions, each.correctness) for each in got] == [
        ("0-1°", 1, 0.0),
        ("15-30°", 2, 0.5),
        ("90-135°", 1, 1.0),
    ]


@pytest.mark.parametrize(
    ("angle", "label"),
    [(0.0, "0-1°"), (1.0, "1-15°"), (179.9, "135-180°"), (180.0, "135-180°"), (None, None)],
)
def test_bins_of_angles(angle, label):
    assert angle_bin(angle) == label


def test_two_models_are_compared_question_by_question():
    """Each is right where the other is wrong, but for one asset: the pairing is what tells."""
    rows = [yaw(f"{n}", "A", asset=f"a{n}") for n in range(8)]
    one = scored(rows, tagged(*"AAAABBBB"), name="one")
    two = scored(rows, tagged(*"AAABBBBB"), name="two")
    [found] = compare([one, two])
    assert (found.first, found.second) == ("one", "two")
    assert found.macro.value == pytest.approx(1 / 8)
    assert found.macro.low == 0.0
    assert not found.macro.is_clear
    worst = scored(rows, tagged(*"BBBBBBBB"), name="worst")
    [clear] = compare([scored(rows, tagged(*"AAAAAAAA")), worst])
    assert (clear.macro.value, clear.macro.low, clear.macro.is_clear) == (1.0, 1.0, True)


def test_intervals_are_as_wide_as_the_binomials_when_every_row_has_its_own_asset():
    values = [float(n % 4 == 0) for n in range(400)]
    low, high = interval_of(values, [str(n) for n in range(400)])
    half = 1.96 * math.sqrt(0.25 * 0.75 / 400)
    assert (low, high) == (
        pytest.approx(0.25 - half, abs=0.01),
        pytest.approx(0.25 + half, abs=0.01),
    )


def test_rows_of_one_asset_are_no_evidence_of_their_own():
    """100 copies of each of 4 rows are as uncertain as 4 rows."""
    values = [1.0] * 100 + [0.0] * 300
    low, high = interval_of(values, [str(n // 100) for n in range(400)])
    assert high - low > 0.6


def test_a_family_whose_assets_are_not_drawn_is_left_out_of_that_draw():
    mean, low, high = mean_over_families([1.0, 0.0], ["f", "g"], ["a", "b"])
    assert (mean, low, high) == (0.5, 0.0, 1.0)


def test_one_asset_has_no_interval_and_beats_no_floor():
    rows = [yaw(str(n), "A", angle_deg=20.0) for n in range(20)]
    one = scored(rows, tagged(*"A" * 20), name="one")
    got = results_of(one, {})
    assert got.macro.value == 1.0
    assert math.isnan(got.macro.low)
    assert not got.families[0].above_floor
    assert math.isnan(got.slices["angle"][0].low)
    [difference] = compare([one, scored(rows, tagged(*"B" * 20), name="two")])
    assert difference.macro.value == 1.0
    assert not difference.macro.is_clear

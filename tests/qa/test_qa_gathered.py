"""Families that gather their own views: what they pick, what is true of it, and what tells it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from qa_building import NOTHING_ALIKE, Built, build
from synthetic_pairs import facing_camera, view_numbers
from synthetic_visits import random_visits, side, visit

from viewpoint_gen.qa.prompt import prompt_of
from viewpoint_gen.qa.score import gold_answer, score
from viewpoint_gen.qa.views import Views
from viewpoint_gen.records import Ring

GATHERED = ("choose_view", "compose", "same_object")
Row = dict[str, Any]

FOUR_SIDES_ALIKE = Ring(azimuths=4, elevation_rad=0.3, packed=bytes(6))
"""Of an object that looks the same after every quarter turn."""

STAR = [side(azimuth) for azimuth in (0, 40, -50, 100, 160)]
"""Five cameras round an object: one, and four well apart."""


def rows_of(built: Built, family: str) -> list[Row]:
    return built.of(family).to_pylist()


def sets_of(rows: list[Row]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["group_id"]].append(row)
    return groups


def azimuths_deg(row: Row) -> np.ndarray:
    """Of the cameras, from their matrices by plain trigonometry."""
    centres = np.array(row["world_from_camera"])[:, :3, 3]
    return np.rad2deg(np.arctan2(centres[:, 1], centres[:, 0]))


def turned_deg(to_deg: np.ndarray | float, from_deg: np.ndarray | float) -> np.ndarray:
    return (np.asarray(to_deg - from_deg) + 180.0) % 360.0 - 180.0


@pytest.fixture(scope="module")
def many() -> Built:
    return build(random_visits(150), families=("choose_view", "compose"))


def test_what_lies_between_views_is_what_the_pairs_say() -> None:
    """The pairs' own columns were computed by plain NumPy, those between views by the package."""
    pairs = visit("thing", [side(0, 10), side(70, 35, 2.0), side(-130, 5)])
    views = Views.of(pairs, np.full(len(pairs), "train"))
    assert views.texts("view_id") == [f"thing.0.00.{k}" for k in range(3)]
    names = views.texts("view_id")
    one, two = (
        np.array([names.index(v) for v in pairs.column(f"view_id_{k}").to_pylist()]) for k in (1, 2)
    )
    between = views.between(one, two)
    for name in between.column_names:
        want, got = (table.column(name).to_pylist() for table in (pairs, between))
        if name == "light_moved":
            assert got == [None] * len(pairs)
        elif isinstance(want[0], float):
            np.testing.assert_allclose(got, want, atol=1e-9, err_msg=name)
        else:
            assert got == want, name


def test_overlap_is_unknown_between_views_that_are_no_pair() -> None:
    pairs = visit("thing", STAR, linked=[(0, 1), (1, 2)])
    views = Views.of(pairs, np.full(len(pairs), "train"))
    overlap = views.overlap(np.array([0, 0, 2]), np.array([1, 2, 1]))
    assert np.isfinite(overlap[[0, 2]]).all()
    assert np.isnan(overlap[1]).all()
    assert overlap[0, 0] == pairs.column("overlap_12")[0].as_py()


def test_each_set_asks_for_each_of_its_four_views_once(many: Built) -> None:
    sets = sets_of(rows_of(many, "choose_view"))
    assert len(sets) > 100
    for rows in sets.values():
        assert sorted(row["answer_letter"] for row in rows) == list("ABCD")
        assert len({tuple(row["image_ids"]) for row in rows}) == 1
        assert sorted(row["answer_key"] for row in rows) == [f"round_{k}" for k in range(4)]
        assert {row["answer_text"] for row in rows} == {f"image {letter}" for letter in "ABCD"}


def test_the_view_that_is_right_is_where_the_motion_leads_and_no_other_is_near(many: Built) -> None:
    told = Counter()
    for row in rows_of(many, "choose_view"):
        azimuth = azimuths_deg(row)
        motions = turned_deg(azimuth[1:], azimuth[0])
        match = re.search(r"(\d+)° (counter-)?clockwise", row["question"])
        asked = float(match[1]) * (1 if match[2] else -1)
        off = np.abs(turned_deg(motions, asked))
        place = "ABCD".index(row["answer_letter"])
        assert off[place] <= 0.5
        with_height = "higher" in row["question"] or "lower" in row["question"]
        told[with_height] += 1
        if not with_height:
            assert np.delete(off, place).min() > 24.0
            assert "The height angle may have changed as well." in row["question"]
        assert row["answer_value"] == pytest.approx(np.deg2rad(motions[place]))
        assert row["margin"] >= 0
    assert min(told[True], told[False]) > 20


def test_a_motion_by_hand() -> None:
    """Image 1 in front; to its own right is counter-clockwise, seen from above."""
    rows = rows_of(build(visit("thing", STAR), families=("choose_view",)), "choose_view")
    from_front = [row for row in rows if row["image_ids"][0] == "thing.0.00.0"]
    assert len(from_front) == 4
    asked = {
        row["image_ids"]["1ABCD".index(row["answer_letter"])]: re.search(
            r"\d+° [a-z-]+", row["question"]
        )[0]
        for row in from_front
    }
    assert asked == {
        "thing.0.00.1": "40° counter-clockwise",
        "thing.0.00.2": "50° clockwise",
        "thing.0.00.3": "100° counter-clockwise",
        "thing.0.00.4": "160° counter-clockwise",
    }


def test_height_is_told_where_views_are_apart_in_it_only() -> None:
    cameras = [side(0), side(40, 10), side(45, 50), side(-60, 10), side(-110, 10)]
    rows = rows_of(build(visit("thing", cameras), families=("choose_view",)), "choose_view")
    mine = [row for row in rows if row["image_ids"][0] == "thing.0.00.0"]
    texts = " ".join(row["question"] for row in mine)
    assert "40° counter-clockwise and 10° lower" in texts
    assert "45° counter-clockwise and 30° higher" in texts
    assert "60° clockwise and 10° lower" in texts


def test_no_image_alone_tells_which_view_is_right(many: Built) -> None:
    """In each place a view is right, or stands by while another is, in exactly a quarter."""
    for place in range(5):
        right: dict[str, Counter] = defaultdict(Counter)
        for row in rows_of(many, "choose_view"):
            right[row["image_ids"][place]][row["answer_letter"]] += 1
        for counts in right.values():
            assert len(set(counts.values())) == 1
            assert set(counts) == set("ABCD")


def test_the_motion_with_the_views_but_without_image_1_tells_little(many: Built) -> None:
    """Whoever names the highest view for "higher" and the lowest for "lower" is near chance."""
    right = []
    for row in rows_of(many, "choose_view"):
        rise = re.search(r"[1-9]\d*° (higher|lower)", row["question"])
        if rise is None:
            continue
        heights = np.array(row["world_from_camera"])[1:, 2, 3]
        place = np.argmax(heights) if rise[1] == "higher" else np.argmin(heights)
        right.append("ABCD"[place] == row["answer_letter"])
    assert len(right) > 100
    luck = 3 * np.sqrt(0.25 * 0.75 / len(right))
    assert np.mean(right) < 0.25 + 0.03 + luck


def test_lookalike_sides_refuse_the_whole_set_unless_a_backdrop_tells() -> None:
    """A quarter turn leads from 45° clockwise to 45° counter-clockwise."""
    cameras = [side(azimuth) for azimuth in (0, 45, 100, -45, -100)]

    def asked(static: bool, ring: Ring) -> Built:
        table = visit("thing", cameras, static=static)
        return build(table, ring=ring, families=("choose_view",))

    assert asked(static=True, ring=FOUR_SIDES_ALIKE).questions.num_rows
    assert asked(static=False, ring=NOTHING_ALIKE).questions.num_rows
    refused = asked(static=False, ring=FOUR_SIDES_ALIKE)
    assert refused.questions.num_rows == 0
    codes = Counter(refused.rejections.column("code").to_pylist())
    assert codes["confusable"] > 0
    assert codes.keys() <= {"confusable", "incomplete"}


def test_lookalike_sides_refuse_a_net_motion_that_they_hide() -> None:
    """There by 110° and 20° back: a quarter turn makes the 90° that are left look like none."""
    cameras = [side(0), side(110), side(90)]
    for ring, asked in ((NOTHING_ALIKE, True), (FOUR_SIDES_ALIKE, False)):
        built = build(visit("thing", cameras, static=False), ring=ring, families=("compose",))
        codes = built.rejections.column("code").to_pylist()
        assert ("confusable" in codes) == (not asked)


def test_views_that_are_cut_turned_or_at_a_pole_are_in_no_set() -> None:
    spoilt = {
        "cut": [*STAR, facing_camera(-190, 20, look_deg=25)],
        "pole": [*STAR, side(-100, 80)],
    }
    for cameras in spoilt.values():
        built = build(visit("thing", cameras), families=("choose_view", "compose"))
        shown = {view for row in built.questions.to_pylist() for view in row["image_ids"]}
        assert "thing.0.00.5" not in shown
        assert "thing.0.00.1" in shown
    turned = visit(
        "thing",
        [*STAR, side(-100)],
        linked=[*[(0, k) for k in range(1, 6)]],
        turns_deg=[0, 0, 0, 0, 0, 30],
    )
    built = build(turned, families=("choose_view", "compose"))
    shown = {view for row in built.questions.to_pylist() for view in row["image_ids"]}
    assert shown == {f"thing.0.00.{k}" for k in range(5)}


def test_a_visit_without_a_set_says_what_it_had() -> None:
    built = build(visit("thing", STAR[:3]), families=("choose_view",))
    (refusal,) = built.rejections.to_pylist()
    assert refusal["subject_id"] == "thing.0.choose_view"
    assert refusal["code"] == "no_set"
    assert dict(refusal["numbers"]) == {"views": 3, "linked": 3}
    assert built.summary.families["choose_view"].none_because.startswith(
        "all sets of views were refused, most as no_set"
    )


def test_two_motions_by_hand() -> None:
    """60° to its own right and 40° back leaves 20° counter-clockwise; the way back, clockwise."""
    built = build(
        visit("thing", [side(0), side(60), side(20), side(0, 20, 3.4)]), families=("compose",)
    )
    answers = {tuple(id_[-1] for id_ in r["image_ids"]): r for r in rows_of(built, "compose")}
    assert answers["0", "1", "2"]["answer_key"] == "counterclockwise"
    assert answers["2", "1", "0"]["answer_key"] == "clockwise"
    assert answers["0", "1", "3"]["answer_key"] == "nothing"
    row = answers["0", "1", "2"]
    assert row["answer_value"] == pytest.approx(np.deg2rad(20))
    assert row["group_role"] in ("forward", "reverse")
    assert row["pair_id"] is None
    assert "60° counter-clockwise" in row["reasons"]
    assert "40° clockwise" in row["reasons"]


def test_net_motions_are_those_of_the_first_and_the_last_camera(many: Built) -> None:
    rows = rows_of(many, "compose")
    assert len(rows) > 300
    for row in rows:
        one, two, three = azimuths_deg(row)
        out, back = turned_deg(two, one), turned_deg(three, two)
        assert min(abs(out), abs(back)) >= 12.0
        assert abs(out + back) <= 160.0
        net = out + back
        key = "nothing" if abs(net) <= 1 else "counterclockwise" if net > 0 else "clockwise"
        assert row["answer_key"] == key
        assert abs(net) <= 1 or abs(net) >= 12


def test_neither_legs_sense_tells_the_net_motion(many: Built) -> None:
    legs, nets = [], []
    for row in rows_of(many, "compose"):
        one, two, three = azimuths_deg(row)
        if row["answer_key"] != "nothing":
            legs.append([turned_deg(two, one) > 0, turned_deg(three, two) > 0])
            nets.append(turned_deg(three, one) > 0)
    right = (np.array(legs) == np.array(nets)[:, None]).mean(axis=0)
    assert right.max() < 0.55 + 2 * np.sqrt(0.25 / len(nets))


def test_legs_are_linked_by_surface_or_by_a_backdrop() -> None:
    cameras = [side(0), side(60), side(20), side(-40), side(0, 20, 3.4)]
    linked = [(0, 1), (1, 2), (0, 3), (1, 4)]
    for static in (True, False):
        rows = rows_of(
            build(visit("thing", cameras, linked=linked, static=static), families=("compose",)),
            "compose",
        )
        pairs = {frozenset(edge) for edge in linked}
        legs = {
            frozenset(int(view[-1]) for view in leg)
            for row in rows
            for leg in (row["image_ids"][:2], row["image_ids"][1:])
        }
        assert (legs <= pairs) == (not static)
        assert rows


def test_a_path_and_its_way_back_are_a_group(many: Built) -> None:
    back = {"clockwise": "counterclockwise", "counterclockwise": "clockwise", "nothing": "nothing"}
    for one, two in sets_of(rows_of(many, "compose")).values():
        assert one["image_ids"] == two["image_ids"][::-1]
        assert one["answer_key"] == back[two["answer_key"]]


TWO_VISITS = [side(0), side(20), side(35, 30)]


def kin(uid: str, **settings: Any) -> pa.Table:
    """Two visits to one asset."""
    return pa.concat_tables(
        [visit(uid, TWO_VISITS, visit_round=k, static=bool(k), **settings) for k in (0, 1)]
    )


def test_same_or_another_uses_each_image_as_often_in_both_answers() -> None:
    built = build(pa.concat_tables([kin("apple"), kin("pear")]), families=("same_object",))
    rows = rows_of(built, "same_object")
    assert len(rows) >= 8
    for place in (0, 1):
        used = Counter((row["image_ids"][place], row["answer_key"]) for row in rows)
        for view in {view for view, _ in used}:
            assert used[view, "same"] == used[view, "another"]
    for row in rows:
        assets = [view.split(".")[0] for view in row["image_ids"]]
        rounds = [view.split(".")[1] for view in row["image_ids"]]
        assert (row["answer_key"] == "same") == (assets[0] == assets[1])
        assert row["asset_uids"] == list(dict.fromkeys(assets))
        assert rounds[0] != rounds[1]
        assert abs(row["answer_value"]) <= np.deg2rad(45)
    assert len({tuple(row["image_ids"]) for row in rows}) == len(rows)


def test_licences_of_both_objects_hold() -> None:
    table = pa.concat_tables([kin("apple"), kin("pear", licence="CC-BY-4.0")])
    rows = rows_of(build(table, families=("same_object",)), "same_object")
    assert {len(row["asset_uids"]) for row in rows} == {1, 2}
    for row in rows:
        both = len(row["asset_uids"]) == 2
        assert (" AND " in row["licence"]) == both
        assert set(row["licence"].split(" AND ")) <= {"CC0-1.0", "CC-BY-4.0"}


@pytest.mark.parametrize(
    "table",
    [
        pytest.param(lambda: kin("apple"), id="alone in its category"),
        pytest.param(
            lambda: pa.concat_tables([kin("apple"), kin("pear", category="other")]),
            id="other kinds",
        ),
        pytest.param(
            lambda: pa.concat_tables([kin("apple"), visit("pear", TWO_VISITS)]), id="one visit"
        ),
    ],
)
def test_one_of_a_kind_is_never_asked_about(table) -> None:
    built = build(table(), families=("same_object",))
    assert built.questions.num_rows == 0
    assert set(built.rejections.column("code").to_pylist()) == {"no_set"}


def test_both_objects_are_of_one_split() -> None:
    table = pa.concat_tables([kin(f"asset{number}") for number in range(30)])
    built = build(table, families=("same_object",), test_share=0.3, validation_share=0.3)
    splits: dict[str, set[str]] = defaultdict(set)
    for row in built.questions.to_pylist():
        for uid in row["asset_uids"]:
            splits[uid].add(row["split"])
    assert len(splits) > 20
    assert all(len(names) == 1 for names in splits.values())
    assert len(set.union(*splits.values())) == 3


def test_copies_of_a_mesh_are_never_two_objects() -> None:
    copy = Ring(NOTHING_ALIKE.azimuths, 0.3, NOTHING_ALIKE.packed, shape_key="one mesh")
    table = pa.concat_tables([kin("apple"), kin("pear")])
    assert build(table, families=("same_object",), ring=copy).questions.num_rows == 0


def test_sides_too_far_apart_to_compare_are_never_shown() -> None:
    far = [side(0), side(20)], [side(180), side(200)]
    table = pa.concat_tables(
        [
            visit(uid, cameras, visit_round=k)
            for uid in ("apple", "pear")
            for k, cameras in enumerate(far)
        ]
    )
    built = build(table, families=("same_object",))
    assert built.questions.num_rows == 0


def test_counts_reconcile_and_ids_are_unique(many: Built) -> None:
    for family in ("choose_view", "compose"):
        summary = many.summary.families[family]
        assert summary.considered == summary.asked + sum(summary.refused.values())
        assert many.of(family).num_rows == summary.asked == sum(summary.truths.values())
    ids = many.questions.column("id").to_pylist() + many.rejections.column("subject_id").to_pylist()
    assert len(set(ids)) == len(ids)


def test_rows_are_complete_and_prompts_whole(many: Built) -> None:
    images = {"choose_view": ["Image 1", *"ABCD"], "compose": ["Image 1", "Image 2", "Image 3"]}
    for row in many.questions.to_pylist()[::7]:
        labels = images[row["family"]]
        header = "".join(f"{label}: <image>\n" for label in labels)
        assert row["question"].startswith(header)
        assert prompt_of(row).count("<image>") == len(labels)
        assert ("A. image A" in prompt_of(row)) is False
        lists = ("image_ids", "image_sha256", "world_from_camera", "intrinsics", "object_turn_rad")
        assert {len(row[name]) for name in lists} == {len(labels)}
        assert "{" not in row["question"] + row["reasons"]
        assert score(f"<answer>{gold_answer(row)}</answer>", row).reward == 1.0
        assert score(f"<answer>{row['answer_text']}</answer>", row).exact
        wrong = next(letter for letter in "ABC" if letter != row["answer_letter"])
        assert score(f"<answer>{wrong}</answer>", row).correctness == 0.0


def test_the_object_is_said_to_stand_still_where_no_backdrop_shows_it(many: Built) -> None:
    for row in many.questions.to_pylist():
        two = re.search(
            r"\b(two|both) (images|pictures|photographs)", row["question"].split(". ")[0]
        )
        assert two is None
    noted = [row for row in many.questions.to_pylist() if ".still" in row["wording_id"]]
    assert noted
    assert len(noted) < many.questions.num_rows


def test_batches_other_families_and_a_second_time_change_nothing() -> None:
    table = random_visits(24, seed=3)
    settings = {"balance": {"block_pairs": 200}}
    one = build(table, families=GATHERED, batch_rows=1000, **settings)
    two = build(table, families=GATHERED, batch_rows=37, **settings)
    assert one.questions.equals(two.questions)
    assert one.rejections.equals(two.rejections)
    more = build(table, families=(*GATHERED, "inverse"), **settings)
    for family in ("choose_view", "compose"):
        mine, theirs = (each.of(family).drop(["qa_fingerprint"]) for each in (one, more))
        assert mine.num_rows
        assert mine.equals(theirs)


def test_whole_sets_are_asked_again_in_other_words() -> None:
    """All questions of a unit, about the same images, with the same answers."""
    table = pa.concat_tables([random_visits(40, seed=5), kin("apple"), kin("pear")])
    once = build(table, families=GATHERED)
    twice = build(table, families=GATHERED, paraphrase_share=0.4)
    rows = {row["id"]: row for row in twice.questions.to_pylist()}
    again = {name: row for name, row in rows.items() if name.endswith(".again")}
    assert rows.keys() - again.keys() == set(once.questions.column("id").to_pylist())
    shared = ("group_id", "image_ids", "answer_key", "answer_value", "margin", "facts", "split")
    sizes = Counter(row["group_id"] for name, row in rows.items() if name not in again)
    for family in GATHERED:
        mine = {name: row for name, row in again.items() if row["family"] == family}
        assert twice.summary.families[family].again == len(mine) > 0
        for name, row in mine.items():
            first = rows[name.removesuffix(".again")]
            assert [row[column] for column in shared] == [first[column] for column in shared]
            assert row["group_role"] == f"{first['group_role']}_again"
            assert row["question"] != first["question"]
            if family == "choose_view":  # the letters are the images' own
                assert row["answer_letter"] == first["answer_letter"]
        for group, count in Counter(row["group_id"] for row in mine.values()).items():
            assert count == sizes[group]
    assert {row["group_id"] for row in again.values()} < sizes.keys()


def test_rings_of_mixed_sizes_are_read_by_their_own_turns() -> None:
    """A fifth of a turn hides one thing's motions, a quarter the other's; neither's the other's."""
    rings = {
        "fives": Ring(azimuths=5, elevation_rad=0.3, packed=bytes(10)),
        "fours": FOUR_SIDES_ALIKE,
    }
    cameras = {"fives": (0, 36, 100, -36, -100), "fours": (0, 45, 100, -45, -100)}
    table = pa.concat_tables(
        [visit(uid, [side(a) for a in cameras[uid]], static=False) for uid in rings]
    )
    every = {
        uid: build(
            table,
            rings={**dict.fromkeys(rings, NOTHING_ALIKE), uid: ring},
            families=("choose_view",),
        )
        for uid, ring in rings.items()
    }
    for uid, built in every.items():
        assert {row["asset_uids"][0] for row in built.questions.to_pylist()} == rings.keys() - {uid}
    both = build(table, rings=rings, families=("choose_view",))
    assert both.questions.num_rows == 0


def test_azimuths_of_the_fixture_are_what_it_says() -> None:
    """The front looks along -Y; a camera at azimuth 40 stands 40° counter-clockwise of it."""
    camera = side(40)
    numbers = view_numbers(camera.world_from_camera(), camera.focal_px, np.zeros(1))
    assert np.rad2deg(numbers["azimuth_rad"]) == pytest.approx(-50)

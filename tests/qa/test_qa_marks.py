"""Marked points, held to a ball whose every point is known: which is which, and what hides it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from qa_building import Built, build
from synthetic_pairs import BALL_RADIUS, around, one_pair, synthetic_pairs

from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.draws import keys_of, lots_of
from viewpoint_gen.qa.families.marked_points import CANNOT_TELL, CORRESPONDENCE
from viewpoint_gen.qa.marks import extremes, ranks
from viewpoint_gen.qa.score import gold_answer, score
from viewpoint_gen.qa.spots import Spots, inwardness
from viewpoint_gen.records import Ring

FAMILIES = ("correspondence", "hidden_point", "cannot_tell")
LETTERS = "ABCD"


@pytest.fixture(scope="module")
def marked() -> Built:
    """Only these families: they are asked by themselves, whatever else is."""
    return build(synthetic_pairs(3000, seed=5), families=FAMILIES)


def question(built: Built, family: str) -> list[dict]:
    rows = built.of(family).to_pylist()
    assert len(rows) > 100
    return rows


def ball_point(row: dict, image: int, place_px: np.ndarray) -> np.ndarray:
    """Where the ray of a pixel first meets the ball, by the quadratic formula."""
    pose, intrinsics = np.array(row["world_from_camera"][image]), np.array(row["intrinsics"][image])
    ray = pose[:3, :3] @ np.linalg.solve(intrinsics, [*place_px, 1.0])
    eye = pose[:3, 3]
    a, b, c = ray @ ray, 2 * ray @ eye, eye @ eye - BALL_RADIUS**2
    return eye + (-b - np.sqrt(b * b - 4 * a * c)) / (2 * a) * ray


def marks_of(row: dict, image: int) -> dict[str, np.ndarray]:
    """The marked points of one image, by label, in the world."""
    return {
        mark["label"]: ball_point(row, image, np.array([mark["x_px"], mark["y_px"]]))
        for mark in row["marks"]
        if mark["image"] == image
    }


def faces(row: dict, image: int, point: np.ndarray) -> bool:
    """A ball hides what faces away from a camera, and nothing else."""
    return float(point @ (np.array(row["world_from_camera"][image])[:3, 3] - point)) > 0


def places(row: dict, image: int) -> np.ndarray:
    """(M, 2) in widths."""
    marks = [mark for mark in row["marks"] if mark["image"] == image]
    return np.array([[mark["x_px"], mark["y_px"]] for mark in marks]) / row["width_px"]


def test_the_right_letter_stands_at_the_very_point_of_the_ball(marked: Built) -> None:
    for row in question(marked, "correspondence"):
        (asked,) = marks_of(row, 0).values()
        there = marks_of(row, 1)
        assert list(there) == list(LETTERS)
        off = {label: np.linalg.norm(point - asked) for label, point in there.items()}
        assert off.pop(row["answer_letter"]) < 1e-4
        assert min(off.values()) > 0.05 - 1e-4
        assert row["answer_text"].endswith(row["answer_letter"])


def test_the_hidden_point_alone_faces_away_and_lies_in_the_frame(marked: Built) -> None:
    for row in question(marked, "hidden_point"):
        seen = {label: faces(row, 1, point) for label, point in marks_of(row, 0).items()}
        assert [label for label, there in seen.items() if not there] == [row["answer_letter"]]
        hidden = marks_of(row, 0)[row["answer_letter"]]
        pose, intrinsics = np.array(row["world_from_camera"][1]), np.array(row["intrinsics"][1])
        ray = intrinsics @ (pose[:3, :3].T @ (hidden - pose[:3, 3]))
        assert np.all((ray[:2] / ray[2] > 0) & (ray[:2] / ray[2] < row["width_px"]))


def test_none_can_be_told_only_if_the_point_faces_away(marked: Built) -> None:
    for row in question(marked, "cannot_tell"):
        (asked,) = marks_of(row, 0).values()
        there = marks_of(row, 1)
        off = np.array([np.linalg.norm(point - asked) for point in there.values()])
        assert all(faces(row, 1, point) for point in there.values())
        if row["answer_key"] == "cannot":
            assert not faces(row, 1, asked)
            assert off.min() > 0.05
            assert row["answer_letter"] == "D"
        else:
            assert LETTERS[int(np.argmin(off))] == row["answer_letter"]
            assert off.min() < 1e-4


@pytest.mark.parametrize("family", FAMILIES)
def test_marks_keep_off_one_another_and_the_edge(marked: Built, family: str) -> None:
    for row in question(marked, family):
        for image in (0, 1):
            found = places(row, image)
            assert np.all((found >= 0.025) & (found <= 0.975))
            if len(found) > 1:
                first, second = np.triu_indices(len(found), 1)
                between = np.linalg.norm(found[first] - found[second], axis=1).min()
                assert between >= 0.06 - 1e-9
                assert row["margin"] == pytest.approx(between - 0.06, abs=1e-9)
        assert dict(row["facts"])["object_turn_rad"] == 0.0


def test_the_nearest_place_is_right_no_more_often_than_any(marked: Built) -> None:
    for family, letters in (("correspondence", 4), ("cannot_tell", 3)):
        rows = question(marked, family)
        rank = []
        for row in rows:
            away = np.linalg.norm(places(row, 1) - places(row, 0)[0], axis=1)
            place = LETTERS.index(row["answer_letter"])
            rank.append(int((away < away[place]).sum()) if place < letters else letters)
            assert row["answer_key"] == ("cannot" if rank[-1] == 3 and letters == 3 else
                                         f"rank_{rank[-1]}")  # fmt: skip
            assert away.min() >= 0.03
        assert np.ptp(np.bincount(rank, minlength=4)) <= 3


@pytest.mark.parametrize("family", FAMILIES)
def test_no_way_to_stand_out_is_right_much_more_often_than_chance(
    marked: Built, family: str
) -> None:
    """Always naming the leftmost, highest, outermost ... of the letters of an image."""
    rows = question(marked, family)
    image = 0 if family == "hidden_point" else 1
    count = len(places(rows[0], image))
    by = {
        "across": lambda each, _: each[:, 0],
        "down": lambda each, _: each[:, 1],
        "off the centre": lambda each, _: np.linalg.norm(each - 0.5, axis=1),
        "off the ball": lambda each, middle: np.linalg.norm(each - middle, axis=1),
    }
    for measure in by.values():
        for pick in (np.argmin, np.argmax):
            right = []
            for row in rows:
                pose = np.array(row["world_from_camera"][image])
                middle = np.array(row["intrinsics"][image]) @ (-pose[:3, :3].T @ pose[:3, 3])
                centre = middle[:2] / middle[2] / row["width_px"]
                right.append(LETTERS[pick(measure(places(row, image), centre))] ==
                             row["answer_letter"])  # fmt: skip
            assert np.mean(right) <= 1 / 4 + 0.03 + 2.0 / np.sqrt(len(rows)), (measure, pick, count)


@pytest.mark.parametrize("family", FAMILIES)
def test_letters_are_right_equally_often(marked: Built, family: str) -> None:
    letters = [row["answer_letter"] for row in question(marked, family)]
    counts = np.array([letters.count(letter) for letter in LETTERS])
    assert counts.max() - counts.min() <= 5.0 * np.sqrt(len(letters) / 4)


@pytest.mark.parametrize("family", FAMILIES)
def test_options_stand_in_the_order_of_their_letters_and_are_scored(
    marked: Built, family: str
) -> None:
    for row in question(marked, family)[:40]:
        named = [text[-1] for text in row["options"] if text[-1] in LETTERS]
        assert named == list(LETTERS[: len(named)])
        assert len(named) == len([m for m in row["marks"] if m["label"] != "REF"])
        assert score(f"<answer>{gold_answer(row)}</answer>", row).exact
        assert score(f"<answer>{row['answer_text']}</answer>", row).exact


def test_pairs_are_asked_both_ways(marked: Built) -> None:
    groups = marked.of("correspondence").column("group_id").to_pylist()
    twice = sum(groups.count(group) == 2 for group in set(groups))
    assert twice > 0.3 * len(set(groups))


def test_marks_do_not_depend_on_batches_or_on_the_other_families(pairs: pa.Table) -> None:
    some = pairs.slice(0, 1000)
    whole = build(some, families=("correspondence",))
    apart = build(some, batch_rows=777, families=("correspondence", "hidden_point"))
    assert whole.questions.drop("qa_fingerprint") == apart.of("correspondence").drop(
        "qa_fingerprint"
    )
    other = build(some, families=("correspondence",), seed=8)
    assert not whole.questions.column("marks").equals(other.questions.column("marks"))


def test_what_looks_alike_from_other_sides_is_not_asked_about() -> None:
    """Unless a static backdrop shows where the camera went."""
    pairs = synthetic_pairs(400, seed=3)
    round_thing = Ring(azimuths=4, elevation_rad=0.3, packed=bytes(6))
    asked = build(pairs, ring=round_thing, families=FAMILIES)
    backdrops = pc.index_in(
        asked.questions.column("pair_id"), value_set=pairs.column("pair_id").combine_chunks()
    )
    assert set(pairs.column("backdrop").take(backdrops).to_pylist()) <= {"ground"}
    codes = asked.summary.families["correspondence"].refused
    assert codes["confusable"] > 20


def test_nothing_is_asked_of_an_object_that_turned_or_is_too_small() -> None:
    pair = one_pair(around(0), around(40))
    spots = Spots.of(pair, QaConfig())
    assert spots.seen.sum(axis=1).min() > 4
    turned = one_pair(around(0), around(40), turn_deg=30.0)
    for table, code in ((turned, "object_moved"), (one_pair(around(0), around(40)), "no_room")):
        config = QaConfig() if code == "object_moved" else QaConfig(mark_mask_least_share=0.9)
        found = build(
            table, families=FAMILIES, **config.model_dump(include={"mark_mask_least_share"})
        )
        for family in found.summary.families.values():
            assert family.refused == {code: 2}


def test_a_point_left_of_the_middle_moves_where_the_camera_says() -> None:
    """Camera 2 a quarter turn to its right: the ball's near point goes to the left rim."""
    spots = Spots.of(one_pair(around(0), around(90)), QaConfig())
    nearest = np.nanargmin(spots.points_world[0, :, 1])
    assert abs(spots.places_1[0, nearest, 0] - 0.5) < 0.06
    assert spots.places_2[0, nearest, 0] < 0.46
    behind = spots.points_world[0, :, 0] < -0.2
    assert behind.sum() > 3
    assert spots.hidden[0][behind].all()
    assert not spots.seen[0][behind].any()


def test_the_middle_of_a_crowd_is_deep_and_its_rim_is_not() -> None:
    turns = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    crowd = np.concatenate([[np.cos(turns), np.sin(turns)], np.zeros((2, 1))], axis=1).T
    depth = inwardness(np.stack([crowd, 0.2 * crowd + 3.0]))
    assert np.all(depth[:, -1] > 0.45)
    assert np.all(depth[:, :-1] < 0.06)
    padded = inwardness(np.concatenate([crowd, np.full((5, 2), np.nan)])[None])
    assert np.isnan(padded[0, -5:]).all()
    np.testing.assert_allclose(padded[0, :-5], depth[0])


def test_cues_are_the_ranks_of_marks_that_stand_out() -> None:
    rank = ranks(np.array([[0.3, 0.1, 0.2, 0.4]]))
    assert rank.tolist() == [[2, 0, 1, 3]]
    cues = extremes(rank, {"right": np.array([[5.0, 6.0, 7.0, 8.0]])})
    assert {name: bins.tolist() for name, bins in cues.items()} == {
        "least_right": [2],
        "most_right": [3],
    }


def test_lots_are_even_and_their_own_for_each_key_and_place() -> None:
    lots = lots_of(keys_of(0, "test", map(str, range(500))), 64)
    assert len(np.unique(lots)) == lots.size
    assert np.abs(lots.mean(axis=0) - 0.5).max() < 0.06
    assert abs(np.corrcoef(lots[:, 0], lots[:, 1])[0, 1]) < 0.15


def test_no_more_than_its_share_cannot_be_told(
    pairs: pa.Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    two = (CORRESPONDENCE, CANNOT_TELL)
    monkeypatch.setattr("viewpoint_gen.qa.build.chosen_families", lambda _: two)
    some = pairs.slice(0, 1600)
    limited = build(some, cannot_tell_most_per_pair=0.05)
    asked = len(limited.of("cannot_tell"))
    assert 0 < asked <= 0.05 * len(some)
    assert limited.summary.families["cannot_tell"].refused["share"] > 0
    alone = build(some, cannot_tell_most_per_pair=0.05, families=("cannot_tell",))
    assert alone.of("cannot_tell")["id"] == limited.of("cannot_tell")["id"]
    assert len(build(some, families=("cannot_tell",)).of("cannot_tell")) > asked


def test_reasons_say_where_the_point_is_and_how_the_camera_went(marked: Built) -> None:
    rows = [row for row in question(marked, "correspondence") if ".place" not in row["wording_id"]]
    for row in rows[:60]:
        ref = places(row, 0)[0] * 100
        if "from the left and" in row["reasons"] and row["reasons"].startswith("In image 1"):
            assert f"{ref[0]:.0f} % from the left" in row["reasons"]
        turn = np.rad2deg(dict(row["facts"])["azimuth_rad"])
        if "camera went" in row["reasons"] and round(abs(turn)) > 0:
            way = "counter-clockwise" if turn > 0 else "clockwise"
            assert f"{abs(turn):.0f}° {way}" in row["reasons"]


def test_marks_move_with_the_image_not_with_its_pixels(pairs: pa.Table) -> None:
    """Places are shares of the width: half the pixels give the same points in half the place."""
    some = pairs.slice(0, 200)
    small = some
    for view in (1, 2):
        halved = np.array(some.column(f"intrinsics_{view}").to_pylist()) * [[0.5], [0.5], [1.0]]
        place = small.schema.get_field_index(f"intrinsics_{view}")
        field = small.schema.field(place)
        small = small.set_column(place, field, pa.array(halved.tolist(), field.type))
    for name in ("width_px", "height_px"):
        place = small.schema.get_field_index(name)
        small = small.set_column(
            place, small.schema.field(place), pa.array([256] * 200, pa.int32())
        )
    one, other = (Spots.of(table.combine_chunks(), QaConfig()) for table in (some, small))
    np.testing.assert_allclose(one.places_2, other.places_2, rtol=1e-12)
    assert np.array_equal(one.seen, other.seen)
    assert replace(one).tall.tolist() == [1.0] * 200

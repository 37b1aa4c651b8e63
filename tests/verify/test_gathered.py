"""Questions about gathered views: true ones pass, and each kind of untruth is named."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from verify_gathered import MOTIONS, build_gathered_run
from verify_runs import SCHEMAS, Row, edit

from viewpoint_gen.verify import Report, verify_run
from viewpoint_gen.verify.copies import joins
from viewpoint_gen.verify.families.gathered import motions_told, places_in_round
from viewpoint_gen.verify.reading import key

QA = "qa/part-00000.parquet"
CHOOSE = "ball.0.set.A.choose_view"
COMPOSE = "ball.0.path.forward.compose"
SAME = "quad.same_1.same_object"
ANOTHER = "quad.another_1.same_object"


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_gathered_run(tmp_path_factory.mktemp("gathered"))


@pytest.fixture
def run(good: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(good, tmp_path / "run"))


def put(**values: Any) -> Callable[[Row], None]:
    return lambda row: row.update(values)


def in_text(column: str, old: str, new: str) -> Callable[[Row], None]:
    def change(row: Row) -> None:
        assert old in row[column]
        row[column] = row[column].replace(old, new)

    return change


def answer(letter: str) -> Callable[[Row], None]:
    def change(row: Row) -> None:
        row["answer_letter"] = letter
        row["answer_text"] = row["options"]["ABCD".index(letter)]

    return change


def swap(one: int, two: int) -> Callable[[Row], None]:
    """Two of the images, with all that goes with them."""

    def change(row: Row) -> None:
        for name in ("image_ids", "image_sha256", "world_from_camera", "intrinsics"):
            row[name][one], row[name][two] = row[name][two], row[name][one]

    return change


def nudge(image: int) -> Callable[[Row], None]:
    def change(row: Row) -> None:
        row["world_from_camera"][image][0][3] += 0.01

    return change


def check(run: Path, name: str, change: Callable[[Row], None]) -> Report:
    def one(rows: list[Row]) -> None:
        (row,) = [row for row in rows if row["id"] == name]
        change(row)

    edit(run / QA, one)
    return verify_run(run)


def test_true_questions_pass(good: Path) -> None:
    report = verify_run(good, schemas=SCHEMAS)
    assert [str(finding) for finding in report.findings] == []
    assert report.checked["motions_told"] == 16


CORRUPTIONS: list[tuple[str, str, Callable[[Row], None]]] = [
    ("answer_true", CHOOSE, answer("C")),
    ("answer_true", CHOOSE, in_text("question", "40° counter", "100° counter")),
    ("answer_true", CHOOSE, in_text("question", "40° counter-clockwise", "40° clockwise")),
    ("answer_true", CHOOSE, in_text("question", "40° counter-clockwise", "a bit")),
    ("answer_true", CHOOSE, swap(1, 3)),
    ("answer_key", CHOOSE, put(answer_key="round_2")),
    ("answer_value", CHOOSE, put(answer_value=0.5)),
    ("margin", CHOOSE, put(margin=0.7)),
    ("options_readable", CHOOSE, put(options=["image B", "image A", "image C", "image D"])),
    ("options", CHOOSE, put(chance=0.2)),
    ("motions_told", CHOOSE, in_text("reasons", "B 50° clockwise", "B 50° counter-clockwise")),
    ("motions_told", CHOOSE, in_text("reasons", "A 40°", "A 47°")),
    ("reasons", CHOOSE, in_text("reasons", "So it is image A", "So it is image B")),
    ("frame_named", CHOOSE, in_text("question", "Seen from above, which", "Which")),
    ("question_shape", CHOOSE, in_text("question", "D: <image>", "D:")),
    ("foreign_keys", CHOOSE, put(pair_id="ball.0.00.0+ball.0.00.1")),
    (
        "foreign_keys",
        CHOOSE,
        put(image_ids=["ball.0.00.0", *[f"ball.0.00.{k}" for k in (1, 2, 3, 9)]]),
    ),
    (
        "foreign_keys",
        CHOOSE,
        put(image_ids=["ball.0.00.0", *[f"ball.0.00.{k}" for k in (1, 2, 3, 3)]]),
    ),
    ("question_copies", CHOOSE, nudge(3)),
    ("question_copies", CHOOSE, put(object_turn_rad=[0.0, 0.0, 0.0, 0.0, 0.1])),
    ("question_copies", CHOOSE, put(asset_uids=["ball2"])),
    ("facts", CHOOSE, put(facts=[("azimuth_rad_A", 0.5)])),
    ("facts", CHOOSE, put(facts=[("azimuth_rad", 0.5)])),
    ("groups", CHOOSE, put(group_id="another set")),
    ("marks", CHOOSE, put(marks=[{"image": 0, "label": "A", "x_px": 9.0, "y_px": 9.0}])),
    ("answer_true", COMPOSE, answer("B")),
    ("answer_true", COMPOSE, swap(0, 2)),
    ("answer_key", COMPOSE, put(answer_key="clockwise")),
    ("answer_value", COMPOSE, put(answer_value=1.0)),
    ("margin", COMPOSE, put(margin=0.1)),
    (
        "motions_told",
        COMPOSE,
        in_text("reasons", "then 60° clockwise", "then 60° counter-clockwise"),
    ),
    ("reasons", COMPOSE, in_text("reasons", "60°", "61°")),
    ("frame_named", COMPOSE, in_text("question", "Seen from above, which", "Which")),
    ("question_shape", COMPOSE, put(image_ids=["ball.0.00.0", "ball.0.00.3"])),
    ("answer_true", SAME, answer("A")),
    ("answer_key", SAME, put(answer_key="another")),
    ("answer_value", SAME, put(answer_value=0.0)),
    ("reasons", SAME, in_text("reasons", "10°", "20°")),
    ("answer_true", ANOTHER, answer("B")),
    ("question_copies", ANOTHER, put(asset_uids=["ball"])),
    ("question_copies", ANOTHER, put(licence="CC0-1.0 AND MIT")),
    ("groups", ANOTHER, put(group_id="another quad")),
]


@pytest.mark.parametrize(("name", "row", "change"), CORRUPTIONS)
def test_what_is_wrong_is_named(
    run: Path, name: str, row: str, change: Callable[[Row], None]
) -> None:
    report = check(run, row, change)
    assert (name, QA, row) in {(f.check, f.file, f.row_id) for f in report.findings}


def test_a_swapped_leg_or_a_turned_object_may_not_be_asked_about(run: Path) -> None:
    def turn(rows: list[Row]) -> None:
        for row in rows:
            if row["view_id"] == "ball.0.00.3":
                row["object_turn_rad"] = 0.3

    edit(run / "views/part-00000.parquet", turn)
    findings = verify_run(run).findings
    asked = {f.row_id for f in findings if f.check == "may_be_asked" and f.table == "qa"}
    assert {CHOOSE, COMPOSE} <= asked
    assert not any("ball2" in row for row in asked)


def test_views_without_backdrop_or_shared_surface_are_not_linked(run: Path) -> None:
    """From camera 3 to camera 1 there is no pair: the ground alone links them."""

    def plain(rows: list[Row]) -> None:
        for row in rows:
            row["backdrop"] = "solid"

    edit(run / "views/part-00000.parquet", plain)
    edit(run / "pairs/part-00000.parquet", plain)
    findings = verify_run(run).findings
    unlinked = {f.row_id for f in findings if f.check == "may_be_asked" and "surface" in f.expected}
    untold = {f.row_id for f in findings if f.check == "can_be_seen"}
    assert unlinked == {COMPOSE, "ball.0.path.reverse.compose"}
    assert {CHOOSE, COMPOSE} <= untold


def test_copies_of_one_mesh_are_not_two_objects(run: Path) -> None:
    for part in (0, 1):
        edit(
            run / f"rings/part-0000{part}.parquet",
            lambda rows: [row.update(shape_key="one mesh") for row in rows],
        )
    wrong = {f.row_id for f in verify_run(run).findings if f.check == "answer_true"}
    assert wrong == {ANOTHER, "quad.another_2.same_object"}


def test_views_of_one_visit_prove_no_sameness(run: Path) -> None:
    report = check(run, SAME, put(image_ids=["ball.0.00.0", "ball.0.00.1"]))
    assert ("answer_true", SAME) in {(f.check, f.row_id) for f in report.findings}


def test_both_objects_are_held_to_one_split(run: Path) -> None:
    edit(
        run / "qa/part-00001.parquet",
        lambda rows: [row.update(split="test") for row in rows],
    )
    wrong = {f.row_id for f in verify_run(run).findings if f.check == "splits"}
    assert wrong & {ANOTHER, "ball2.0.set.A.choose_view"}


def again(row: Row) -> Row:
    """The same question in other words."""
    return row | {
        "id": f"{row['id']}.again",
        "group_role": f"{row['group_role']}_again",
        "question": row["question"].replace("Seen from above, which", "From above, say which"),
    }


def ask_again(run: Path, group: str, *, but: str = "") -> Report:
    """A group's questions again, one perhaps left out."""
    edit(
        run / QA,
        lambda rows: rows.extend(
            again(row) for row in list(rows) if row["group_id"] == group and row["id"] != but
        ),
    )
    return verify_run(run)


@pytest.mark.parametrize("group", ["ball.0.set.choose_view", "ball.0.path.compose"])
def test_a_set_asked_again_in_other_words_is_true(run: Path, group: str) -> None:
    report = ask_again(run, group)
    assert report.wrong == {}
    assert report.checked["motions_told"] == 16 + {"set": 4, "pat": 2}[group[7:10]]


def test_a_set_is_asked_again_as_a_whole(run: Path) -> None:
    report = ask_again(run, "ball.0.set.choose_view", but=CHOOSE)
    left = {f"ball.0.set.{letter}.choose_view.again" for letter in "BCD"}
    assert {f.row_id for f in report.findings if f.check == "groups"} == left
    assert report.wrong.keys() == {"groups"}


@pytest.mark.parametrize(
    ("setting", "families"),
    [
        ("candidates_least_deg = 56.0", {"choose_view"}),
        ("same_side_most_deg = 9.0", {"same_object"}),
        ("sideways_least_deg = 45.0", {"choose_view", "compose"}),
        ("side_most_deg = 90.0", {"choose_view", "compose"}),
        ("still_most_deg = 5.0", set()),
    ],
)
def test_gathered_questions_are_held_to_the_runs_own_limits(
    run: Path, setting: str, families: set[str]
) -> None:
    recipe = run / "recipe.toml"
    recipe.write_text(f"{recipe.read_text()}[qa]\n{setting}\n")
    findings = verify_run(run).findings
    wrong = {f.row_id for f in findings if f.check == "answer_true"}
    assert {name.rsplit(".", 1)[1] for name in wrong} == families


def test_image_3_must_tell_the_net_motion_of_two(run: Path) -> None:
    recipe = run / "recipe.toml"
    recipe.write_text(f"{recipe.read_text()}[qa]\ndisplacement_least_px = 1000.0\n")
    findings = [f for f in verify_run(run).findings if f.check == "visible"]
    assert len(findings) == 4
    assert all(f.row_id.endswith(".compose") for f in findings)


def test_licences_are_joined_whatever_they_are_made_of() -> None:
    both, one, other = "CC0-1.0 AND CC-BY-4.0", "CC0-1.0", "MIT"
    assert joins(both, [key(both)])
    assert joins(f"{both} AND {other}", [key(both), key(other)])
    assert joins(f"{one} AND {other}", [key(one), key(other)])
    assert not joins(one, [key(one), key(other)])
    assert not joins(f"{other} AND {one}", [key(one), key(other)])


def test_a_motion_is_read_with_its_sense_and_height() -> None:
    text = "40° counter-clockwise and 12° lower, 7° clockwise, 9° clockwise and no higher or lower"
    assert [(told.azimuth, told.height) for told in motions_told(text)] == [
        (40.0, -12.0),
        (-7.0, None),
        (-9.0, 0.0),
    ]


def test_the_round_begins_behind_the_widest_gap() -> None:
    azimuth = np.deg2rad([[motion[1] for motion in MOTIONS.values()], [170, -170, 90, 120]])
    assert places_in_round(azimuth).tolist() == [[1, 0, 2, 3], [2, 3, 0, 1]]

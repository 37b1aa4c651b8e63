"""Questions of every family: true ones pass, and each kind of untruth is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray
from verify_families import ASKS, STATEMENTS, WORDS, build_family_run
from verify_runs import SCHEMAS, Row, write_file

from viewpoint_gen.verify import Report, verify_run
from viewpoint_gen.verify.families import RULES
from viewpoint_gen.verify.families.gathered import GATHERED
from viewpoint_gen.verify.index import Index
from viewpoint_gen.verify.layout import Layout, survey
from viewpoint_gen.verify.marks import MARKS_OF
from viewpoint_gen.verify.pairs import verify_pairs
from viewpoint_gen.verify.questions import verify_questions
from viewpoint_gen.verify.reading import RunFiles, key, open_run
from viewpoint_gen.verify.report import Tally
from viewpoint_gen.verify.views import verify_views

QA = "qa/part-00000.parquet"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_family_run(tmp_path_factory.mktemp("families"))


def quiet(*_: Any) -> None:
    """Tell nobody."""


@pytest.fixture(scope="module")
def known(run: Path) -> tuple[Layout, Index, Index]:
    tally = Tally()
    layout = survey(open_run(run), tally, None)
    views = verify_views(layout, tally, workers=1, step=quiet)
    pairs = verify_pairs(layout, tally, views, step=quiet)
    assert tally.findings == []
    return layout, views, pairs


class Check(Protocol):
    """Checks the run's questions after some of them, or their views, were changed."""

    def __call__(
        self, change: Callable[[list[Row]], Any], views: Callable[[NDArray[Any]], Any] = ...
    ) -> Report: ...


@pytest.fixture
def checked(run: Path, known: tuple[Layout, Index, Index], tmp_path: Path) -> Check:
    def check(
        change: Callable[[list[Row]], Any], views: Callable[[NDArray[Any]], Any] = quiet
    ) -> Report:
        rows = pq.read_table(run / QA).to_pylist()
        change(rows)
        write_file(tmp_path / QA, "qa", rows)
        layout, index, pairs = known
        records = index.records.copy()
        views(records)
        files = RunFiles(layout.files.fs, str(tmp_path))
        tally = Tally()
        verify_questions(replace(layout, files=files), tally, Index(records), pairs, step=quiet)
        return tally.report()

    return check


def row_of(rows: list[Row], family: str, move: str = "") -> Row:
    return next(
        row
        for row in rows
        if row["family"] == family and (not move or f"-{move}" in row["image_ids"][1])
    )


def test_a_run_with_every_family_has_no_findings(run: Path) -> None:
    report = verify_run(run, schemas=SCHEMAS)
    assert [str(finding) for finding in report.findings] == []
    asked = {family for _, family, _ in ASKS}
    directions = ("ego_", "object_")
    elsewhere = {family for family in RULES if family.startswith(directions)}
    assert asked == RULES.keys() - elsewhere - MARKS_OF.keys() - GATHERED.keys()
    assert report.checked["answer_key"] == 2 * len(ASKS)


def put(**values: Any) -> Callable[[Row], None]:
    return lambda row: row.update(values)


def choose_another(row: Row) -> None:
    place = ("ABCDE".index(row["answer_letter"]) + 1) % len(row["options"])
    row["answer_letter"], row["answer_text"] = "ABCDE"[place], row["options"][place]


def a_second_true_rung(row: Row) -> None:
    place = ("ABCD".index(row["answer_letter"]) + 1) % 4
    row["options"][place] = row["answer_text"].replace("about", "roughly")


def a_rung_near_the_truth(row: Row) -> None:
    place = ("ABCD".index(row["answer_letter"]) + 1) % 4
    row["options"][place] = f"about {row['answer_value'] * 1.1:.0f}°"


def stretch_ladder(row: Row) -> None:
    right = "ABCD".index(row["answer_letter"])
    values = [float(text.split()[1].rstrip("°")) for text in row["options"]]
    truth = values[right]
    row["options"] = [f"about {truth * (v / truth) ** 1.4:.0f}°" for v in values]
    row["answer_text"] = row["options"][right]


def drop_letter(row: Row) -> None:
    row["answer_text"] = row["answer_text"].rpartition(", ")[0]


def add_letter(row: Row) -> None:
    row["answer_text"] = "A, B, C, D"


def repeat_statement(row: Row) -> None:
    row["options"] = [STATEMENTS["roll"], *row["options"][1:3], STATEMENTS["roll"]]


def flip_pose(place: int) -> Callable[[Row], None]:
    def change(row: Row) -> None:
        parts = row["answer_text"].split(", ")
        parts[place] = str(-int(parts[place]))
        row["answer_text"] = ", ".join(parts)
        row["reasons"] = f"So: {row['answer_text']}."

    return change


def scale_value(row: Row) -> None:
    row["answer_value"] *= 1.01


def add_number(row: Row) -> None:
    row["answer_text"] = str(int(row["answer_text"]) + 2)


def lie(text: str) -> Callable[[Row], None]:
    """The wrong number or sense first, then the right end."""
    return lambda row: row.update(reasons=f"{text} {row['reasons']}")


UNTRUTHS: list[tuple[str, str, str, Callable[[Row], None]]] = [
    *(("answer_true", family, "", choose_another) for family in (*WORDS, "magnitude_azimuth")),
    ("answer_true", "magnitude_distance", "", choose_another),
    ("answer_true", "magnitude_azimuth", "", a_second_true_rung),
    ("ladder", "magnitude_azimuth", "", a_rung_near_the_truth),
    ("ladder", "magnitude_azimuth", "", stretch_ladder),
    ("answer_key", "magnitude_azimuth", "", put(answer_key="rank_9")),
    ("options_readable", "magnitude_azimuth", "", put(options=["a lot", "some", "30°", "1°"])),
    ("options_readable", "magnitude_focal", "", put(options=["1.4°", "1.6°", "1.9°", "1.2°"])),
    ("options", "magnitude_azimuth", "", put(chance=None)),
    ("answer_true", "estimate_azimuth", "", add_number),
    ("answer_true", "estimate_distance", "", put(answer_text="1.32")),
    ("answer_true", "estimate_distance", "", put(answer_text="0.77")),
    ("answer_true", "estimate_azimuth", "", put(answer_text="a lot")),
    ("answer_key", "estimate_azimuth", "", put(answer_key="bin_0")),
    ("answer_value", "estimate_azimuth", "", put(tolerance=None)),
    ("answer_value", "estimate_azimuth", "", put(tolerance=0.0)),
    ("answer_value", "magnitude_azimuth", "", put(tolerance=30.0)),
    ("answer_value", "estimate_azimuth", "", scale_value),
    ("answer_value", "estimate_azimuth", "", put(answer_unit="rad")),
    ("answer_agrees", "estimate_azimuth", "", put(answer_letter="A")),
    ("options", "estimate_azimuth", "", put(options=["34", "35"])),
    ("question_shape", "estimate_azimuth", "", put(answer_type="ratio")),
    ("answer_true", "all_that_apply", "swing", drop_letter),
    ("answer_true", "all_that_apply", "swing", add_letter),
    ("options_readable", "all_that_apply", "swing", repeat_statement),
    ("answer_key", "all_that_apply", "swing", put(answer_key="azimuth+elevation")),
    ("options", "all_that_apply", "swing", put(chance=0.25)),
    ("answer_true", "pose_tuple", "", flip_pose(0)),
    ("answer_true", "pose_tuple", "", flip_pose(1)),
    ("answer_true", "pose_tuple", "", put(answer_text="34, 16, 1.30")),
    ("answer_true", "pose_tuple", "", put(answer_text="34, 16, 0.77, 0")),
    ("answer_key", "pose_tuple", "", put(answer_key="clockwise")),
    ("answer_value", "pose_tuple", "", put(answer_value=0.6)),
    ("margin", "inverse", "", put(margin=1.0)),
    ("answer_key", "inverse", "", put(answer_key="ccw_up")),
    ("answer_key", "who_moved", "both", put(answer_key="camera")),
    ("answer_key", "dominant", "swing", put(answer_key="elevation")),
    ("options_readable", "who_moved", "both", put(options=["the moon"] * 5)),
    ("options_readable", "overlap_share", "", put(options=["a lot", "most", "all", "30 %", "x"])),
    ("frame_named", "inverse", "", put(question="<image> <image> Which way back?")),
    ("frame_named", "magnitude_azimuth", "", put(question="<image> <image> How far round?")),
    ("frame_named", "new_share", "", put(question="<image> <image> What's new in image 1?")),
    ("frame_named", "pose_tuple", "", put(question="<image> <image> Seen from above?")),
    ("reasons", "dominant", "swing", put(reasons=None)),
    ("reasons", "dominant", "swing", put(reasons="")),
    ("reasons", "dominant", "swing", put(reasons="It is {size}. So the azimuth changed most.")),
    ("reasons", "dominant", "swing", put(reasons="It is 35°. So the azimuth changed most.")),
    ("reasons", "dominant", "swing", put(reasons="It is 34°. So the roll changed most.")),
    ("reasons", "dominant", "swing", put(reasons="It is 34°.")),
    ("reasons", "magnitude_distance", "", lie("It is 1.32 times.")),
    ("reasons", "magnitude_distance", "", lie("It is 1.30°.")),
    ("reasons", "estimate_azimuth", "", put(reasons="It is 34°. So the answer is 36.")),
    ("reasons", "all_that_apply", "swing", lie("It went 90° round.")),
    ("reasons", "pose_tuple", "", lie("The azimuth is -34.")),
    ("reasons", "overlap_share", "", lie("It is 50 %.")),
    ("reasons", "who_moved", "both", put(reasons="So only the camera moved.")),
    ("reasons", "minimal_pan_truck", "pan", put(reasons="So it slid sideways without turning.")),
]


@pytest.mark.parametrize(
    ("check", "family", "move", "change"),
    [pytest.param(*item, id=f"{k:02d}-{item[0]}-{item[1]}") for k, item in enumerate(UNTRUTHS)],
)
def test_an_untruth_is_found(
    checked: Check, check: str, family: str, move: str, change: Callable[[Row], None]
) -> None:
    wrong = {}

    def corrupt(rows: list[Row]) -> None:
        row = row_of(rows, family, move)
        wrong["id"] = row["id"]
        change(row)

    found = {(finding.check, finding.row_id) for finding in checked(corrupt).findings}
    assert (check, wrong["id"]) in found
    assert {row for name, row in found if name != "swaps"} == {wrong["id"]}


SWAPPED = [
    ("magnitude_azimuth", choose_another),
    ("magnitude_distance", choose_another),
    ("estimate_azimuth", add_number),
    ("estimate_distance", put(answer_text="1.33")),
    ("estimate_focal", put(answer_text="1.37")),
    ("pose_tuple", flip_pose(0)),
    ("pose_tuple", flip_pose(1)),
    ("pose_tuple", put(answer_text="34, 16, 0.77, 0")),
    ("all_that_apply", drop_letter),
    ("dominant", choose_another),
    ("inverse", choose_another),
    ("minimal_pan_truck", choose_another),
    ("who_moved", choose_another),
]


@pytest.mark.parametrize(
    ("family", "change"),
    [pytest.param(*item, id=f"{k:02d}-{item[0]}") for k, item in enumerate(SWAPPED)],
)
def test_a_question_and_its_swap_must_agree(
    checked: Check, family: str, change: Callable[[Row], None]
) -> None:
    both: set[str] = set()

    def corrupt(rows: list[Row]) -> None:
        row = row_of(rows, family)
        twin = next(
            other
            for other in rows
            if other["family"] == family and other["image_ids"] == row["image_ids"][::-1]
        )
        both.update((row["id"], twin["id"]))
        change(row)

    findings = checked(corrupt).findings
    assert {finding.row_id for finding in findings if finding.check == "swaps"} == both


def twin_of(row: Row, **changes: Any) -> Row:
    """The same question once more, in other words unless told otherwise."""
    told = {"id": f"{row['id']}.again", "group_role": f"{row['group_role']}_again"}
    return {**row, **told, "question": f"{row['question']} Tell me.", **changes}


def test_a_question_may_be_asked_again_in_other_words(checked: Check) -> None:
    def ask_again(rows: list[Row]) -> None:
        rows += [twin_of(row_of(rows, family)) for family in ("dominant", "estimate_azimuth")]

    report = checked(ask_again)
    assert report.findings == ()
    assert "asked_again" in report.checked


@pytest.mark.parametrize(
    "change",
    [
        lambda row: {"question": row["question"]},
        lambda row: {"id": "q9999.again"},
        lambda row: {"id": f"{row['id']}x"},
        lambda row: {"group_role": row["group_role"]},
        lambda row: {"group_id": "another"},
        lambda row: {"answer_key": "roll"},
        lambda row: {"image_ids": row["image_ids"][::-1]},
    ],
    ids=("same words", "no such", "id", "role", "group", "answer", "images"),
)
def test_what_only_claims_to_be_asked_again_is_found(
    checked: Check, change: Callable[[Row], Row]
) -> None:
    added: list[str] = []

    def ask_again(rows: list[Row]) -> None:
        first = row_of(rows, "dominant")
        rows.append(twin_of(first, **change(first)))
        added.append(rows[-1]["id"])

    findings = checked(ask_again).findings
    assert {finding.row_id for finding in findings if finding.check == "asked_again"} == set(added)


def test_shares_of_swapped_images_have_nothing_to_do_with_one_another(checked: Check) -> None:
    report = checked(lambda rows: choose_another(row_of(rows, "overlap_share")))
    assert "swaps" not in report.wrong


def families_found(report: Report, rows: list[Row], check: str) -> set[str]:
    family = {row["id"]: row["family"] for row in rows}
    return {family[finding.row_id] for finding in report.findings if finding.check == check}


FIXED_WORLD = {"who_moved", "minimal_orbit_spin"}
STILL_OBJECT = {
    *("minimal_pan_truck", "minimal_tilt_pedestal", "minimal_zoom_dolly"),
    *("dominant", "all_that_apply", "pose_tuple", "inverse", "overlap_share", "new_share"),
    *("magnitude_azimuth", "estimate_azimuth"),
}


def set_all(name: str, value: Any) -> Callable[[NDArray[Any]], Any]:
    def change(records: NDArray[Any]) -> None:
        records[name] = value

    return change


@pytest.mark.parametrize(
    ("views", "families"),
    [
        (set_all("backdrop", key("solid")), FIXED_WORLD),
        (set_all("mask_share", 0.009), {family for _, family, _ in ASKS}),
        (set_all("in_frame_share", 0.84), {family for _, family, _ in ASKS}),
    ],
)
def test_what_must_hold_before_a_question_makes_sense_is_checked(
    run: Path, checked: Check, views: Callable[[NDArray[Any]], Any], families: set[str]
) -> None:
    rows = pq.read_table(run / QA).to_pylist()
    assert families_found(checked(quiet, views), rows, "may_be_asked") == families


def test_what_is_told_of_the_object_needs_one_that_kept_still(run: Path, checked: Check) -> None:
    def turn(records: NDArray[Any]) -> None:
        records["object_turn_rad"][records["key"] != key("ball-anchor")] += 0.01

    rows = pq.read_table(run / QA).to_pylist()
    assert families_found(checked(quiet, turn), rows, "may_be_asked") == STILL_OBJECT


def test_who_moved_is_told_by_the_views_own_turn_and_light(run: Path, checked: Check) -> None:
    def darken(records: NDArray[Any]) -> None:
        records["lighting"][records["key"] == key("ball-same")] = 7

    def turn(records: NDArray[Any]) -> None:
        records["object_turn_rad"][records["key"] == key("ball-orbit")] += np.deg2rad(20.0)

    rows = pq.read_table(run / QA).to_pylist()
    for views, move in ((darken, "same"), (turn, "orbit")):
        wrong = {row["id"] for row in rows if f"ball-{move}" in row["image_ids"]}
        asked = {row["id"] for row in rows if row["family"] == "who_moved"}
        found = {f.row_id for f in checked(quiet, views).findings if f.check == "answer_true"}
        assert found & asked == wrong & asked


def test_a_share_is_the_pairs_own(
    run: Path, known: tuple[Layout, Index, Index], checked: Check
) -> None:
    _, _, pairs = known
    before = pairs.records.copy()
    try:
        pairs.records["overlap_12"], pairs.records["overlap_21"] = 0.4, 0.6
        report = checked(quiet)
    finally:
        pairs.records[:] = before
    rows = pq.read_table(run / QA).to_pylist()
    assert families_found(report, rows, "answer_true") == {"overlap_share", "new_share"}


NO_CAMERA = [np.eye(4).tolist(), np.full((4, 4), np.nan).tolist()]
"""One in the middle of the object, and none at all."""


@pytest.mark.parametrize("matrix", NO_CAMERA, ids=("centre", "none"))
def test_questions_without_cameras_are_found_not_stumbled_over(
    run: Path, checked: Check, matrix: list[list[float]]
) -> None:
    def blind(rows: list[Row]) -> None:
        for row in rows:
            row.update(world_from_camera=[matrix, matrix], options=[], answer_text=None)

    every = {row["id"] for row in pq.read_table(run / QA).to_pylist()}
    findings = checked(blind).findings
    assert {f.row_id for f in findings if f.check == "question_copies"} == every
    of_answers = ("answer_true", "answer_agrees", "options_readable")
    assert {f.row_id for f in findings if f.check in of_answers} == every

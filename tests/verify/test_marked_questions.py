"""Marked points: true ones pass, and every untruth about them is found and named."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from verify_families import build_family_run
from verify_marks import CLOSE, FAR_ROUND, LETTERS, SEEN, Ball, build_marked_run, mark
from verify_runs import Row, edit

from viewpoint_gen.verify import Report, verify_run

PAIRS, QA = (f"{table}/part-00000.parquet" for table in ("pairs", "qa"))
SAME, HIDES, NONE = "correspondence", "hidden_point", "cannot_tell"


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_marked_run(tmp_path_factory.mktemp("marked"))


@pytest.fixture
def run(good: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(good, tmp_path / "run"))


def ball(run: Path) -> Ball:
    """Of the first pair, whose questions the tests change."""
    return Ball(pq.read_table(run / PAIRS).to_pylist()[0], CLOSE, FAR_ROUND)


def changed(run: Path, family: str, change: Callable[[Row], Any]) -> Report:
    """Verify after the first question of a family was changed."""

    def first(rows: list[Row]) -> None:
        change(next(row for row in rows if row["family"] == family))

    edit(run / QA, first)
    return verify_run(run)


def checks(report: Report) -> set[str]:
    return {finding.check for finding in report.findings}


def test_a_true_run_passes(good: Path) -> None:
    report = verify_run(good)
    assert report.findings == ()
    assert report.checked["marks"] == 6
    keys = {row["answer_key"] for row in pq.read_table(good / QA).to_pylist()}
    assert "cannot" in keys


def say(letter: str) -> Callable[[Row], None]:
    def change(row: Row) -> None:
        row["answer_letter"] = letter
        row["answer_text"] = row["options"][LETTERS.index(letter)]
        row["reasons"] = f"So it is {row['answer_text']}."

    return change


@pytest.mark.parametrize("family", [SAME, HIDES, NONE])
def test_another_letter_is_an_untruth(run: Path, family: str) -> None:
    right = pq.read_table(run / QA).to_pylist()[[SAME, HIDES, NONE].index(family)]["answer_letter"]
    wrong = next(letter for letter in "ABC" if letter != right)
    assert checks(changed(run, family, say(wrong))) == {"answer_true"}


def test_letters_that_changed_places_make_the_answer_untrue(run: Path) -> None:
    def swap(row: Row) -> None:
        right = next(m for m in row["marks"] if m["label"] == row["answer_letter"])
        other = next(m for m in row["marks"] if m["label"] not in ("REF", row["answer_letter"]))
        for name in ("x_px", "y_px"):
            right[name], other[name] = other[name], right[name]

    assert checks(changed(run, SAME, swap)) == {"answer_true"}


@pytest.mark.parametrize("family", [SAME, HIDES, NONE])
@pytest.mark.parametrize("number", [0, 2])
def test_a_mark_beside_its_point_is_found(run: Path, family: str, number: int) -> None:
    def nudge(row: Row) -> None:
        row["marks"][number]["x_px"] += 0.05

    report = changed(run, family, nudge)
    (finding,) = [finding for finding in report.findings if finding.check == "marks"]
    assert finding.expected == "a point of the surface at each mark"
    assert finding.row_id == f"q{[SAME, HIDES, NONE].index(family):04d}"


def label_wrongly(row: Row) -> None:
    row["marks"][0]["label"] = "X"


def lose_one(row: Row) -> None:
    row["marks"] = row["marks"][1:]


def lose_all(row: Row) -> None:
    row["marks"] = []


def put_into_the_other_image(row: Row) -> None:
    row["marks"][-1]["image"] ^= 1


@pytest.mark.parametrize("change", [label_wrongly, lose_one, lose_all, put_into_the_other_image])
def test_marks_that_the_family_does_not_have_are_found(
    run: Path, change: Callable[[Row], None]
) -> None:
    assert "marks" in checks(changed(run, SAME, change))


def test_a_point_in_sight_is_not_hidden(run: Path) -> None:
    """Its letter stands at another point, which image 2 shows as well."""
    points = ball(run)

    def unhide(row: Row) -> None:
        hidden = next(m for m in row["marks"] if m["label"] == row["answer_letter"])
        places = np.array([[m["x_px"], m["y_px"]] for m in row["marks"] if m is not hidden])
        free = [
            points.at[0][k]
            for k in points.of(SEEN)
            if np.hypot(*(points.at[0][k] - places).T).min() > 6
        ]
        hidden["x_px"], hidden["y_px"] = map(float, free[0])

    report = changed(run, HIDES, unhide)
    expected = {finding.expected for finding in report.findings if finding.check == "marks"}
    assert expected == {"points that image 2 shows, but for the one asked about"}
    assert "answer_true" in checks(report)


def test_what_image_2_shows_can_be_told(run: Path) -> None:
    """REF stands at a point that is in sight, but none of the letters does."""
    points = ball(run)

    def move(row: Row) -> None:
        taken = [[m["x_px"], m["y_px"]] for m in row["marks"][1:]]
        at = [k for k in points.of(SEEN) if np.hypot(*(points.at[1][k] - taken).T).min() > 3]
        row["marks"][0] = mark(0, "REF", points.at[0][at[0]])

    report = changed(run, NONE, move)
    wanted = "REF among the letters, or hidden if that may be"
    assert wanted in {finding.expected for finding in report.findings}


def test_marks_that_would_cover_each_other_are_found(run: Path) -> None:
    points = ball(run)

    def crowd(row: Row) -> None:
        first = np.array([row["marks"][1]["x_px"], row["marks"][1]["y_px"]])
        near = sorted(points.of(SEEN), key=lambda k: np.hypot(*(points.at[1][k] - first)))[1]
        row["marks"][2] = mark(1, "B", points.at[1][near])

    report = changed(run, SAME, crowd)
    assert any("a distance in image 2" in finding.expected for finding in report.findings)


@pytest.mark.parametrize(
    ("name", "value", "check"),
    [
        ("answer_key", "rank_9", "answer_key"),
        ("answer_value", 0.987, "answer_value"),
        ("margin", 0.5, "margin"),
        ("answer_unit", "deg", "answer_value"),
        ("chance", 0.5, "options"),
    ],
)
def test_a_number_that_is_not_the_marks_own_is_found(
    run: Path, name: str, value: Any, check: str
) -> None:
    assert check in checks(changed(run, SAME, lambda row: row.update({name: value})))


@pytest.mark.parametrize(
    ("old", "new"), [("counter-clockwise", "clockwise"), ("% across", "1 % across"), ("So", "No")]
)
def test_reasons_that_are_not_so_are_found(run: Path, old: str, new: str) -> None:
    def change(row: Row) -> None:
        assert old in row["reasons"]
        row["reasons"] = row["reasons"].replace(old, new)
        if new == "No":
            row["reasons"] = "So it is not told."

    assert "reasons" in checks(changed(run, SAME, change))


def test_options_out_of_the_order_of_their_letters_are_found(run: Path) -> None:
    """ "A. point C" would have two answers by letter."""

    def shuffle(row: Row) -> None:
        row["options"] = row["options"][1:] + row["options"][:1]

    assert "options_readable" in checks(changed(run, SAME, shuffle))


def test_a_pair_that_calls_a_hidden_point_seen_is_found_by_the_pictures(run: Path) -> None:
    def change(rows: list[Row]) -> None:
        rows[0]["seen_in_2"] = rows[0]["seen_in_2"].replace(b"\x00", b"\x01")

    edit(run / PAIRS, change)
    assert {"points_seen", "marks", "answer_true"} <= checks(verify_run(run))


def test_marks_in_a_family_without_any_are_found(tmp_path: Path) -> None:
    run = build_family_run(tmp_path / "run")
    assert "marks" not in checks(verify_run(run))
    edit(run / QA, lambda rows: rows[0].update(marks=[mark(0, "A", np.array([20.0, 20.0]))]))
    (finding,) = verify_run(run).findings
    assert (finding.check, finding.expected) == ("marks", "none in this family")

"""What image 2 can tell, held against displacements worked out with a ruler."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from verify_families import build_family_run
from verify_runs import SEEN_PX, write_file
from verify_scene import FOCAL_PX, WIDTH_PX, Stand, looking_at

from viewpoint_gen.verify.layout import survey
from viewpoint_gen.verify.limits import USUAL
from viewpoint_gen.verify.reading import open_run
from viewpoint_gen.verify.report import Report, Tally
from viewpoint_gen.verify.sight import Asked, Viewer, displacement_px, verify_sight

FAR = 3.0
HERE = looking_at(-90.0, 0.0, FAR)
"""Three before the origin; looks along +Y."""

ON_THE_AXIS = np.zeros((3, 3))
ACROSS = np.array([(x, 0.0, z) for x in (-0.3, -0.1, 0.1, 0.3) for z in (-0.2, 0.2)])
"""A card through the origin that faces the camera."""

WIDE = FOCAL_PX * 512 / WIDTH_PX
"""Focal length in an image 512 wide."""


def viewer(stand: Stand, front_deg: float = math.nan) -> Viewer:
    matrix = np.array(stand.matrix)
    front_rad = math.radians(front_deg)
    return Viewer(matrix, np.array(stand.intrinsics), front_rad, matrix[:3, 0], FAR)


def asked(family: str, answer: str, value: float, two: Stand = HERE, front_deg: float = 0) -> Asked:
    one = viewer(HERE, front_deg)
    return Asked("", "", family, answer, value, "", WIDTH_PX, one, viewer(two, front_deg))


@pytest.mark.parametrize(
    ("family", "answer", "value", "expected_px"),
    [
        # the centre's picture moves by focal length x step over depth, or tan of the turn
        ("ego_translation_sideways", "right", 0.25, WIDE * 0.25),
        ("ego_translation_sideways", "nothing", 0.0, WIDE * math.sin(math.radians(12))),
        ("ego_translation_vertical", "up", 0.2, WIDE * 0.2),
        ("object_translation_left_right", "left", -0.3, None),
        ("object_translation_front_back", "front", 0.3, WIDE * 0.3),
        ("ego_rotation_yaw", "left", 0.2, WIDE * math.tan(0.2)),
        ("ego_rotation_pitch", "nothing", 0.0, WIDE * math.tan(math.radians(8))),
        ("estimate_yaw", "bin_1", 12.0, WIDE * math.tan(math.radians(12 - 12 / 1.5))),
        # what turns or grows about the line of sight, and what goes round the centre: not at all
        ("ego_rotation_roll", "clockwise", 0.3, 0.0),
        ("ego_translation_distance", "farther", 0.3, 0.0),
        ("magnitude_azimuth", "rank_0", 20.0, 0.0),
        ("inverse", "ccw_up", 0.5, 0.0),
        ("dominant", "azimuth", 0.5, 0.0),
        ("pose_tuple", "clockwise", math.nan, 0.0),
    ],
)  # fmt: skip
def test_of_a_thing_at_the_centre(
    family: str, answer: str, value: float, expected_px: float | None
) -> None:
    """Its front points along +X; its left, +Y, is the camera's forward."""
    got = displacement_px(asked(family, answer, value), ON_THE_AXIS, USUAL)
    assert got == pytest.approx(0.0 if expected_px is None else expected_px, abs=1e-6)


def test_a_roll_and_a_dolly_move_the_rim() -> None:
    rim = np.array([(0.3, 0.0, 0.0), (0.0, 0.0, 0.3), (-0.3, 0.0, 0.0)])
    radius_px = WIDE * 0.3 / FAR
    got = displacement_px(asked("ego_rotation_roll", "clockwise", 0.2), rim, USUAL)
    assert got == pytest.approx(radius_px * 2 * math.sin(0.1))
    got = displacement_px(asked("ego_translation_distance", "nearer", -math.log(1.2)), rim, USUAL)
    assert got == pytest.approx(radius_px * (1 - 1 / 1.2))  # once nearer, once farther by as much
    got = displacement_px(asked("magnitude_focal", "rank_1", 1.4), rim, USUAL)
    assert got == pytest.approx(radius_px * (1 - 1 / 1.17))


def test_a_card_gives_no_parallax_and_a_deep_thing_does() -> None:
    step = 0.7
    trucked = Stand(math.atan2(-FAR, step), 0.0, math.hypot(step, FAR), math.pi / 2, 0.0)
    dollied = HERE.moved(distance=-1.0)
    deep = ACROSS + np.array([0.0, 0.4, 0.0]) * np.where(np.arange(8) % 2, 1.0, -1.0)[:, None]
    for family, answer, two in (
        ("minimal_pan_truck", "truck", trucked),
        ("minimal_pan_truck", "pan", HERE.moved(heading=0.2)),
        ("minimal_tilt_pedestal", "tilt", HERE.moved(pitch=0.2)),
        ("minimal_zoom_dolly", "dolly", dollied),
        ("minimal_zoom_dolly", "zoom", HERE.moved(focal=FOCAL_PX)),
    ):
        question = asked(family, answer, 0.2, two)
        assert displacement_px(question, ACROSS, USUAL) < 2.5, answer
        assert displacement_px(question, deep, USUAL) > 4.0, answer


def test_without_points_nothing_is_seen() -> None:
    question = asked("ego_rotation_yaw", "left", 0.3)
    assert math.isnan(displacement_px(question, None, USUAL))
    assert math.isnan(displacement_px(question, np.empty((0, 3)), USUAL))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_family_run(tmp_path_factory.mktemp("sight"))


def seen(run: Path, least_px: float) -> Report:
    tally = Tally()
    layout = survey(open_run(run), tally, None)
    verify_sight(replace(layout, limits=replace(USUAL, displacement_least_px=least_px)), tally)
    return tally.report()


def test_a_run_is_held_to_its_own_limit(run: Path) -> None:
    fine = seen(run, SEEN_PX)
    assert fine.wrong == {}
    assert fine.checked["visible"] > 40
    assert seen(run, 1000.0).wrong == {"visible": fine.checked["visible"]}
    assert "visible" not in seen(run, 0.0).checked


def test_a_view_without_points_shows_nothing(run: Path, tmp_path: Path) -> None:
    part = "views/part-00000.parquet"
    rows = pq.read_table(run / part).to_pylist()
    for row in rows:
        row["surface_points"] = b"" if row["view_id"] == "ball-roll" else row["surface_points"]
    copy = tmp_path / "run"
    copy.mkdir()
    for folder in ("pairs", "qa", "outcomes"):
        (copy / folder).symlink_to(run / folder)
    write_file(copy / part, "views", rows)
    findings = [finding for finding in seen(copy, SEEN_PX).findings if finding.check == "visible"]
    questions = pq.read_table(run / "qa", columns=["id", "family", "image_ids"]).to_pylist()
    blind = {row["id"] for row in questions if row["image_ids"][1] == "ball-roll"}
    untold = {row["id"] for row in questions if row["family"] in ("who_moved", "overlap_share")}
    assert {finding.row_id for finding in findings} == blind - untold != set()


def test_an_answer_of_no_motion_is_left_to_other_checks(run: Path, tmp_path: Path) -> None:
    part = "qa/part-00000.parquet"
    rows = pq.read_table(run / part).to_pylist()
    of_rivals = [row for row in rows if row["family"] == "minimal_pan_truck"]
    for row in of_rivals:
        row["answer_key"] = "nothing"
    for folder in ("views", "pairs", "outcomes"):
        (tmp_path / folder).symlink_to(run / folder)
    write_file(tmp_path / part, "qa", rows)
    before, after = (seen(each, SEEN_PX).checked["visible"] for each in (run, tmp_path))
    assert after == before - len(of_rivals)

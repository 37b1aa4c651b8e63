"""Thresholds: written out a second time, and read from the run that sets its own."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from pathlib import Path

import fsspec
import numpy as np
import pytest
from verify_runs import SCHEMAS, build_run
from verify_scene import Stand, looking_at

from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.verify import verify_run
from viewpoint_gen.verify.limits import USUAL, Limits, limits_from, read_limits
from viewpoint_gen.verify.reading import RunFiles
from viewpoint_gen.verify.report import Tally
from viewpoint_gen.verify.truths import TRUTHS, motion_between

HERE = looking_at(30.0, 20.0, 3.0)
DEG = math.pi / 180


def test_the_usual_ones_are_the_builders_own_and_of_the_same_names() -> None:
    theirs = QaConfig().model_dump()
    assert asdict(USUAL) == {name: theirs[name] for name in asdict(USUAL)}


def read(folder: Path) -> tuple[Limits, list[str]]:
    tally = Tally()
    found = read_limits(RunFiles(fsspec.filesystem("file"), str(folder)), tally)
    return found, [finding.file for finding in tally.findings]


def test_the_recipe_sets_them_and_qa_json_has_the_last_word(tmp_path: Path) -> None:
    assert read(tmp_path) == (USUAL, [])
    (tmp_path / "recipe.toml").write_text("[qa]\nturn_least_deg = 11\nside_most_deg = 150.0\n")
    assert read(tmp_path)[0] == Limits(turn_least_deg=11.0, side_most_deg=150.0)
    (tmp_path / "qa.json").write_text(json.dumps({"settings": {"turn_least_deg": 9.5}}))
    assert read(tmp_path)[0] == Limits(turn_least_deg=9.5, side_most_deg=150.0)
    (tmp_path / "qa.json").write_text("{")
    assert read(tmp_path)[1] == ["qa.json"]


def test_what_is_no_number_or_no_threshold_decides_nothing() -> None:
    assert limits_from({"turn_least_deg": "wide", "pole_deg": True, "families": []}) == USUAL


def truth(family: str, two: Stand, limits: Limits) -> float:
    motion = motion_between(
        np.array([[HERE.matrix, two.matrix]]),
        np.array([[HERE.intrinsics, two.intrinsics]]),
        np.array([math.nan]),
        limits,
    )
    return float(TRUTHS[family](motion)[0])


@pytest.mark.parametrize(
    ("family", "two", "limits", "usual", "otherwise"),
    [
        ("ego_rotation_yaw", HERE.moved(heading=9 * DEG), {"turn_least_deg": 10.0}, 1, math.nan),
        ("ego_rotation_yaw", HERE.moved(heading=2 * DEG), {"still_most_deg": 3.0}, math.nan, 0),
        (
            "object_translation_around",
            HERE.moved(azimuth=150 * DEG),
            {"side_most_deg": 140.0},
            1,
            math.nan,
        ),
        (
            "ego_translation_distance",
            HERE.moved(distance=0.5),
            {"distance_least_ratio": 1.2},
            1,
            math.nan,
        ),
        ("ego_rotation_roll", HERE.moved(roll=0.2), {"pole_deg": 15.0}, 1, math.nan),
        (
            "ego_translation_distance",
            HERE.moved(distance=0.5, focal=2.0),
            {"focal_most_ln_ratio": 0.1},
            math.nan,
            1,
        ),
    ],
)
def test_each_limit_decides(
    family: str, two: Stand, limits: dict[str, float], usual: float, otherwise: float
) -> None:
    for got, want in (
        (truth(family, two, USUAL), usual),
        (truth(family, two, Limits(**limits)), otherwise),
    ):
        assert got == want or (math.isnan(got) and math.isnan(want))


def test_a_run_is_judged_by_its_own_recipe(tmp_path: Path) -> None:
    run = build_run(tmp_path / "run")
    assert verify_run(run, schemas=SCHEMAS).ok
    recipe = run / "recipe.toml"
    recipe.write_text(recipe.read_text() + "turn_least_deg = 30.0\n")
    wrong = verify_run(run, schemas=SCHEMAS).wrong
    assert {"answer_true", "margin"} <= wrong.keys()

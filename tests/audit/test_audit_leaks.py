"""A planted leak is found and named; where there is none, none is found."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from planted import LADDER, NUMBER, YAW, plant

from viewpoint_gen.audit import Report, audit_run
from viewpoint_gen.audit.cheats import cheats_on
from viewpoint_gen.audit.gate import BOUND_MARGIN, MARGIN, MARGINS, Kind, interval, judged_by
from viewpoint_gen.audit.guessing import guess
from viewpoint_gen.audit.questions import read_questions
from viewpoint_gen.audit.report import CheatResult
from viewpoint_gen.audit.sight import read_sight
from viewpoint_gen.errors import Leak
from viewpoint_gen.qa.families import FAMILIES
from viewpoint_gen.storage import open_store

TREES = 12
"""Enough for leaks as coarse as these."""

SEEN_ALONE = {"best_option", "counting", "forest", "image_1", "image_2"}
CAMERAS = {"camera_1", "camera_2"}
KINDS = {
    YAW: {"best_letter", *SEEN_ALONE},
    LADDER: {"best_letter", "middle", "roundest", *SEEN_ALONE},
    NUMBER: SEEN_ALONE,
}
"""What is held to the gate, by the form of the question."""


def audited(run: Path) -> Report:
    return audit_run(str(run), most_per_family=0, seed=0, trees=TREES)


def cheats_of(report: Report) -> dict[str, CheatResult]:
    (family,) = report.families
    return {result.cheat: result for result in family.cheats}


def past_gate(report: Report) -> set[str]:
    return {result.cheat for result in cheats_of(report).values() if result.past_gate}


@pytest.mark.parametrize(
    ("family", "leak", "guilty", "named"),
    [
        (YAW, "text", {"counting", "forest"}, "the question's words"),
        (YAW, "letter", {"best_letter", "counting", "forest"}, "the letters: A for"),
        (YAW, "brightness", {"image_1"}, "brightness"),
        (YAW, "roll", {"camera_2"}, "roll"),
        (LADDER, "smallest", {"counting", "forest"}, "the numbers: "),
        (NUMBER, "size", {"image_1"}, "the object's"),
    ],
)
def test_a_planted_leak_is_found_named_and_past_the_gate(tmp_path, family, leak, guilty, named):
    report = audited(plant(tmp_path, leak, families=(family,)))
    assert past_gate(report) == guilty
    for name in guilty - {"best_letter"}:
        tells = cheats_of(report)[name].tells
        assert any(tell.feature.startswith(named) for tell in tells)
        assert any(named in line and name in line for line in report.leaks)
    with pytest.raises(Leak, match=family) as caught:
        report.refuse_leaks()
    assert caught.value.exit_code == 1
    assert json.loads((tmp_path / "audit.json").read_text())["gate"]["passed"] is False


@pytest.mark.parametrize("cheat", ["middle", "roundest"])
def test_a_ladder_that_is_guessed_without_learning_is_past_the_gate(tmp_path, cheat):
    """Where the middle is now the second and now the third, no constant rank does as well."""
    report = audited(plant(tmp_path, cheat.removesuffix("est"), families=(LADDER,)))
    cheats = cheats_of(report)
    assert cheats[cheat].past_gate
    assert cheats[cheat].share > cheats["best_option"].share + 0.1
    assert "of the numbers" in cheats[cheat].tells[0].feature
    with pytest.raises(Leak, match=LADDER):
        report.refuse_leaks()


def test_looking_at_both_images_is_no_leak(tmp_path):
    """The object's shift between the images is what the first family's questions are about."""
    forms = (YAW, LADDER, NUMBER)
    report = audited(plant(tmp_path, "shift", families=forms))
    saved = json.loads((tmp_path / "audit.json").read_text())
    for family in report.families:
        kinds = {kind: {c.cheat for c in family.cheats if c.kind is kind} for kind in Kind}
        assert kinds == {
            Kind.LEAK: KINDS[family.family],
            Kind.BOUND: CAMERAS,
            Kind.BOTH: {"shuffled", "centroid_shift", "size_change"},
        }
        (shift,) = (cheat for cheat in family.cheats if cheat.cheat == "centroid_shift")
        if family.family == YAW:
            assert shift.low > shift.chance + MARGIN
            assert shift.tells[0].feature == "shift across"
        told = saved["families"][family.family]
        assert told["judged_by"] == "lower end"
        assert (told["best_constant"] is None) == (family.family != NUMBER)
    assert tuple(saved["families"]) == tuple(each for each in FAMILIES if each in forms)
    assert report.leaks == []
    report.refuse_leaks()
    assert saved["gate"]["passed"] is True


def test_a_cameras_exact_numbers_may_tell_more_than_its_picture():
    assert MARGINS[Kind.LEAK] == MARGIN < MARGINS[Kind.BOUND] == BOUND_MARGIN < 1.0
    assert MARGINS[Kind.BOTH] > 1.0


def test_what_only_the_asset_tells_does_not_count(tmp_path):
    """Each asset has one answer and one colour: by heart it is easy, for a new asset useless."""
    store = open_store(plant(tmp_path, "asset", questions=160, assets=16))
    (questions,) = read_questions(store, (), most_per_family=0, seed=0)
    sight = read_sight(store, questions.shown)
    cheats = cheats_on(questions, sight, seed=0, trees=TREES)
    (cheat,) = (each for each in cheats if each.name == "image_1")
    by_asset = guess(cheat, questions.assets, seed=0).right
    by_heart = guess(cheat, np.arange(160).astype(str), seed=0).right
    assert by_heart.mean() > 0.7
    low, _ = interval(by_asset, questions.assets, seed=0)
    assert low < 1 / 3 + MARGIN


def test_false_alarms_are_rare(tmp_path):
    """Six clean runs, five cheats each, all held to the strictest gate."""
    alarms = 0
    for seed in range(6):
        store = open_store(plant(tmp_path / str(seed), questions=120, assets=24, seed=seed))
        (questions,) = read_questions(store, (), most_per_family=0, seed=seed)
        sight = read_sight(store, questions.shown)
        for cheat in cheats_on(questions, sight, seed=seed, trees=TREES):
            if cheat.name.startswith(("best", "counting", "camera")):
                right = guess(cheat, questions.assets, seed=seed).right
                low, high = interval(right, questions.assets, seed=seed)
                assert low < right.mean() < high
                alarms += low > questions.chance + MARGIN
    assert alarms <= 1


def test_questions_of_one_asset_count_as_one_in_the_interval():
    """40 assets, ten questions each, all right or all wrong: the error is that of 40 draws."""
    hit = np.arange(40) % 3 == 0
    low, high = interval(np.repeat(hit, 10), np.repeat(np.arange(40).astype(str), 10), seed=0)
    share = hit.mean()
    expected = 2 * 1.96 * np.sqrt(share * (1 - share) / 40)
    assert high - low == pytest.approx(expected, rel=0.15)


def test_small_families_are_shown_but_not_judged(tmp_path):
    assert [judged_by(49, 40), judged_by(400, 9)] == ["nothing", "nothing"]
    assert [judged_by(1999, 10), judged_by(2000, 10)] == ["lower end", "share"]
    report = audited(plant(tmp_path, "letter", questions=40, assets=8))
    assert cheats_of(report)["best_letter"].low > 1 / 3 + MARGIN
    assert report.leaks == []
    assert "too few to be judged" in "\n".join(report.lines())

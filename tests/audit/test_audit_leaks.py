"""A planted leak is found and named; where there is none, none is found."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from planted import FAMILY, plant

from viewpoint_gen.audit import Report, audit_run
from viewpoint_gen.audit.cheats import cheats_on
from viewpoint_gen.audit.gate import MARGIN, interval, judged_by
from viewpoint_gen.audit.guessing import guess
from viewpoint_gen.audit.questions import read_questions
from viewpoint_gen.audit.report import CheatResult
from viewpoint_gen.audit.sight import read_sight
from viewpoint_gen.errors import Leak
from viewpoint_gen.storage import open_store

GATED = {"best_letter", "best_option", "counting", "forest"} | {
    f"{what}_{number}" for what in ("image", "camera") for number in (1, 2)
}


def audited(run: Path) -> Report:
    return audit_run(str(run), most_per_family=0, seed=0)


def cheats_of(report: Report) -> dict[str, CheatResult]:
    (family,) = report.families
    return {result.cheat: result for result in family.cheats}


@pytest.mark.parametrize(
    ("leak", "guilty", "named"),
    [
        ("text", {"counting", "forest"}, "the question's words"),
        ("letter", {"best_letter", "counting", "forest"}, "the letters: A for"),
        ("brightness", {"image_1"}, "brightness"),
        ("roll", {"camera_2"}, "roll"),
    ],
)
def test_a_planted_leak_is_found_named_and_past_the_gate(tmp_path, leak, guilty, named):
    report = audited(plant(tmp_path, leak))
    found = {result.cheat for result in cheats_of(report).values() if result.past_gate}
    assert found == guilty
    for name in guilty - {"best_letter"}:
        assert cheats_of(report)[name].tells[0].feature.startswith(named)
        assert any(named in line and name in line for line in report.leaks)
    with pytest.raises(Leak, match=FAMILY) as caught:
        report.refuse_leaks()
    assert caught.value.exit_code == 1
    assert json.loads((tmp_path / "audit.json").read_text())["gate"]["passed"] is False


def test_looking_at_both_images_is_no_leak(tmp_path):
    """The object's shift between the images is what the question is about."""
    report = audited(plant(tmp_path, "shift", questions=400))
    cheats = cheats_of(report)
    assert cheats["centroid_shift"].low > 0.5
    assert cheats["centroid_shift"].tells[0].feature == "shift across"
    assert not cheats["centroid_shift"].gated
    assert {result.cheat for result in cheats.values() if result.gated} == GATED
    assert report.leaks == []
    report.refuse_leaks()
    saved = json.loads((tmp_path / "audit.json").read_text())
    assert saved["gate"]["passed"] is True
    assert saved["families"][FAMILY]["judged_by"] == "lower end"


def test_what_only_the_asset_tells_does_not_count(tmp_path):
    """Each asset has one answer and one colour: by heart it is easy, for a new asset useless."""
    store = open_store(plant(tmp_path, "asset", questions=240, assets=20))
    (questions,) = read_questions(store, (), most_per_family=0, seed=0)
    sight = read_sight(store, questions.shown)
    (cheat,) = (each for each in cheats_on(questions, sight, seed=0) if each.name == "image_1")
    by_asset = guess(cheat, questions.assets, seed=0, explain_above=1.0).right
    by_heart = guess(cheat, np.arange(240).astype(str), seed=0, explain_above=1.0).right
    assert by_heart.mean() > 0.7
    low, _ = interval(by_asset, questions.assets, seed=0)
    assert low < 1 / 3 + MARGIN


def test_false_alarms_are_rare(tmp_path):
    """Six clean runs, five cheats each."""
    alarms = 0
    for seed in range(6):
        store = open_store(plant(tmp_path / str(seed), questions=240, assets=40, seed=seed))
        (questions,) = read_questions(store, (), most_per_family=0, seed=seed)
        sight = read_sight(store, questions.shown)
        for cheat in cheats_on(questions, sight, seed=seed):
            if cheat.gated and cheat.name.startswith(("best", "counting", "camera")):
                right = guess(cheat, questions.assets, seed=seed, explain_above=1.0).right
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

"""Curves, exams and figures of a report, worked out by hand."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from small_run import write_run

from viewpoint_gen.errors import RunError
from viewpoint_gen.evaluation.metrics.comparing import Comparison, Difference
from viewpoint_gen.training.report.curves import compact, curve_chart, curves_of, numbers_below
from viewpoint_gen.training.report.exams import planned_exams, trained_models
from viewpoint_gen.training.report.results import Figure, reinforced


def test_many_steps_are_drawn_as_means_of_equally_many():
    lines = [{"step": step, "loss": float(step % 2)} for step in range(1, 321)]
    (curve,) = curves_of([*lines, {"step": 320, "event": "dev"}], {"loss": "loss", "kl": "KL"})
    assert len(curve.points) == 160
    assert curve.points[0] == (2.0, 0.5)  # steps 1 and 2: one and nought
    assert curve.last == 0.5


def test_values_that_are_no_number_are_left_out():
    lines = [{"step": 1, "kl": float("nan")}, {"step": 2, "kl": 0.25}, {"step": 3, "kl": None}]
    (curve,) = curves_of(lines, {"kl": "KL"})
    assert curve.points == ((2.0, 0.25),)


def test_a_chart_rises_where_its_values_do_and_has_round_ticks():
    lines = [{"step": step, "reward": 0.1 * step} for step in (1, 2, 3)]
    curves = curves_of(lines, {"reward": "reward"})
    svg = curve_chart(curves, title="Reward", floor=0.5)
    points = re.search(r'polyline[^>]*points="([^"]+)"', svg)
    corners = [tuple(map(float, corner.split(","))) for corner in points[1].split()]
    assert corners == sorted(corners, key=lambda corner: corner[0])
    assert corners == sorted(corners, key=lambda corner: -corner[1])  # SVG counts downwards
    ticks = re.findall(r'text-anchor="end">([^<]+)<', svg)
    assert ticks[:-1] == ["0.1", "0.2", "0.3", "0.4", "0.5"]  # then the last step
    assert 'class="floor"' in svg


def test_the_numbers_below_a_chart_are_a_few_of_its_own():
    lines = [{"step": step, "a": float(step)} for step in range(1, 101)]
    rows = numbers_below(curves_of([*lines, {"step": 50, "b": 7.0}], {"a": "a", "b": "b"}))
    assert len(rows) == 8
    assert (rows[0], rows[-1]) == ((1, [1.0, None]), (100, [100.0, None]))


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0"), (3e-7, "3.0e-7"), (0.25, "0.25"), (1234.5, "1,234")]
)
def test_numbers_are_told_in_few_letters(value, text):
    assert compact(value) == text


def test_exams_of_two_runs_with_one_name_are_kept_apart(tmp_path):
    own, other = write_run(tmp_path / "a" / "run"), write_run(tmp_path / "b" / "run")
    exams = planned_exams([str(own), str(other), str(own)], own=str(own))
    assert [exam.name for exam in exams] == ["run", "run-2"]
    assert [exam.splits for exam in exams] == [("test",), ("train", "validation", "test")]
    assert [exam.exam.count for exam in exams] == [7, 43]  # one asset of six; all, one again
    with pytest.raises(RunError):
        planned_exams([str(tmp_path / "none")], own=str(own))


def test_a_model_that_reinforcement_left_as_it_was_is_one_model(tmp_path):
    for folder, weights in (("sft/model", b"one"), ("model", b"one")):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "model.safetensors").write_bytes(weights)
    assert list(trained_models(tmp_path)) == ["after SFT", "blind"]
    (tmp_path / "model" / "model.safetensors").write_bytes(b"two")
    assert list(trained_models(tmp_path)) == ["after SFT", "after GRPO", "blind"]
    assert trained_models(tmp_path / "nowhere") == {}


def test_what_reinforcement_added_is_after_minus_before():
    fell = Comparison("after SFT", "after GRPO", Difference(0.03, 0.01, 0.06), {})
    evaluation = SimpleNamespace(comparisons=(fell,))
    assert reinforced(evaluation) == (-0.03, -0.06, -0.01)
    assert reinforced(SimpleNamespace(comparisons=())) is None


def test_a_figure_is_told_with_its_interval():
    nan = float("nan")
    values = ((0.5, 0.41, 0.6), (nan, nan, nan))
    share = Figure("mean", "mean", "%", None, values)
    assert [share.told(0), share.told(1)] == ["50.0 [41.0, 60.0]", "–"]
    assert share.told(0, decimals=0) == "50.0 [41, 60]"
    assert Figure("azimuth", "azimuth", "°", None, ((7.25, nan, nan),)).told(0) == "7.2°"

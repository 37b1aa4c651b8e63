"""Sums of scores, by hand."""

from __future__ import annotations

import math

import pytest
from qa_building import Built

from viewpoint_gen.qa.aggregate import aggregate, aggregate_by_family
from viewpoint_gen.qa.families import FAMILIES
from viewpoint_gen.qa.families.family import Form
from viewpoint_gen.qa.score import gold_answer, score


def row(letter: str, group: str, asset: str, family: str = "f") -> dict:
    return {
        "answer_type": "choice",
        "options": ["x", "y", "z"],
        "answer_letter": letter,
        "answer_text": {"A": "x", "B": "y", "C": "z"}[letter],
        "group_id": group,
        "asset_uids": [asset],
        "chance": 1 / 3,
        "family": family,
    }


ROWS = [row("A", "g1", "a"), row("B", "g1", "a"), row("A", "g2", "b"), row("C", "g2", "b")]


def test_numbers_by_hand() -> None:
    texts = ["<answer>A</answer>", "<answer>B</answer>", "<answer>A</answer>", "hm"]
    got = aggregate(ROWS, [score(text, row) for text, row in zip(texts, ROWS, strict=True)])
    assert (got.questions, got.correctness, got.exact) == (4, 0.75, 0.75)
    assert got.chance == pytest.approx(1 / 3)
    assert got.best_constant == 0.5
    assert (got.groups, got.whole_groups, got.unanswered) == (2, 0.5, 0.25)
    assert (got.low, got.high) == (0.5, 1.0)  # two assets: one wholly right, one half


def test_a_lone_question_has_no_group() -> None:
    got = aggregate(ROWS[:1], [score("A", ROWS[0])])
    assert got.groups == 0
    assert math.isnan(got.whole_groups)


def test_gold_is_whole_in_every_family_and_constants_are_near_chance(built: Built) -> None:
    names = ["family", "group_id", "asset_uids", "chance", "answer_type", "options"]
    told = ["answer_letter", "answer_text", "answer_value", "answer_unit", "tolerance"]
    rows = built.questions.select([*names, *told]).to_pylist()
    by_family = aggregate_by_family(rows, [score(gold_answer(each), each) for each in rows])
    assert set(by_family) == set(built.summary.families)
    for name, got in by_family.items():
        assert got.correctness == got.exact == got.whole_groups == got.low == 1.0
        if FAMILIES[name].form in (Form.NAMED, Form.LADDER):
            assert got.best_constant < 1.3 / len(FAMILIES[name].options)


def test_scores_must_fit_the_rows() -> None:
    with pytest.raises(ValueError, match="4 rows, 0 scores"):
        aggregate(ROWS, [])

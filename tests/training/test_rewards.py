"""The reward is the scorer's verdict, in two parts; examples by hand."""

import json

import pytest

from viewpoint_gen.dataset.export.shipped.trl_reward import viewgen_reward
from viewpoint_gen.training.rewards import correctness_reward, form_reward

CHOICE = {"answer_type": "choice", "options": ["left", "right"], "answer_letter": "B"}
ANGLE = {
    "answer_type": "angle",
    "answer_value": 40.0,
    "answer_unit": "deg",
    "tolerance": 20.0,
    "options": [],
}
SET = {"answer_type": "set", "options": ["a", "b", "c"], "answer_text": "A, C"}


def said(text):
    return [{"role": "assistant", "content": text}]


@pytest.mark.parametrize(
    ("text", "row", "correctness", "form"),
    [
        ("<answer>B</answer>", CHOICE, 0.9, 0.1),
        ("<think>It went right.</think>\n<answer>B</answer>", CHOICE, 0.9, 0.1),
        ("<answer>A</answer>", CHOICE, 0.0, 0.1),  # form alone
        ("B", CHOICE, 0.9, 0.0),  # right without it
        ("<answer>B</answer> <answer>A</answer>", CHOICE, 0.0, 0.0),
        ("the camera, perhaps", CHOICE, 0.0, 0.0),
        ("", CHOICE, 0.0, 0.0),
        ("<answer>45</answer>", ANGLE, 0.9 * 0.75, 0.1),  # 5 of 20 degrees off
        ("<answer>-140</answer>", ANGLE, 0.0, 0.1),
        ("<answer>A, B, C</answer>", SET, 0.9 * 2 / 3, 0.1),  # two of three letters shared
    ],
)
def test_a_completion_is_worth_what_it_says(text, row, correctness, form):
    grading = [json.dumps(row)]
    assert correctness_reward([said(text)], grading) == [pytest.approx(correctness)]
    assert form_reward([said(text)], grading) == [pytest.approx(form)]
    assert viewgen_reward([said(text)], grading) == [pytest.approx(correctness + form)]


def test_each_row_of_a_batch_is_graded_by_its_own_type():
    texts = [
        said("<answer>40</answer>"),
        said("<answer>C, A</answer>"),
        said("<answer>40</answer>"),
    ]
    grading = [json.dumps(row) for row in (ANGLE, SET, CHOICE)]
    got = correctness_reward(texts, grading, prompts=["ignored"] * 3)
    assert got == [pytest.approx(0.9), pytest.approx(0.9), 0.0]

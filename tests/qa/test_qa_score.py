"""Scoring: gold is 1, everything else is what it deserves, and no text ever raises."""

from __future__ import annotations

import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qa_building import Built

from viewpoint_gen.qa.prompt import prompt_of
from viewpoint_gen.qa.score import gold_answer, reward, score

CHOICE = {
    "answer_type": "choice",
    "question": "Image 1: <image>\nImage 2: <image>\nWhich way, left, right, or neither?",
    "options": ["to the left", "to neither side", "to the right"],
    "answer_letter": "C",
    "answer_text": "to the right",
}
ANGLE = {"answer_type": "angle", "answer_value": 170.0, "answer_unit": "deg", "tolerance": 20.0}
RATIO = {"answer_type": "ratio", "answer_value": 2.0, "answer_unit": "ratio", "tolerance": None}
NUMBER = {"answer_type": "number", "answer_value": 4.0, "answer_unit": "m", "tolerance": None}
ORDER = {"answer_type": "permutation", "answer_text": "B, A, D, C", "options": list("wxyz")}
SET = {"answer_type": "set", "answer_text": "A, C", "options": ["x", "y", "z"]}
POSE = {"answer_type": "pose", "answer_text": "34, -12, 1.25, 0"}
ROWS = [
    {"question": "Image 1: <image>\nHow much?", **row}
    for row in (CHOICE, ANGLE, RATIO, NUMBER, ORDER, SET, POSE)
]


@pytest.mark.parametrize(
    "text",
    [
        "<answer>C</answer>",
        "<think></think><answer>C</answer>",
        "<think>A? B? <b>no</b></think>\n<answer> (c) </answer>\n",
        "<answer>C. to the right</answer>",
        "<answer>To the right.</answer>",
        "so \\boxed{C}",
        "C",
        "**C**",
        "Well.\n\nThe answer is C.",
        "Answer: C",
        "Final answer: (C)",
        "to the right",
        "It went\nto the RIGHT.",
        "<answer>C</answer> I repeat: <answer>C</answer>",
        "<think>first <answer>A</answer></think><answer>C</answer>",
    ],
)
def test_the_right_option_counts_however_it_is_said(text: str) -> None:
    assert score(text, CHOICE).correctness == 1.0


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n ",
        "<answer></answer>",
        "<answer>C or A</answer>",
        "<answer>A, C</answer>",
        "<answer>A</answer><answer>C</answer>",
        "<answer>C</answer><answer>hm</answer>",
        "<answer>C",
        "A\nC",
        "C. to the left",
        "not to the right",
        "it is to the right or to the left",
        "I can't tell, maybe C",
        "\\boxed{A} \\boxed{C}",
        "\\boxed{C",
        "D",
        "<answer>option text</answer> C",
    ],
)
def test_no_answer_and_two_answers_are_worth_nothing(text: str) -> None:
    assert score(text, CHOICE).answer is None
    assert reward(text, CHOICE) == 0.0


def test_hyphens_dont_matter() -> None:
    row = {**CHOICE, "options": ["clockwise", "counter-clockwise", "neither way"]}
    assert score("<answer>counterclockwise</answer>", row).answer == "B"


def test_an_echo_of_the_question_is_worth_nothing() -> None:
    for row in ROWS:
        for echo in (row["question"], prompt_of(row), f"<answer>{prompt_of(row)}</answer>"):
            assert reward(echo, row) == 0.0


def test_gold_is_whole_and_distractors_nothing_on_real_rows(built: Built) -> None:
    for row in built.questions.slice(0, 1500).to_pylist():
        for letter, text in zip("ABC", row["options"], strict=True):
            right = letter == row["answer_letter"]
            for said in (letter, text, f"{letter}. {text}"):
                got = score(f"<answer>{said}</answer>", row)
                assert got.correctness == float(right)
                assert got.reward == pytest.approx(0.1 + 0.9 * right)
        assert reward(prompt_of(row), row) == reward(row["question"], row) == 0.0


def test_form_alone_is_paid_a_tenth() -> None:
    assert reward("<answer>A</answer>", CHOICE) == pytest.approx(0.1)
    assert reward("C", CHOICE) == pytest.approx(0.9)
    assert reward("<think>x</think><answer>C</answer>", CHOICE) == pytest.approx(1.0)
    assert reward("<answer>C</answer> done", CHOICE) == pytest.approx(0.9)
    assert reward("<answer>banana</answer>", CHOICE) == 0.0


@pytest.mark.parametrize(
    ("said", "error_deg", "correctness"),
    [("170", 0, 1.0), ("-170°", 20, 0.0), ("180 degrees", 10, 0.5), ("530", 0, 1.0)],
)
def test_angles_go_round(said: str, error_deg: float, correctness: float) -> None:
    got = score(f"<answer>{said}</answer>", ANGLE)
    assert got.details["error_deg"] == pytest.approx(error_deg)
    assert got.correctness == pytest.approx(correctness)
    assert got.details["within_10_deg"] == float(error_deg <= 10)


def test_angles_in_radians() -> None:
    row = {**ANGLE, "answer_unit": "rad", "answer_value": math.pi / 2, "tolerance": 0.2}
    assert score(f"<answer>{math.pi / 2 + 0.1} rad</answer>", row).correctness == pytest.approx(0.5)
    assert score("<answer>90 degrees</answer>", row).answer is None


def test_ratios_err_alike_both_ways() -> None:
    twice, half = (score(f"<answer>{said}</answer>", RATIO) for said in ("2.4", "1.6666666667"))
    assert twice.correctness == pytest.approx(half.correctness)
    assert 0 < twice.correctness < 1
    assert score("<answer>-2</answer>", RATIO).correctness == 0.0
    assert score("<answer>0</answer>", RATIO).correctness == 0.0


@pytest.mark.parametrize(
    ("said", "mra"), [("4", 1.0), ("4.1 m", 1.0), ("4.4", 0.8), ("5", 0.5), ("6", 0.0), ("-4", 0.0)]
)
def test_mean_relative_accuracy_by_hand(said: str, mra: float) -> None:
    """An error of 10 % is below 1 - t for t = 0.50 … 0.85: eight of ten."""
    assert score(f"<answer>{said}</answer>", NUMBER).correctness == pytest.approx(mra)


def test_mean_relative_accuracy_needs_a_positive_truth() -> None:
    with pytest.raises(ValueError, match="above 0"):
        score("<answer>3</answer>", {**NUMBER, "answer_value": 0.0})


@pytest.mark.parametrize(
    ("said", "tau"),
    [("B, A, D, C", 1.0), ("B A D C", 1.0), ("B → A → C → D", 2 / 3), ("C, D, A, B", 0.0)],
)
def test_orders_by_kendalls_tau(said: str, tau: float) -> None:
    got = score(f"<answer>{said}</answer>", ORDER)
    assert got.correctness == pytest.approx(tau)
    assert got.exact == (tau == 1.0)
    assert score("<answer>B, A, D</answer>", ORDER).answer is None
    assert score("<answer>B, B, D, C</answer>", ORDER).answer is None


@pytest.mark.parametrize(
    ("said", "jaccard"), [("C, A", 1.0), ("A", 0.5), ("A, B", 1 / 3), ("B", 0)]
)
def test_sets_by_jaccard(said: str, jaccard: float) -> None:
    assert score(f"<answer>{said}</answer>", SET).correctness == pytest.approx(jaccard)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["answer_type"])
def test_gold_is_right_for_every_type(row: dict) -> None:
    got = score(f"<think></think>\n<answer>{gold_answer(row)}</answer>", row)
    assert (got.correctness, got.exact, got.well_formed) == (1.0, True, True)
    assert got.reward == pytest.approx(1.0)


PIECES = st.lists(
    st.one_of(
        st.text(max_size=12),
        st.sampled_from(["<answer>", "</answer>", "<think>", "</think>", "\\boxed{", "}", "→"]),
        st.sampled_from(["A", "B", "C", "1e999"]),
        st.sampled_from(["\n", "to the left", "to the right", ", ", "nan", "12", "-3.5e2", "٣"]),
    ),
    max_size=14,
).map("".join)


@given(text=st.one_of(st.text(), PIECES))
def test_no_text_raises_and_every_reward_is_in_range(text: str) -> None:
    for row in ROWS:
        got = score(text, row)
        assert 0.0 <= got.correctness <= 1.0
        assert 0.0 <= got.reward <= 1.0
        if got.answer is None:
            assert got.reward == 0.0


@given(thought=st.text(alphabet=st.characters(exclude_characters="<>\\"), max_size=80))
def test_thoughts_dont_change_the_answer(thought: str) -> None:
    for row in ROWS:
        text = f"<think>{thought}</think><answer>{gold_answer(row)}</answer>"
        assert score(text, row).reward == pytest.approx(1.0)


@given(
    letters=st.lists(st.sampled_from("ABC"), min_size=2, max_size=5).filter(
        lambda letters: len(set(letters)) > 1
    ),
    between=st.sampled_from([" ", "\n", " or ", ", ", "</answer><answer>", "} \\boxed{"]),
    frame=st.sampled_from([("", ""), ("<answer>", "</answer>"), ("\\boxed{", "}")]),
)
def test_two_different_answers_are_none(
    letters: list[str], between: str, frame: tuple[str, str]
) -> None:
    text = frame[0] + between.join(letters) + frame[1]
    assert score(text, CHOICE).answer is None


@given(junk=st.text(max_size=60))
def test_an_answer_that_is_never_closed_is_none(junk: str) -> None:
    if "</answer>" not in junk and "</think>" not in junk:
        assert reward("C\n<answer>" + junk, CHOICE) == 0.0


@pytest.mark.parametrize(
    "text",
    [
        "<answer>" * 30_000,
        "\\boxed{" * 30_000,
        "{" * 200_000,
        "answer is" + " " * 200_000,
        "A, " * 60_000,
        "A\n" * 50_000 + "B",
        "<answer>" + "A" * 10**6 + "</answer>",
    ],
    ids=lambda text: text[:10],
)
def test_huge_texts_are_read_quickly(text: str) -> None:
    started = time.process_time()
    for row in ROWS:
        assert score(text, row).correctness == 0.0
    assert time.process_time() - started < 5.0


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("34, -12, 1.25, 0", 4.0),
        ("(34; -12; 1.25; 0)", 4.0),
        ("34°, -12°, 1.25, 0°", 4.0),
        ("394, -12, 1.25, 360", 4.0),
        ("49, -12, 1.25, 0", 3.5),
        ("-34, 12, 1.25, 0", 2.0),
        ("34, -12, 5, 0", 3.0),
        ("34, -12, 1.25", 0.0),
        ("34, -12, -1.25, 0", 0.0),
        ("34, -12, 1.25, inf", 0.0),
        ("about 34 right, 12 down", 0.0),
    ],
)
def test_a_pose_is_worth_the_mean_of_its_parts(text: str, parts: float) -> None:
    found = score(f"<answer>{text}</answer>", POSE)
    assert found.correctness == pytest.approx(parts / 4)
    assert found.exact == (parts == 4.0)

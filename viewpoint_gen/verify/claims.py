"""Reads what a question's options and answer claim, form by form, and holds it to the truth."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Final

import numpy as np

from viewpoint_gen.verify.compare import blame
from viewpoint_gen.verify.families.mixed import PARTS
from viewpoint_gen.verify.families.rule import Form
from viewpoint_gen.verify.figures import ROOM, Figure, figures
from viewpoint_gen.verify.judging import Judged
from viewpoint_gen.verify.reading import Rows
from viewpoint_gen.verify.reasons import problems
from viewpoint_gen.verify.report import Tally
from viewpoint_gen.verify.senses import UNTOLD, letter_of, read_sense

CLEARLY_OFF: Final = 0.14
"""Least distance of a wrong number from the truth, as a share of it."""

NOTHING_TO_ASK: Final = "nothing that may be asked"
_POSE_UNITS: Final = ("deg", "deg", "times", "deg")
_NUMBER: Final = re.compile(r"[-+]?\d+(\.\d+)?")


@dataclass(frozen=True)
class Said:
    """What the answer of one question says.

    Attributes:
        key: of a named answer, or of a subset; "" for numbers.
        numbers: azimuth or another angle, elevation (degrees), logarithm of a ratio, roll
            (degrees); nan for what isn't told.
    """

    key: str = ""
    numbers: tuple[float, float, float, float] = (np.nan, np.nan, np.nan, np.nan)


@dataclass(frozen=True)
class Question:
    """One row, as far as its answer goes.

    Attributes:
        place: of the option that the letter names; -1 for none.
        keys: of the truth.
        value: the number behind it.
        right: of marked points: the letter of the right one, "" for none of them.
    """

    family: str
    options: Sequence[str]
    place: int
    letter: str | None
    answer: str
    key: str
    keys: tuple[str, ...]
    value: float
    unit: str
    step: float
    known: Sequence[tuple[str, float]]
    told: str
    right: str


@dataclass(frozen=True)
class Outcome:
    """What reading one question came to.

    Attributes:
        said: None if the answer can't be read.
        wrong: check, what, expected and got, one each.
        right_keys: of the row's ``answer_key``; None: it can't be told.
    """

    said: Said | None
    wrong: list[tuple[str, str, str, str]]
    right_keys: tuple[str, ...] | None


def check_claims(
    tally: Tally, rows: Rows, options: Sequence[list[str]], places: Sequence[int], truth: Judged
) -> list[Said | None]:
    """Exactly one answer is true, it is the one given, and its key and reasons go with it."""
    said: list[Said | None] = []
    checks = ("options_readable", "answer_true", "answer_key", "reasons")
    for check in checks:
        tally.looked(check, len(rows))
    reasons = rows.texts("reasons")
    for i, question in enumerate(_questions(rows, options, places, truth)):
        rule = truth.rules[i]
        if rule is None:
            said.append(None)
            continue
        outcome = _READERS[rule.form](question)
        said.append(outcome.said)
        for check, what, expected, got in [*outcome.wrong, *_of_key(question, outcome)]:
            blame(tally, rows, check, what, [i], expected, got)
        if question.keys:
            told = problems(
                question.family, question.keys, question.answer, reasons[i] or "", question.known
            )
            for problem in told:
                blame(tally, rows, "reasons", "reasons", [i], question.told, problem)
    return said


def _questions(
    rows: Rows, options: Sequence[list[str]], places: Sequence[int], truth: Judged
) -> list[Question]:
    names = ("family", "answer_letter", "answer_text", "answer_key")
    families, letters, answers, keys = (rows.texts(name) for name in names)
    return [
        Question(
            family=families[i],
            options=options[i],
            place=places[i],
            letter=letters[i],
            answer=answers[i] or "",
            key=keys[i] or "",
            keys=truth.keys[i],
            value=float(truth.value[i]),
            unit="" if rule is None else "times" if rule.unit == "ratio" else rule.unit,
            step=float("nan") if rule is None else rule.step,
            known=truth.known[i],
            told=truth.told(i),
            right=truth.letters[i],
        )
        for i, rule in enumerate(truth.rules)
    ]


def _of_key(question: Question, outcome: Outcome) -> list[tuple[str, str, str, str]]:
    right = outcome.right_keys
    if right is None or question.key in right:
        return []
    expected = " or ".join(right) or NOTHING_TO_ASK
    return [("answer_key", "answer_key", expected, question.key)]


def _named(question: Question) -> Outcome:
    read = [read_sense(question.family, text) for text in question.options]
    wrong = [
        ("options_readable", "option", "words of one sense", text)
        for text, key in zip(question.options, read, strict=True)
        if key is None
    ]
    clear = [key for key in read if key is not None]
    if len(set(clear)) != len(clear):
        wrong.append(("options_readable", "options", "different senses", str(question.options)))
    if question.place < 0:
        return Outcome(None, wrong, question.keys)
    right = [place for place, key in enumerate(read) if key in question.keys]
    if right != [question.place]:
        got = f"{ascii_uppercase[question.place]}: {question.options[question.place]}"
        if question.place in right:
            got += f", true beside {len(right) - 1} other"
        wrong.append(("answer_true", "answer", question.told, got))
    mine = read[question.place]
    return Outcome(None if mine in (None, UNTOLD) else Said(mine or ""), wrong, question.keys)


def _ladder(question: Question) -> Outcome:
    rungs = [_rung(text, question.unit) for text in question.options]
    if any(rung is None for rung in rungs):
        got = str(question.options)
        return Outcome(
            None, [("options_readable", "options", f"numbers in {question.unit}", got)], None
        )
    known = [rung for rung in rungs if rung is not None]
    right = [place for place, rung in enumerate(known) if rung.is_of(question.unit, question.value)]
    wrong = []
    if right != [question.place] or not question.keys:
        got = f"{question.letter}: {question.answer}, {len(right)} true of {question.options}"
        wrong.append(("answer_true", "answer", question.told, got))
    if len(right) != 1:
        return Outcome(None, wrong, None)
    values = [rung.value for rung in known]
    rank = sorted(values).index(values[right[0]])
    wrong += _off_the_ladder(question, values, rank)
    key = f"rank_{rank}"
    said = _number_said(values[question.place], question.unit) if question.place >= 0 else None
    return Outcome(said, wrong, (key,) if key in question.keys else question.keys)


def _rung(text: str, unit: str) -> Figure | None:
    found = figures(text)
    return found[0] if len(found) == 1 and found[0].unit == unit else None


def _off_the_ladder(
    question: Question, values: list[float], rank: int
) -> list[tuple[str, str, str, str]]:
    """Rungs are the same factor apart, and all but the true one clearly wrong."""
    wrong, truth = [], question.value
    rungs = [truth * question.step ** (place - rank) for place in range(len(values))]
    if any(
        abs(got - want) > ROOM[question.unit] + 1e-3
        for got, want in zip(sorted(values), rungs, strict=True)
    ):
        told = ", ".join(f"{rung:.3f}" for rung in rungs)
        wrong.append(("ladder", "options", told, str(question.options)))
    near = [value for value in values if abs(value / truth - 1.0) < CLEARLY_OFF]
    if len(near) != 1:
        told = f"one number within {CLEARLY_OFF:.0%} of {truth:.3f}"
        wrong.append(("ladder", "options", told, str(near)))
    return wrong


def _number(question: Question) -> Outcome:
    found = figures(question.answer)
    fine = len(found) == 1 and found[0].is_of(question.unit, question.value)
    wrong = []
    if not (fine and question.keys):
        wrong.append(("answer_true", "answer", question.told, question.answer))
    said = _number_said(found[0].value, question.unit) if len(found) == 1 else None
    return Outcome(said, wrong, question.keys)


def _number_said(value: float, unit: str) -> Said:
    if unit == "deg":
        return Said(numbers=(value, np.nan, np.nan, np.nan))
    return Said(numbers=(np.nan, np.nan, _logarithm(value), np.nan))


def _logarithm(value: float) -> float:
    return float(np.log(value)) if value > 0.0 else float("nan")


def _subset(question: Question) -> Outcome:
    read = [read_sense(question.family, text) for text in question.options]
    if sorted(key or "" for key in read) != sorted(PARTS):
        wanted = f"one statement each on {', '.join(PARTS)}"
        wrong = [("options_readable", "options", wanted, str(question.options))]
        return Outcome(None, wrong, question.keys)
    true = set(question.keys[0].split("+")) if question.keys else set()
    right = [ascii_uppercase[place] for place, part in enumerate(read) if part in true]
    wrong = []
    if question.answer != ", ".join(right) or not right:
        told = f"{', '.join(right)}: {question.told}"
        wrong.append(("answer_true", "answer", told, question.answer))
    letters = set(question.answer.split(", "))
    held = dict(zip(read, ascii_uppercase, strict=False))
    chosen = [part for part in PARTS if held[part] in letters]
    return Outcome(Said("+".join(chosen)) if chosen else None, wrong, question.keys)


def _marked(question: Question) -> Outcome:
    """Options are the marks by their letters, in order; "none can be told" may only come last."""
    read = [letter_of(text) for text in question.options]
    wanted = list(ascii_uppercase[: len(read)])
    wrong = []
    if read not in (wanted, [*wanted[:-1], ""]):
        wrong.append(("options_readable", "options", ", ".join(wanted), str(question.options)))
    if question.place < 0:
        return Outcome(None, wrong, question.keys)
    mine = read[question.place]
    if mine != question.right or not question.keys:
        told = f"{question.right or 'none of the points'}: {question.told}"
        wrong.append(("answer_true", "answer", told, question.options[question.place]))
    return Outcome(None if mine is None else Said(mine or UNTOLD), wrong, question.keys)


def _pose(question: Question) -> Outcome:
    parts = question.answer.split(", ")
    readable = len(parts) == len(_POSE_UNITS) and all(map(_NUMBER.fullmatch, parts))
    told = ", ".join(f"{value:.3f}" for _, value in question.known)
    if not readable:
        return Outcome(None, [("answer_true", "answer", told, question.answer)], question.keys)
    read = [Figure(part, float(part), "") for part in parts]
    fine = all(
        figure.is_of(unit, value)
        for figure, (unit, value) in zip(read, question.known, strict=True)
    )
    wrong = []
    if not (fine and question.keys):
        expected = told if question.keys else NOTHING_TO_ASK
        wrong.append(("answer_true", "answer", expected, question.answer))
    azimuth, elevation, ratio, roll = (figure.value for figure in read)
    said = Said(numbers=(azimuth, elevation, _logarithm(ratio), roll))
    return Outcome(said, wrong, question.keys)


def _pictured(question: Question) -> Outcome:
    """The options are the images themselves, each by its letter; which is right is told apart."""
    wanted = [f"image {letter}" for letter in ascii_uppercase[: len(question.options)]]
    wrong = []
    if list(question.options) != wanted:
        wrong.append(("options_readable", "options", str(wanted), str(question.options)))
    if not question.keys:
        wrong.append(("answer_true", "answer", question.told, question.answer))
    said = Said(question.letter) if question.letter else None
    return Outcome(said, wrong, question.keys)


_READERS: Final[Mapping[Form, Callable[[Question], Outcome]]] = {
    Form.NAMED: _named,
    Form.LADDER: _ladder,
    Form.ANGLE: _number,
    Form.RATIO: _number,
    Form.SUBSET: _subset,
    Form.POSE: _pose,
    Form.PICTURED: _pictured,
    Form.MARKED: _marked,
}

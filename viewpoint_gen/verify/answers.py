"""Checks on the outside of a question: its form, options, letter, numbers and facts."""

from __future__ import annotations

import math
import string
from collections.abc import Mapping
from typing import Final

import numpy as np

from viewpoint_gen.verify.compare import blame, equal, holds
from viewpoint_gen.verify.families import RULES
from viewpoint_gen.verify.families.rule import Form
from viewpoint_gen.verify.judging import Judged
from viewpoint_gen.verify.lexicon import frame_problem, normalised
from viewpoint_gen.verify.reading import Array, Rows
from viewpoint_gen.verify.report import Tally

FACT_TOLERANCE: Final = 1e-5
"""1e-5 rad, or 1e-5 of a share or ratio."""

TYPES: Final = {
    Form.NAMED: "choice",
    Form.LADDER: "choice",
    Form.ANGLE: "angle",
    Form.RATIO: "ratio",
    Form.SUBSET: "set",
    Form.POSE: "pose",
    Form.PICTURED: "choice",
    Form.MARKED: "choice",
}
CHOICES: Final = (Form.NAMED, Form.LADDER, Form.PICTURED, Form.MARKED)
NUMBERS: Final = (Form.ANGLE, Form.RATIO)
OFFERED: Final = (*CHOICES, Form.SUBSET)

Options = list[list[str]]


def forms_of(rows: Rows) -> list[Form]:
    """Return each question's form by its family; a choice for an unknown family."""
    return [RULES[name].form if name in RULES else Form.NAMED for name in rows.texts("family")]


def check_shape(tally: Tally, rows: Rows) -> None:
    """A question is of a known family and its type, with one ``<image>`` per image."""
    family = rows.texts("family")
    known = [name in RULES for name in family]
    holds(tally, rows, "question_shape", "family", known, "a known family", family)
    kinds = [TYPES[form] for form in forms_of(rows)]
    equal(tally, rows, "question_shape", "answer_type", kinds, rows.texts("answer_type"))
    marks = [(text or "").count("<image>") for text in rows.texts("question")]
    images = [len(ids or ()) for ids in rows.texts("image_ids")]
    equal(tally, rows, "question_shape", "<image> in the question", images, marks)
    due = [RULES[name].images if name in RULES else 2 for name in family]
    equal(tally, rows, "question_shape", "images", due, images)


def check_frame(tally: Tally, rows: Rows) -> None:
    """A question whose answer turns round in another frame names its own."""
    tally.looked("frame_named", len(rows))
    texts = rows.texts("question")
    for i, (family, text) in enumerate(zip(rows.texts("family"), texts, strict=True)):
        problem = frame_problem(family, text or "")
        if problem:
            want = "a frame and an order by which the answer holds"
            blame(tally, rows, "frame_named", "question", [i], want, f"{problem}: {text}")


def check_options(tally: Tally, rows: Rows, options: Options) -> None:
    """Options are distinct; chance is one in as many where one of them is right."""
    forms = forms_of(rows)
    counts = [len(texts) for texts in options]
    distinct = [len({normalised(text) for text in texts}) for texts in options]
    equal(tally, rows, "options", "distinct options", counts, distinct)
    enough = [
        2 <= count <= 26 if form in OFFERED else count == 0
        for form, count in zip(forms, counts, strict=True)
    ]
    wanted = ["2 to 26" if form in OFFERED else "none" for form in forms]
    holds(tally, rows, "options", "number of options", enough, wanted, counts)
    chance = rows.numbers("chance")
    due = np.array([1.0 / max(count, 1) for count in counts])
    one_right = np.array([form in CHOICES for form in forms])
    fine = np.where(one_right, np.abs(chance - due) <= 1e-9, np.isnan(chance))
    holds(tally, rows, "options", "chance", fine, "1 in as many, if one is right", list(chance))


def answer_places(rows: Rows, options: Options) -> list[int]:
    """Return where the answer letter points to in each row's options; -1 for nowhere."""
    places = []
    for letter, texts in zip(rows.texts("answer_letter"), options, strict=True):
        place = string.ascii_uppercase.find(letter) if letter and len(letter) == 1 else -1
        places.append(place if place < len(texts) else -1)
    return places


def check_letter_and_text(tally: Tally, rows: Rows, options: Options, places: list[int]) -> None:
    """A choice's letter names an option, and its text is that option; others have no letter."""
    letters, texts = rows.texts("answer_letter"), rows.texts("answer_text")
    choice = [form in CHOICES for form in forms_of(rows)]
    fine = [
        place >= 0 if one_right else letter is None
        for place, letter, one_right in zip(places, letters, choice, strict=True)
    ]
    wanted = ["a letter of an option" if one_right else "none" for one_right in choice]
    holds(tally, rows, "answer_agrees", "answer_letter", fine, wanted, letters)
    said = [o[p] if p >= 0 else t for o, p, t in zip(options, places, texts, strict=True)]
    equal(tally, rows, "answer_agrees", "answer_text", said, texts)


def check_value(tally: Tally, rows: Rows, truth: Judged) -> None:
    """The number behind the answer is the family's, in its unit, and so is the margin."""
    rules = truth.rules
    known = np.array([rule is not None for rule in rules])
    stored = (("answer_value", truth.value), ("margin", truth.margin))
    for name, want in stored:
        got = rows.numbers(name)
        rooms = [getattr(rule, _ROOMS[name]) if rule else np.inf for rule in rules]
        with np.errstate(invalid="ignore"):
            fine = (np.abs(want - got) <= rooms) | (np.isnan(want) & np.isnan(got)) | ~known
        holds(tally, rows, name, name, fine, list(want), list(got))
    margin = rows.numbers("margin")
    holds(tally, rows, "margin", "margin", margin >= 0.0, "0 or more", list(margin))
    units = rows.texts("answer_unit"), rows.texts("margin_unit")
    due = [rule.unit if rule else unit for rule, unit in zip(rules, units[0], strict=True)]
    equal(tally, rows, "answer_value", "answer_unit", due, units[0])
    equal(tally, rows, "margin", "margin_unit", due, units[1])
    check_tolerance(tally, rows)


_ROOMS: Final = {"answer_value": "value_room", "margin": "margin_room"}


def check_tolerance(tally: Tally, rows: Rows) -> None:
    """A number says which error is worth nothing; other answers don't."""
    got = rows.numbers("tolerance")
    number = np.array([form in NUMBERS for form in forms_of(rows)])
    fine = np.where(number, got > 0.0, np.isnan(got))
    wanted = ["above 0" if asked else "none" for asked in number.tolist()]
    holds(tally, rows, "answer_value", "tolerance", fine, wanted, list(got))


def check_facts(tally: Tally, rows: Rows, known: Mapping[str, Array]) -> None:
    """Facts have the recomputed value.

    Args:
        known: (N,) arrays by the facts' names; a fact of another name is a finding.
    """
    tally.looked("facts", len(rows))
    for i, facts in enumerate(rows.texts("facts")):
        for name, got in dict(facts or ()).items():
            want = float(known[name][i]) if name in known else None
            if want is None or not _same_fact(name, want, math.nan if got is None else got):
                expected = "a known name" if want is None else f"{want:.9g}"
                blame(tally, rows, "facts", f"facts[{name}]", [i], expected, f"{got}")


def _same_fact(name: str, want: float, got: float) -> bool:
    if math.isnan(want) or math.isnan(got):
        return math.isnan(want) == math.isnan(got)
    if name == "rotation_rad":  # by way of an arc cosine, small angles are coarse
        return abs(want - got) <= FACT_TOLERANCE or abs(math.cos(want) - math.cos(got)) <= 1e-6
    gap = math.remainder(want - got, math.tau) if "_rad" in name else want - got
    return abs(gap) <= FACT_TOLERANCE * max(1.0, abs(want))

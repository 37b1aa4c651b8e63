"""Checks on what a question says: its options, its answer, and whether the answer is true."""

from __future__ import annotations

import math
import string
from collections.abc import Mapping
from typing import Final

import numpy as np

from viewpoint_gen.verify.compare import blame, close, equal, holds
from viewpoint_gen.verify.lexicon import AXES, Claim, frame_problem, normalised, read_option
from viewpoint_gen.verify.reading import Array, Rows
from viewpoint_gen.verify.report import Tally
from viewpoint_gen.verify.truths import SCALES, TRUTHS, Motion, deciding_number, margin_of

VALUE_TOLERANCE: Final = 1e-5
"""Of an answer's number: 1e-5 rad, or 1e-5 of a share or ratio."""

Options = list[list[str]]


def check_shape(tally: Tally, rows: Rows) -> None:
    """A question is a choice of a known family with one ``<image>`` per image."""
    family = rows.texts("family")
    known = [name in AXES for name in family]
    holds(tally, rows, "question_shape", "family", known, "a known family", family)
    kinds = rows.texts("answer_type")
    equal(tally, rows, "question_shape", "answer_type", ["choice"] * len(rows), kinds)
    marks = [(text or "").count("<image>") for text in rows.texts("question")]
    images = [len(ids or ()) for ids in rows.texts("image_ids")]
    equal(tally, rows, "question_shape", "<image> in the question", images, marks)
    equal(tally, rows, "question_shape", "images", [2] * len(rows), images)


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
    """Options are distinct, and chance is one in as many."""
    counts = [len(texts) for texts in options]
    distinct = [len({normalised(text) for text in texts}) for texts in options]
    equal(tally, rows, "options", "distinct options", counts, distinct)
    enough = [2 <= count <= 26 for count in counts]
    holds(tally, rows, "options", "number of options", enough, "2 to 26", counts)
    chance = np.array([1.0 / max(count, 1) for count in counts])
    close(tally, rows, "options", "chance", chance, rows.numbers("chance"), tolerance=1e-9)


def answer_places(rows: Rows, options: Options) -> list[int]:
    """Return where the answer letter points to in each row's options; -1 for nowhere."""
    places = []
    for letter, texts in zip(rows.texts("answer_letter"), options, strict=True):
        place = string.ascii_uppercase.find(letter) if letter and len(letter) == 1 else -1
        places.append(place if place < len(texts) else -1)
    return places


def check_letter_and_text(tally: Tally, rows: Rows, options: Options, places: list[int]) -> None:
    """The answer's letter names an option, and its text is that option."""
    letters, texts = rows.texts("answer_letter"), rows.texts("answer_text")
    inside = [place >= 0 for place in places]
    holds(tally, rows, "answer_agrees", "answer_letter", inside, "a letter of an option", letters)
    said = [o[p] if p >= 0 else t for o, p, t in zip(options, places, texts, strict=True)]
    equal(tally, rows, "answer_agrees", "answer_text", said, texts)


def read_claims(tally: Tally, rows: Rows, options: Options) -> list[list[Claim | None]]:
    """Read every option; one that can't be read, or two that mean the same, are findings."""
    claims: list[list[Claim | None]] = []
    tally.looked("options_readable", len(rows))
    for i, (family, texts) in enumerate(zip(rows.texts("family"), options, strict=True)):
        read = [read_option(family, text) if family in AXES else None for text in texts]
        claims.append(read)
        if family not in AXES:
            continue
        for text in (text for text, claim in zip(texts, read, strict=True) if claim is None):
            blame(tally, rows, "options_readable", "option", [i], "words of one sense", text)
        clear = [claim for claim in read if claim is not None]
        if len(set(clear)) != len(clear):
            blame(tally, rows, "options_readable", "options", [i], "different senses", str(texts))
    return claims


def true_claims(rows: Rows, motion: Motion) -> Array:
    """Return what is true in each row of its family's axis; nan: nothing may be asked."""
    families = np.array(rows.texts("family"), dtype=object)
    truths = np.full(len(rows), np.nan)
    for family in set(families.tolist()) & set(TRUTHS):
        chosen = families == family
        truths[chosen] = TRUTHS[family](motion)[chosen]
    return truths


def check_truth(
    tally: Tally,
    rows: Rows,
    truths: Array,
    claims: list[list[Claim | None]],
    places: list[int],
    motion: Motion,
) -> None:
    """Exactly one option is true, and it is the answer."""
    tally.looked("answer_true", len(rows))
    options = rows.texts("options")
    for i, (family, read, place) in enumerate(
        zip(rows.texts("family"), claims, places, strict=True)
    ):
        if family not in AXES or place < 0:
            continue
        right = [k for k, claim in enumerate(read) if claim is not None and claim == truths[i]]
        if right == [place]:
            continue
        told = f"{AXES[family].name(truths[i])} ({_number_told(family, motion, i)})"
        got = f"{string.ascii_uppercase[place]}: {options[i][place]}"
        if place in right:
            got += f", true beside {len(right) - 1} other"
        blame(tally, rows, "answer_true", "answer", [i], told, got)


def _number_told(family: str, motion: Motion, i: int) -> str:
    value, unit = deciding_number(family, motion)[i], SCALES[family].unit
    return f"{math.degrees(value):.2f} deg" if unit == "rad" else f"{value:.4f} {unit}"


def check_value(tally: Tally, rows: Rows, motion: Motion) -> None:
    """The signed number behind the answer is the family's, in its unit, and so is the margin."""
    families = rows.texts("family")
    got, margin = rows.numbers("answer_value"), rows.numbers("margin")
    for family in set(families) & set(AXES):
        chosen = np.flatnonzero([family == name for name in families])
        want = deciding_number(family, motion)
        wrong = chosen[~(np.abs(want - got) <= VALUE_TOLERANCE)[chosen]]
        blame(tally, rows, "answer_value", "answer_value", wrong, list(want), list(got))
        margins = margin_of(family, want)
        # the thresholds of nearer and farther, ln 1/0.87 and ln 1.15, are equal to 5e-4
        slack = 1e-3 if family == "ego_translation_distance" else VALUE_TOLERANCE
        wrong = chosen[~(np.abs(margins - margin) <= slack)[chosen]]
        blame(tally, rows, "margin", "margin", wrong, list(margins), list(margin))
        tally.looked("answer_value", len(chosen))
        tally.looked("margin", len(chosen))
    holds(tally, rows, "margin", "margin", margin >= 0.0, "0 or more", list(margin))
    check_units(tally, rows, families)


def check_units(tally: Tally, rows: Rows, families: list[str]) -> None:
    """Answer and margin are in the family's unit."""
    units = rows.texts("answer_unit"), rows.texts("margin_unit")
    want = [
        SCALES[name].unit if name in SCALES else unit
        for name, unit in zip(families, units[0], strict=True)
    ]
    equal(tally, rows, "answer_value", "answer_unit", want, units[0])
    equal(tally, rows, "margin", "margin_unit", want, units[1])


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
        return abs(want - got) <= VALUE_TOLERANCE or abs(math.cos(want) - math.cos(got)) <= 1e-6
    gap = math.remainder(want - got, math.tau) if "_rad" in name else want - got
    return abs(gap) <= VALUE_TOLERANCE * max(1.0, abs(want))

"""Checks on what a question says: its options, its answer, and whether the answer is true."""

from __future__ import annotations

import math
import string
from typing import Any, Final

import numpy as np

from viewpoint_gen.verify.compare import blame, close, equal, holds
from viewpoint_gen.verify.lexicon import AXES, Claim, frame_problem, normalised, read_option
from viewpoint_gen.verify.reading import Array, Rows
from viewpoint_gen.verify.report import Tally
from viewpoint_gen.verify.truths import TRUTHS, Motion, deciding_numbers

DEGREES: Final = ("deg", "degree", "degrees", "°")
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
        told = f"{AXES[family].name(truths[i])} ({_numbers_told(family, motion, i)})"
        got = f"{string.ascii_uppercase[place]}: {options[i][place]}"
        if place in right:
            got += f", true beside {len(right) - 1} other"
        blame(tally, rows, "answer_true", "answer", [i], told, got)


def _numbers_told(family: str, motion: Motion, i: int) -> str:
    told = []
    for name, values in deciding_numbers(family, motion).items():
        if name.endswith("_rad"):
            told.append(f"{name[:-4]} {np.rad2deg(values[i]):.2f} deg")
        else:
            told.append(f"{name} {values[i]:.4f}")
    return ", ".join(told)


def check_value(tally: Tally, rows: Rows, motion: Motion) -> None:
    """The signed number behind the answer is one of the family's, in the stated unit."""
    families, units = rows.texts("family"), rows.texts("answer_unit")
    numbers = {family: deciding_numbers(family, motion) for family in set(families) & set(AXES)}
    got = rows.numbers("answer_value")
    tally.looked("answer_value", len(rows))
    for i, (family, unit) in enumerate(zip(families, units, strict=True)):
        if family not in numbers:
            continue
        wanted = _in_unit(numbers[family], i, unit or "")
        if not any(abs(gap) <= tolerance for gap, tolerance in _gaps(wanted, got[i], unit)):
            want = " or ".join(f"{name} {value:.6g}" for name, value in wanted.items())
            what = f"answer_value in {unit!r}"
            blame(tally, rows, "answer_value", what, [i], want or "a known unit", f"{got[i]:.9g}")


def _in_unit(of_family: dict[str, Array], i: int, unit: str) -> dict[str, float]:
    angles = {name: float(values[i]) for name, values in of_family.items() if name.endswith("_rad")}
    if unit in DEGREES:
        return {name: math.degrees(value) for name, value in angles.items()}
    if unit in ("rad", "radian", "radians"):
        return angles
    return {name: float(values[i]) for name, values in of_family.items() if name not in angles}


def _gaps(wanted: dict[str, float], got: float, unit: str | None) -> list[tuple[float, float]]:
    tolerance = math.degrees(VALUE_TOLERANCE) if unit in DEGREES else VALUE_TOLERANCE
    return [(value - got, tolerance) for value in wanted.values()]


def check_margin(tally: Tally, rows: Rows) -> None:
    """The deciding number lies on the answer's side of its threshold."""
    margin = rows.numbers("margin")
    holds(tally, rows, "margin", "margin", margin >= 0.0, "0 or more", list(margin))


def check_facts(tally: Tally, rows: Rows, motion: Motion) -> None:
    """Facts that bear a known name have the recomputed value."""
    tally.looked("facts", len(rows))
    known: dict[str, Any] = dict(motion.numbers)
    for i, facts in enumerate(rows.texts("facts")):
        for name, got in dict(facts or ()).items():
            if name not in known or got is None:
                continue
            want = float(known[name][i])
            gap = want - got
            if name.endswith("_rad"):
                gap = math.remainder(gap, math.tau) if math.isfinite(gap) else math.nan
            room = 2e-3 if name == "rotation_rad" else VALUE_TOLERANCE * max(1.0, abs(want))
            if not abs(gap) <= room:
                blame(tally, rows, "facts", f"facts[{name}]", [i], f"{want:.9g}", f"{got:.9g}")

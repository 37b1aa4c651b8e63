"""What an answer is worth: the one authority for tests, evaluation and reward.

Every ``answer_type`` has a reader (a short text to its normal form) and a grader (how right it
is). The columns that each uses:

===========  =================================================  ===================================
choice       ``options``, ``answer_letter``                     right or wrong
angle        ``answer_value`` in ``answer_unit`` (deg or rad),  circular error: 1 - error/tolerance
             ``tolerance`` in the same unit
ratio        ``answer_value`` > 0, ``tolerance`` of its ln      |ln| error: 1 - error/tolerance
number       ``answer_value`` > 0                               mean relative accuracy
permutation  ``answer_text``, e.g. "B, A, C"                    Kendall's tau, below 0 as 0
set          ``answer_text``, e.g. "A, C"                       Jaccard
pose         ``answer_text``, e.g. "34, -12, 1.25, 0"           mean of its four parts
===========  =================================================  ===================================
"""

from __future__ import annotations

import math
import re
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, Final

from viewpoint_gen.qa.extraction import Reader, find_answer

Row = Mapping[str, Any]

CORRECTNESS_PART: Final = 0.9
FORM_PART: Final = 0.1
"""Form alone never earns more than this: paying half for it is how a recipe loses its skill."""

ANGLE_TOLERANCE_DEG: Final = 30.0
RATIO_TOLERANCE: Final = math.log(1.5)
"""Used where a row states none."""

ACCURACY_AT_DEG: Final = (5, 10, 15, 20, 30)
MRA_THRESHOLDS: Final = tuple(0.50 + 0.05 * step for step in range(10))
"""Of VSI-Bench's mean relative accuracy: right at t if the relative error is below 1 - t."""

_NUMBER: Final = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d{1,3})?", re.IGNORECASE)
_DEGREES: Final = frozenset({"", "deg", "degree", "degrees", "°"})
_UNITS: Final[Mapping[str, frozenset[str]]] = {
    "deg": _DEGREES,
    "rad": frozenset({"", "rad", "radian", "radians"}),
    "ratio": frozenset({"", "x", "×", "times"}),
    "m": frozenset({"", "m", "meter", "meters", "metre", "metres"}),
}


@dataclass(frozen=True)
class Score:
    """One answer against one row.

    Attributes:
        correctness: graded, in [0, 1].
        exact: wholly right.
        well_formed: optional ``<think>…</think>``, then one ``<answer>…</answer>``, no more.
        answer: what was read from the text, normalised; None: nothing, or two answers.
        details: further measures, e.g. "error_deg".
    """

    correctness: float
    exact: bool
    well_formed: bool
    answer: str | None
    details: dict[str, float] = field(default_factory=dict)

    @property
    def reward(self) -> float:
        """0.9 · correctness + 0.1 · form, in [0, 1]."""
        return CORRECTNESS_PART * self.correctness + FORM_PART * self.well_formed


@dataclass(frozen=True)
class _Grade:
    correctness: float
    exact: bool
    details: dict[str, float] = field(default_factory=dict)


def score(text: str, row: Row) -> Score:
    """Read the answer from a text and hold it to the row.

    Never raises on any text; a row of an unknown ``answer_type`` is a ``KeyError``.
    """
    reader_of, grade = _TYPES[row["answer_type"]]
    found = find_answer(text, reader_of(row))
    if found.answer is None:
        return Score(0.0, exact=False, well_formed=False, answer=None)
    got = grade(found.answer, row)
    return Score(got.correctness, got.exact, found.well_formed, found.answer, got.details)


def reward(text: str, row: Row) -> float:
    """0.9 · correctness + 0.1 · form, in [0, 1]."""
    return score(text, row).reward


def gold_answer(row: Row) -> str:
    """The text that answers a row perfectly (what goes between the answer tags)."""
    kind = row["answer_type"]
    if kind == "choice":
        return str(row["answer_letter"])
    if kind in ("permutation", "set", "pose"):
        return str(row["answer_text"])
    return repr(float(row["answer_value"]))


POSE_TOLERANCES: Final = (30.0, 15.0, RATIO_TOLERANCE, 15.0)
"""Of azimuth, elevation (degrees), distance ratio (its logarithm) and roll (degrees)."""

_POSE_PARTS: Final = ("azimuth", "elevation", "distance", "roll")


def _choice_reader(row: Row) -> Reader:
    """Reads B, (B), B. with or without the option's text, or the text alone, as the letter."""
    letters = dict(zip(string.ascii_uppercase, row["options"], strict=False))
    by_text = {_words(text): letter for letter, text in letters.items()}

    def read(piece: str) -> str | None:
        stripped = piece.strip().strip("*_`\"' ").strip()
        bare = stripped.strip("().:[] ").upper()
        if bare in letters:
            return bare
        labelled = re.match(r"[(\[]?([A-Za-z])[)\]]?\s*[.:)\]-]\s*(\S.*)$", stripped, re.DOTALL)
        if labelled:
            letter, text = labelled.group(1).upper(), labelled.group(2)
            return letter if letter in letters and _words(text) == _words(letters[letter]) else None
        return by_text.get(_words(stripped))

    return read


def _words(text: str) -> str:
    """A text without blanks and punctuation: "Counter-clockwise." is "counterclockwise"."""
    return "".join(re.findall(r"[^\W_]+", text.casefold()))


def _number_reader(row: Row) -> Reader:
    """One finite number, alone or with the row's unit."""
    units = _UNITS.get(row.get("answer_unit") or "", frozenset({"", row.get("answer_unit") or ""}))

    def read(piece: str) -> str | None:
        bare = piece.strip().strip("*_`$ ").removesuffix(".").strip()
        match = _NUMBER.match(bare)
        if match is None or bare[match.end() :].strip().casefold() not in units:
            return None
        value = float(match.group())
        return repr(value + 0.0) if math.isfinite(value) else None

    return read


def _letters_reader(row: Row, *, every: bool) -> Reader:
    """Different letters with commas, blanks or arrows between them."""
    options = row.get("options")
    allowed = set(string.ascii_uppercase[: len(options) if options is not None else 26])
    wanted = len(_letters(str(row["answer_text"])))

    def read(piece: str) -> str | None:
        bare = piece.strip().strip("*_`.[](){} ").upper()
        letters = re.split(r"\s*(?:,|->|→|>)\s*|\s+", bare)
        if len(set(letters)) != len(letters) or not set(letters) <= allowed:
            return None
        if every:
            return ", ".join(letters) if len(letters) == wanted else None
        return ", ".join(sorted(letters))

    return read


def _permutation_reader(row: Row) -> Reader:
    return _letters_reader(row, every=True)


def _set_reader(row: Row) -> Reader:
    return _letters_reader(row, every=False)


def _pose_reader(row: Row) -> Reader:  # noqa: ARG001
    """Four finite numbers with commas, semicolons or blanks between them; the third above 0."""

    def read(piece: str) -> str | None:
        bare = piece.strip().strip("*_`$()[]{} ").replace("°", " ").removesuffix(".")
        parts = [part for part in re.split(r"\s*[,;]\s*|\s+", bare) if part]
        if len(parts) != len(_POSE_PARTS) or not all(map(_NUMBER.fullmatch, parts)):
            return None
        numbers = [float(part) + 0.0 for part in parts]
        whole = all(map(math.isfinite, numbers)) and numbers[2] > 0.0
        return ", ".join(map(repr, numbers)) if whole else None

    return read


def _letters(text: str) -> list[str]:
    return re.findall(r"[A-Z]", text.upper())


def _grade_choice(answer: str, row: Row) -> _Grade:
    right = answer == row["answer_letter"]
    return _Grade(float(right), right)


def _grade_angle(answer: str, row: Row) -> _Grade:
    to_deg = math.degrees if row["answer_unit"] == "rad" else float
    off_deg = abs(math.remainder(to_deg(float(answer)) - to_deg(row["answer_value"]), 360.0))
    stated = _stated(row)
    tolerance_deg = to_deg(stated) if stated else ANGLE_TOLERANCE_DEG
    details = {f"within_{limit}_deg": float(off_deg <= limit) for limit in ACCURACY_AT_DEG}
    return _falling(off_deg, tolerance_deg, details | {"error_deg": off_deg})


def _grade_ratio(answer: str, row: Row) -> _Grade:
    if float(answer) <= 0.0:
        return _Grade(0.0, exact=False)
    off = abs(math.log(float(answer)) - math.log(row["answer_value"]))
    return _falling(off, _stated(row) or RATIO_TOLERANCE, {"error_ln": off})


def _grade_number(answer: str, row: Row) -> _Grade:
    """Mean relative accuracy; only defined for a truth above 0."""
    truth = float(row["answer_value"])
    if not truth > 0.0:
        raise ValueError(f"mean relative accuracy needs a truth above 0, got {truth}")
    relative = abs(float(answer) - truth) / truth
    hits = sum(relative < 1.0 - threshold - 1e-12 for threshold in MRA_THRESHOLDS)
    details = {"relative_error": relative}
    return _Grade(hits / len(MRA_THRESHOLDS), relative <= 1e-9, details)


def _grade_permutation(answer: str, row: Row) -> _Grade:
    got, truth = _letters(answer), _letters(str(row["answer_text"]))
    if sorted(got) != sorted(truth):
        return _Grade(0.0, exact=False, details={"kendall_tau": -1.0})
    place = {letter: rank for rank, letter in enumerate(got)}
    pairs = list(combinations(truth, 2))
    agree = sum(place[first] < place[second] for first, second in pairs)
    tau = 2.0 * agree / len(pairs) - 1.0 if pairs else 1.0
    return _Grade(max(0.0, tau), got == truth, {"kendall_tau": tau})


def _grade_set(answer: str, row: Row) -> _Grade:
    got, truth = set(_letters(answer)), set(_letters(str(row["answer_text"])))
    jaccard = len(got & truth) / len(got | truth)
    return _Grade(jaccard, got == truth, {"jaccard": jaccard})


def _grade_pose(answer: str, row: Row) -> _Grade:
    """The mean of four errors held to their tolerances; a pose is right if each is."""
    got, truth = (
        [float(part) for part in text.split(",")] for text in (answer, str(row["answer_text"]))
    )
    errors = [abs(math.remainder(a - b, 360.0)) for a, b in zip(got, truth, strict=True)]
    errors[2] = abs(math.log(got[2]) - math.log(truth[2]))
    parts = zip(errors, POSE_TOLERANCES, strict=True)
    correctness = sum(max(0.0, 1.0 - error / most) for error, most in parts) / len(errors)
    details = {f"{name}_error": error for name, error in zip(_POSE_PARTS, errors, strict=True)}
    return _Grade(correctness, max(errors) <= 1e-9, details)


def _stated(row: Row) -> float | None:
    tolerance = row.get("tolerance")
    return float(tolerance) if tolerance is not None and tolerance > 0.0 else None


def _falling(error: float, tolerance: float, details: dict[str, float]) -> _Grade:
    return _Grade(max(0.0, 1.0 - error / tolerance), error <= 1e-9, details)


_TYPES: Final[Mapping[str, tuple[Callable[[Row], Reader], Callable[[str, Row], _Grade]]]] = {
    "choice": (_choice_reader, _grade_choice),
    "angle": (_number_reader, _grade_angle),
    "ratio": (_number_reader, _grade_ratio),
    "number": (_number_reader, _grade_number),
    "permutation": (_permutation_reader, _grade_permutation),
    "set": (_set_reader, _grade_set),
    "pose": (_pose_reader, _grade_pose),
}

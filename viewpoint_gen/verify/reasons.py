"""Checks the reasons that are given for an answer, without understanding all of them.

What can be told from outside: every number in them is one of the question's own, they end with the
answer, and, for directions, they don't speak for another one. A sentence may name another direction
to rule it out, or to tell a rule: only one that names nothing else, and without a word of doubt,
speaks for it. An end that only quotes the option is taken at its word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from viewpoint_gen.verify.families import RULES
from viewpoint_gen.verify.families.directions import DIRECTION_KEYS, NOTHING
from viewpoint_gen.verify.families.rule import Form
from viewpoint_gen.verify.figures import figures, strays, wrong_ways
from viewpoint_gen.verify.lexicon import AXES, NONE, normalised, uses
from viewpoint_gen.verify.senses import SENSES, read_sense

_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+")
_SLOT: Final = re.compile(r"[{}]")
_LOOKS_BACK: Final = re.compile(r"\bthat way\b", re.IGNORECASE)
_IDIOMS: Final = re.compile(
    r"\"\s+(?:is|was|must be|has to be) right\b|\bright angles?\b|(?<=what|else|that) is left\b"
    r"|\bthe right (?:answer|option|choice|one)\b",
    re.IGNORECASE,
)
_NEGATED: Final = (
    r"\b(?:not|never|without|rather than|instead of|no)(?: (?:a|an|the|any|to|by|in|its))*(?: \w+)?"
    r"|\b(?:a|an|the) (?:\w+ ){1,4}is out\b"
)
_DOUBT: Final = (
    r"would|could|if|had|were|means?|stands? for|counts?|opposite|rather|others?|instead|than|wrong"
    r"|minus|plus|negative|positive|signs?|or|either|out|whereas|whether|when|whenever"
    r"|axes|that is|is where|zero|not|no|none|neither|nor|nothing|never|without|cannot|\w+n t"
)
_LEFT_RIGHT: Final = {
    "left": r"left(wards?)?",
    "right": r"right(wards?)?",
}
_UP_DOWN: Final = {
    "up": r"up(wards?)?|higher|rose|risen|raised|climb\w*|ascend\w*|lifted",
    "down": r"down(wards?)?|lower(ed)?|s[au]nk|descend\w*|dropped",
}
_WAY_ROUND: Final = {"counterclockwise": r"(counter|anti)clockwise", "clockwise": r"clockwise"}
SPEAKS_FOR: Final = {
    "ego_translation_sideways": _LEFT_RIGHT,
    "ego_translation_vertical": _UP_DOWN,
    "ego_translation_distance": {
        "nearer": r"nearer|closer|approach\w*",
        "farther": r"farther|further|reced\w*|retreat\w*|backed off",
    },
    "object_translation_around": _WAY_ROUND,
    "object_translation_left_right": _LEFT_RIGHT,
    "object_translation_front_back": {"front": r"forwards?|ahead", "back": r"back(wards?)?"},
    "ego_rotation_yaw": _LEFT_RIGHT,
    "ego_rotation_pitch": _UP_DOWN,
    "ego_rotation_roll": _WAY_ROUND,
}
"""Words that can't but mean a direction; fewer than options may use."""


def problems(
    family: str, keys: Sequence[str], answer: str, reasons: str, known: Iterable[tuple[str, float]]
) -> list[str]:
    """Return what is wrong with the reasons of one question; [] for nothing.

    Args:
        keys: of the true answer; one, unless the answer is a number.
        answer: its text, as shown.
        known: unit and value of each quantity that they may name.
    """
    if not reasons.strip():
        return ["nothing at all"]
    if _SLOT.search(reasons):
        return ["an unfilled slot"]
    quantities = list(known)
    found = [f"{stray}, no number of this question" for stray in strays(reasons, quantities)]
    found += [f"{way}, which is another way" for way in wrong_ways(reasons, quantities)]
    *body, last = _SENTENCE.split(reasons.strip())
    if body and _LOOKS_BACK.search(last):
        last = f"{body.pop()} {last}"
    if not any(ends_with(family, key, answer, last) for key in keys):
        found.append(f"an end that isn't the answer: {last}")
    if family in SPEAKS_FOR:
        found += [f"the opposite: {text}" for text in body if _contradicts(family, keys[0], text)]
    return found


def ends_with(family: str, key: str, answer: str, sentence: str) -> bool:
    """Whether a sentence gives this answer and no other."""
    form = RULES[family].form
    if form is Form.NAMED:
        return f'"{answer}"' in sentence or _concludes(family, key, _IDIOMS.sub('"', sentence))
    if form is Form.PICTURED:
        letter = answer.removeprefix("image ")
        return f'"{answer}"' in sentence or re.findall(r"\b[A-D]\b", sentence) == [letter]
    if form in (Form.POSE, Form.MARKED):
        return answer in sentence
    if form is Form.SUBSET:
        whole = rf"(?<![A-Z], )\b{re.escape(answer)}\b(?!, [A-Z]\b)"
        return re.search(whole, sentence) is not None
    values = {figure.value for figure in figures(answer)}
    return bool(values & {figure.value for figure in figures(sentence)})


def _concludes(family: str, key: str, sentence: str) -> bool:
    words = normalised(sentence)
    affirmed = re.sub(_NEGATED, " ", words)
    if family in SENSES:
        return key in (SENSES[family].read(words), SENSES[family].read(affirmed))
    if family not in DIRECTION_KEYS:
        return read_sense(family, sentence) == key
    senses = dict(zip(DIRECTION_KEYS[family], (AXES[family].plus, AXES[family].minus), strict=True))
    if key == NOTHING:
        named = [uses(pattern, words) for pattern in senses.values()]
        return uses(NONE, words) and named[0] == named[1]
    return [name for name, pattern in senses.items() if uses(pattern, affirmed)] == [key]


def _contradicts(family: str, key: str, sentence: str) -> bool:
    words = normalised(_IDIOMS.sub(" ", sentence))
    said = {name for name, pattern in SPEAKS_FOR[family].items() if uses(pattern, words)}
    return len(said) == 1 and key not in said and not uses(_DOUBT, words)

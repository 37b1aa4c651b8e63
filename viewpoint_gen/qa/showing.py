"""What a question shows: its words, its options in a drawn order, the answer, and the reasons.

Everything is drawn by the question's id alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from string import ascii_uppercase
from typing import Final

import numpy as np
from numpy.typing import NDArray

from viewpoint_gen.geometry.frames import Bools
from viewpoint_gen.qa.draws import Draw, Keys, choice_of, keys_of, order_of, salted
from viewpoint_gen.qa.facts import Facts
from viewpoint_gen.qa.families.family import Family, Form, Verdicts
from viewpoint_gen.qa.families.magnitudes import RUNGS
from viewpoint_gen.qa.mark_reasons import mark_slots
from viewpoint_gen.qa.phrasing import (
    Text,
    TextSet,
    Wording,
    header_of,
    still_notes,
    usable,
    wording_of,
)
from viewpoint_gen.qa.prompt import pictured_options

Strings = list[str]


@dataclass
class Shown:
    """One list entry per question.

    Attributes:
        options: empty where none are offered.
        letter: None where none are offered, or several are right.
        reasons: why the answer is what it is, step by step.
    """

    wording_id: Strings = field(default_factory=list)
    question: Strings = field(default_factory=list)
    options: list[Strings] = field(default_factory=list)
    letter: list[str | None] = field(default_factory=list)
    answer: Strings = field(default_factory=list)
    reasons: Strings = field(default_factory=list)


@dataclass(frozen=True)
class Asked:
    """The questions of one family that are to be shown; N of each.

    Attributes:
        ids: of the questions.
        splits: "train", "validation" or "test".
        slots: what the texts name beside what ``facts`` and ``verdicts`` say; "aside" is said
            behind the question.
        draw: how texts and orders are drawn by the ids.
    """

    family: Family
    verdicts: Verdicts
    facts: Facts
    ids: Sequence[str]
    splits: Sequence[str]
    seed: int
    slots: Mapping[str, Strings] = field(default_factory=dict)
    draw: Draw = choice_of

    @cached_property
    def _keys(self) -> Keys:
        return keys_of(self.seed, "question", self.ids)

    def keys(self, purpose: str) -> Keys:
        """(N,) to draw by."""
        return salted(self._keys, purpose)

    def slots_of(self, row: int) -> dict[str, str]:
        """What the texts of one question name."""
        return {name: values[row] for name, values in self.slots.items()}

    @property
    def noted(self) -> Bools:
        """(N,) where nothing in the pictures could tell that the object kept still."""
        return np.asarray(~self.facts.static_backdrop & self.family.says_still)


def show(asked: Asked) -> Shown:
    """Draw wording, note, options and reasons for each question."""
    wording = wording_of(asked.family.id)
    keys = asked.keys("wording")
    said = _drawn(asked, wording.questions, keys // np.uint64(64))
    notes = _drawn(asked, still_notes(len(asked.family.images)), asked.keys("note"))
    noted, header = asked.noted, header_of(asked.family)
    shown = Shown()
    set_ids = _offer(asked, wording, keys, shown)
    for row, (text, note) in enumerate(zip(said, notes, strict=True)):
        before, mark = (f"{note.text} ", f".still{note.id}") if noted[row] else ("", "")
        slots = asked.slots_of(row)
        aside = f" {slots['aside']}" if slots.get("aside") else ""
        shown.question.append(f"{header}{before}{text.text.format(**slots)}{aside}")
        shown.wording_id.append(".".join((asked.family.id, text.id, *set_ids[row])) + mark)
    _reason(asked, wording, shown)
    return shown


def _drawn(asked: Asked, texts: tuple[Text, ...], keys: Keys) -> list[Text]:
    pools = {split: usable(texts, split) for split in ("train", "validation", "test")}
    drawn = {split: asked.draw(keys, len(pool)).tolist() for split, pool in pools.items()}
    return [pools[split][drawn[split][row]] for row, split in enumerate(asked.splits)]


def _offer(asked: Asked, wording: Wording, keys: Keys, shown: Shown) -> list[tuple[str, ...]]:
    """Fill in options, letter and answer; the ids of the option sets."""
    if asked.family.form is Form.PICTURED:
        return _offer_pictures(asked, shown)
    if not wording.option_sets:
        shown.options = [[] for _ in asked.ids]
        shown.letter = [None] * len(asked.ids)
        shown.answer = _NUMBERS[asked.family.form](asked)
        return [()] * len(asked.ids)
    chosen = [wording.option_sets[k] for k in asked.draw(keys, len(wording.option_sets)).tolist()]
    _OFFERS[asked.family.form](asked, chosen, shown)
    return [(each.id,) for each in chosen]


def _offer_pictures(asked: Asked, shown: Shown) -> list[tuple[str, ...]]:
    """The images themselves, in the order shown; their letters are drawn with the set of them."""
    letters = [label for label in asked.family.images if len(label) == 1]
    shown.options = [pictured_options(len(letters)) for _ in asked.ids]
    shown.letter = list(asked.slots["letter"])
    shown.answer = [f"image {letter}" for letter in asked.slots["letter"]]
    return [()] * len(asked.ids)


def _offer_named(asked: Asked, chosen: list[TextSet], shown: Shown) -> None:
    """One text per answer of the family."""
    _letter_each(asked, [each.texts for each in chosen], asked.verdicts.option, shown)


def _offer_ladder(asked: Asked, chosen: list[TextSet], shown: Shown) -> None:
    """The truth, and numbers the same factors below and above it."""
    rank, family = asked.verdicts.option, asked.family
    factors = family.step ** (np.arange(RUNGS) - rank[:, None])
    values = asked.verdicts.value[:, None] * factors
    texts = [
        tuple(each.of(0).format(value=_plain(value, family.unit)) for value in row)
        for each, row in zip(chosen, values.tolist(), strict=True)
    ]
    _letter_each(asked, texts, rank, shown)


def _offer_statements(asked: Asked, chosen: list[TextSet], shown: Shown) -> None:
    """Every statement; the letters of the true ones are the answer."""
    parts = asked.family.parts
    true_of = [frozenset(option.split("+")) for option in asked.family.options]
    order = order_of(asked.keys("options"), len(parts), asked.draw).tolist()
    for each, option, row in zip(chosen, asked.verdicts.option.tolist(), order, strict=True):
        shown.options.append([each.texts[part] for part in row])
        shown.letter.append(None)
        letters = zip(ascii_uppercase, row, strict=False)
        right = [letter for letter, part in letters if parts[part] in true_of[option]]
        shown.answer.append(", ".join(right))


def _letter_each(
    asked: Asked, texts: Sequence[Sequence[str]], right: NDArray[np.int64], shown: Shown
) -> None:
    order = order_of(asked.keys("options"), len(texts[0]) if texts else 1, asked.draw)
    place = np.argmax(order == right[:, None], axis=1).tolist()
    for mine, row, at in zip(texts, order.tolist(), place, strict=True):
        options = [mine[number] for number in row]
        shown.options.append(options)
        shown.letter.append(ascii_uppercase[at])
        shown.answer.append(options[at])


def _offer_marked(asked: Asked, chosen: list[TextSet], shown: Shown) -> None:
    """The points in the order of the letters that stand beside them in the image."""
    marks = asked.verdicts.marks
    right = [] if marks is None else marks.right.tolist()
    for each, place in zip(chosen, right, strict=True):
        shown.options.append(list(each.texts))
        shown.letter.append(ascii_uppercase[place])
        shown.answer.append(each.texts[place])


_OFFERS: Final[Mapping[Form, Callable[[Asked, list[TextSet], Shown], None]]] = {
    Form.NAMED: _offer_named,
    Form.LADDER: _offer_ladder,
    Form.SUBSET: _offer_statements,
    Form.MARKED: _offer_marked,
}


def _plain(value: float, unit: str) -> str:
    """A number as people write it."""
    return f"{value:.0f}" if unit == "deg" else f"{value:.2f}"


def _size_text(value: float, unit: str) -> str:
    """A size with its unit, in words."""
    if unit == "rad":
        return f"{np.rad2deg(value):.0f}°"
    if unit == "distance_1":
        return f"{value:.2f} of the first distance"
    if unit == "ln_ratio":
        return f"{np.exp(value):.2f} times"
    if unit == "width":
        return f"{100 * value:.0f} % of the width"
    if unit == "share":
        return f"{100 * value:.0f} %"
    return f"{_plain(value, unit)}°" if unit == "deg" else f"{_plain(value, unit)} times"


def _plain_numbers(asked: Asked) -> Strings:
    return [_plain(value, asked.family.unit) for value in asked.verdicts.value.tolist()]


def _pose_numbers(asked: Asked) -> Strings:
    facts = asked.facts
    angles = (facts.azimuth_rad, facts.elevation_rad, facts.roll_rad)
    azimuth, elevation, roll = (np.rad2deg(angle).round().astype(np.int64) for angle in angles)
    ratio = np.exp(facts.ln_distance_ratio)
    columns = (azimuth.tolist(), elevation.tolist(), ratio.tolist(), roll.tolist())
    return [f"{a}, {e}, {d:.2f}, {r}" for a, e, d, r in zip(*columns, strict=True)]


_NUMBERS: Final[Mapping[Form, Callable[[Asked], Strings]]] = {
    Form.ANGLE: _plain_numbers,
    Form.RATIO: _plain_numbers,
    Form.POSE: _pose_numbers,
}


def _reason(asked: Asked, wording: Wording, shown: Shown) -> None:
    """Fill in the reasons: each text is of one answer, its numbers are the question's facts."""
    which = asked.draw(asked.keys("reasons"), len(wording.reasons)).tolist()
    sizes = [
        _size_text(value, asked.family.unit) for value in np.abs(asked.verdicts.value).tolist()
    ]
    slots = _slots(asked, shown)
    rows = zip(which, asked.verdicts.option.tolist(), sizes, shown.answer, strict=True)
    for row, (reason, option, size, answer) in enumerate(rows):
        text = wording.reasons[reason].of(asked.family.reason_of(option))
        own = {name: values[row] for name, values in slots.items()} | asked.slots_of(row)
        shown.reasons.append(text.format(size=size, option=answer, **own))


def _slots(asked: Asked, shown: Shown) -> dict[str, Strings]:
    """What reasons may name beside the size and the option."""
    if asked.family.form is Form.POSE:
        return _pose_slots(shown.answer)
    if asked.verdicts.marks is not None:
        return mark_slots(asked.verdicts.marks, asked.facts)
    return _part_slots(asked)


def _pose_slots(answers: Strings) -> dict[str, Strings]:
    names = ("azimuth", "elevation", "distance", "roll")
    parts = [answer.split(", ") for answer in answers]
    return {name: [part[place] for part in parts] for place, name in enumerate(names)}


def _part_slots(asked: Asked) -> dict[str, Strings]:
    """Sizes of the parts of the motion, for families that speak of several."""
    facts = asked.facts
    angles = {name: facts.column(f"{name}_rad") for name in asked.family.speaks_of - {"distance"}}
    slots = {
        name: [_size_text(size, "rad") for size in np.abs(angle).tolist()]
        for name, angle in angles.items()
    }
    if "distance" in asked.family.speaks_of:
        ratios = np.abs(facts.ln_distance_ratio).tolist()
        slots["distance"] = [_size_text(size, "ln_ratio") for size in ratios]
    return slots

"""What a question shows: its words, its options in a drawn order, the answer, and the reasons.

Everything is drawn by the question's key alone. Texts are made once for each combination of draws
that occurs, and row by row only where they name the question's own numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from string import ascii_uppercase
from typing import Final

import numpy as np
import pyarrow as pa

from viewpoint_gen.geometry.frames import Array, Bools, Indices
from viewpoint_gen.qa.arrow import joined, offsets, spelled
from viewpoint_gen.qa.draws import SPLITS, Draw, Keys, Splits, choice_of, orders_of, salted
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
_LETTERS: Final = list(ascii_uppercase)
_TEXT: Final = pa.string()
_TEXTS: Final = pa.list_(_TEXT)
_UNNOTED: Final = -1


@dataclass(frozen=True)
class Shown:
    """What N questions show, as columns of the questions table.

    Attributes:
        options: lists of texts; empty where none are offered.
        letter: null where none are offered, or several are right.
        reasons: why the answer is what it is, step by step.
    """

    wording_id: pa.Array
    question: pa.Array
    options: pa.Array
    letter: pa.Array
    answer: pa.Array
    reasons: pa.Array


@dataclass(frozen=True)
class Asked:
    """The questions of one family that are to be shown; N of each.

    Attributes:
        keys: (N,) of the questions, by which everything is drawn.
        splits: (N,) "train", "validation" or "test".
        slots: what the texts name beside what ``facts`` and ``verdicts`` say; "aside" is said
            behind the question.
        draw: how texts and orders are drawn by the keys.
    """

    family: Family
    verdicts: Verdicts
    facts: Facts
    keys: Keys
    splits: Splits
    slots: Mapping[str, Strings] = field(default_factory=dict)
    draw: Draw = choice_of

    def __len__(self) -> int:
        return len(self.keys)

    def drawn(self, purpose: str, count: int) -> Indices:
        """(N,) one of ``count`` for each question."""
        return self.draw(salted(self.keys, purpose), count)

    @property
    def noted(self) -> Bools:
        """(N,) where nothing in the pictures could tell that the object kept still."""
        return np.asarray(~self.facts.static_backdrop & self.family.says_still)


@dataclass(frozen=True)
class _Offered:
    """``Shown`` of the options, and which set of them (N,) each question shows."""

    sets: Indices
    options: pa.Array
    letter: pa.Array
    answer: pa.Array


def show(asked: Asked) -> Shown:
    """Draw wording, note, options and reasons for each question."""
    wording, family = wording_of(asked.family.id), asked.family
    notes, header = still_notes(len(family.images)), header_of(family)
    said = _drawn(asked, wording.questions, "wording")
    note = np.where(asked.noted, _drawn(asked, notes, "note"), _UNNOTED)
    offered = _offer(asked, wording)
    slots, aside = asked.slots, ""
    if "aside" in slots:
        slots, aside = (
            {**slots, "aside": [each and f" {each}" for each in slots["aside"]]},
            "{aside}",
        )

    def stem(text: int, note: int) -> str:
        before = "" if note == _UNNOTED else f"{notes[note].text} "
        return f"{header}{before}{wording.questions[text].text}{aside}"

    def name(text: int, options: int, note: int) -> str:
        parts = [family.id, wording.questions[text].id]
        if wording.option_sets:
            parts.append(wording.option_sets[options].id)
        return ".".join(parts) + ("" if note == _UNNOTED else f".still{notes[note].id}")

    return Shown(
        wording_id=spelled((said, offered.sets, note), name, _TEXT),
        question=_filled((said, note), stem, slots),
        options=offered.options,
        letter=offered.letter,
        answer=offered.answer,
        reasons=_reasons(asked, wording, offered.answer),
    )


def _drawn(asked: Asked, texts: tuple[Text, ...], purpose: str) -> Indices:
    """(N,) which of the texts each question uses: of those that its split may."""
    chosen = np.zeros(len(asked), dtype=np.int64)
    for split in SPLITS:
        pool = np.array([texts.index(text) for text in usable(texts, split)])
        chosen = np.where(asked.splits == split, pool[asked.drawn(purpose, len(pool))], chosen)
    return chosen


def _filled(
    codes: Sequence[Indices], template: Callable[..., str], slots: Mapping[str, Strings]
) -> pa.Array:
    """(N,) a template each, by what was drawn, with the question's own words in its slots."""
    texts = spelled(codes, template, _TEXT)
    distinct = texts.unique().to_pylist()
    named = [name for name in slots if any(f"{{{name}}}" in text for text in distinct)]
    if not named:
        return texts
    numbered = dict(zip(distinct, distinct, strict=True))
    for place, name in enumerate(named):
        for text in distinct:
            numbered[text] = numbered[text].replace(f"{{{name}}}", f"{{{place}}}")
    words = zip(*(slots[name] for name in named), strict=True)
    rows = zip(texts.to_pylist(), words, strict=True)
    return pa.array([numbered[text].format(*row) for text, row in rows], _TEXT)


def _offer(asked: Asked, wording: Wording) -> _Offered:
    form, count = asked.family.form, len(asked)
    if form in _NUMBERS:
        nothing = pa.ListArray.from_arrays(offsets(count, 0), pa.array([], _TEXT))
        answer = pa.array(_NUMBERS[form](asked), _TEXT)
        return _Offered(np.zeros(count, np.int64), nothing, pa.nulls(count, _TEXT), answer)
    sets = wording.option_sets
    return _OFFERS[form](asked, sets, asked.drawn("set", max(1, len(sets))))


def _offer_pictures(asked: Asked, sets: Sequence[TextSet], drawn: Indices) -> _Offered:  # noqa: ARG001
    """The images themselves, in the order shown; their letters are drawn with the set of them."""
    texts = pictured_options(sum(len(label) == 1 for label in asked.family.images))
    letter = pa.array(asked.slots["letter"], _TEXT)
    return _Offered(
        drawn,
        options=spelled((drawn,), lambda _: texts, _TEXTS),
        letter=letter,
        answer=joined("image ", letter),
    )


def _offer_named(asked: Asked, sets: Sequence[TextSet], drawn: Indices) -> _Offered:
    """One text per answer of the family."""
    right, count = asked.verdicts.option, len(asked.family.options)
    orders = orders_of(count)
    order = asked.drawn("options", len(orders))
    return _Offered(
        drawn,
        options=spelled((drawn, order), lambda n, k: [sets[n].texts[i] for i in orders[k]], _TEXTS),
        letter=_letters(_place_of(right, orders[order])),
        answer=spelled((drawn, right), lambda n, key: sets[n].texts[key], _TEXT),
    )


def _offer_ladder(asked: Asked, sets: Sequence[TextSet], drawn: Indices) -> _Offered:
    """The truth, and numbers the same factors below and above it."""
    rank, family = asked.verdicts.option, asked.family
    orders = orders_of(RUNGS)
    order = orders[asked.drawn("options", len(orders))]
    values = asked.verdicts.value[:, None] * family.step ** (order - rank[:, None])
    around = [each.of(0).partition("{value}") for each in sets]
    texts = [
        f"{around[number][0]}{_plain(value, family.unit)}{around[number][2]}"
        for number, row in zip(drawn.tolist(), values.tolist(), strict=True)
        for value in row
    ]
    place = _place_of(rank, order)
    flat = pa.array(texts, _TEXT)
    return _Offered(
        drawn,
        options=pa.ListArray.from_arrays(offsets(len(asked), RUNGS), flat),
        letter=_letters(place),
        answer=flat.take(pa.array(np.arange(len(asked)) * RUNGS + place)),
    )


def _offer_statements(asked: Asked, sets: Sequence[TextSet], drawn: Indices) -> _Offered:
    """Every statement; the letters of the true ones are the answer."""
    family = asked.family
    true_of = [frozenset(option.split("+")) for option in family.options]
    orders = orders_of(len(family.parts))
    order = asked.drawn("options", len(orders))

    def right(option: int, number: int) -> str:
        letters = zip(_LETTERS, orders[number], strict=False)
        return ", ".join(
            letter for letter, part in letters if family.parts[part] in true_of[option]
        )

    return _Offered(
        drawn,
        options=spelled((drawn, order), lambda n, k: [sets[n].texts[i] for i in orders[k]], _TEXTS),
        letter=pa.nulls(len(asked), _TEXT),
        answer=spelled((asked.verdicts.option, order), right, _TEXT),
    )


def _offer_marked(asked: Asked, sets: Sequence[TextSet], drawn: Indices) -> _Offered:
    """The points in the order of the letters that stand beside them in the image."""
    marks = asked.verdicts.marks
    place = np.zeros(0, dtype=np.int64) if marks is None else marks.right
    return _Offered(
        drawn,
        options=spelled((drawn,), lambda n: list(sets[n].texts), _TEXTS),
        letter=_letters(place),
        answer=spelled((drawn, place), lambda n, at: sets[n].texts[at], _TEXT),
    )


_OFFERS: Final[Mapping[Form, Callable[[Asked, Sequence[TextSet], Indices], _Offered]]] = {
    Form.NAMED: _offer_named,
    Form.LADDER: _offer_ladder,
    Form.SUBSET: _offer_statements,
    Form.MARKED: _offer_marked,
    Form.PICTURED: _offer_pictures,
}


def _place_of(right: Indices, order: Indices) -> Indices:
    """(N,) where the right option stands in an order (N, K)."""
    return np.asarray(np.argmax(order == right[:, None], axis=1))


def _letters(place: Indices) -> pa.Array:
    return pa.array(_LETTERS, _TEXT).take(pa.array(place))


def _plain(value: float, unit: str) -> str:
    """A number as people write it."""
    return f"{value:.0f}" if unit == "deg" else f"{value:.2f}"


def _size_texts(values: Array, unit: str) -> Strings:
    """Sizes (N,) with their unit, in words."""
    if unit in _WHOLE:
        factor, behind = _WHOLE[unit]
        whole = np.rint(factor * values).astype(np.int64)
        return list(spelled((whole,), lambda size: f"{size}{behind}", _TEXT).to_pylist())
    behind = " of the first distance" if unit == "distance_1" else " times"
    sizes = np.exp(values) if unit == "ln_ratio" else values
    return [f"{size:.2f}{behind}" for size in sizes.tolist()]


_WHOLE: Final = {
    "rad": (180.0 / np.pi, "°"),
    "deg": (1.0, "°"),
    "width": (100.0, " % of the width"),
    "share": (100.0, " %"),
}
"""Units that are told in whole numbers of another: the factor, and what stands behind."""


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
"""Forms that offer nothing: the answer is one number, or several."""


def _reasons(asked: Asked, wording: Wording, answer: pa.Array) -> pa.Array:
    """(N,) each text is of one answer, its numbers are the question's facts."""
    family, sets = asked.family, wording.reasons
    key_of = np.array([family.reason_of(option) for option in range(len(family.options))])
    slots = {"option": answer.to_pylist(), **_slots(asked, answer), **asked.slots}
    if any("{size}" in text for each in sets for text in each.texts):
        slots["size"] = _size_texts(np.abs(asked.verdicts.value), family.unit)
    return _filled(
        (asked.drawn("reasons", len(sets)), key_of[asked.verdicts.option]),
        lambda number, key: sets[number].of(key),
        slots,
    )


def _slots(asked: Asked, answer: pa.Array) -> dict[str, Strings]:
    """What reasons may name beside the size and the option."""
    if asked.family.form is Form.POSE:
        return _pose_slots(answer.to_pylist())
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
    slots = {
        name: _size_texts(np.abs(facts.column(f"{name}_rad")), "rad")
        for name in asked.family.speaks_of - {"distance"}
    }
    if "distance" in asked.family.speaks_of:
        slots["distance"] = _size_texts(np.abs(facts.ln_distance_ratio), "ln_ratio")
    return slots

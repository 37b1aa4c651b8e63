"""What questions offer to choose from, in numbers: its words, its order, and a ladder's sizes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Final

import numpy as np
from numpy.typing import NDArray

from viewpoint_gen.audit.table import Table
from viewpoint_gen.errors import RunIncomplete
from viewpoint_gen.qa.families.family import Family, Form
from viewpoint_gen.qa.phrasing import TextSet, shown_keys

Ints = NDArray[np.int64]

_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")

_SIZE_BINS: Final = 8
"""Of a ladder's smallest number, for learners that only count."""


@dataclass(frozen=True)
class Offered:
    """What N questions of one family offer.

    Attributes:
        letters: options to choose from; 0 where none are.
        marks: (N, F) zeros and ones: which set of texts is used, which letter each meaning has.
        sizes: (N, R) a ladder's numbers by letter; R is 0 for other forms.
    """

    letters: int
    marks: Table
    sizes: NDArray[np.float64]


def read_offers(
    family: Family,
    sets: Sequence[TextSet],
    *,
    ids: Sequence[str],
    wording_ids: Sequence[str],
    options: Sequence[Sequence[str]],
) -> Offered:
    """Make out what each option means.

    Args:
        sets: the family's texts; a ladder's and a number's aren't looked at.
        ids: (N,) of the questions, for people.
        wording_ids: (N,) ``FAMILY.WORDING.SET``, and perhaps more behind it.
        options: (N,) texts by letter.

    Raises:
        RunIncomplete: a question's were asked in words that aren't known.
    """
    if family.form is Form.PICTURED:
        letters = len(options[0]) if options else 0
        return Offered(letters, Table.empty(len(ids)), np.zeros((len(ids), 0)))
    if family.form not in _MEANINGS:
        return Offered(0, Table.empty(len(ids)), np.zeros((len(ids), 0)))
    texts = {each.id: each.texts for each in sets}
    set_of = [wording_id.split(".")[2] for wording_id in wording_ids]
    meanings = shown_keys(family) or family.options
    letters_of, sizes = [], []
    for question_id, set_id, offered in zip(ids, set_of, options, strict=True):
        found = _MEANINGS[family.form](offered, texts.get(set_id))
        if found is None or len(found[0]) != len(meanings):
            msg = (
                f"{question_id}: this viewgen has no set {set_id!r} of options that gives "
                f"{list(offered)}; run `viewgen qa` again"
            )
            raise RunIncomplete(msg)
        letters_of.append(found[0])
        sizes.append(found[1])
    letter_of, size_of = np.array(letters_of), np.array(sizes)
    marks = _set_marks(set_of).beside(_letter_marks(letter_of, meanings))
    if family.form is Form.LADDER:
        marks = marks.beside(_size_marks(size_of.min(axis=1)))
    return Offered(len(meanings), marks, size_of)


_Meaning = tuple[list[int], list[float]]
"""Place among the letters of each meaning; the numbers by letter."""


def _places_of_texts(options: Sequence[str], texts: tuple[str, ...] | None) -> _Meaning | None:
    """Each text's; the texts must be the options."""
    if texts is None or sorted(texts) != sorted(options):
        return None
    return [list(options).index(text) for text in texts], []


def _places_of_ranks(options: Sequence[str], _: tuple[str, ...] | None) -> _Meaning | None:
    """From the smallest number up; the number is the one that differs from option to option."""
    found = [_NUMBER.findall(text) for text in options]
    if len({len(each) for each in found}) != 1:
        return None
    for column in zip(*found, strict=True):
        sizes = [float(number) for number in column]
        if len(set(sizes)) == len(sizes):
            return sorted(range(len(sizes)), key=sizes.__getitem__), sizes
    return None


_MEANINGS: Final[
    Mapping[Form, Callable[[Sequence[str], tuple[str, ...] | None], _Meaning | None]]
] = {
    Form.NAMED: _places_of_texts,
    Form.SUBSET: _places_of_texts,
    Form.LADDER: _places_of_ranks,
    Form.MARKED: _places_of_texts,
}
"""Forms that offer options."""


def _set_marks(set_of: Sequence[str]) -> Table:
    names = sorted(set(set_of))
    used = np.array(set_of)[:, None] == np.array(names)
    return Table(used.astype(np.float32), tuple(f"the options' words: {name}" for name in names))


def _letter_marks(letter_of: Ints, meanings: Sequence[str]) -> Table:
    letters = np.arange(len(meanings))
    values = (letter_of[:, :, None] == letters).reshape(len(letter_of), -1)
    names = [
        f"the letters: {ascii_uppercase[letter]} for {meaning}"
        for meaning in meanings
        for letter in letters
    ]
    return Table(values.astype(np.float32), tuple(names))


def _size_marks(smallest: NDArray[np.float64]) -> Table:
    """Into which of some even bins the smallest number falls."""
    edges = np.unique(np.quantile(smallest, np.linspace(0, 1, _SIZE_BINS + 1)[1:-1]))
    values = np.searchsorted(edges, smallest)[:, None] == np.arange(len(edges) + 1)
    names = [f"the numbers: smallest up to {edge:g}" for edge in edges]
    return Table(values.astype(np.float32), (*names, "the numbers: smallest beyond"))

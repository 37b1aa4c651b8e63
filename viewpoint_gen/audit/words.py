"""A question's text in numbers: its words, how its options are put, and their letters."""

from __future__ import annotations

import re
from collections import Counter
from string import ascii_uppercase
from typing import Final

import numpy as np

from viewpoint_gen.audit.questions import Questions
from viewpoint_gen.audit.table import Table
from viewpoint_gen.qa.families import FAMILIES
from viewpoint_gen.qa.phrasing import wording_of

_WORD: Final = re.compile(r"[a-z0-9']+")

_LEAST_USES: Final = 5
"""Words that fewer questions use say nothing that could be learned."""


def text_table(questions: Questions) -> Table:
    """(N, F) of zeros and ones: words used, option set used, letter of each sense."""
    return _word_table(questions).beside(_option_table(questions))


def _word_table(questions: Questions) -> Table:
    used = [set(_WORD.findall(text.lower())) for text in questions.texts]
    uses = Counter(word for words in used for word in words)
    told = sorted(word for word, n in uses.items() if _LEAST_USES <= n < len(questions))
    place = {word: number for number, word in enumerate(told)}
    values = np.zeros((len(questions), len(told)), np.float32)
    for row, words in enumerate(used):
        values[row, [place[word] for word in words if word in place]] = 1.0
    return Table(values, tuple(f"the question's words: {word}" for word in told))


def _option_table(questions: Questions) -> Table:
    sets = wording_of(questions.family).option_sets
    senses = FAMILIES[questions.family].options
    letters = np.arange(len(senses))
    put = questions.option_set[:, None] == np.arange(len(sets))
    lettered = questions.letter_of_sense[:, :, None] == letters
    values = np.hstack([put, lettered.reshape(len(questions), -1)]).astype(np.float32)
    names = [f"the options' words: {each.texts[0]}" for each in sets]
    names += [
        f"the letters: {ascii_uppercase[letter]} for {sense}"
        for sense in senses
        for letter in letters
    ]
    return Table(values, tuple(names))

"""A question's text in numbers: its words, how its options are put, and what they say."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

import numpy as np

from viewpoint_gen.audit.questions import Questions
from viewpoint_gen.audit.table import Table

_WORD: Final = re.compile(r"[a-z0-9']+")

_LEAST_USES: Final = 5
"""Words that fewer questions use say nothing that could be learned."""


def text_marks(questions: Questions) -> Table:
    """(N, F) of zeros and ones: words used, option set used, letter of each meaning."""
    return _word_table(questions).beside(questions.offered.marks)


def text_table(questions: Questions) -> Table:
    """(N, F) the marks, and the logarithms of a ladder's numbers from the smallest up."""
    sizes = np.log(np.sort(questions.offered.sizes, axis=1)).astype(np.float32)
    names = tuple(f"the numbers: {rank + 1}. from the smallest" for rank in range(sizes.shape[1]))
    return text_marks(questions).beside(Table(sizes, names))


def _word_table(questions: Questions) -> Table:
    used = [set(_WORD.findall(text.lower())) for text in questions.texts]
    uses = Counter(word for words in used for word in words)
    told = sorted(word for word, n in uses.items() if _LEAST_USES <= n < len(questions))
    place = {word: number for number, word in enumerate(told)}
    values = np.zeros((len(questions), len(told)), np.float32)
    for row, words in enumerate(used):
        values[row, [place[word] for word in words if word in place]] = 1.0
    return Table(values, tuple(f"the question's words: {word}" for word in told))

"""What needs no eyes: a draw among the options, and the one answer that pays best."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from string import ascii_uppercase
from typing import Final

import numpy as np

from viewpoint_gen.audit.constants import best_constant
from viewpoint_gen.evaluation.meanings import keys_of, letter_of
from viewpoint_gen.evaluation.question import Question, Row
from viewpoint_gen.evaluation.replies import Reply
from viewpoint_gen.qa.score import gold_answer
from viewpoint_gen.seeding import rng_for

Training = Callable[[], Mapping[str, Sequence[Row]]]

_NUMBERS: Final = ("angle", "ratio", "number", "pose")
_SENSIBLE: Final = {"angle": (0.0, 90.0), "ratio": (1.0, 2.0), "number": (0.1, 10.0)}
"""Ranges to draw from where nothing may be learned from."""


class Random:
    """One of the options, each equally likely; of numbers one that training questions have.

    Args:
        training: rows to draw numbers from, by family.
    """

    name = "random"
    batch = 256

    def __init__(self, training: Training) -> None:
        self._training = training

    @cached_property
    def _numbers(self) -> dict[str, list[str]]:
        return {
            family: [gold_answer(row) for row in rows if row["answer_type"] in _NUMBERS]
            for family, rows in self._training().items()
        }

    def fingerprint(self) -> str:
        """Of the numbers it draws from."""
        return _digest(["random", self._numbers])

    def replies(self, questions: Sequence[Question]) -> Iterator[Reply]:
        """The same for the same question, whatever was asked before."""
        for question in questions:
            text = f"<answer>{self._drawn(question.row)}</answer>"
            yield Reply(question.id, question.asked, text, guessed=True)

    def _drawn(self, row: Row) -> str:
        rng = rng_for(0, "random answer", row["id"])
        letters = ascii_uppercase[: len(row["options"] or ())]
        kind = str(row["answer_type"])
        if kind == "choice":
            return str(rng.choice(list(letters)))
        if kind in ("set", "permutation"):
            return _some_letters(rng, letters, str(row["answer_text"]), every=kind != "set")
        known = self._numbers.get(row["family"])
        if known:
            return known[int(rng.integers(len(known)))]
        low, high = _SENSIBLE.get(kind, _SENSIBLE["number"])
        count = 4 if kind == "pose" else 1
        return ", ".join(f"{rng.uniform(low, high):.2f}" for _ in range(count))


def _some_letters(rng: np.random.Generator, letters: str, truth: str, *, every: bool) -> str:
    """Some of the letters, each as likely in as out; or all of them in any order."""
    if every:
        names = letters or "".join(part.strip() for part in truth.split(","))
        return ", ".join(rng.permutation(list(names)))
    chosen = [letter for letter in letters if rng.random() < 0.5]
    return ", ".join(chosen or [str(rng.choice(list(letters)))])


class Constant:
    """Always the same per family: the answer that would have paid best in the training questions.

    Args:
        training: those questions, by family. A family without any gets the first letter, or the
            middle of a sensible range.
    """

    name = "constant"
    batch = 256

    def __init__(self, training: Training) -> None:
        self._training = training

    @cached_property
    def _best(self) -> dict[str, str]:
        """Per family an answer's key, a letter, or what stands between the tags."""
        return {family: _best_of(rows) for family, rows in self._training().items() if rows}

    def fingerprint(self) -> str:
        """Of the answers."""
        return _digest(["constant", self._best])

    def replies(self, questions: Sequence[Question]) -> Iterator[Reply]:
        """One after the other."""
        for question in questions:
            answer = self.answer(question.row)
            yield Reply(question.id, question.asked, f"<answer>{answer}</answer>", guessed=True)

    def answer(self, row: Row) -> str:
        """What stands between the answer tags, for this row."""
        best, kind = self._best.get(row["family"]), str(row["answer_type"])
        if best is None:
            low, high = _SENSIBLE.get(kind, _SENSIBLE["number"])
            middle = f"{(low + high) / 2:g}"
            return {"choice": "A", "set": "A", "pose": "0, 0, 1, 0"}.get(kind, middle)
        if kind == "choice":
            return letter_of(row, best) or (best if best in ascii_uppercase else "A")
        if kind == "set":
            letters = {key: letter for letter, key in keys_of(row).items()}
            return ", ".join(sorted(letters[key] for key in best.split("+") if key in letters))
        return best


def _best_of(rows: Sequence[Row]) -> str:
    kind = str(rows[0]["answer_type"])
    if kind in _NUMBERS:
        return best_constant(rows).answer
    if kind == "set":
        truths = [set(str(row["answer_key"]).split("+")) for row in rows]
        tried = {frozenset(truth) for truth in truths} | {frozenset(set().union(*truths))}
        best = max(sorted(tried, key=sorted), key=lambda parts: _mean_jaccard(parts, truths))
        return "+".join(sorted(best))
    means = keys_of(rows[0])
    counts = Counter(str(row["answer_key"] if means else row["answer_letter"]) for row in rows)
    return max(sorted(counts), key=counts.__getitem__)


def _mean_jaccard(parts: frozenset[str], truths: Sequence[set[str]]) -> float:
    return sum(len(parts & truth) / len(parts | truth) for truth in truths) / len(truths)


def _digest(values: object) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()

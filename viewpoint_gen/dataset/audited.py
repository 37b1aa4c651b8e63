"""What ``viewgen audit`` found, as its file in the run tells it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

from viewpoint_gen.errors import StorageError
from viewpoint_gen.storage import Store, read

AUDIT_NAME: Final = "audit.json"

_TEXT: Final = ("nothing", "the text", "the numbers offered")
"""What a cheat sees that looks at no image."""


@dataclass(frozen=True)
class Guess:
    """A cheat on one family.

    Attributes:
        sees: what it looks at, in words.
        share: of the questions that it guesses right.
        low, high: 95 % interval of it.
        chance: of guessing right without knowing anything.
    """

    cheat: str
    sees: str
    share: float
    low: float
    high: float
    chance: float
    past_gate: bool

    @property
    def gain(self) -> float:
        """Right guesses beyond chance, as a share of the questions."""
        return self.share - self.chance


@dataclass(frozen=True)
class AuditedFamily:
    """The guesses that come furthest beyond chance; None where there was no such guesser.

    Attributes:
        by_text: from the text alone, or from nothing.
        by_image: from one image alone, marks and candidates included.
        by_numbers: from one camera's exact numbers; a bound on what its image could tell.
        best_constant: of questions that ask for numbers: (answer, score) of always giving the
            same one.
        judged_by: "share", "lower end" or "nothing".
    """

    family: str
    questions: int
    chance: float
    by_text: Guess | None
    by_image: Guess | None
    by_numbers: Guess | None
    best_constant: tuple[str, float] | None
    judged_by: str


@dataclass(frozen=True)
class Audit:
    """All families.

    Attributes:
        margin: points beyond chance, as a share, that text and images may gain.
        bound_margin: the same for one camera's exact numbers.
        enough: questions of a family from which the share itself is held to the margin; below, the
            lower end of its interval is.
        leaks: one line per guess past the gate.
    """

    passed: bool
    margin: float
    bound_margin: float
    enough: int
    leaks: Sequence[str]
    families: Sequence[AuditedFamily]


def read_audit(store: Store) -> Audit | None:
    """The audit of a run; None if it wasn't made.

    Raises:
        StorageError: the file isn't what ``viewgen audit`` writes.
    """
    if not store.exists(AUDIT_NAME):
        return None
    try:
        return _audit(json.loads(read(store, AUDIT_NAME)))
    except (ValueError, KeyError, TypeError) as error:
        msg = f"can't read {store.path(AUDIT_NAME)} ({error}): run `viewgen audit` again"
        raise StorageError(msg) from error


def _audit(report: Mapping[str, Any]) -> Audit:
    gate = report["gate"]
    return Audit(
        passed=gate["passed"],
        margin=gate["margin"],
        bound_margin=gate["bound_margin"],
        enough=gate["share_from_questions"],
        leaks=tuple(report["leaks"]),
        families=tuple(_family(about) for about in report["families"].values()),
    )


def _family(about: Mapping[str, Any]) -> AuditedFamily:
    leaks = [cheat for cheat in about["cheats"] if cheat["kind"] == "leak"]
    constant = about["best_constant"]
    return AuditedFamily(
        family=about["family"],
        questions=about["questions"],
        chance=about["chance"],
        by_text=_best([cheat for cheat in leaks if cheat["sees"] in _TEXT]),
        by_image=_best([cheat for cheat in leaks if cheat["sees"] not in _TEXT]),
        by_numbers=_best([cheat for cheat in about["cheats"] if cheat["kind"] == "bound"]),
        best_constant=None if constant is None else (constant["answer"], constant["score"]),
        judged_by=about["judged_by"],
    )


def _best(cheats: Sequence[Mapping[str, Any]]) -> Guess | None:
    names = [column.name for column in fields(Guess)]
    guesses = [Guess(**{name: cheat[name] for name in names}) for cheat in cheats]
    return max(guesses, key=lambda guess: guess.gain, default=None)

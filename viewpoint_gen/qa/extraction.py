"""Finding the one answer in a text, whatever the text is."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_THOUGHT_END: Final = "</think>"
_OPEN: Final = "<answer>"
_CLOSE: Final = "</answer>"
_BOXED: Final = "\\boxed{"
_LONGEST_ANSWER: Final = 400
"""Characters; what is longer is no answer."""

_LEAD_IN: Final = re.compile(
    r"^(?:so |thus |therefore |hence )?[,:]?\s*(?:the |my )?(?:final |correct |right )?"
    r"(?:answer|option|choice)\s*(?:is|would be|[:=])\s*[:=]?\s*",
    re.IGNORECASE,
)

Reader = Callable[[str], str | None]
"""Reads a short text as an answer of one type, in its one normal form; None: it isn't one."""


@dataclass(frozen=True)
class Found:
    """What a text answers.

    Attributes:
        answer: in normal form; None: no answer, or two that differ.
        well_formed: optional ``<think>…</think>``, then one ``<answer>…</answer>``, no more.
    """

    answer: str | None
    well_formed: bool


def find_answer(text: str, read: Reader) -> Found:
    r"""The last ``<answer>…</answer>``, else the last ``\boxed{}``, else a plain last line.

    Only what follows the thoughts counts. Two answers that differ are none; tags without a
    readable answer aren't replaced by something looser.
    """
    said = text.rpartition(_THOUGHT_END)[2]
    for pieces in (_tagged(said), _boxed(said)):
        if pieces:
            answer = _agreed([_read(piece, read) for piece in pieces])
            return Found(answer, answer is not None and _is_well_formed(text))
    return Found(_plain(said, read), well_formed=False)


def _tagged(text: str) -> list[str]:
    """What stands between answer tags, in order; "" for a tag that is never closed."""
    pieces = []
    for chunk in text.split(_OPEN)[1:]:
        inside, close, _ = chunk.partition(_CLOSE)
        pieces.append(inside if close else "")
    return pieces


def _boxed(text: str) -> list[str]:
    r"""What stands in ``\boxed{…}``, braces inside it kept together; "" if it is never closed."""
    return [_up_to_closing_brace(chunk) for chunk in text.split(_BOXED)[1:]]


def _up_to_closing_brace(text: str) -> str:
    depth = 1
    for place, letter in enumerate(text[: _LONGEST_ANSWER + 1]):
        depth += (letter == "{") - (letter == "}")
        if depth == 0:
            return text[:place]
    return ""


def _read(piece: str, read: Reader) -> str | None:
    return read(piece) if len(piece) <= _LONGEST_ANSWER else None


def _agreed(answers: list[str | None]) -> str | None:
    """The last answer, if no earlier one differs."""
    return answers[-1] if len({answer for answer in answers if answer is not None}) == 1 else None


def _plain(text: str, read: Reader) -> str | None:
    """The last line, if it is nothing but an answer and no other line gives another."""
    lines = [line for line in text.splitlines() if line.strip()]
    return (
        _agreed([_read(line, lambda bare: read(_bare(bare))) for line in lines]) if lines else None
    )


def _bare(line: str) -> str:
    """A line without the words that often lead to an answer."""
    return _LEAD_IN.sub("", line.strip().strip("*_`# ").strip(), count=1)


def _is_well_formed(text: str) -> bool:
    rest = text.strip()
    if rest.startswith("<think>"):
        thought, end, rest = rest.removeprefix("<think>").partition(_THOUGHT_END)
        if not end or "<think>" in thought or _OPEN in thought:
            return False
        rest = rest.strip()
    only_one = rest.count(_OPEN) == 1 and rest.count(_CLOSE) == 1 and "<think>" not in rest
    return only_one and rest.startswith(_OPEN) and rest.endswith(_CLOSE)

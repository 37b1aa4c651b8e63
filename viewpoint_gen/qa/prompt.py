"""The full prompt of a question row.

A row's ``question`` holds the stem with its ``<image>`` marks and not the lettered options: those
are in ``options``, so that an evaluation can shuffle them, drop them, or lay them out its own way.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import ascii_uppercase
from typing import Any, Final

HOW_TO_ANSWER: Final = {
    "choice": "Give the letter of the right option inside <answer></answer>.",
    "set": "Give the letters of all true statements, with commas, inside <answer></answer>.",
    "angle": "Give a number of degrees inside <answer></answer>.",
    "ratio": "Give a number inside <answer></answer>.",
    "pose": "Give four numbers with commas inside <answer></answer>: "
    "azimuth, elevation, distance ratio, roll.",
}
"""By ``answer_type``; others get ``HOW_TO_ANSWER_FREELY``."""

HOW_TO_ANSWER_FREELY: Final = "Give the answer inside <answer></answer>."


def lettered(options: list[str]) -> str:
    """The options, one a line: "A. …"."""
    return "\n".join(
        f"{letter}. {text}" for letter, text in zip(ascii_uppercase, options, strict=False)
    )


def pictured_options(count: int) -> list[str]:
    """The options of a question whose images are the options: "image A" and so on."""
    return [f"image {letter}" for letter in ascii_uppercase[:count]]


def prompt_of(row: Mapping[str, Any]) -> str:
    """The stem (with its ``<image>`` marks), the lettered options, and how to answer.

    Options that are images stand in the stem already, each behind its letter.
    """
    options = list(row.get("options") or [])
    if options == pictured_options(len(options)):
        options = []
    how = HOW_TO_ANSWER.get(row["answer_type"], HOW_TO_ANSWER_FREELY)
    return "\n".join([row["question"], *([lettered(options)] if options else []), how])

"""What each option of a question means, read from its words as anyone would read them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from string import ascii_uppercase
from typing import Final

from viewpoint_gen.evaluation.question import Row
from viewpoint_gen.qa.families import FAMILIES
from viewpoint_gen.qa.families.family import Form
from viewpoint_gen.verify.senses import read_sense

_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")


def keys_of(row: Row) -> dict[str, str]:
    """Letter -> key of the answer that its option gives; empty where options have no meaning.

    Of a ladder the keys are its ranks, the smallest number first. Letters of images and of marks
    mean nothing by themselves.
    """
    family = FAMILIES.get(row["family"])
    options = list(row["options"] or ())
    if family is None or not options:
        return {}
    if family.form is Form.LADDER:
        sizes = ladder_of(options)
        ranks = sorted(range(len(sizes)), key=sizes.__getitem__)
        return {ascii_uppercase[place]: f"rank_{rank}" for rank, place in enumerate(ranks)}
    if family.form not in (Form.NAMED, Form.SUBSET):
        return {}
    read = {
        letter: read_sense(row["family"], text)
        for letter, text in zip(ascii_uppercase, options, strict=False)
    }
    return {letter: key for letter, key in read.items() if key is not None}


def letter_of(row: Row, key: str | None) -> str | None:
    """The letter whose option means this; None: none does."""
    return next((letter for letter, means in keys_of(row).items() if means == key), None)


def ladder_of(options: Sequence[str]) -> list[float]:
    """A ladder's numbers by letter: of those in each text, the ones that all differ."""
    found = [_NUMBER.findall(text) for text in options]
    for column in zip(*found, strict=False):
        sizes = [float(number) for number in column]
        if len(set(sizes)) == len(sizes):
            return sizes
    return []

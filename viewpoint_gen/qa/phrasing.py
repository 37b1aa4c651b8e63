"""The texts of the questions: data in ``wording/``, read once and checked."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from viewpoint_gen.qa.families import FAMILIES

_FOLDER: Final = "wording"
IMAGES: Final = "Image 1: <image>\nImage 2: <image>\n"
"""What every question about two images begins with."""


@dataclass(frozen=True)
class Text:
    """One wording of a question, or one note before it.

    Attributes:
        for_training: False: only questions of the test split use it.
    """

    id: str
    text: str
    for_training: bool


@dataclass(frozen=True)
class OptionSet:
    """Texts of a family's options, parallel in form, in the order of ``Family.options``."""

    id: str
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Wording:
    """All texts of one family."""

    questions: tuple[Text, ...]
    option_sets: tuple[OptionSet, ...]


@cache
def wording_of(family_id: str) -> Wording:
    """Read a family's file.

    Raises:
        ValueError: it doesn't fit the family (an error of the package, not of its user).
    """
    family = FAMILIES[family_id]
    data = tomllib.loads(_read(f"{family_id}.toml"))
    sets = []
    for entry in data["options"]:
        texts = tuple(entry[key] for key in family.options)
        if entry.keys() != {"id", *family.options} or len(set(texts)) != len(texts):
            raise ValueError(f"{family_id}.toml: option set {entry['id']} doesn't fit the family")
        sets.append(OptionSet(entry["id"], texts))
    return Wording(questions=_texts(data["wording"], family_id), option_sets=tuple(sets))


@cache
def still_notes() -> tuple[Text, ...]:
    """Ways to say that the object did not move."""
    return _texts(tomllib.loads(_read("notes.toml"))["note"], "notes")


def usable(texts: tuple[Text, ...], split: str) -> tuple[Text, ...]:
    """Those that questions of a split may use: test questions any, others not the held-out ones."""
    return tuple(text for text in texts if text.for_training or split == "test")


def wording_files() -> list[tuple[str, bytes]]:
    """Every file's name and content, in order: what a fingerprint of the wording covers."""
    names = [*(f"{family}.toml" for family in sorted(FAMILIES)), "notes.toml"]
    return [(name, _read(name).encode()) for name in names]


def _texts(entries: list[dict[str, Any]], origin: str) -> tuple[Text, ...]:
    texts = tuple(
        Text(entry["id"], entry["text"], entry.get("split", "train") != "test") for entry in entries
    )
    if len({text.id for text in texts}) != len(texts):
        raise ValueError(f"{origin}.toml: an id is used twice")
    if not any(text.for_training for text in texts):
        raise ValueError(f"{origin}.toml: nothing is left for training")
    return texts


def _read(name: str) -> str:
    file = resources.files("viewpoint_gen.qa").joinpath(_FOLDER, name)
    return file.read_text("utf-8")

"""The texts of the questions: data in ``wording/``, read once and checked."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from viewpoint_gen.qa.families import FAMILIES
from viewpoint_gen.qa.families.family import Family, Form

_FOLDER: Final = "wording"
IMAGES: Final = "Image 1: <image>\nImage 2: <image>\n"
"""What every question about two images begins with; see ``header_of``."""

_PAIR: Final = 2
_EXAMPLES: Final = {"motion": "40° counter-clockwise"}
"""What stands in the slots of an example."""


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
class TextSet:
    """Texts that belong together: one per answer or statement of the family, or only one.

    Attributes:
        texts: parallel in form, in the order of ``shown_keys``; with slots in braces.
    """

    id: str
    texts: tuple[str, ...]

    def of(self, key: int) -> str:
        """The text of an answer, or the one text that there is."""
        return self.texts[key if len(self.texts) > 1 else 0]


@dataclass(frozen=True)
class Wording:
    """All texts of one family.

    Attributes:
        option_sets: of a ladder each one text with ``{value}``; empty if nothing is offered.
        reasons: why the answer is what it is.
    """

    questions: tuple[Text, ...]
    option_sets: tuple[TextSet, ...]
    reasons: tuple[TextSet, ...]


def header_of(family: Family) -> str:
    """What a family's questions begin with: a line for each image."""
    return "".join(f"{label}: <image>\n" for label in family.images)


def shown_keys(family: Family) -> tuple[str, ...]:
    """The keys of the texts that a question offers; none for numbers."""
    offered = {Form.NAMED: family.options, Form.SUBSET: family.parts, Form.MARKED: family.parts}
    return offered.get(family.form, ())


@cache
def wording_of(family_id: str) -> Wording:
    """Read a family's file.

    Raises:
        ValueError: it doesn't fit the family (an error of the package, not of its user).
    """
    family = FAMILIES[family_id]
    data = _data_of(family_id)
    return Wording(
        questions=_texts(data["wording"], family_id),
        option_sets=option_sets_of(family_id),
        reasons=_sets(data["because"], family.reason_keys, family_id),
    )


@cache
def option_sets_of(family_id: str) -> tuple[TextSet, ...]:
    """What a family's questions offer, as ``Wording.option_sets``.

    Raises:
        ValueError: as ``wording_of``.
    """
    return _sets(_data_of(family_id).get("options", []), shown_keys(FAMILIES[family_id]), family_id)


def example_of(family_id: str) -> str:
    """One wording with what it offers, for people."""
    wording = wording_of(family_id)
    offered = [each.texts for each in wording.option_sets[:1]]
    text = wording.questions[0].text.format(**_EXAMPLES)
    return text + "".join(f" ({' / '.join(texts)})" for texts in offered)


@cache
def still_notes(images: int = _PAIR) -> tuple[Text, ...]:
    """Ways to say that the object did not move, for questions about so many images."""
    notes = tomllib.loads(_read("notes.toml"))["note"]
    return _texts([note for note in notes if note.get("images", images) == images], "notes")


def usable(texts: tuple[Text, ...], split: str) -> tuple[Text, ...]:
    """Those that questions of a split may use: test questions any, others not the held-out ones."""
    return tuple(text for text in texts if text.for_training or split == "test")


def wording_files() -> list[tuple[str, bytes]]:
    """Every file's name and content, in order: what a fingerprint of the wording covers."""
    names = [*(f"{family}.toml" for family in sorted(FAMILIES)), "notes.toml"]
    return [(name, _read(name).encode()) for name in names]


def _data_of(family_id: str) -> dict[str, Any]:
    return tomllib.loads(_read(f"{family_id}.toml"))


def _sets(
    entries: list[dict[str, Any]], keys: tuple[str, ...], family_id: str
) -> tuple[TextSet, ...]:
    """Sets of texts with these keys, or, without any, of one ``text`` each."""
    names = keys or ("text",)
    sets = []
    for entry in entries:
        if entry.keys() != {"id", *names}:
            raise ValueError(f"{family_id}.toml: set {entry['id']} doesn't fit the family")
        texts = tuple(entry[name] for name in names)
        if len(set(texts)) != len(texts):
            raise ValueError(f"{family_id}.toml: set {entry['id']} says a thing twice")
        sets.append(TextSet(entry["id"], texts))
    return tuple(sets)


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

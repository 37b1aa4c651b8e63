"""One question of somebody else's benchmark, in plain parts, and what becomes of it here."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import ascii_uppercase
from typing import Any, Final

from viewpoint_gen.dataset.export.items import IMAGE_TAG
from viewpoint_gen.errors import SourceError
from viewpoint_gen.evaluation.question import Question
from viewpoint_gen.qa.prompt import prompt_of

Row = Mapping[str, Any]

_LABEL: Final = re.compile(r"^\s*\(?([A-Z])\)?\s*[.:)]\s*(\S.*)$", re.DOTALL)


@dataclass(frozen=True)
class Sheet:
    """A question.

    Attributes:
        family: what its results are told by.
        options: texts without their letters; empty: a number is asked for.
        answer: the right option's letter, or the number.
        source: what it shows, e.g. a scene; whole sources are drawn for intervals.
        group: of questions that must all be right; None: its own.
    """

    id: str
    family: str
    text: str
    options: tuple[str, ...]
    answer: str
    images: tuple[bytes, ...]
    source: str
    group: str | None = None


@dataclass(frozen=True)
class Benchmark:
    """How one is read.

    Attributes:
        columns: that its table must have.
        read: a row, its number and the copy's folder, as a sheet; a row that isn't in the layout
            is a ``SourceError``.
    """

    columns: tuple[str, ...]
    read: Callable[[Row, int, Path], Sheet]


def question_of(sheet: Sheet) -> Question:
    """As the models get it: the images, the text, the lettered options, how to answer."""
    marks = "".join(f"Image {number}: {IMAGE_TAG}\n" for number in range(1, len(sheet.images) + 1))
    options = list(sheet.options)
    row: dict[str, Any] = {
        "id": sheet.id,
        "family": sheet.family,
        "question": marks + sheet.text.replace(IMAGE_TAG, " ").strip(),
        "options": options,
        "answer_type": "choice" if options else "number",
        "answer_letter": sheet.answer if options else None,
        "answer_text": options[ascii_uppercase.index(sheet.answer)] if options else sheet.answer,
        "answer_value": None if options else float(sheet.answer),
        "chance": 1.0 / len(options) if options else None,
        "asset_uids": [sheet.source],
        "group_id": sheet.group or sheet.id,
        "group_role": "member",
        "pair_id": None,
        "image_ids": [],
    }
    return Question(row, prompt_of(row), sheet.images)


def letter_in(answer: object, options: Sequence[str], where: str) -> str:
    """The letter of an answer such as "(B)", "B" or the option's own text.

    Raises:
        SourceError: it is none of the options'.
    """
    text = str(answer).strip()
    bare = text.strip("(). ").upper()
    if len(bare) == 1 and bare in ascii_uppercase[: len(options)]:
        return bare
    if text in options:
        return ascii_uppercase[list(options).index(text)]
    hidden = "; its answers are held back: take the split that has them" if text == "hidden" else ""
    msg = f"{where}: the answer {text!r} is none of its {len(options)} options{hidden}"
    raise SourceError(msg)


def bare_option(text: object) -> str:
    """An option without the letter before it."""
    match = _LABEL.match(str(text))
    return (match.group(2) if match else str(text)).strip()


def image_bytes(value: object, folder: Path, where: str) -> bytes:
    """An image as Parquet and TSV files hold it: bytes, ``{bytes, path}``, base64, or a path.

    Raises:
        SourceError: it is none of them, or the file isn't there.
    """
    if isinstance(value, Mapping):
        value = value.get("bytes") or value.get("path")
    if isinstance(value, bytes):
        return value
    if isinstance(value, str) and value:
        return _from_text(value, folder, where)
    raise SourceError(f"{where}: there is no image in it; expected bytes, base64 or a file's name")


def _from_text(value: str, folder: Path, where: str) -> bytes:
    name = value.rsplit("/", 1)[-1]
    if len(name) < 255:
        for path in (folder / value, folder / "images" / name, folder / name):
            if "://" not in str(path) and path.is_file():
                return path.read_bytes()
    if not value.startswith(("http://", "https://")):
        try:
            return base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            pass
    short = value if len(value) < 80 else f"{value[:77]}…"
    msg = f"{where}: {short} isn't here; put it into {folder / 'images'}: nothing is downloaded"
    raise SourceError(msg)

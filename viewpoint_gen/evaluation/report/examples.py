"""Questions that are shown with their images and every model's reply."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any, Final

from viewpoint_gen.dataset.export.items import IMAGE_TAG
from viewpoint_gen.evaluation.metrics import Scored
from viewpoint_gen.evaluation.question import Exam, Question, Row
from viewpoint_gen.qa.score import gold_answer
from viewpoint_gen.seeding import seed_for

MOST: Final = 48
_SIDE_PX: Final = 224
_QUALITY: Final = 85
_LONGEST_REPLY: Final = 1200


@dataclass(frozen=True)
class Said:
    """A model's reply: its text, what was read from it, and what that is worth in [0, 1]."""

    model: str
    text: str
    answer: str
    correctness: float
    exact: bool


@dataclass(frozen=True)
class Example:
    """One question as a page shows it.

    Attributes:
        images: data URLs, with what stands before each in the text.
        options: letter, text, and whether it is (among) the right.
        truth: what would have been wholly right.
    """

    family: str
    id: str
    images: tuple[tuple[str, str], ...]
    text: str
    options: tuple[tuple[str, str, bool], ...]
    truth: str
    said: tuple[Said, ...]


def examples_of(exam: Exam, models: Sequence[Scored], *, most: int = MOST) -> list[Example]:
    """Some of every family in turn, those first over which the models differ most."""
    chosen = _chosen(models, most)
    place_of = {str(row["id"]): place for place, row in enumerate(models[0].rows)}
    found: dict[str, Example] = {}
    wanted = set(chosen)
    for question in exam.stream():
        if question.id in wanted and question.id not in found:
            found[question.id] = _example(question, models, place_of[question.id])
            if len(found) == len(wanted):
                break
    return [found[each] for each in chosen if each in found]


def _chosen(models: Sequence[Scored], most: int) -> list[str]:
    by_family: dict[str, list[tuple[float, int, str]]] = {}
    for place, row in enumerate(models[0].rows):
        worth = [model.correctness[place] for model in models]
        draw = seed_for(0, "example", row["id"])
        by_family.setdefault(str(row["family"]), []).append(
            (-float(max(worth) - min(worth)), draw, str(row["id"]))
        )
    order = [sorted(each) for _, each in sorted(by_family.items())]
    longest = max(map(len, order))
    turns = [each[turn][2] for turn in range(longest) for each in order if turn < len(each)]
    chosen = set(turns[:most])
    return [each[2] for ranked in order for each in ranked if each[2] in chosen]


def _example(question: Question, models: Sequence[Scored], place: int) -> Example:
    row = question.row
    heads, text = _cut(str(row["question"]), len(question.images))
    return Example(
        family=str(row["family"]),
        id=question.id,
        images=tuple(zip(heads, map(_data_url, question.pictures()), strict=True)),
        text=text,
        options=_options(row),
        truth=_truth(row),
        said=tuple(_said(model, place) for model in models),
    )


def _cut(text: str, images: int) -> tuple[list[str], str]:
    """What names each image, and the rest of the text."""
    pieces = text.split(IMAGE_TAG)
    heads = [piece.strip().splitlines()[-1:] for piece in pieces[:-1]]
    named = [head[0].strip(" :") if head else "" for head in heads]
    named += [""] * (images - len(named))
    named = [name if 0 < len(name) <= 20 else str(n) for n, name in enumerate(named, start=1)]
    return named[:images], pieces[-1].strip() or text.replace(IMAGE_TAG, "").strip()


def _options(row: Row) -> tuple[tuple[str, str, bool], ...]:
    kind = row["answer_type"]
    right = str(row["answer_letter"]) if kind == "choice" else str(row["answer_text"])
    letters = zip(ascii_uppercase, row["options"] or (), strict=False)
    return tuple((letter, str(text), letter in right.split(", ")) for letter, text in letters)


def _truth(row: Row) -> str:
    text = row.get("answer_text")
    letter = row.get("answer_letter")
    unit = "°" if row["answer_type"] == "angle" else ""
    told = f"{text}{unit}" if text else gold_answer(row)
    return f"{letter}. {told}" if letter else told


def _said(model: Scored, place: int) -> Said:
    got, text = model.scores[place], model.replies[place].text
    if len(text) > _LONGEST_REPLY:
        text = f"{text[:_LONGEST_REPLY]} …"
    return Said(model.name, text, got.answer or "no answer", got.correctness, got.exact)


def _data_url(picture: Any) -> str:
    small = picture.copy()
    small.thumbnail((_SIDE_PX, _SIDE_PX))
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=_QUALITY)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"

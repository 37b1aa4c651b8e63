"""A question as every format needs it: what is asked, what is shown, what is right."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from viewpoint_gen.dataset.export.selection import SELECTING_COLUMNS, Selection, mask_of
from viewpoint_gen.dataset.questions import ShownImage, questions_with_images
from viewpoint_gen.qa.prompt import prompt_of
from viewpoint_gen.qa.score import gold_answer
from viewpoint_gen.seeding import seed_for
from viewpoint_gen.storage import Store

IMAGE_TAG: Final = "<image>"

GRADING_COLUMNS: Final = (
    "id",
    "family",
    "split",
    "group_id",
    "group_role",
    "asset_uids",
    "chance",
    "options",
    "answer_type",
    "answer_letter",
    "answer_text",
    "answer_value",
    "answer_unit",
    "tolerance",
)
"""Of a row: all that ``qa.score`` and ``qa.aggregate`` ask for."""

COLUMNS: Final = tuple(
    dict.fromkeys(
        [
            *SELECTING_COLUMNS,
            *GRADING_COLUMNS,
            "frame",
            "question",
            "reasons",
            "licence",
            "fingerprint",
            "qa_fingerprint",
        ]
    )
)

THINK_FIRST: Final = "Before that, derive it step by step inside <think></think>."
"""Ends the prompt of a question that is to be answered with its reasons."""


@dataclass(frozen=True)
class Item:
    """One question with its images.

    Attributes:
        row: of the questions table, the columns ``COLUMNS``.
        images: in the order shown.
        prompt: in full, with one ``<image>`` per image.
        reply: what a model should answer: ``<answer>…</answer>``, in some items after the reasons
            in ``<think>…</think>``. Numbers are rounded as the reasons round them.
        answer: the one that scores exactly 1, bare.
        grading: ``GRADING_COLUMNS`` as JSON: what a reward or a metric needs of the row.
    """

    row: dict[str, Any]
    images: tuple[ShownImage, ...]
    prompt: str
    reply: str
    answer: str
    grading: str


def items_of(
    store: Store, selection: Selection, *, reasons_share: float
) -> tuple[Iterator[Item], int]:
    """Every selected question as an item, in a stream, and how many there are.

    Args:
        reasons_share: of the items, in [0, 1], are answered with their reasons. Which ones depends
            on their ids alone, and a larger share holds those of a smaller one.
    """
    chosen, count = mask_of(store, selection)
    pairs = questions_with_images(store, COLUMNS, chosen)
    return (item_of(row, images, reasons_share=reasons_share) for row, images in pairs), count


def item_of(row: dict[str, Any], images: list[ShownImage], *, reasons_share: float) -> Item:
    """One row as an item; see ``items_of``."""
    prompt, reply = prompt_of(row), f"<answer>{_written_answer(row)}</answer>"
    if gives_reasons(row["id"], reasons_share):
        prompt = f"{prompt} {THINK_FIRST}"
        reply = f"<think>{row['reasons']}</think>\n{reply}"
    return Item(
        row=row,
        images=tuple(images),
        prompt=prompt,
        reply=reply,
        answer=gold_answer(row),
        grading=json.dumps({name: row[name] for name in GRADING_COLUMNS}, ensure_ascii=False),
    )


def gives_reasons(question_id: str, reasons_share: float) -> bool:
    """Whether a question is among the share that is answered with its reasons."""
    return seed_for(0, "reasons", question_id) < reasons_share * 2**64


def parts_of(prompt: str) -> list[str]:
    """A prompt cut at its images: texts, and ``IMAGE_TAG`` for each image; no empty text."""
    pieces: list[str] = []
    for number, text in enumerate(prompt.split(IMAGE_TAG)):
        pieces += [IMAGE_TAG] if number else []
        pieces += [text] if text else []
    return pieces


def _written_answer(row: dict[str, Any]) -> str:
    return str(row["answer_letter"] if row["answer_type"] == "choice" else row["answer_text"])

"""Questions by hand, and predictors that say what they are told to."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any

from PIL import Image

from viewpoint_gen.evaluation import Exam, Question
from viewpoint_gen.evaluation.replies import Reply
from viewpoint_gen.qa.prompt import prompt_of
from viewpoint_gen.qa.score import gold_answer

YAW = ["left", "right", "neither left nor right"]
KEY = {"A": "left", "B": "right", "C": "nothing"}


def picture(colour: tuple[int, int, int] = (200, 30, 30)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (24, 16), colour).save(buffer, "PNG")
    return buffer.getvalue()


def yaw(name: str, letter: str, *, asset: str = "a", **more: Any) -> dict[str, Any]:
    """Which way the camera turned: A left, B right, C not at all."""
    return {
        "id": name,
        "family": "ego_rotation_yaw",
        "group_id": f"g-{name}",
        "group_role": "forward",
        "pair_id": name,
        "image_ids": ["one", "two"],
        "question": "Image 1: <image>\nImage 2: <image>\nWhich way did it turn?",
        "options": YAW,
        "answer_type": "choice",
        "answer_letter": letter,
        "answer_text": YAW["ABC".index(letter)],
        "answer_key": KEY[letter],
        "answer_value": None,
        "answer_unit": "rad",
        "tolerance": None,
        "chance": 1 / 3,
        "asset_uids": [asset],
        **more,
    }


def degrees(name: str, truth: float, *, asset: str = "a", **more: Any) -> dict[str, Any]:
    """By how many degrees it went round: an error of 30 is worth nothing."""
    return {
        **yaw(name, "A", asset=asset),
        "family": "estimate_azimuth",
        "options": [],
        "answer_type": "angle",
        "answer_letter": None,
        "answer_text": f"{truth:.0f}",
        "answer_key": "bin_1",
        "answer_value": truth,
        "answer_unit": "deg",
        "tolerance": 30.0,
        "chance": None,
        **more,
    }


def question(row: dict[str, Any], *, images: int = 2) -> Question:
    return Question(row, prompt_of(row), (picture(),) * images)


def exam(rows: Sequence[dict[str, Any]], **more: Any) -> Exam:
    return Exam(
        title="small", count=len(rows), stream=lambda: iter([question(row) for row in rows]), **more
    )


class Says:
    """Replies as told, by the questions' ids; the gold answer where nothing is told.

    Attributes:
        seen: ids that it was asked, in order.
    """

    def __init__(self, told: dict[str, str] | None = None, *, name: str = "says", batch: int = 2):
        self.told = told or {}
        self.name = name
        self.batch = batch
        self.seen: list[str] = []

    def fingerprint(self) -> str:
        return self.name.encode().hex()

    def replies(self, questions: Sequence[Question]) -> Iterator[Reply]:
        for each in questions:
            self.seen.append(each.id)
            text = self.told.get(each.id, f"<answer>{gold_answer(each.row)}</answer>")
            yield Reply(each.id, each.asked, text)

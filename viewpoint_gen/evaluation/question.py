"""One question as it is put to a model, wherever it comes from."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from PIL import Image

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Question:
    """What is asked, what is shown, and what is right.

    Attributes:
        row: what ``qa.score``, ``qa.aggregate`` and ``qa.groups`` need, and what the results are
            sorted by (``angle_deg``, ``category``, ``backdrop``, ``wording``; each may be missing).
        prompt: in full, with one ``<image>`` per image.
        images: encoded files, in the order shown.
    """

    row: Row
    prompt: str
    images: tuple[bytes, ...]

    @property
    def id(self) -> str:
        """The row's."""
        return str(self.row["id"])

    @cached_property
    def asked(self) -> str:
        """16 hexadecimal digits of the prompt and the images: whether an old reply still counts."""
        digest = hashlib.sha256(self.prompt.encode())
        for image in self.images:
            digest.update(hashlib.sha256(image).digest())
        return digest.hexdigest()[:16]

    def pictures(self) -> list[Image.Image]:
        """The images, decoded, as RGB."""
        return [Image.open(io.BytesIO(image)).convert("RGB") for image in self.images]


@dataclass(frozen=True)
class Exam:
    """All questions of one evaluation.

    Attributes:
        title: for people: the run's name, or the benchmark's.
        facts: what the report says of where the questions come from, by name.
        count: how many there are.
        stream: the questions, from the first, each time it is called.
        training: rows of the same families that may be learned from, by family; may be empty.
    """

    title: str
    count: int
    stream: Callable[[], Iterator[Question]]
    training: Callable[[], dict[str, list[Row]]] = dict
    facts: Mapping[str, str] = field(default_factory=dict)

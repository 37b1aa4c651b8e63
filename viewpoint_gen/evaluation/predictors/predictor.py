"""What answers questions: a model, a rule, or chance."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from viewpoint_gen.evaluation.question import Question, Row
from viewpoint_gen.evaluation.replies import Reply


class Predictor(Protocol):
    """Answers questions in batches.

    Attributes:
        name: as the user typed it.
        batch: questions to hand over at once.
    """

    name: str
    batch: int

    def fingerprint(self) -> str:
        """Hexadecimal digits that change with whatever could change a reply."""
        ...

    def replies(self, questions: Sequence[Question]) -> Iterator[Reply]:
        """One reply for each question, in any order, as they come.

        Raises:
            ModelError: the model can't be asked.
        """
        ...


@dataclass(frozen=True)
class Settings:
    """How models are asked.

    Attributes:
        max_new_tokens: longest reply.
        batch: questions at once of a local model; requests at once of an endpoint.
        device: "auto", "cpu" or "cuda".
        geometry_factory: code outside viewgen that may build a local model's geometry encoder.
        base_url: of an OpenAI-compatible endpoint; None: none was given.
        training: rows that ``constant`` and ``random`` learn from, by family.
    """

    max_new_tokens: int = 512
    batch: int = 8
    device: str = "auto"
    geometry_factory: str | None = None
    base_url: str | None = None
    training: Callable[[], Mapping[str, Sequence[Row]]] = dict

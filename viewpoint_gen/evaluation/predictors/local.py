"""A model of this machine: a folder, or a name on the Hub."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any, Final

from PIL import Image

from viewpoint_gen.dataset.export.items import THINK_FIRST
from viewpoint_gen.errors import ModelError
from viewpoint_gen.evaluation.predictors.predictor import Settings
from viewpoint_gen.evaluation.question import Question
from viewpoint_gen.evaluation.replies import Reply

if TYPE_CHECKING:
    from viewpoint_gen.models.loading import ImageTextModel

_GREY: Final = (128, 128, 128)
_ANSWER: Final = "<answer>"
_FOR_PEOPLE: Final = ".md"
"""Of files that no reply depends on: a model's card is written after it was asked."""
_READ_WHOLE_BYTES: Final = 2**28
"""Larger files of a model's folder are told apart by size and time: hashing would take long."""


class LocalModel:
    """An image-text model, asked in batches without any chance in it.

    Args:
        source: a folder, or a name on the Hub.
        name: as the user typed it.
    """

    def __init__(self, source: str, settings: Settings, *, name: str | None = None) -> None:
        self.name = source if name is None else name
        self.batch = settings.batch
        self._source = source
        self._settings = settings

    @cached_property
    def _loaded(self) -> ImageTextModel:
        from viewpoint_gen.models.loading import load_image_text

        return load_image_text(
            self._source,
            device=self._settings.device,
            geometry_factory=self._settings.geometry_factory,
        )

    def fingerprint(self) -> str:
        """Of the weights (a folder's files; a commit on the Hub) and of the longest reply."""
        folder = Path(self._source).expanduser()
        weights = folder_digest(folder) if folder.is_dir() else self._commit()
        told = f"{self._kind} {weights} {self._settings.max_new_tokens}"
        return hashlib.sha256(told.encode()).hexdigest()

    _kind = "sees"

    def replies(self, questions: Sequence[Question]) -> Iterator[Reply]:
        """The whole batch at once."""
        from viewpoint_gen.models.chat import generate_replies

        prompts = [question.prompt for question in questions]
        images = [self._shown(question) for question in questions]
        texts = generate_replies(
            self._loaded, prompts, images, max_new_tokens=self._settings.max_new_tokens
        )
        chances = self._option_chances(questions, images)
        for question, text, chance in zip(questions, texts, chances, strict=True):
            yield Reply(question.id, question.asked, text, chance)

    def _shown(self, question: Question) -> list[Image.Image]:
        return question.pictures()

    def _option_chances(
        self, questions: Sequence[Question], images: Sequence[Sequence[Image.Image]]
    ) -> list[dict[str, float]]:
        """Of choices that are answered straight away; empty for others."""
        chosen = [
            place
            for place, question in enumerate(questions)
            if question.row["answer_type"] == "choice" and THINK_FIRST not in question.prompt
        ]
        found: list[dict[str, float]] = [{} for _ in questions]
        for count in {len(images[place]) for place in chosen}:
            alike = [place for place in chosen if len(images[place]) == count]
            letters = [ascii_uppercase[: len(questions[place].row["options"])] for place in alike]
            chances = letter_chances(
                self._loaded,
                [questions[place].prompt for place in alike],
                [images[place] for place in alike],
                letters,
            )
            for place, chance in zip(alike, chances, strict=True):
                found[place] = chance
        return found

    def _commit(self) -> str:
        return str(getattr(self._loaded.model.config, "_commit_hash", None) or self._source)


class BlindModel(LocalModel):
    """The same model before grey images of the same sizes: what its words alone are worth."""

    _kind = "blind"

    def _shown(self, question: Question) -> list[Image.Image]:
        return [Image.new("RGB", picture.size, _GREY) for picture in question.pictures()]


def letter_chances(
    loaded: ImageTextModel,
    prompts: Sequence[str],
    images: Sequence[Sequence[Image.Image]],
    letters: Sequence[str],
) -> list[dict[str, float]]:
    """How likely each option's letter is as the first token after ``<answer>``, among the letters.

    Args:
        letters: of each prompt's options, e.g. "ABC".
    """
    import torch

    from viewpoint_gen.models.chat import encoded

    tokenizer = loaded.processor.tokenizer
    begun = _tokens(tokenizer, _ANSWER)
    inputs = _lengthened(encoded(loaded, prompts, images), begun)
    loaded.model.eval()
    with torch.inference_mode():
        logits = loaded.model(**inputs).logits[:, -1].float().cpu()
    found = []
    for row, offered in zip(logits, letters, strict=True):
        tokens = [_tokens(tokenizer, _ANSWER + letter)[len(begun)] for letter in offered]
        chance = torch.softmax(row[tokens], dim=0).tolist()
        found.append(dict(zip(offered, chance, strict=True)))
    return found


def _tokens(tokenizer: Any, text: str) -> list[int]:
    return list(tokenizer(text, add_special_tokens=False)["input_ids"])


def _lengthened(inputs: dict[str, Any], tokens: Sequence[int]) -> dict[str, Any]:
    """Prompts (B, T) that go on with the same tokens; they are padded on the left."""
    import torch

    shape = inputs["input_ids"].shape
    longer = {}
    for name, values in inputs.items():
        if getattr(values, "shape", None) != shape:
            longer[name] = values
            continue
        fill = {"input_ids": list(tokens), "attention_mask": [1] * len(tokens)}
        more = torch.tensor(fill.get(name, [0] * len(tokens)), dtype=values.dtype)
        more = more.to(values.device).expand(shape[0], -1)
        longer[name] = torch.cat([values, more], dim=1)
    return longer


def folder_digest(folder: Path) -> str:
    """Of a model's files, without those for people: their names and what is in them.

    Raises:
        ModelError: a file can't be read.
    """
    digest = hashlib.sha256()
    try:
        files = (path for path in folder.rglob("*") if path.is_file())
        for path in sorted(path for path in files if path.suffix != _FOR_PEOPLE):
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
            about = path.stat()
            if about.st_size <= _READ_WHOLE_BYTES:
                digest.update(hashlib.sha256(path.read_bytes()).digest())
            else:
                digest.update(f"{about.st_size} {about.st_mtime_ns}".encode())
    except OSError as error:
        raise ModelError(f"{folder}: it can't be read ({error.strerror or error})") from error
    return digest.hexdigest()

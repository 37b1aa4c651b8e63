"""The loop that teaches a tiny model to read: from one kind of lesson to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor

from viewpoint_gen.models.loading import ImageTextModel
from viewpoint_gen.recipe import fingerprint_of
from viewpoint_gen.seeding import rng_for
from viewpoint_gen.training.cache import Cache
from viewpoint_gen.training.checkpoints import claim
from viewpoint_gen.training.config import MisreadConfig, PrimerConfig
from viewpoint_gen.training.loop import Loop
from viewpoint_gen.training.primer.captions import MOST_WORDS, embedded, in_ids
from viewpoint_gen.training.primer.lessons import FIRST_WORDS, Lesson, Lessons
from viewpoint_gen.training.primer.planned import Planned
from viewpoint_gen.training.scoring_head import IGNORED, score_labelled

PRIMER_FOLDER: Final = "primer"
MISREAD_FOLDER: Final = "misread"

_NEWEST: Final = 0.6
_LAST: Final = 0.85
"""Of the steps, of the kind that was reached last, and of the last kind of all; the others rehearse
those before it."""

_MORE_WORDS: Final = 1.5
"""Times as many words are known after every lesson that went well."""

_SURE: Final = 0.87
"""Of the letters right: more words then."""

_PASSED: Final = 0.9
"""Of the letters right: the next kind then."""

_SORTED_STEPS: Final = 4
"""In a row whose lessons are of one kind and drawn at once, those as long as one another for one
step: a quarter of all tokens were padding."""

_LEAST_STEPS: Final = 20
"""Of a kind, before it counts as passed."""

_MOST_STEPS: Final = {"reasons": 400, "one motion": 300}
"""Of a kind, which then counts as passed: what follows teaches the same, and more."""

_MEMORY: Final = 0.95
"""Of the running mean, from one step of a kind to the next."""

_DOUBT: Final = 0.93
"""Of it, that is left when lessons become harder."""


@dataclass
class _Standing:
    """How far a pupil has come.

    Attributes:
        level: place of the kind that was reached last.
        known: words.
        now: place of the kind that is being taught, and words known when its lessons were drawn.
        right: of each kind, the running mean of right letters, and its steps.
    """

    level: int = 0
    known: int = FIRST_WORDS
    now: tuple[int, int] = (0, FIRST_WORDS)
    right: dict[str, tuple[float, int]] = field(default_factory=dict)

    def note(self, kind: str, right: float) -> float:
        """One more step of a kind; returns the running mean."""
        sum_, steps = self.right.get(kind, (0.0, 0))
        self.right[kind] = (_MEMORY * sum_ + (1 - _MEMORY) * right, steps + 1)
        return self.right[kind][0] / (1 - _MEMORY ** (steps + 1))

    def steps(self, kind: str) -> int:
        """That were made of a kind."""
        return self.right[kind][1]

    def doubt(self, kind: str) -> None:
        """It has become harder: what was right before says less."""
        mean, steps = self.right[kind]
        self.right[kind] = (_DOUBT * mean, steps)


def teach_to_read(
    loaded: ImageTextModel,
    cache: Cache,
    config: PrimerConfig,
    out: Path,
    *,
    seed: int,
    planned: Planned | None = None,
    misread: MisreadConfig | None = None,
) -> None:
    """Teach a model's language part in place; goes on from what ``OUT`` holds of it.

    Args:
        loaded: the tiny model, untrained.
        cache: of the questions that it will learn from.
        planned: questions for lessons that are answered from motions; None: there are none.
        misread: of the lessons after that, in which such motions are misread; None: there are none.

    Raises:
        RecipeChanged: the folder holds lessons of another recipe or of other data.
    """
    key = {**config.model_dump(mode="json"), "seed": seed, "data": cache.key}
    key |= {"planned": planned.cache.key if planned else None}
    claim(out / PRIMER_FOLDER, fingerprint_of(key))
    school = _School(loaded, cache, config, out / PRIMER_FOLDER, seed=seed, planned=planned)
    school.run()
    if planned is None or misread is None or not misread.steps:
        return
    claim(out / MISREAD_FOLDER, fingerprint_of({"before": key, **misread.model_dump(mode="json")}))
    doubting = _School(loaded, cache, misread, out / MISREAD_FOLDER, seed=seed, planned=planned)
    doubting.stand(school.standing())
    doubting.run()


class _School(Loop):
    """Lessons that become harder."""

    def __init__(
        self,
        loaded: ImageTextModel,
        cache: Cache,
        config: PrimerConfig | MisreadConfig,
        folder: Path,
        *,
        seed: int,
        planned: Planned | None,
    ) -> None:
        self._model = loaded.model
        language = loaded.model.model.language_model
        super().__init__(config, folder, dict(language.named_parameters()))
        self._seed, self._batch = seed, config.batch
        self._name, self._faulty = folder.name, isinstance(config, MisreadConfig)
        self._tokenizer = loaded.processor.tokenizer
        self._cache, self._planned = cache, planned
        self._standing = _Standing()
        self._drawn: tuple[int, list[list[Lesson]]] = (-1, [])

    @cached_property
    def _lessons(self) -> Lessons:
        """Not made where everything is learnt already."""
        return Lessons(self._cache.items, self._tokenizer, self._planned)

    def standing(self) -> dict[str, Any]:
        """How far the pupil has come."""
        return asdict(self._standing)

    def stand(self, standing: dict[str, Any]) -> None:
        """Go on from there."""
        self._standing = _Standing(**standing)

    def read(self, step: int) -> tuple[Tensor, dict[str, float]]:
        """Lessons of one kind."""
        standing = self._standing
        number, turn = divmod(step, _SORTED_STEPS)
        if turn == 0:
            standing.now = self._chosen(rng_for(self._seed, self._name, "kind", number))
        if self._drawn[0] != number:
            self._drawn = (number, self._draw(number))
        place, _ = standing.now
        kind = self._lessons.kinds[place]
        self._model.train()
        loss, right = self._read(self._drawn[1][turn])
        self._judge(place, standing.note(kind, right))
        return loss, {f"right_{kind}": right, "words": standing.known}

    def _chosen(self, rng: np.random.Generator) -> tuple[int, int]:
        """What is taught next."""
        standing = self._standing
        share = _LAST if standing.level == len(self._lessons.kinds) - 1 else _NEWEST
        newest = standing.level == 0 or rng.random() < share
        place = standing.level if newest else int(rng.integers(standing.level))
        return place, standing.known

    def _draw(self, number: int) -> list[list[Lesson]]:
        """Lessons of ``_SORTED_STEPS`` steps."""
        place, known = self._standing.now
        rng = rng_for(self._seed, self._name, number)
        kind, count = self._lessons.kinds[place], _SORTED_STEPS * self._batch
        drawn = self._lessons.draw(kind, rng, count, known=known, faulty=self._faulty)
        drawn.sort(key=lambda lesson: len(lesson.labels))
        starts = self._batch * rng.permutation(_SORTED_STEPS)
        return [drawn[start : start + self._batch] for start in starts.tolist()]

    def _read(self, lessons: Sequence[Lesson]) -> tuple[Tensor, float]:
        """The loss, all lessons weighing the same, and the share of what is to be said that is."""
        longest = max(len(lesson.labels) for lesson in lessons)
        pad = self._tokenizer.pad_token_id
        ids = torch.full((len(lessons), longest, MOST_WORDS), pad)
        labels = torch.full((len(lessons), longest), IGNORED)
        for row, lesson in enumerate(lessons):  # padded on the left, as prompts are
            start = longest - len(lesson.labels)
            ids[row, start:] = in_ids(lesson.tokens, pad)
            labels[row, start:] = torch.tensor(lesson.labels)
        ids, labels = ids.to(self._model.device), labels.to(self._model.device)
        inputs = {
            "inputs_embeds": embedded(ids, self._model.get_input_embeddings().weight, pad),
            "attention_mask": ids[..., 0] != pad,
        }
        scored = score_labelled(self._model, inputs, labels)
        loss = -scored.log_probs.sum(dim=1) / scored.label_mask.sum(dim=1)
        return loss.mean(), scored.is_top1[scored.label_mask].mean().item()

    def _judge(self, place: int, right: float) -> None:
        """More words, or the next kind, where the last one is mastered."""
        standing, kinds = self._standing, self._lessons.kinds
        kind = kinds[place]
        if standing.now[1] < standing.known:  # easier than the next ones will be
            return
        if standing.known < self._lessons.words and kind == "words" and right > _SURE:
            more = int(_MORE_WORDS * standing.known)
            standing.known = min(self._lessons.words, more)
            standing.doubt(kind)
            return
        steps = standing.steps(kind)
        passed = right > _PASSED and steps >= _LEAST_STEPS
        passed |= steps >= _MOST_STEPS.get(kind, steps + 1)
        knows_all = standing.known == self._lessons.words
        if passed and knows_all and place == standing.level < len(kinds) - 1:
            standing.level += 1

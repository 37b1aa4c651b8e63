"""The loop that teaches a tiny model to read: from one kind of lesson to the next."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from viewpoint_gen.models.loading import ImageTextModel
from viewpoint_gen.recipe import fingerprint_of
from viewpoint_gen.seeding import rng_for
from viewpoint_gen.storage import explained, open_store
from viewpoint_gen.training.cache import Cache
from viewpoint_gen.training.checkpoints import claim
from viewpoint_gen.training.config import PrimerConfig
from viewpoint_gen.training.journal import StepLog
from viewpoint_gen.training.primer.lessons import FIRST_WORDS, IGNORED, Lesson, Lessons

PRIMER_FOLDER: Final = "primer"
_STATE_NAME: Final = "checkpoint.pt"

_NEWEST: Final = 0.6
"""Of the steps, of the kind that was reached last; the others rehearse those before it."""

_MORE_WORDS: Final = 1.5
"""Times as many words are known after every lesson that went well."""

_SURE: Final = 0.87
"""Of the letters right: more words then."""

_PASSED: Final = 0.9
"""Of the letters right: the next kind then."""

_LEAST_STEPS: Final = 20
"""Of a kind, before it counts as passed."""

_MEMORY: Final = 0.95
_DOUBT: Final = 0.93


@dataclass
class _Standing:
    """How far a pupil has come.

    Attributes:
        level: place of the kind that was reached last.
        known: words.
        right: of each kind, the running mean of right letters, and its steps.
    """

    level: int = 0
    known: int = FIRST_WORDS
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
    loaded: ImageTextModel, cache: Cache, config: PrimerConfig, out: Path, *, seed: int
) -> None:
    """Teach a model's language part in place; goes on from the checkpoint in ``OUT/primer``.

    A resumed training gives the same weights as one that was never stopped.

    Args:
        loaded: the tiny model, untrained.
        cache: of the questions that it will learn from.

    Raises:
        RecipeChanged: the folder holds lessons of another recipe or of other data.
    """
    folder = out / PRIMER_FOLDER
    key = {**config.model_dump(mode="json"), "seed": seed, "data": cache.key}
    claim(folder, fingerprint_of(key))
    school = _School(loaded, cache, config, folder, seed=seed)
    first = school.restore()
    if first < config.steps:
        school.train(first)


class _School:
    """The loop, its optimiser, its checkpoints and its log."""

    def __init__(
        self, loaded: ImageTextModel, cache: Cache, config: PrimerConfig, folder: Path, *, seed: int
    ) -> None:
        self._config, self._folder, self._seed = config, folder, seed
        self._language = loaded.model.model.language_model
        self._head = loaded.model.lm_head
        self._pad = loaded.processor.tokenizer.pad_token_id
        self._lessons = Lessons(cache.items, loaded.processor.tokenizer)
        self._kinds = self._lessons.kinds
        self._standing = _Standing()
        self._optimiser = torch.optim.AdamW(
            self._language.parameters(),
            lr=config.lr,
            betas=(0.9, 0.98),
            weight_decay=config.weight_decay,
        )

    def train(self, first: int) -> None:
        """All steps from the last checkpoint on."""
        config = self._config
        self._language.train()
        with StepLog(self._folder, done=first, steps=config.steps) as log:
            for step in range(first, config.steps):
                began_s = time.monotonic()
                numbers = self._step(step)
                took_s = round(time.monotonic() - began_s, 4)
                log.note(step + 1, numbers | {"lr": self._lr(step), "seconds": took_s})
                if (step + 1) % config.checkpoint_steps == 0 or step + 1 == config.steps:
                    self._save(step + 1)

    def _step(self, step: int) -> dict[str, float]:
        standing = self._standing
        rng = rng_for(self._seed, "primer", step)
        newest = standing.level == 0 or rng.random() < _NEWEST
        place = standing.level if newest else int(rng.integers(standing.level))
        kind = self._kinds[place]
        lessons = self._lessons.draw(kind, rng, self._config.batch, known=standing.known)
        for group in self._optimiser.param_groups:
            group["lr"] = self._lr(step)
        loss, right = self._read(lessons)
        self._optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self._language.parameters(), self._config.max_grad_norm)
        self._optimiser.step()
        self._judge(place, standing.note(kind, right))
        return {"loss": loss.item(), f"right_{kind}": right, "words": standing.known}

    def _read(self, lessons: Sequence[Lesson]) -> tuple[Tensor, float]:
        """The loss, and the share of what is to be said that is said."""
        longest = max(len(lesson.ids) for lesson in lessons)
        ids = torch.full((len(lessons), longest), self._pad)
        labels = torch.full_like(ids, IGNORED)
        for row, lesson in enumerate(lessons):  # padded on the left, as prompts are
            ids[row, longest - len(lesson.ids) :] = torch.tensor(lesson.ids)
            labels[row, longest - len(lesson.ids) :] = torch.tensor(lesson.labels)
        held = self._language(input_ids=ids, attention_mask=ids != self._pad).last_hidden_state
        said = labels[:, 1:] != IGNORED
        logits, wanted = self._head(held[:, :-1][said]), labels[:, 1:][said]
        right = (logits.argmax(dim=1) == wanted).float().mean().item()
        return functional.cross_entropy(logits, wanted), right

    def _judge(self, place: int, right: float) -> None:
        """More words, or the next kind, where the last one is mastered."""
        standing, kind = self._standing, self._kinds[place]
        if standing.known < self._lessons.words and kind == "words" and right > _SURE:
            more = int(_MORE_WORDS * standing.known)
            standing.known = min(self._lessons.words, more)
            standing.doubt(kind)
            return
        passed = right > _PASSED and standing.steps(kind) >= _LEAST_STEPS
        knows_all = standing.known == self._lessons.words
        if passed and knows_all and place == standing.level < len(self._kinds) - 1:
            standing.level += 1

    def _lr(self, step: int) -> float:
        """Warmed up, then as it is, then down to nothing over the last part."""
        config = self._config
        left = 1.0 - step / config.steps
        warm = min(1.0, (step + 1) / max(1, config.warmup_steps))
        return config.lr * warm * min(1.0, left / config.cooldown_share)

    def _save(self, step: int) -> None:
        state = {
            "step": step,
            "standing": asdict(self._standing),
            "language": self._language.state_dict(),
            "optimiser": self._optimiser.state_dict(),
        }
        with open_store(self._folder).create(_STATE_NAME) as handle:
            torch.save(state, handle)

    def restore(self) -> int:
        """The step to go on from."""
        path = self._folder / _STATE_NAME
        if not path.exists():
            return 0
        with explained(str(path), "read"):
            state = torch.load(path, weights_only=True)
        self._language.load_state_dict(state["language"])
        self._optimiser.load_state_dict(state["optimiser"])
        self._standing = _Standing(**state["standing"])
        return int(state["step"])

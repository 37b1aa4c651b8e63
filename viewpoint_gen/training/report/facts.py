"""What was trained, with what, and on whose objects."""

from __future__ import annotations

import json
import platform
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from viewpoint_gen import __version__
from viewpoint_gen.dataset.attribution import attribution_of
from viewpoint_gen.dataset.questions import question_parts
from viewpoint_gen.dataset.shards import open_part
from viewpoint_gen.dataset.statistics import ASSETS_NAME
from viewpoint_gen.storage import Store, explained, open_store
from viewpoint_gen.training.baseline import RECIPE_NAME, TINY, TrainingSummary
from viewpoint_gen.training.config import TrainRecipe, load_train_recipe

REPORT_NAME: Final = "report.json"

_LIBRARIES: Final = ("torch", "transformers", "trl", "peft")
_BATCH_ROWS: Final = 8192


@dataclass(frozen=True)
class LearntFrom:
    """The run's training split.

    Attributes:
        run: name of its folder.
        questions: of all families; a recipe may take fewer.
        objects: that they show.
        licences: SPDX expression -> objects under it, the most frequent first.
        attribution: whose they are, as Markdown.
    """

    run: str
    questions: int
    objects: int
    licences: dict[str, int]
    attribution: str


@dataclass(frozen=True)
class Training:
    """Everything about a training but its stages and its results.

    Attributes:
        peak_memory_mb: of the process that trained, the highest of all sessions.
        seconds: of the longest session, from start to end.
        versions: of what computed, by name.
    """

    recipe: TrainRecipe
    recipe_fingerprint: str
    data_fingerprint: str
    seed: int
    parameters: int
    peak_memory_mb: int
    seconds: float
    versions: dict[str, str]
    learnt_from: LearntFrom

    @property
    def is_tiny(self) -> bool:
        """Whether the model was made on the spot."""
        return self.recipe.model == TINY

    def to_dict(self) -> dict[str, Any]:
        """For machines."""
        return {
            "model": self.recipe.model,
            "geometry": self.recipe.geometry,
            "recipe": self.recipe_fingerprint,
            "data": self.data_fingerprint,
            "seed": self.seed,
            "parameters": self.parameters,
            "peak_memory_mb": self.peak_memory_mb,
            "seconds": round(self.seconds, 1),
            "versions": self.versions,
            "learnt_from": {
                name: value
                for name, value in asdict(self.learnt_from).items()
                if name != "attribution"
            },
        }


def training_of(out: Path, summary: TrainingSummary, own: str) -> Training:
    """Put together what the folder, this session and the run say.

    Raises:
        RecipeError: the folder's recipe can't be read.
        StorageError: a file can't be read.
    """
    before = _before(out, summary.recipe)
    return Training(
        recipe=load_train_recipe(out / RECIPE_NAME),
        recipe_fingerprint=summary.recipe,
        data_fingerprint=summary.data,
        seed=summary.seed,
        parameters=summary.parameters,
        peak_memory_mb=max(summary.peak_memory_mb, int(before.get("peak_memory_mb", 0))),
        seconds=max(summary.seconds, float(before.get("seconds", 0.0))),
        versions={
            "viewgen": __version__,
            "python": platform.python_version(),
            **{name: metadata.version(name) for name in _LIBRARIES},
        },
        learnt_from=_learnt_from(open_store(own)),
    )


def _before(out: Path, recipe: str) -> Mapping[str, Any]:
    """What an earlier session's report of the same recipe says of the training.

    A session that only goes over what is finished takes less time and memory than the others did.
    """
    path = out / REPORT_NAME
    if not path.is_file():
        return {}
    with explained(str(path), "read"):
        text = path.read_text(encoding="utf-8")
    try:
        training = dict(json.loads(text)["training"])
    except (ValueError, KeyError, TypeError):  # it is written anew in any case
        return {}
    return training if training.get("recipe") == recipe else {}


def _learnt_from(store: Store) -> LearntFrom:
    uids: set[str] = set()
    questions = 0
    for name in question_parts(store):
        with open_part(store, name) as part:
            for batch in part.iter_batches(_BATCH_ROWS, columns=["split", "asset_uids"]):
                shown = [row["asset_uids"] for row in batch.to_pylist() if row["split"] == "train"]
                questions += len(shown)
                uids.update(uid for each in shown for uid in each)
    licences: Counter[str] = Counter()
    with open_part(store, ASSETS_NAME) as part:
        for batch in part.iter_batches(_BATCH_ROWS, columns=["asset_uid", "licence"]):
            licences.update(
                row["licence"] or "unknown" for row in batch.to_pylist() if row["asset_uid"] in uids
            )
    return LearntFrom(
        run=store.location.rstrip("/").rsplit("/", 1)[-1],
        questions=questions,
        objects=len(uids),
        licences=dict(licences.most_common()),
        attribution=attribution_of(store, uids),
    )

"""What a training learns from: a run's questions, and others blended in by their share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from tqdm import tqdm

from viewpoint_gen.dataset.export.items import COLUMNS, gives_reasons, item_of
from viewpoint_gen.dataset.export.selection import Selection, mask_of
from viewpoint_gen.dataset.questions import ShownImage, fingerprints_of, questions_with_images
from viewpoint_gen.errors import RecipeError
from viewpoint_gen.geometry.frames import Indices
from viewpoint_gen.recipe import fingerprint_of
from viewpoint_gen.seeding import rng_for
from viewpoint_gen.storage import Store, open_store
from viewpoint_gen.training.cache import Cache, CacheWriter, open_cache
from viewpoint_gen.training.config import DataConfig
from viewpoint_gen.training.mixes import MixFiles
from viewpoint_gen.training.rows import Drawn

_LAYOUT: Final = 2
"""Of a cache; another number makes it anew."""


@dataclass(frozen=True)
class TrainingData:
    """All that is learnt from, on this machine.

    Attributes:
        run: the run's own questions for training.
        mixes: other questions, each with its share of the items drawn.
        dev: questions of the run's validation split; None: it has none, or none were asked for.
        fingerprint: of the run's questions, which of them, and the mixes.
    """

    run: Cache
    mixes: tuple[tuple[Cache, float], ...]
    dev: Cache | None
    fingerprint: str

    def supervised(self, config: DataConfig, *, seed: int) -> list[Drawn]:
        """One epoch of items: as many as the run has questions, and of each mix its share.

        A family or a mix is drawn from without repetition as long as it lasts. The style of an
        item, direct or with reasons, depends on its id alone.
        """
        sources = [(self.run, _balanced(self.run.items["family"], config.balance, seed))]
        total = len(self.run) / (1.0 - sum(share for _, share in self.mixes))
        for cache, share in self.mixes:
            name = cache.folder.name
            sources.append((cache, _drawn(len(cache), round(total * share), seed, name)))
        return [
            row for cache, numbers in sources for row in in_style(cache, numbers, config.cot_share)
        ]


def in_style(cache: Cache, numbers: Indices, thinking_share: float) -> list[Drawn]:
    """Some questions; a share of them, told by their ids, to be answered with their reasons."""
    ids = cache.items.select(numbers)["id"]
    return [
        Drawn(cache, int(number), gives_reasons(name, thinking_share))
        for number, name in zip(numbers, ids, strict=True)
    ]


def prepare_data(run: str, config: DataConfig, folder: Path, *, dev_items: int) -> TrainingData:
    """Bring a run's questions, and those of the mixes, onto this machine; once.

    Args:
        run: directory or fsspec URL.
        folder: of the caches; what was made of the same data is used again.
        dev_items: most questions of the validation split.

    Raises:
        RunIncomplete: the run has no questions, or another version of viewgen wrote them.
        RecipeError: no question is for training, or a mix isn't in a schema that is known.
        StorageError: something can't be read or written.
    """
    store = open_store(run)
    about = fingerprints_of(store)
    train = Selection(splits=("train",), families=config.families, limit=config.limit)
    held_out = Selection(splits=("validation",), families=config.families, limit=dev_items or None)
    mixes = [(MixFiles.at(mix.path), mix.share) for mix in config.mixes]
    selected = about | {"train": asdict(train), "mixes": [[f.digest, share] for f, share in mixes]}
    return TrainingData(
        run=_cached(store, train, folder / "train", about),
        mixes=tuple(
            (files.cached(folder / f"mix-{number}"), share)
            for number, (files, share) in enumerate(mixes)
        ),
        dev=_dev(store, held_out, folder / "validation", about) if dev_items else None,
        fingerprint=fingerprint_of(selected),
    )


def _dev(store: Store, selection: Selection, folder: Path, about: dict[str, Any]) -> Cache | None:
    try:
        return _cached(store, selection, folder, about)
    except RecipeError:  # a small run may hold nothing out
        return None


def _cached(store: Store, selection: Selection, folder: Path, about: dict[str, Any]) -> Cache:
    key = fingerprint_of(about | {"layout": _LAYOUT, "selection": asdict(selection)})
    found = open_cache(folder, key)
    if found is None:
        chosen, count = mask_of(store, selection)
        rows = questions_with_images(store, COLUMNS, chosen)
        with CacheWriter(folder, key) as writer:
            for row, images in tqdm(
                rows, total=count, desc=f"reading {folder.name}", unit="question", disable=None
            ):
                writer.add(
                    cached_row(row, images), [(bytes.fromhex(i.sha256), i.data) for i in images]
                )
        found = open_cache(folder, key)
    assert found is not None  # it was written just now
    return found


def cached_row(row: dict[str, Any], images: list[ShownImage]) -> dict[str, Any]:
    """A row of the questions table as a cache holds it: asked for its answer, and for reasons."""
    direct = item_of(row, images, reasons_share=0.0)
    reasoned = item_of(row, images, reasons_share=1.0)
    return {
        "id": row["id"],
        "family": row["family"],
        "prompt": direct.prompt,
        "reply": direct.reply,
        "reasoned_prompt": reasoned.prompt,
        "reasoned_reply": reasoned.reply,
        "grading": direct.grading,
        "views": row["image_ids"],
    }


def _balanced(families: Sequence[str], balance: float, seed: int) -> Indices:
    """Places of as many questions as there are, families drawn as ``DataConfig.balance`` says."""
    names, family = np.unique(np.asarray(families), return_inverse=True)
    often = np.bincount(family, minlength=len(names))
    ends = np.cumsum(often ** (1.0 - balance))
    wanted = np.diff(np.round(ends / ends[-1] * len(family)).astype(int), prepend=0)
    return np.concatenate(
        [
            np.flatnonzero(family == place)[_drawn(often[place], wanted[place], seed, name)]
            for place, name in enumerate(names)
        ]
    )


def _drawn(count: int, wanted: int, seed: int, name: str) -> Indices:
    """(wanted,) numbers below ``count``: whole passes, then a part of one, each shuffled anew."""
    return np.concatenate(list(_passes(count, wanted, seed, name)) or [np.zeros(0, np.int64)])


def _passes(count: int, wanted: int, seed: int, name: str) -> Iterator[Indices]:
    for number in range(-(-wanted // count)):
        order = rng_for(seed, "mix", name, number).permutation(count)
        yield order[: min(count, wanted - number * count)].astype(np.int64)

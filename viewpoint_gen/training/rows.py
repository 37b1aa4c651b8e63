"""Cached questions as the rows that TRL's trainers take, made when they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from datasets import Dataset

from viewpoint_gen.models.chat import messages_of
from viewpoint_gen.training.cache import Cache


class Drawn(NamedTuple):
    """A question in one style."""

    cache: Cache
    number: int
    reasoned: bool


def dataset_of(drawn: Sequence[Drawn], *, completions: bool) -> Dataset:
    """Rows in that order: ``id``, ``family``, ``prompt``, ``images`` and ``grading``.

    Args:
        completions: with ``completion``, for supervised training.
    """
    caches = list({id(row.cache): row.cache for row in drawn}.values())
    places = {id(cache): place for place, cache in enumerate(caches)}
    columns = {
        "source": np.array([places[id(row.cache)] for row in drawn], np.int32),
        "number": np.array([row.number for row in drawn], np.int64),
        "reasoned": np.array([row.reasoned for row in drawn], np.bool_),
    }
    return Dataset.from_dict(columns).with_transform(_RowsOf(caches, completions))


class _RowsOf:
    """Turns places into rows; pickled with the paths of the caches only."""

    def __init__(self, caches: Sequence[Cache], completions: bool) -> None:
        self._caches = list(caches)
        self._completions = completions

    def __call__(self, places: dict[str, list[Any]]) -> dict[str, list[Any]]:
        rows = [
            self._row(self._caches[source], number, reasoned=reasoned)
            for source, number, reasoned in zip(
                places["source"], places["number"], places["reasoned"], strict=True
            )
        ]
        return {name: [row[name] for row in rows] for name in rows[0]}

    def _row(self, cache: Cache, number: int, *, reasoned: bool) -> dict[str, Any]:
        item = cache.items[int(number)]
        prompt, reply = text_of(item, reasoned=reasoned)
        row = {
            "id": item["id"],
            "family": item["family"],
            "prompt": messages_of(prompt),
            "images": cache.images(item["pictures"]),
            "grading": item["grading"],
        }
        if self._completions:
            said = [{"type": "text", "text": reply}]
            row["completion"] = [{"role": "assistant", "content": said}]
        return row


def text_of(item: dict[str, Any], *, reasoned: bool) -> tuple[str, str]:
    """Prompt and reply of a cached item in a style; direct where it has no reasons."""
    if reasoned and item["reasoned_prompt"] is not None:
        return item["reasoned_prompt"], item["reasoned_reply"]
    return item["prompt"], item["reply"]

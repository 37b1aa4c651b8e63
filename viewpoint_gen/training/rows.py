"""Cached questions as the rows that TRL's trainers take, made when they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any, Final, NamedTuple

import numpy as np
from datasets import Dataset

from viewpoint_gen.geometry.frames import Indices
from viewpoint_gen.models.chat import messages_of, reply_message
from viewpoint_gen.training.cache import Cache

_AT_ONCE: Final = 4096
_LONGER_THAN_ANY_TEXT: Final = 1_000_000


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
            row["completion"] = [reply_message(reply)]
        return row


def text_of(item: dict[str, Any], *, reasoned: bool) -> tuple[str, str]:
    """Prompt and reply of a cached item in a style; direct where it has no reasons."""
    if reasoned and item["reasoned_prompt"] is not None:
        return item["reasoned_prompt"], item["reasoned_reply"]
    return item["prompt"], item["reply"]


def lengths_of(drawn: Sequence[Drawn], tokenizer: Any) -> Indices:
    """(N,) what sorts questions by length: images first, which are most tokens, then text."""
    lengths: list[int] = []
    for _, same in groupby(drawn, key=lambda row: id(row.cache)):
        rows = list(same)
        for start in range(0, len(rows), _AT_ONCE):
            lengths += _lengths(rows[start : start + _AT_ONCE], tokenizer)
    return np.array(lengths, dtype=np.int64)


def _lengths(rows: Sequence[Drawn], tokenizer: Any) -> list[int]:
    items = rows[0].cache.items.select([row.number for row in rows]).to_list()
    texts = [
        "".join(text_of(item, reasoned=row.reasoned)) for item, row in zip(items, rows, strict=True)
    ]
    return [
        len(item["pictures"]) * _LONGER_THAN_ANY_TEXT + len(tokens)
        for item, tokens in zip(items, tokenizer(texts)["input_ids"], strict=True)
    ]

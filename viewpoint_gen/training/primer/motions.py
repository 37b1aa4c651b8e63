"""The true motions between the pictures of a run's questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any, Final

import numpy as np

from viewpoint_gen.dataset.shards import iterate_batches
from viewpoint_gen.geometry.camera import Camera
from viewpoint_gen.geometry.frames import Array, Indices
from viewpoint_gen.models.tower.motion import motion_between
from viewpoint_gen.seeding import rng_for
from viewpoint_gen.storage import Store
from viewpoint_gen.training.cache import Cache

MOST_QUESTIONS: Final = 60_000
"""That lessons are drawn from; a large run's others are worded no differently."""

_COLUMNS: Final = (
    "view_id",
    "world_from_camera",
    "intrinsics",
    "object_turn_rad",
    "width_px",
    "height_px",
)


def sampled(items: int) -> Indices:
    """Places of the questions that lessons are drawn from, ascending."""
    return np.sort(rng_for(0, "questions").permutation(items)[:MOST_QUESTIONS])


@dataclass(frozen=True)
class _Pose:
    """What a view says of its camera, and of the object before it."""

    camera: Camera
    object_turn_rad: float

    @classmethod
    def of(cls, row: dict[str, Any]) -> _Pose:
        camera = Camera(
            np.array(row["world_from_camera"]),
            np.array(row["intrinsics"]),
            row["width_px"],
            row["height_px"],
        )
        return cls(camera, row["object_turn_rad"])


class TrueMotions:
    """Motions between views of a run.

    Args:
        store: of the run; its cameras are read when they are first asked for.
        cache: of its questions; only the sampled ones' views are known.
    """

    def __init__(self, store: Store, cache: Cache) -> None:
        self._store, self._cache = store, cache
        self._between = lru_cache(maxsize=None)(self._compute)

    def of_sample(self, views: Sequence[str]) -> list[Array]:
        """The motions (Q,) between neighbours, see ``models.tower.motion``; nan: undefined."""
        return [self._between(*pair) for pair in pairwise(views)]

    def _compute(self, view_1: str, view_2: str) -> Array:
        one, two = self._poses[view_1], self._poses[view_2]
        return motion_between(one.camera, two.camera, one.object_turn_rad, two.object_turn_rad)

    @cached_property
    def _poses(self) -> dict[str, _Pose]:
        asked = self._cache.items.select(sampled(len(self._cache)))["views"]
        wanted = {view for views in asked for view in views or ()}
        return {
            row["view_id"]: _Pose.of(row)
            for batch in iterate_batches(self._store, "views", columns=_COLUMNS)
            for row in batch.to_pylist()
            if row["view_id"] in wanted
        }

"""Questions whose answer hangs on what can't be seen: the object looks the same from elsewhere.

From the ring of small pictures (``records.Ring``) follows, for each view, which turns of its
camera about the object's vertical give a picture that looks the same. Every choice of one such
turn per view is another *reading* of the two pictures, with the same pixels and other cameras.

The rule. A reading leaves the answer standing if it gives the same one; for a direction also if it
could not be asked (too small, too far round) but the deciding number points the same way; for a
size, if it is about as large (``Family.stands``). Any other reading makes the question
``confusable``: it gives another answer, or "not at all" turns out to be a motion.

Which readings there are:

- Nothing behind the object tells the motion: every choice of two turns. Most families see only the
  turn of camera 2 against camera 1. Those in the object's own frame see both, since a turn of both
  is a step from another side.
- What moved is asked: the object may have turned by more or less than it did.
- A static backdrop (ground, environment) shows the cameras' motion, so that families in all other
  frames have no other reading. In the object's own frame the object may still stand another way
  round: both cameras turned by the same angle.

Between two pictures of the ring the more alike of both neighbours counts. Rings differ in how many
pictures they have: those of five or seven equal sides have as many.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from viewpoint_gen.errors import RunIncomplete
from viewpoint_gen.geometry.frames import Array, wrap_each_rad
from viewpoint_gen.geometry.pose import turn_about_up
from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.facts import Facts, matrices_of, numbers_of, object_frame
from viewpoint_gen.qa.families.family import Family, Verdicts
from viewpoint_gen.records import Ring

Rows = NDArray[np.int64]

OBJECT_FRAME = "object"
"""The frame in which a turn of both cameras together matters."""


@dataclass(frozen=True)
class Reading:
    """Cameras that would give the same two pictures.

    Attributes:
        turn_1_rad: of camera 1 about the object's vertical, > 0: counter-clockwise.
        turn_2_rad: of camera 2.
        object_turn_rad: of the object in view 2, on top of its own; the cameras stay.
        ratio: (N,) how much the pictures differ, in units of their noise: the worse of the two.
    """

    turn_1_rad: float
    turn_2_rad: float
    ratio: Array
    object_turn_rad: float = 0.0


@dataclass(frozen=True)
class Turns:
    """The pairs whose assets' rings have K pictures, and how theirs differ from turned ones.

    Attributes:
        rows: (M,) which pairs.
        ratios_1: (M, K) of view 1 against its camera turned by k / K of a full turn.
        ratios_2: the same of view 2.
    """

    rows: Rows
    ratios_1: Array
    ratios_2: Array

    @property
    def angles_rad(self) -> Array:
        """(K,) from 0."""
        steps = self.ratios_1.shape[1]
        return np.asarray(2.0 * np.pi * np.arange(steps) / steps)

    @cached_property
    def _ratios_of_turns(self) -> Array:
        """(K, M) of camera 2 turned by so much against camera 1: the most alike of all ways to."""
        steps = self.ratios_1.shape[1]
        turned = (np.roll(self.ratios_2, -step, axis=1) for step in range(steps))
        return np.stack([np.maximum(self.ratios_1, two).min(axis=1) for two in turned])

    def readings(self, family: Family, static: NDArray[np.bool_]) -> Iterator[Reading]:
        """Every other reading of these pairs that a family could tell from the truth.

        Args:
            static: (M,) whether something behind the object stays put.
        """
        angles = self.angles_rad.tolist()
        if family.sees_object_turn:
            # an object turned one way shows what a camera turned the other way round it sees
            for step, angle in enumerate(angles[1:], start=1):
                yield Reading(0.0, 0.0, self.ratios_2[:, -step], angle)
        if family.frame != OBJECT_FRAME:
            for step, angle in enumerate(angles[1:], start=1):
                ratio = np.where(static, np.inf, self._ratios_of_turns[step])
                yield Reading(0.0, angle, ratio)
            return
        for step_1, turn_1 in enumerate(angles):
            for step_2, turn_2 in enumerate(angles):
                if step_1 or step_2:
                    worse = np.maximum(self.ratios_1[:, step_1], self.ratios_2[:, step_2])
                    ratio = worse if step_1 == step_2 else np.where(static, np.inf, worse)
                    yield Reading(turn_1, turn_2, ratio)


@dataclass(frozen=True)
class Lookalikes:
    """N pairs, and how their pictures would differ if the cameras stood elsewhere.

    Attributes:
        world_from_camera_1: (N, 4, 4).
        world_from_camera_2: (N, 4, 4).
        front_rad: (N,) azimuth of the object's front in view 1; nan: unknown.
        turns: one for each number of pictures that a ring has; together of every pair once.
    """

    world_from_camera_1: Array
    world_from_camera_2: Array
    front_rad: Array
    turns: tuple[Turns, ...]

    @classmethod
    def of(cls, pairs: pa.Table, rings: Mapping[str, Ring]) -> Lookalikes:
        """Look the pairs' assets up in the rings.

        Raises:
            RunIncomplete: an asset has pairs and no ring.
        """
        uids = pairs.column("asset_uid").combine_chunks().dictionary_encode()
        mine = [ring_of(uid, rings) for uid in uids.dictionary.to_pylist()]
        ring = np.asarray(uids.indices.to_numpy(zero_copy_only=False), dtype=np.int64)
        pose_1, pose_2 = (matrices_of(pairs, f"world_from_camera_{view}", 4) for view in (1, 2))
        azimuths = [
            numbers_of(pairs, f"azimuth_rad_{view}") - numbers_of(pairs, f"object_turn_rad_{view}")
            for view in (1, 2)
        ]
        front_rad = numbers_of(pairs, "front_azimuth_1_rad")
        return cls(pose_1, pose_2, front_rad, tuple(_turns_by_size(mine, ring, azimuths)))

    def readings(self, family: Family, static: NDArray[np.bool_]) -> Iterator[Reading]:
        """Every other reading that a family could tell from the truth."""
        for turns in self.turns:
            for reading in turns.readings(family, static[turns.rows]):
                ratio = np.full(len(static), np.inf)
                ratio[turns.rows] = reading.ratio
                yield replace(reading, ratio=ratio)

    def facts_of(self, facts: Facts, rows: Rows, reading: Reading) -> Facts:
        """Some pairs' facts under a reading; what turning about the vertical leaves stays."""
        turned_1 = turn_about_up(reading.turn_1_rad) @ self.world_from_camera_1[rows]
        turned_2 = turn_about_up(reading.turn_2_rad) @ self.world_from_camera_2[rows]
        centre_1, centre_2 = turned_1[:, :3, 3], turned_2[:, :3, 3]
        some = facts.take(rows)
        in_object: dict[str, Any] = object_frame(
            self.front_rad[rows], centre_1, centre_2, some.distance_1
        )
        step = np.einsum("nji,nj->ni", turned_1[:, :3, :3], centre_2 - centre_1)
        right, down, forward = (step / some.distance_1[:, None]).T
        turn_rad = reading.turn_2_rad - reading.turn_1_rad
        rotation = np.einsum("nji,njk->nik", turned_1[:, :3, :3], turned_2[:, :3, :3])
        cosine = (np.trace(rotation, axis1=1, axis2=2) - 1.0) / 2.0
        return replace(
            some,
            right_share=right,
            down_share=down,
            forward_share=forward,
            azimuth_rad=wrap_each_rad(some.azimuth_rad + turn_rad),
            heading_rad=wrap_each_rad(some.heading_rad + turn_rad),
            object_turn_rad=wrap_each_rad(some.object_turn_rad + reading.object_turn_rad),
            step_share=np.linalg.norm(step, axis=1) / some.distance_1,
            rotation_rad=np.arccos(np.clip(cosine, -1.0, 1.0)),
            **in_object,
        )


def refuse_confusable(
    verdicts: Verdicts, family: Family, facts: Facts, lookalikes: Lookalikes, config: QaConfig
) -> None:
    """``confusable``: the pictures have another reading, and it has another answer."""
    found = np.zeros(len(facts), dtype=bool)
    turns = ("turn_1_rad", "turn_2_rad", "object_turn_rad")
    numbers = {name: np.full(len(facts), np.nan) for name in (*turns, "ratio")}
    limit = config.confusable_most_ratio
    for reading in lookalikes.readings(family, facts.static_backdrop):
        rows = np.flatnonzero((reading.ratio <= limit) & (verdicts.option >= 0) & ~found)
        if not len(rows):
            continue
        other = Verdicts.open_for(len(rows))
        family.decide(other, lookalikes.facts_of(facts, rows, reading), config)
        fallen = rows[~family.stands(verdicts.take(rows), other)]
        found[fallen] = True
        for name in turns:
            numbers[name][fallen] = getattr(reading, name)
        numbers["ratio"][fallen] = reading.ratio[fallen]
    verdicts.withdraw("confusable", found, numbers | {"limit": np.full(len(facts), limit)})


def ring_of(uid: str, rings: Mapping[str, Ring]) -> Ring:
    """An asset's ring.

    Raises:
        RunIncomplete: it has none.
    """
    if uid not in rings:
        msg = f"asset {uid} has pairs and no row in rings; render the run again"
        raise RunIncomplete(msg)
    return rings[uid]


def _turns_by_size(
    rings: Sequence[Ring], ring: Rows, azimuths_rad: Sequence[Array]
) -> Iterator[Turns]:
    """Sort pairs by how many pictures their rings have.

    Args:
        rings: of A assets.
        ring: (N,) which one is a pair's.
        azimuths_rad: of views 1 and 2, (N,) each, as ``_from_azimuth`` takes them.
    """
    sizes = np.array([each.azimuths for each in rings], dtype=np.int64)
    for size in np.unique(sizes):
        ratios = np.stack([each.ratios for each in rings if each.azimuths == size])
        place = np.cumsum(sizes == size) - 1
        rows = np.flatnonzero(sizes[ring] == size)
        views = (_from_azimuth(ratios, place[ring[rows]], each[rows]) for each in azimuths_rad)
        yield Turns(rows, *views)


def _from_azimuth(ratios: Array, ring: Rows, azimuth_rad: Array) -> Array:
    """(N, K) ratios between a view from an azimuth and views turned from there.

    Args:
        ratios: (A, K, K) of the rings.
        ring: (N,) which one.
        azimuth_rad: (N,) of the camera about the object as the object stands; nan at a pole,
            where nothing is asked.
    """
    steps = ratios.shape[1]
    before = np.floor(np.nan_to_num(azimuth_rad) / (2.0 * np.pi) * steps).astype(np.int64)
    turn = np.arange(steps)
    found = np.full((len(ring), steps), np.inf)
    for place in (before, before + 1):
        here, there = place % steps, (place[:, None] + turn) % steps
        found = np.minimum(found, ratios[ring[:, None], here[:, None], there])
    return found

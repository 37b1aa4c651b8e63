"""Questions whose answer hangs on what can't be seen: the object looks the same from elsewhere.

From the ring of small pictures (``records.Ring``) follows, for each view, which turns of its
camera about the object's axis give a picture that looks the same. Every choice of one such
turn per view is another *reading* of the two pictures, with the same pixels and other cameras.
The axis is the vertical that the ring's cameras went round; it turns with the object.

The rule. A reading leaves the answer standing if it gives the same one; for a direction also if it
could not be asked (too small, too far round) but the deciding number points the same way; for a
size, if it is about as large (``Family.stands``). Any other reading makes the question
``confusable``: it gives another answer, or "not at all" is no longer within its limit.

Which readings there are:

- Nothing behind the object tells the motion: every choice of two turns. Where the axis runs through
  the origin, most families see only the turn of camera 2 against camera 1. Those in the object's
  own frame see both, since a turn of both is a step from another side.
- Where it does not (an odd number of equal sides: the origin is the bounding box's middle), all
  see both: a camera that is turned about the axis is nearer to the origin, or farther from it.
- What moved is asked: the object may have turned by more or less than it did.
- A static backdrop (ground, environment) shows the cameras' motion. The object may still stand
  another way round: both cameras turned by the same angle, for those that see both turns.
- What is asked about the object's surface sees only the turn of camera 2 against camera 1.

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
"""The frame in which a turn of both cameras together always matters."""

SURFACE_FRAME = "surface"
"""The frame in which it never does."""


@dataclass(frozen=True)
class Reading:
    """Cameras that would give the same two pictures.

    Attributes:
        turn_1_rad: of camera 1 about the object's axis, > 0: counter-clockwise.
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
    """Pairs whose assets' rings have K pictures, and how theirs differ from turned ones.

    Attributes:
        rows: (M,) which pairs.
        centred: whether the axis of the turns runs through the origin.
        ratios_1: (M, K) of view 1 against its camera turned by k / K of a full turn.
        ratios_2: the same of view 2.
    """

    rows: Rows
    centred: bool
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
        if family.frame == SURFACE_FRAME or (self.centred and family.frame != OBJECT_FRAME):
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
        axis_1: (N, 2) where the axis of the turns stands in the world of view 1.
        axis_2: the same in view 2.
        front_rad: (N,) azimuth of the object's front in view 1; nan: unknown.
        turns: one for each number of pictures that a ring has, and for axes through the origin and
            off it; together of every pair that may have another reading once.
    """

    world_from_camera_1: Array
    world_from_camera_2: Array
    axis_1: Array
    axis_2: Array
    front_rad: Array
    turns: tuple[Turns, ...]

    @classmethod
    def of(
        cls, pairs: pa.Table, rings: Mapping[str, Ring], *, most_ratio: float = np.inf
    ) -> Lookalikes:
        """Look the pairs' assets up in the rings.

        Args:
            most_ratio: pairs whose views differ by more from all turned ones have no reading.

        Raises:
            RunIncomplete: an asset has pairs and no ring.
        """
        uids = pairs.column("asset_uid").combine_chunks().dictionary_encode()
        mine = [ring_of(uid, rings) for uid in uids.dictionary.to_pylist()]
        ring = np.asarray(uids.indices.to_numpy(zero_copy_only=False), dtype=np.int64)
        middles = np.array([each.middle_world for each in mine]).reshape(-1, 2)[ring]
        (pose_1, axis_1, azimuth_1), (pose_2, axis_2, azimuth_2) = (
            _stood(pairs, view, middles) for view in (1, 2)
        )
        return cls(
            world_from_camera_1=pose_1,
            world_from_camera_2=pose_2,
            axis_1=axis_1,
            axis_2=axis_2,
            front_rad=numbers_of(pairs, "front_azimuth_1_rad"),
            turns=tuple(_turns_by_ring(mine, ring, (azimuth_1, azimuth_2), most_ratio)),
        )

    def readings(self, family: Family, static: NDArray[np.bool_]) -> Iterator[Reading]:
        """Every other reading that a family could tell from the truth."""
        for turns in self.turns:
            for reading in turns.readings(family, static[turns.rows]):
                ratio = np.full(len(static), np.inf)
                ratio[turns.rows] = reading.ratio
                yield replace(reading, ratio=ratio)

    def facts_of(self, facts: Facts, rows: Rows, reading: Reading) -> Facts:
        """Some pairs' facts under a reading; what turning about a vertical leaves stays."""
        some = facts.take(rows)
        pose_1 = _turned(self.world_from_camera_1[rows], self.axis_1[rows], reading.turn_1_rad)
        pose_2 = _turned(self.world_from_camera_2[rows], self.axis_2[rows], reading.turn_2_rad)
        centre_1, centre_2 = pose_1[:, :3, 3], pose_2[:, :3, 3]
        seen: dict[str, Any] = _seen_from(pose_1, 1) | _seen_from(pose_2, 2)
        distance_1, distance_2 = seen["distance_1"], seen["distance_2"]
        in_object: dict[str, Any] = object_frame(
            self.front_rad[rows], centre_1, centre_2, distance_1
        )
        step = np.einsum("nji,nj->ni", pose_1[:, :3, :3], centre_2 - centre_1)
        right, down, forward = (step / distance_1[:, None]).T
        rotation = np.einsum("nji,njk->nik", pose_1[:, :3, :3], pose_2[:, :3, :3])
        cosine = (np.trace(rotation, axis1=1, axis2=2) - 1.0) / 2.0
        around = _azimuths(centre_2) - _azimuths(centre_1)
        turn_rad = reading.turn_2_rad - reading.turn_1_rad
        return replace(
            some,
            right_share=right,
            down_share=down,
            forward_share=forward,
            rise_share=(centre_2[:, 2] - centre_1[:, 2]) / distance_1,
            azimuth_rad=np.where(np.isnan(some.azimuth_rad), np.nan, wrap_each_rad(around)),
            elevation_rad=seen["elevation_rad_2"] - seen["elevation_rad_1"],
            ln_distance_ratio=np.log(distance_2 / distance_1),
            heading_rad=wrap_each_rad(some.heading_rad + turn_rad),
            object_turn_rad=wrap_each_rad(some.object_turn_rad + reading.object_turn_rad),
            step_share=np.linalg.norm(step, axis=1) / distance_1,
            rotation_rad=np.arccos(np.clip(cosine, -1.0, 1.0)),
            **seen,
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


def _turns_by_ring(
    rings: Sequence[Ring], ring: Rows, azimuths_rad: tuple[Array, Array], most_ratio: float
) -> Iterator[Turns]:
    """Sort pairs by how many pictures their rings have, and by whether those went round the origin.

    Args:
        rings: of A assets.
        ring: (N,) which one is a pair's.
        azimuths_rad: of views 1 and 2, (N,) each, as ``_from_azimuth`` takes them.
        most_ratio: as of ``Lookalikes.of``.
    """
    kinds = [(each.azimuths, not any(each.middle_world)) for each in rings]
    for kind in sorted(set(kinds)):
        mine = np.array([each == kind for each in kinds])
        ratios = np.stack(
            [each.ratios for each, is_mine in zip(rings, mine, strict=True) if is_mine]
        )
        place = np.cumsum(mine) - 1
        rows = np.flatnonzero(mine[ring])
        one, two = (_from_azimuth(ratios, place[ring[rows]], each[rows]) for each in azimuths_rad)
        alike = np.minimum(one[:, 1:], two[:, 1:]).min(axis=1) <= most_ratio
        if alike.any():
            yield Turns(rows[alike], kind[1], one[alike], two[alike])


def _from_azimuth(ratios: Array, ring: Rows, azimuth_rad: Array) -> Array:
    """(N, K) ratios between a view from an azimuth and views turned from there.

    Args:
        ratios: (A, K, K) of the rings.
        ring: (N,) which one.
        azimuth_rad: (N,) of the camera about the ring's middle, from the unturned object's +X.
    """
    steps = ratios.shape[1]
    before = np.floor(azimuth_rad / (2.0 * np.pi) * steps).astype(np.int64)
    turn = np.arange(steps)
    found = np.full((len(ring), steps), np.inf)
    for place in (before, before + 1):
        here, there = place % steps, (place[:, None] + turn) % steps
        found = np.minimum(found, ratios[ring[:, None], here[:, None], there])
    return found


def _stood(pairs: pa.Table, view: int, middles: Array) -> tuple[Array, Array, Array]:
    """A view's cameras, the axes as the objects stand in it, and the azimuths about these.

    Args:
        middles: (N, 2) of the rings.

    Returns:
        (N, 4, 4), (N, 2), and (N,) as ``_from_azimuth`` takes them.
    """
    stood_rad = numbers_of(pairs, f"object_turn_rad_{view}")
    axis = _each_turned(middles, stood_rad)
    pose = matrices_of(pairs, f"world_from_camera_{view}", 4)
    return pose, axis, _azimuths(pose[:, :2, 3] - axis) - stood_rad


def _each_turned(points: Array, angle_rad: Array) -> Array:
    """(N, 2) points turned about the origin, each by its own angle."""
    cosine, sine = np.cos(angle_rad), np.sin(angle_rad)
    x, y = points.T
    return np.stack([cosine * x - sine * y, sine * x + cosine * y], axis=1)


def _turned(world_from_camera: Array, axis: Array, angle_rad: float) -> Array:
    """(N, 4, 4) cameras turned by one angle, each about the vertical through its own (N, 2)."""
    turn = turn_about_up(angle_rad)
    turned = turn @ world_from_camera
    turned[:, :2, 3] += axis - axis @ turn[:2, :2].T
    return np.asarray(turned)


def _azimuths(centre: Array) -> Array:
    return np.asarray(np.arctan2(centre[:, 1], centre[:, 0]))


def _seen_from(world_from_camera: Array, view: int) -> dict[str, Array]:
    """Where the origin lies as seen from cameras (N, 4, 4): the facts of one view."""
    centre = world_from_camera[:, :3, 3]
    right, down, forward = -np.einsum("nji,nj->in", world_from_camera[:, :3, :3], centre)
    return {
        f"distance_{view}": np.linalg.norm(centre, axis=1),
        f"elevation_rad_{view}": np.arctan2(centre[:, 2], np.hypot(centre[:, 0], centre[:, 1])),
        f"bearing_right_rad_{view}": np.arctan2(right, forward),
        f"bearing_down_rad_{view}": np.arctan2(down, forward),
    }

"""Whether two images show one object, or two of one category.

The views of one visit share backdrop and light, so that "the same" must come from two visits to one
asset, and "another" from two visits to two assets. Two assets A and B of one category, and of one
split, are a **couple**; two views of A, one from each of two visits, and two such views of B are a
**quad**. A quad is asked four times:

- the same: A's first with A's second, B's first with B's second;
- another: A's first with B's second, B's first with A's second.

So each image stands as often, and in the same place, in either answer. The four are kept or
dropped together. All four views show the same side: their azimuths about the object as it stands
(its front, where both fronts are known, else its file's own axes) lie within ``same_side_most_deg``
of each other, and so do their height angles, so that what tells two objects apart can be seen.

Copies of one mesh (equal ``Ring.shape_key``) are never two objects. A category of one asset can
only be "the same" and isn't asked about. Couples are made within a block of pairs, each asset with
a few others; no two images are shown twice. Value: by how much the sides seen differ, in radians.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Final

import numpy as np

from viewpoint_gen.geometry.frames import Array, Bools, Indices, wrap_each_rad
from viewpoint_gen.qa import confusable, cues
from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.families.family import Verdicts
from viewpoint_gen.qa.families.gathered import Barren, GatheredFamily, Items, Leg, Strings
from viewpoint_gen.qa.views import Views, Visit
from viewpoint_gen.records import Ring
from viewpoint_gen.seeding import rng_for, seed_for

SAME, ANOTHER = 0, 1

_SHOWN: Final = ((0, 1), (2, 3), (0, 3), (2, 1))
"""Which views of a quad (A's first and second, B's first and second) its four questions show."""

_PARTNERS: Final = 4
"""Assets behind it in a drawn order that an asset is held against."""

_ROLES: Final = ("same_1", "same_2", "another_1", "another_2")


_MOST_VISITS: Final = 4
"""Of an asset that are looked through: with two assets it is the square of them."""


@dataclass(frozen=True)
class _Sides:
    """Which side of its object each of V views shows; angles in radians.

    Attributes:
        of_front: azimuth from the object's front; nan: unknown.
        of_file: azimuth in the file's own axes, as the object stands.
        elevation: height angle.
    """

    of_front: Array
    of_file: Array
    elevation: Array

    @classmethod
    def of(cls, views: Views) -> _Sides:
        azimuth = views.numbers("azimuth_rad")
        return cls(
            wrap_each_rad(azimuth - views.numbers("front_azimuth_rad")),
            wrap_each_rad(azimuth - views.numbers("object_turn_rad")),
            views.numbers("elevation_rad"),
        )

    def apart_rad(self, one: Indices, two: Indices) -> Array:
        """Signed difference in azimuth between the sides that views show; shapes broadcast."""
        by_front = self.of_front[two] - self.of_front[one]
        by_file = self.of_file[two] - self.of_file[one]
        return wrap_each_rad(np.where(np.isnan(by_front), by_file, by_front))

    def alike(self, ones: Indices, others: Indices, most_rad: float) -> Bools:
        """(N, M) whether two views show about the same side."""
        one, two = ones[:, None], others[None, :]
        near = np.abs(self.apart_rad(one, two)) <= most_rad
        near &= np.abs(self.elevation[two] - self.elevation[one]) <= most_rad
        return np.asarray(near)

    def twins(self, visits: Sequence[Indices], most_rad: float) -> Indices:
        """(T, 2) views of about the same side from two visits, one right after the other."""
        found = [np.empty((0, 2), dtype=np.int64)]
        for ones, others in pairwise(visits):
            one, two = np.nonzero(self.alike(ones, others, most_rad))
            found.append(np.stack([ones[one], others[two]], axis=1))
        return np.concatenate(found)


@dataclass(frozen=True)
class _Candidate:
    """An asset that was visited more than once.

    Attributes:
        views: how many of them are usable.
        twins: (T, 2) views of about the same side from two visits.
        free: (T,) which of them weren't shown yet; changes.
    """

    uid: str
    shape_key: str
    views: int
    twins: Indices
    free: Bools


def _gather(views: Views, rings: Mapping[str, Ring], config: QaConfig, seed: int) -> Items:
    sides = _Sides.of(views)
    quads: list[Indices] = []
    names: Strings = []
    barren: list[Barren] = []
    ids = views.texts("view_id")
    groups = _groups(views, rings, sides, config)
    for group in groups.values():
        for first, second in _couples(group, seed):
            found = _quads(first, second, sides, config, seed)
            quads += [found]
            names += ["=".join(ids[row] for row in quad) for quad in found.tolist()]
            if not len(found):
                numbers = {"views": first.views + second.views}
                barren.append(Barren(f"{first.uid}={second.uid}", first.uid, numbers))
    barren += _alone(views, groups)
    every = np.concatenate([np.empty((0, 4), dtype=np.int64), *quads])
    images = np.stack([every[:, shown] for shown in _SHOWN], axis=1).reshape(-1, 2)
    return Items(
        images=images,
        unit=np.repeat(np.arange(len(every)), len(_SHOWN)),
        unit_names=names,
        roles=list(_ROLES) * len(every),
        legs={(0, 1): Leg.of(views, images[:, 0], images[:, 1])},
        facts={},
        shown={"apart_rad": sides.apart_rad(images[:, 0], images[:, 1])},
        barren=barren,
    )


def _groups(
    views: Views, rings: Mapping[str, Ring], sides: _Sides, config: QaConfig
) -> dict[tuple[str, str], list[_Candidate]]:
    """Assets of two visits and more, by category and split."""
    usable = views.usable(config)
    uids, categories = views.texts("asset_uid"), views.texts("category")
    visits: dict[str, list[Visit]] = {}
    for visit in views.visits:
        visits.setdefault(uids[visit.rows[0]], []).append(visit)
    groups: dict[tuple[str, str], list[_Candidate]] = {}
    for uid, mine in visits.items():
        rows = [visit.rows[usable[visit.rows]] for visit in mine]
        shown = tuple(each for each in rows if len(each))[:_MOST_VISITS]
        if len(shown) > 1:
            any_row = int(shown[0][0])
            key = confusable.ring_of(uid, rings).shape_key or uid
            group = groups.setdefault((categories[any_row], views.splits[any_row]), [])
            twins = sides.twins(shown, _most_rad(config))
            count = sum(len(each) for each in shown)
            group.append(_Candidate(uid, key, count, twins, np.ones(len(twins), dtype=bool)))
    return groups


def _alone(views: Views, groups: Mapping[tuple[str, str], list[_Candidate]]) -> list[Barren]:
    """Assets that can't be one of two: visited once, or without another of their category."""
    several = [group for group in groups.values() if len({one.shape_key for one in group}) > 1]
    coupled = {candidate.uid for group in several for candidate in group}
    uids = views.texts("asset_uid")
    visits = Counter(uids[visit.rows[0]] for visit in views.visits)
    return [Barren(uid, uid, {"visits": n}) for uid, n in visits.items() if uid not in coupled]


def _couples(group: Sequence[_Candidate], seed: int) -> Iterator[tuple[_Candidate, _Candidate]]:
    """Each asset with the next few in a drawn order, unless they are copies of it."""
    order = sorted(group, key=lambda each: seed_for(seed, "same_object", each.uid))
    for away in range(1, _PARTNERS + 1):
        for first, second in zip(order, order[away:], strict=False):
            if first.shape_key != second.shape_key:
                yield first, second


def _quads(
    first: _Candidate, second: _Candidate, sides: _Sides, config: QaConfig, seed: int
) -> Indices:
    """(Q, 4) some quads of a couple, of twins that are still free; they aren't any more then."""
    mine, its = np.flatnonzero(first.free), np.flatnonzero(second.free)
    one, two = _fitting(first.twins[mine], second.twins[its], sides, _most_rad(config))
    rng = rng_for(seed, "same_object", first.uid, second.uid)
    order = rng.permutation(len(one))
    chosen: list[list[int]] = []
    taken: set[tuple[int, int]] = set()
    for twins in zip(mine[one[order]].tolist(), its[two[order]].tolist(), strict=True):
        if len(chosen) == config.quads_per_couple:
            break
        if not (first.free[twins[0]] and second.free[twins[1]]):
            continue
        quad = [*first.twins[twins[0]].tolist(), *second.twins[twins[1]].tolist()]
        across = {(quad[a], quad[b]) for a, b in _SHOWN[2:]}
        if not across & taken:
            taken |= across
            first.free[twins[0]] = second.free[twins[1]] = False
            chosen.append(quad)
    return np.array(chosen, dtype=np.int64).reshape(-1, 4)


def _fitting(
    ones: Indices, others: Indices, sides: _Sides, most_rad: float
) -> tuple[Indices, Indices]:
    """(F,) which twins of one asset (T, 2) and of another show the same side, all four views."""
    near = np.ones((len(ones), len(others)), dtype=bool)
    for mine, its in product(ones.T, others.T):
        near &= sides.alike(mine, its, most_rad)
    first, second = np.nonzero(near)
    return first, second


def _most_rad(config: QaConfig) -> float:
    return float(np.deg2rad(config.same_side_most_deg))


def _judge(
    items: Items,
    rings: Mapping[str, Ring],  # noqa: ARG001
    config: QaConfig,
) -> Verdicts:
    verdicts = Verdicts.open_for(len(items))
    same = np.array([role.startswith("same") for role in items.roles], dtype=bool)
    verdicts.answer(SAME, same)
    verdicts.answer(ANOTHER, ~same)
    verdicts.value = items.shown["apart_rad"]
    verdicts.margin = _most_rad(config) - np.abs(verdicts.value)
    return verdicts


def _cues_of(
    items: Items,  # noqa: ARG001
    rows: Indices,  # noqa: ARG001
    answers: Verdicts,
    config: QaConfig,
    cuts: cues.Cuts,  # noqa: ARG001
) -> list[cues.Cue]:
    """How far apart the two sides are: no single image tells anything here by construction."""
    half = _most_rad(config) / 2.0
    far = (np.abs(answers.value) > half).astype(np.int64)
    return [cues.Cue("apart", far, 2, config.balance.image_gain, config.balance.slack_questions)]


FAMILY: Final = GatheredFamily(
    id="same_object",
    asks="whether two images show one object or two of one category",
    frame="surface",
    options=("same", "another"),
    unit="rad",
    other_axes=(),
    image_cues=(),
    needs="two assets of one category, not copies of one mesh, that were visited twice each and "
    "seen from about the same side",
    gather=_gather,
    judge=_judge,
    cues_of=_cues_of,
    says_still=False,
)

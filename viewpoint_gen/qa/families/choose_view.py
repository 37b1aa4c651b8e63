"""Which of four images shows the object after a motion from image 1.

A **set** is image 1 with four views to choose from, of one visit. It is asked four times, with the
same images in the same order and another motion each time, so that each of the four is right once:
who doesn't read the motion is at chance whatever the images show. The four are kept or dropped
together.

The motion is told as the change of azimuth, seen from above, where any two of the four lie
``candidates_least_deg`` apart round the object; else with the change of height angle, where they
lie as far apart in one of the two. Either way of telling holds for all four motions of a set, so
that what is told doesn't point at an image either. Views straight above one another are never in
one set.

What is left to guess by is the motion with the four views but without image 1: a view "higher"
than image 1 is most likely the highest. The answer key is therefore a candidate's place in the
round of the four, counter-clockwise from the widest gap between them, and the balance holds whoever
knows the motion, or which view is the highest, to its gain.

Refuses: ``confusable``, the whole set, if after turns under which image 1 and a candidate look the
same another candidate fits one of the motions. Value: ``azimuth_rad`` from image 1 to the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from viewpoint_gen.geometry.frames import Array, Bools, Indices, wrap_each_rad
from viewpoint_gen.qa import confusable, cues
from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.families.family import Form, Verdicts
from viewpoint_gen.qa.families.gathered import (
    Barren,
    GatheredFamily,
    Items,
    Leg,
    Strings,
    Ways,
    columns_of,
    tails_of,
    ways_of,
)
from viewpoint_gen.qa.views import Views
from viewpoint_gen.records import Ring
from viewpoint_gen.seeding import rng_for

CANDIDATES: Final = 4
LETTERS: Final = "ABCD"
_MOST_VIEWS: Final = 12
"""Of one visit that sets are drawn from: there are 3,960 ways to pick a set of 12."""

_PAIRS: Final = tuple(combinations(range(CANDIDATES), 2))
_LEGS: Final = tuple((0, place) for place in range(1, CANDIDATES + 1))

_AZIMUTH_EDGES_RAD: Final = np.deg2rad([-110.0, -70.0, -40.0, 0.0, 40.0, 70.0, 110.0])
_ASIDE: Final = "The height angle may have changed as well."
"""Said behind the question where only the motion round the object is told."""

_HEIGHT_LEAST_RAD: Final = float(np.deg2rad(5.0))
"""From where on a change of height angle may say which view it leads to."""


def _gather(
    views: Views,
    rings: Mapping[str, Ring],  # noqa: ARG001
    config: QaConfig,
    seed: int,
) -> Items:
    columns = columns_of(views, config)
    ids, uids = views.texts("view_id"), views.texts("asset_uid")
    shown: list[Indices] = []
    with_height: list[Bools] = []
    names: Strings = []
    barren: list[Barren] = []
    for visit in views.visits():
        rng = rng_for(seed, "choose_view", visit.name)
        ways = ways_of(views, visit, columns, config)
        sets, height = _sets(ways, rng, config)
        if not len(sets):
            numbers = {"views": len(visit.rows), "linked": int(np.triu(ways.linked).sum())}
            barren.append(Barren(visit.name, uids[visit.rows[0]], numbers))
        tails = tails_of(visit, [ids[row] for row in visit.rows.tolist()])
        for first, *others in sets.tolist():
            told = "+".join(tails[place] for place in others)
            names.append(f"{visit.name}.{tails[first]}>{told}")
        shown.append(visit.rows[sets])
        with_height.append(height)
    images = np.concatenate([np.empty((0, CANDIDATES + 1), dtype=np.int64), *shown])
    return _asked_of(
        views, images, np.concatenate([np.zeros(0, bool), *with_height]), names, barren
    )


def _asked_of(
    views: Views, images: Indices, with_height: Bools, names: Strings, barren: list[Barren]
) -> Items:
    """Four items for each set (U, 5), in the order of its candidates."""
    unit = np.repeat(np.arange(len(images)), CANDIDATES)
    legs = {(one, two): Leg.of(views, images[:, one], images[:, two], unit) for one, two in _LEGS}
    facts = {
        f"{name}_{letter}": leg.column(name)
        for letter, leg in zip(LETTERS, legs.values(), strict=True)
        for name in ("azimuth_rad", "elevation_rad")
    }
    return Items(
        images=images[unit],
        unit=unit,
        unit_names=names,
        roles=list(LETTERS) * len(images),
        legs=legs,
        facts=facts,
        shown={
            "answer": np.tile(np.arange(CANDIDATES, dtype=np.float64), len(images)),
            "with_height": with_height[unit].astype(np.float64),
        },
        barren=barren,
    )


def _sets(ways: Ways, rng: np.random.Generator, config: QaConfig) -> tuple[Indices, Bools]:
    """(S, 5) views of some sets of a visit, image 1 first; and whether height must be told."""
    least, most = np.deg2rad(config.sideways_least_deg), np.deg2rad(config.side_most_deg)
    size = np.abs(ways.azimuth_rad)
    apart_rad = np.deg2rad(config.candidates_least_deg)
    with np.errstate(invalid="ignore"):
        leads = (ways.linked > 0) & (size >= least) & (size <= most)
        apart = size >= apart_rad
        # one behind the other round the object, so that the round of the four has an order
        apart_at_all = apart | (
            (np.abs(ways.elevation_rad) >= apart_rad) & (size > np.deg2rad(config.still_most_deg))
        )
    some = np.sort(rng.permutation(len(size))[:_MOST_VIEWS])
    fours = np.array(list(combinations(some.tolist(), CANDIDATES)), dtype=np.int64)
    fours = fours.reshape(-1, CANDIDATES)
    if not len(fours):
        return np.empty((0, CANDIDATES + 1), dtype=np.int64), np.zeros(0, dtype=bool)
    by_azimuth, at_all = (
        np.logical_and.reduce([told[fours[:, one], fours[:, two]] for one, two in _PAIRS])
        for told in (apart, apart_at_all)
    )
    first, four = np.nonzero(leads[:, fours].all(axis=2) & at_all[None, :])
    chosen = np.sort(rng.permutation(len(first))[: config.sets_per_visit])
    first, four = first[chosen], four[chosen]
    shuffled = rng.permuted(fours[four], axis=1)
    sets = np.concatenate([first[:, None], shuffled], axis=1)
    return sets.astype(np.int64), ~by_azimuth[four]


@dataclass(frozen=True)
class _Motions:
    """The motions from image 1 to each of the four, for N items; (N, 4) each.

    Attributes:
        with_height: (N,) whether the height angle is told.
        answer: (N,) place of the right one.
    """

    azimuth_rad: Array
    elevation_rad: Array
    with_height: Bools
    answer: Indices

    @classmethod
    def of(cls, items: Items, rows: Indices) -> _Motions:
        azimuth, elevation = (
            np.stack([items.legs[leg].column(name)[rows] for leg in _LEGS], axis=1)
            for name in ("azimuth_rad", "elevation_rad")
        )
        return cls(
            azimuth,
            elevation,
            items.shown["with_height"][rows] > 0,
            items.shown["answer"][rows].astype(np.int64),
        )

    @property
    def rank(self) -> Indices:
        """(N, 4) place of each in the round of the four, from the widest gap on."""
        order = np.argsort(self.azimuth_rad, axis=1, kind="stable")
        ordered = np.take_along_axis(self.azimuth_rad, order, axis=1)
        before = (ordered - np.roll(ordered, 1, axis=1)) % (2.0 * np.pi)
        start = np.argmax(before, axis=1)
        place = np.argsort(order, axis=1, kind="stable")
        return np.asarray((place - start[:, None]) % CANDIDATES)

    @property
    def separation_rad(self) -> Array:
        """(N,) how far the right one is from the nearest other, in what is told."""
        others = np.abs(wrap_each_rad(self.azimuth_rad - self.of_answer(self.azimuth_rad)))
        height = np.abs(self.elevation_rad - self.of_answer(self.elevation_rad))
        others = np.where(self.with_height[:, None], np.maximum(others, height), others)
        others[np.arange(len(others)), self.answer] = np.inf
        return np.asarray(others.min(axis=1))

    def of_answer(self, values: NDArray[Any]) -> NDArray[Any]:
        """(N, 1) the right one's of (N, 4) values."""
        return np.take_along_axis(np.asarray(values), self.answer[:, None], axis=1)


def _judge(
    items: Items,
    rings: Mapping[str, Ring],
    config: QaConfig,
) -> Verdicts:
    verdicts = Verdicts.open_for(len(items))
    motions = _Motions.of(items, np.arange(len(items)))
    rank = motions.of_answer(motions.rank)[:, 0]
    for place in range(CANDIDATES):
        verdicts.answer(place, rank == place)
    verdicts.value = motions.of_answer(motions.azimuth_rad)[:, 0]
    verdicts.margin = motions.separation_rad - float(np.deg2rad(config.candidates_least_deg))
    _refuse_confusable(verdicts, items, motions, rings, config)
    return verdicts


def _refuse_confusable(
    verdicts: Verdicts,
    items: Items,
    motions: _Motions,
    rings: Mapping[str, Ring],
    config: QaConfig,
) -> None:
    """``confusable``: a candidate, seen as from elsewhere, fits a motion that leads to another."""
    found = np.zeros(len(items), dtype=bool)
    turn, ratio = np.full(len(items), np.nan), np.full(len(items), np.nan)
    least = float(np.deg2rad(config.candidates_least_deg))
    most_ratio = config.confusable_most_ratio
    asked_azimuth = motions.of_answer(motions.azimuth_rad)[:, 0]
    height = np.abs(motions.elevation_rad - motions.of_answer(motions.elevation_rad))
    for place, leg in enumerate(_LEGS):
        other = motions.answer != place
        as_high = ~motions.with_height | (height[:, place] < least)
        way = items.legs[leg]
        lookalikes = confusable.Lookalikes.of(way.table, rings, most_ratio=most_ratio)
        for reading in lookalikes.readings(FAMILY, way.facts.static_backdrop):
            turned_rad = reading.turn_2_rad - reading.turn_1_rad
            seen = motions.azimuth_rad[:, place] + turned_rad
            fits = np.abs(wrap_each_rad(seen - asked_azimuth)) < least
            alike = reading.ratio[way.row]
            fallen = other & as_high & fits & ~found & (alike <= most_ratio)
            found |= fallen
            turn[fallen], ratio[fallen] = turned_rad, alike[fallen]
    limit = np.full(len(items), most_ratio)
    verdicts.withdraw("confusable", found, {"turn_rad": turn, "ratio": ratio, "limit": limit})


def _cues_of(
    items: Items,
    rows: Indices,
    answers: Verdicts,  # noqa: ARG001
    config: QaConfig,
    cuts: cues.Cuts,  # noqa: ARG001
) -> list[cues.Cue]:
    """What the motion alone says of the round of the four, and of the highest or lowest view."""
    motions, balance = _Motions.of(items, rows), config.balance
    azimuth = motions.of_answer(motions.azimuth_rad)[:, 0]
    sector = np.searchsorted(_AZIMUTH_EDGES_RAD, azimuth)
    rise = motions.of_answer(motions.elevation_rad)[:, 0]
    extreme = np.where(
        rise > 0, np.argmax(motions.elevation_rad, axis=1), np.argmin(motions.elevation_rad, axis=1)
    )
    named = np.take_along_axis(motions.rank, extreme[:, None], axis=1)[:, 0]
    tells = motions.with_height & (np.abs(rise) >= _HEIGHT_LEAST_RAD)
    height = np.where(tells, named, cues.OUTSIDE)
    gain, slack = balance.image_gain, balance.slack_questions
    return [
        cues.Cue("motion", sector, len(_AZIMUTH_EDGES_RAD) + 1, gain, slack),
        cues.Cue("highest", height, CANDIDATES, gain, slack),
    ]


def _slots_of(items: Items, rows: Indices) -> dict[str, Strings]:
    """Size and sense of the motion asked for, and of the motions to all four."""
    motions = _Motions.of(items, rows)
    count = len(rows)
    told = [
        [
            _told(azimuth, elevation, with_height=with_height)
            for azimuth, elevation in zip(azimuths, elevations, strict=True)
        ]
        for azimuths, elevations, with_height in zip(
            motions.azimuth_rad.tolist(),
            motions.elevation_rad.tolist(),
            motions.with_height.tolist(),
            strict=True,
        )
    ]
    answer = motions.answer.tolist()
    return {
        "motion": [told[row][answer[row]] for row in range(count)],
        "aside": ["" if height else _ASIDE for height in motions.with_height.tolist()],
        "letter": [LETTERS[place] for place in answer],
        **{letter: [each[place] for each in told] for place, letter in enumerate(LETTERS)},
    }


def _told(azimuth_rad: float, elevation_rad: float, *, with_height: bool) -> str:
    """A motion in words: "40° counter-clockwise", perhaps with "and 12° higher"."""
    sense = "counter-clockwise" if azimuth_rad > 0 else "clockwise"
    text = f"{np.rad2deg(abs(azimuth_rad)):.0f}° {sense}"
    if not with_height:
        return text
    height = f"{np.rad2deg(abs(elevation_rad)):.0f}°"
    if height == "0°":
        return f"{text} and no higher or lower"
    return f"{text} and {height} {'higher' if elevation_rad > 0 else 'lower'}"


FAMILY: Final = GatheredFamily(
    id="choose_view",
    asks="which of four images shows the object after a motion from image 1",
    frame="above",
    options=tuple(f"round_{place}" for place in range(CANDIDATES)),
    unit="rad",
    other_axes=(),
    image_cues=(),
    needs="five views of one visit, four of them well apart, each linked to the fifth by surface "
    "that both show or by a ground or an environment",
    form=Form.PICTURED,
    images=("Image 1", *LETTERS),
    gather=_gather,
    judge=_judge,
    cues_of=_cues_of,
    slots_of=_slots_of,
)

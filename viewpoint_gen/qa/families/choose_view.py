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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from viewpoint_gen.geometry.frames import Array, Bools, Indices, wrap_each_rad
from viewpoint_gen.qa import confusable, cues
from viewpoint_gen.qa.arrow import spelled
from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.draws import Keys, keys_at, keys_of, lots_at, lots_of, order_of, salted
from viewpoint_gen.qa.families.family import Form, Verdicts
from viewpoint_gen.qa.families.gathered import (
    GatheredFamily,
    Items,
    Leg,
    Strings,
    Ways,
    barren_of,
    few_of,
    tails_of,
    ways_of,
)
from viewpoint_gen.qa.views import Views
from viewpoint_gen.records import Ring

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
    keys = keys_of(seed, "choose_view", (visit.name for visit in views.visits))
    found = [_sets(ways, keys[ways.visits], config) for ways in ways_of(views, config)]
    sets = _Sets.together(found)
    tails = tails_of(views)
    names = [
        f"{views.visits[visit].name}.{tails[first]}>{'+'.join(tails[row] for row in others)}"
        for visit, (first, *others) in zip(sets.visit.tolist(), sets.images.tolist(), strict=True)
    ]
    return _asked_of(views, sets, names)


@dataclass(frozen=True)
class _Sets:
    """Some sets of some visits.

    Attributes:
        visit: (S,) of each.
        images: (S, 5) rows of their views, image 1 first.
        with_height: (S,) whether height must be told.
        barren: visits without any, and how many of their ways are linked.
    """

    visit: Indices
    images: Indices
    with_height: Bools
    barren: Mapping[int, int]

    @classmethod
    def none(cls) -> _Sets:
        """No visit, no set."""
        images = np.zeros((0, CANDIDATES + 1), dtype=np.int64)
        return cls(images[:, 0], images, images[:, 0] > 0, {})

    @classmethod
    def together(cls, found: Sequence[_Sets]) -> _Sets:
        """Those of all visits, in the visits' order."""
        every = [cls.none(), *found]
        visit = np.concatenate([each.visit for each in every])
        order = np.argsort(visit, kind="stable")
        return cls(
            visit[order],
            np.concatenate([each.images for each in every])[order],
            np.concatenate([each.with_height for each in every])[order],
            {number: count for each in every for number, count in each.barren.items()},
        )


def _asked_of(views: Views, sets: _Sets, names: Strings) -> Items:
    """Four items for each set, in the order of its candidates."""
    images = sets.images
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
            "with_height": sets.with_height[unit].astype(np.float64),
        },
        barren=barren_of(views, sets.barren),
    )


def _sets(ways: Ways, keys: Keys, config: QaConfig) -> _Sets:
    """Some sets of each visit.

    Args:
        keys: (G,) of the visits.
    """
    least, most = np.deg2rad(config.sideways_least_deg), np.deg2rad(config.side_most_deg)
    apart_rad = np.deg2rad(config.candidates_least_deg)
    size = np.abs(ways.azimuth_rad)
    with np.errstate(invalid="ignore"):
        leads = ways.linked & (size >= least) & (size <= most)
        apart = size >= apart_rad
        # one behind the other round the object, so that the round of the four has an order
        apart_at_all = apart | (
            (np.abs(ways.elevation_rad) >= apart_rad) & (size > np.deg2rad(config.still_most_deg))
        )
    fours = _fours(keys, size.shape[1])
    visit, number = np.nonzero(_told_apart(apart_at_all, fours))
    led = leads[visit[:, None], :, fours[visit, number]].all(axis=1)
    place, first = np.nonzero(led)
    visit, number = visit[place], number[place]
    code = first * fours.shape[1] + number
    some = few_of(visit, lots_at(keys[visit], code), config.sets_per_visit)
    visit, number, first, code = visit[some], number[some], first[some], code[some]
    shuffled = order_of(salted(keys_at(keys[visit], code), "order"), CANDIDATES)
    chosen = np.take_along_axis(fours[visit, number], shuffled, axis=1)
    without = np.setdiff1d(np.arange(len(keys)), visit)
    linked = ways.linked[without].sum(axis=(1, 2)) // 2
    return _Sets(
        ways.visits[visit],
        ways.rows[visit[:, None], np.concatenate([first[:, None], chosen], axis=1)],
        ~_told_apart(apart, fours)[visit, number],
        dict(zip(ways.visits[without].tolist(), linked.tolist(), strict=True)),
    )


def _fours(keys: Keys, views: int) -> Indices:
    """(G, F, 4) every four of some of each visit's views, by places within the visit."""
    some = np.sort(np.argsort(lots_of(salted(keys, "views"), views))[:, :_MOST_VIEWS], axis=1)
    of_some = list(combinations(range(some.shape[1]), CANDIDATES))
    return np.asarray(some[:, np.array(of_some, dtype=np.int64).reshape(-1, CANDIDATES)])


def _told_apart(apart: Bools, fours: Indices) -> Bools:
    """(G, F) whether any two of each four are apart."""
    visit = np.arange(len(fours))[:, None]
    return np.asarray(
        np.logical_and.reduce(
            [apart[visit, fours[:, :, one], fours[:, :, two]] for one, two in _PAIRS]
        )
    )


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
    told = _told(motions)
    answer = pa.array(np.arange(len(rows)) * CANDIDATES + motions.answer)
    letters = pa.array(list(LETTERS), pa.string())
    return {
        "motion": told.take(answer).to_pylist(),
        "aside": ["" if height else _ASIDE for height in motions.with_height.tolist()],
        "letter": letters.take(pa.array(motions.answer)).to_pylist(),
        **{
            letter: told.take(pa.array(np.arange(len(rows)) * CANDIDATES + place)).to_pylist()
            for place, letter in enumerate(LETTERS)
        },
    }


def _told(motions: _Motions) -> pa.Array:
    """(4 N,) motions in words: "40° counter-clockwise", perhaps with "and 12° higher"."""

    def text(size: int, ahead: int, rise: int, up: int, height: int) -> str:
        round_it = f"{size}° {'counter-clockwise' if ahead else 'clockwise'}"
        if not height:
            return round_it
        if rise == 0:
            return f"{round_it} and no higher or lower"
        return f"{round_it} and {rise}° {'higher' if up else 'lower'}"

    codes = []
    for angle_rad in (motions.azimuth_rad, motions.elevation_rad):
        sizes = np.rint(np.abs(np.rad2deg(angle_rad))).astype(np.int64)
        codes += [sizes.ravel(), (angle_rad > 0).astype(np.int64).ravel()]
    height = np.repeat(motions.with_height.astype(np.int64), CANDIDATES)
    return spelled((*codes, height), text, pa.string())


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

"""Which marked point is the same one, which is out of sight, and when nobody can tell.

All three mark points of the object's surface (``qa.marks``) and ask only about an object that kept
still between the images and has no side that looks like another: any other reading of the pictures
makes them ``confusable``.

``correspondence``: one point is marked in image 1, four in image 2, all of which both images show.
Its key is the rank of the right one by its distance, in the image, from where the point was in
image 1: every rank is true equally often, so that the nearest place tells nothing.

``hidden_point``: four points are marked in image 1, of which image 2 shows three. The fourth lies
within image 2's frame and is covered by the object itself, or on a side turned away. Its key is its
rank by distance from the middle of what image 1 shows: points that go out of sight lie near the
outline more often than not.

``cannot_tell``: as the first with three points to choose from, and the marked one may be none of
them: then it is out of sight as above. It is chosen to lie as deep within the outline as a point
that is in sight. Only pairs that could be asked either way are asked, and the three points are
drawn without regard to which.

A part that occurs several times on an object (legs, wheels, windows) is not refused: the object as
a whole, or the backdrop, tells how the camera moved, and with that only one place of image 2 can be
the marked one. Where the whole looks the same from several sides, the ring of pictures shows it.

"Cannot be determined" is never asked of such lookalikes. It would have to be strictly true, and a
sun that stands still shades the sides of a vase differently; a mesh's own irregularities tell sides
apart too, below the noise to which the ring is blind. What can't be seen can't be pointed at,
whatever the light.
"""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np

from viewpoint_gen.geometry.frames import Array, Bools, Indices
from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.draws import Keys, choice_of, order_of, salted
from viewpoint_gen.qa.facts import Facts
from viewpoint_gen.qa.families.family import Family, Form, Verdicts
from viewpoint_gen.qa.families.gates import (
    object_still,
    off_the_poles,
    room_for_marks,
    seen_whole,
)
from viewpoint_gen.qa.marks import (
    ASKED_LABEL,
    Attempt,
    Marks,
    binned,
    chosen_places,
    drawn_apart,
    extremes,
    least_apart,
    ranks,
    side_of,
    wished_for,
)
from viewpoint_gen.qa.spots import Spots, lengths, picked

_LETTERS: Final = ("A", "B", "C", "D")
CANNOT: Final = "cannot"
"""The answer that none of the points is the marked one."""

_DEPTH_STEP, _DEPTHS = 0.07, 6
_SECTORS = 6
_GAP_STEP, _GAPS = 0.06, 6
_REACH_STEP, _REACHES = 0.12, 6
_LEADS = 6
_OFF_STEP, _OFFS = 0.05, 6
_OUTWARDS_FROM, _OUTWARDS_STEP, _OUTWARDS = -0.12, 0.04, 7
"""Bins of what the one mark, or its distances from the letters, could give away."""

_NO_WAY: Final = 1e-6
"""In widths: an object this near to the middle of its image is off it to no side."""


def _left_to_marks(verdicts: Verdicts, facts: Facts, config: QaConfig) -> None:
    """The motion alone decides nothing: the answer is drawn with the points."""


def _never(mine: Verdicts, other: Verdicts) -> Bools:  # noqa: ARG001
    return np.zeros(len(mine.option), dtype=bool)


def _mark_correspondence(spots: Spots, keys: Keys, config: QaConfig) -> Marks:
    possible = spots.seen.sum(axis=1) >= 4
    return wished_for(_one_of_four(config), spots, keys, possible=possible, answers=4)


def _mark_hidden(spots: Spots, keys: Keys, config: QaConfig) -> Marks:
    attempt = _out_of_sight(config)
    return wished_for(attempt, spots, keys, possible=_three_and_one(spots), answers=4)


def _three_and_one(spots: Spots) -> Bools:
    """(N,) whether there are three points in sight and one out of it."""
    return np.asarray((spots.seen.sum(axis=1) >= 3) & spots.hidden.any(axis=1))


def _mark_cannot_tell(spots: Spots, keys: Keys, config: QaConfig) -> Marks:
    attempt = _one_of_three_or_none(config)
    return wished_for(attempt, spots, keys, possible=_three_and_one(spots), answers=4)


def _one_of_four(config: QaConfig) -> Attempt:
    def attempt(spots: Spots, keys: Keys) -> Marks:
        chosen, found = drawn_apart(
            spots, [spots.seen] * 4, keys, lambda spot: spots.apart(spot, (0, 1), config)
        )
        asked = _member(chosen, choice_of(salted(keys, "truth"), 4))
        return _to_find(spots, keys, chosen, asked, found, config)

    return attempt


def _one_of_three_or_none(config: QaConfig) -> Attempt:
    def attempt(spots: Spots, keys: Keys) -> Marks:
        chosen, found = drawn_apart(
            spots, [spots.seen] * 3, keys, lambda spot: spots.apart(spot, (0, 1), config)
        )
        asked = _member(chosen, choice_of(salted(keys, "truth"), 3))
        hidden = spots.hidden.copy()
        for spot in chosen.T:
            hidden &= spots.apart(spot, (0,), config)
        off = np.abs(spots.inward - picked(spots.inward, asked[:, None]))
        unlike = np.where(hidden, off, np.inf)
        none = choice_of(salted(keys, "none"), 4) == 3
        asked = np.where(none, np.argmin(unlike, axis=1), asked)
        return _to_find(spots, keys, chosen, asked, found & hidden.any(axis=1), config)

    return attempt


def _to_find(
    spots: Spots, keys: Keys, chosen: Indices, asked: Indices, found: Bools, config: QaConfig
) -> Marks:
    """One mark in image 1, whose point is to be found among K in image 2, or isn't there."""
    count = chosen.shape[1]
    _, choices = chosen_places(spots, chosen)
    place_1, place_2 = (each[:, 0] for each in chosen_places(spots, asked[:, None]))
    away = lengths(choices - place_1[:, None])
    rank, apart = ranks(away), least_apart(choices)
    is_asked = chosen == asked[:, None]
    order = order_of(salted(keys, "letters"), count)
    there = is_asked.any(axis=1)
    place = np.argmax(picked(is_asked, order), axis=1)
    key = np.where(there, rank[np.arange(len(rank)), np.argmax(is_asked, axis=1)], count)
    fine = found & (away.min(axis=1) >= config.mark_moved_share)
    features = _outstanding(choices, spots.middle_2, spots.tall)
    cues, bins = _mark_cues(spots, asked, away)
    return Marks(
        labels=(ASKED_LABEL, *_LETTERS[:count]),
        images=(0, *[1] * count),
        key=np.where(fine, key, -1),
        also=np.zeros((len(spots), 0), dtype=np.int64),
        right=np.where(there, place, count),
        places=np.concatenate([place_1[:, None], picked(choices, order)], axis=1),
        asked=np.stack([place_1, place_2], axis=1),
        tall=spots.tall,
        apart=apart,
        cues=extremes(rank, features) | cues,
        bins=dict.fromkeys(_names_of_extremes(features), count) | bins,
    )


def _mark_cues(
    spots: Spots, asked: Indices, away: Array
) -> tuple[dict[str, Indices], dict[str, int]]:
    """What the one mark in image 1 could tell by its place, and by its distances from the letters.

    Cameras look towards the object more often than past it. What lies on the outer side of an
    object that is off the middle of image 1 has a long way to go, then, and others get in between.
    """
    place = picked(spots.places_1, asked[:, None])[:, 0]
    middle = spots.middle_1
    aside = middle - _image_middle(spots.tall)
    length = np.maximum(lengths(aside), _NO_WAY)
    near, second, *_, far = np.sort(away, axis=1).T
    outwards = ((place - middle) * aside).sum(axis=1) / length
    cues = {
        "mark_inward": binned(picked(spots.inward, asked[:, None])[:, 0], _DEPTH_STEP, _DEPTHS),
        "mark_side": side_of(place, middle, _SECTORS),
        "mark_off": binned(lengths(place - middle), _OFF_STEP, _OFFS),
        "mark_outwards": binned(outwards - _OUTWARDS_FROM, _OUTWARDS_STEP, _OUTWARDS),
        "mark_gap": binned(near, _GAP_STEP, _GAPS),
        "mark_reach": binned(far, _REACH_STEP, _REACHES),
        "mark_lead": binned(near / np.maximum(second, _NO_WAY), 1.0 / _LEADS, _LEADS),
    }
    sizes = (_DEPTHS, _SECTORS, _OFFS, _OUTWARDS, _GAPS, _REACHES, _LEADS)
    return cues, dict(zip(cues, sizes, strict=True))


def _out_of_sight(config: QaConfig) -> Attempt:
    def attempt(spots: Spots, keys: Keys) -> Marks:
        chosen, found = drawn_apart(
            spots,
            [spots.hidden, *[spots.seen] * 3],
            keys,
            lambda spot: spots.apart(spot, (0,), config),
        )
        places_1, places_2 = chosen_places(spots, chosen)
        middle = spots.middle_1
        rank = ranks(lengths(places_1 - middle[:, None]))
        order = order_of(salted(keys, "letters"), 4)
        features = _outstanding(places_1, middle, spots.tall)
        features["far_out"] = -picked(spots.inward, chosen)
        return Marks(
            labels=_LETTERS,
            images=(0,) * 4,
            key=np.where(found, rank[:, 0], -1),
            also=np.stack([ranks(features[name])[:, 0] for name in ("right", "low")], axis=1),
            right=np.argmax(order == 0, axis=1),
            places=picked(places_1, order),
            asked=np.stack([places_1[:, 0], places_2[:, 0]], axis=1),
            tall=spots.tall,
            apart=least_apart(places_1),
            cues=extremes(rank, features),
            bins=dict.fromkeys(_names_of_extremes(features), 4),
        )

    return attempt


def _member(chosen: Indices, number: Indices) -> Indices:
    return np.asarray(chosen[np.arange(len(chosen)), number])


def _outstanding(places: Array, middle: Array, tall: Array) -> dict[str, Array]:
    """By what a mark stands out among those of its image: (N, K) each."""
    return {
        "right": places[..., 0],
        "low": places[..., 1],
        "off_middle": lengths(places - middle[:, None]),
        "off_centre": lengths(places - _image_middle(tall)[:, None]),
    }


def _image_middle(tall: Array) -> Array:
    """(N, 2) the middle of each image, in widths."""
    return np.stack([np.full(len(tall), 0.5), tall / 2.0], axis=1)


def _names_of_extremes(features: dict[str, Array]) -> list[str]:
    return [f"{end}_{name}" for name in features for end in ("least", "most")]


_GATES = (off_the_poles, object_still, seen_whole, room_for_marks)
_RANKS = tuple(f"rank_{rank}" for rank in range(4))

_marking = partial(
    Family,
    frame="surface",
    unit="width",
    gates=_GATES,
    decide=_left_to_marks,
    other_axes=(),
    image_cues=(),
    form=Form.MARKED,
    stands=_never,
)
"""What families that mark points have in common."""

CORRESPONDENCE: Final = _marking(
    id="correspondence",
    asks="which of four points marked in image 2 is the one marked in image 1",
    options=_RANKS,
    needs="pairs of views that share surface, of an object with no two sides alike",
    parts=_LETTERS,
    mark=_mark_correspondence,
)

HIDDEN_POINT: Final = _marking(
    id="hidden_point",
    asks="which of four points marked in image 1 is out of sight in image 2",
    options=_RANKS,
    needs="pairs of views from well apart, of an object with no two sides alike",
    parts=_LETTERS,
    mark=_mark_hidden,
)

CANNOT_TELL: Final = _marking(
    id="cannot_tell",
    asks="which of three points marked in image 2 is the one marked in image 1, if any",
    options=(*_RANKS[:3], CANNOT),
    needs="pairs of views from well apart, of an object with no two sides alike",
    parts=(*_LETTERS[:3], CANNOT),
    reasons=("there", "there", "there", CANNOT),
    mark=_mark_cannot_tell,
    rationed=True,
)

MARKED_POINTS: Final = (CORRESPONDENCE, HIDDEN_POINT, CANNOT_TELL)

"""Which marked point is the same, or hidden: by the points that the marks are of.

The key is a rank among the letters' points: by distance in image 2 from REF's place in image 1, or,
for the hidden one, by distance in image 1 from the middle of what view 1 shows.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import numpy as np

from viewpoint_gen.verify.families.rule import (
    OBJECT_STILL,
    OFF_THE_POLES,
    ROOM_FOR_MARKS,
    SEEN_WHOLE,
    Form,
    Rule,
    Scene,
    Swap,
    Truth,
)
from viewpoint_gen.verify.marks import REF, Marked
from viewpoint_gen.verify.points import HIDDEN
from viewpoint_gen.verify.reading import Array

CANNOT: Final = "cannot"


def _of_ref(marked: Marked) -> tuple[str, int, Array]:
    """Letter ("" for none) and point that is asked about, and the letters' distances."""
    letters = marked.among(marked.letters)
    ref = marked.of(REF)
    away = np.linalg.norm(marked.places[1][letters] - marked.places[0][ref], axis=1)
    at = np.flatnonzero(letters == ref)
    return (marked.letters[at[0]] if len(at) == 1 else ""), ref, away


def _of_hidden(marked: Marked) -> tuple[str, int, Array]:
    letters = marked.among(marked.letters)
    middle = marked.places[0].mean(axis=0)
    away = np.linalg.norm(marked.places[0][letters] - middle, axis=1)
    at = np.flatnonzero(marked.sights[letters] == HIDDEN)
    point = int(letters[at[0]]) if len(at) == 1 else -1
    return (marked.letters[at[0]] if len(at) == 1 else ""), point, away


Asked = Callable[[Marked], tuple[str, int, Array]]


def _judge(asked: Asked, without: tuple[str, ...], scene: Scene) -> Truth:
    count = len(scene)
    keys: list[tuple[str, ...]] = [()] * count
    letters = [""] * count
    value, margin = np.full(count, np.nan), np.full(count, np.nan)
    percent, ways = np.full((count, 7), np.nan), np.full((count, 2), np.nan)
    for row, marked in enumerate(scene.marks):
        if marked is None or (marked.point < 0).any():
            continue
        letter, point, away = asked(marked)
        letters[row] = letter
        if letter:
            rank = int((away < away[marked.letters.index(letter)]).sum())
            keys[row] = (f"rank_{rank}",)
        else:
            keys[row] = without
        if point < 0:
            continue
        one, two = marked.places[:, point]
        shift = two - one
        value[row] = np.linalg.norm(shift)
        margin[row] = _least_apart_of(marked) - scene.limits.mark_apart_share
        percent[row] = 100.0 * np.array(
            [*(one / marked.size), *(two / marked.size), value[row], *np.abs(shift)]
        )
        ways[row] = 100.0 * shift
    around, rise = (np.rad2deg(scene.signed(name)) for name in ("azimuth", "elevation"))
    shown = {
        "percent": percent,
        "deg": np.abs(np.column_stack([around, rise])),
        "ccw": around[:, None],
        "up": rise[:, None],
        "right": ways[:, :1],
        "down": ways[:, 1:],
    }
    return Truth(keys, value, margin, shown, letters)


def _least_apart_of(marked: Marked) -> float:
    image = 1 if REF in marked.labels else 0
    places = marked.places[image][marked.among(marked.letters)]
    first, second = np.triu_indices(len(places), 1)
    return float(np.linalg.norm(places[first] - places[second], axis=1).min())


def _rule(asked: Asked, without: tuple[str, ...] = ()) -> Rule:
    return Rule(
        form=Form.MARKED,
        unit="width",
        judge=partial(_judge, asked, without),
        gates=(OFF_THE_POLES, OBJECT_STILL, SEEN_WHOLE, ROOM_FOR_MARKS),
        swap=Swap.FREE,
    )


MARKED: Final = {
    "correspondence": _rule(_of_ref),
    "hidden_point": _rule(_of_hidden),
    "cannot_tell": _rule(_of_ref, (CANNOT,)),
}

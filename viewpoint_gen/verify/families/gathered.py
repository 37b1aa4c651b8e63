"""Questions that show other images than a pair's: a view to choose, two motions, one object or two.

A motion that is told reads "40° counter-clockwise", perhaps with "and 12° higher"; it is read from
the text and held against the cameras.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from viewpoint_gen.verify.compare import wrapped
from viewpoint_gen.verify.families.rule import (
    OBJECT_GATES,
    Form,
    Rule,
    Scene,
    Swap,
    Truth,
    one_key,
)
from viewpoint_gen.verify.limits import Limits
from viewpoint_gen.verify.reading import Array, Mask
from viewpoint_gen.verify.truths import SLACK, around, margin_of

LETTERS: Final = "ABCD"
_ROUNDING_DEG: Final = 0.5 + 1e-5
_TOLD: Final = re.compile(
    r"(?P<azimuth>\d+)° (?P<sense>counter-clockwise|clockwise)"
    r"(?: and (?:(?P<height>\d+)° (?P<rise>higher|lower)|(?P<level>no higher or lower)))?"
)


@dataclass(frozen=True)
class Told:
    """A motion as a text tells it, in signed degrees; ``height`` is None where it isn't told."""

    azimuth: float
    height: float | None

    def is_of(self, azimuth_rad: float, elevation_rad: float) -> bool:
        """Whether this is that motion, rounded."""
        off = [(np.rad2deg(azimuth_rad) - self.azimuth + 180.0) % 360.0 - 180.0]
        if self.height is not None:
            off.append(np.rad2deg(elevation_rad) - self.height)
        return max(map(abs, off)) <= _ROUNDING_DEG


def motions_told(text: str) -> list[Told]:
    """Return the motions of a text, in its order."""
    found = []
    for match in _TOLD.finditer(text):
        sense = 1.0 if match["sense"] == "counter-clockwise" else -1.0
        height = 0.0 if match["level"] else None
        if match["height"]:
            height = float(match["height"]) * (1.0 if match["rise"] == "higher" else -1.0)
        found.append(Told(sense * float(match["azimuth"]), height))
    return found


@dataclass(frozen=True)
class Shown:
    """What N questions of one family show and say.

    Attributes:
        ways: the scene between two of the images, by their places.
        views: the records of each image's views, (N,) each.
        visits: (N, K) keys of the visits that the views are of.
        shapes: (N, K) keys of the meshes; 0: unknown.
        questions: (N,) texts.
        reasons: (N,) texts.
    """

    ways: Mapping[tuple[int, int], Scene]
    views: Sequence[NDArray[Any]]
    visits: NDArray[np.uint64]
    shapes: NDArray[np.uint64]
    questions: Sequence[str]
    reasons: Sequence[str]

    def angles(self, name: str, ways: Sequence[tuple[int, int]]) -> Array:
        """Return (N, W) an angle of some ways."""
        return np.stack([self.ways[way].signed(name) for way in ways], axis=1)

    @property
    def limits(self) -> Limits:
        """What counts as a motion, and what must be seen."""
        return next(iter(self.ways.values())).limits

    @property
    def known(self) -> Mask:
        """Whether every view exists."""
        return np.logical_and.reduce([view["key"] != 0 for view in self.views])


@dataclass(frozen=True)
class Verdict:
    """What is true of N questions of a gathered family.

    Attributes:
        truth: as of other families.
        letters: (N,) the letter that must be given; "" where any does that has the right key.
        facts: what a question may give as a fact, by name.
        wrong: what the texts say and isn't so: question number, what, expected and got.
    """

    truth: Truth
    letters: Sequence[str]
    facts: Mapping[str, Array]
    wrong: Sequence[tuple[int, str, str, str]]


OUT, BACK, NET = (0, 1), (1, 2), (0, 2)


def compose(shown: Shown) -> Verdict:
    """The net motion over two legs, each of which goes round and can be seen."""
    legs = shown.angles("azimuth", (OUT, BACK, NET))
    limits = shown.limits
    clear = _goes_round(legs[:, :2], limits)
    clear &= np.abs(legs[:, 0] + legs[:, 1]) <= limits.sideless_rad + SLACK
    sign = np.where(clear, around(shown.ways[NET].motion), np.nan)
    keys = one_key(
        ("counterclockwise", "clockwise", "nothing"), [sign == 1.0, sign == -1.0, sign == 0.0]
    )
    margin = margin_of("object_translation_around", legs[:, 2], limits)
    facts = {
        f"{name}_rad_{i + 1}{j + 1}": shown.ways[i, j].signed(name)
        for i, j in (OUT, BACK, NET)
        for name in ("azimuth", "elevation")
    }
    wrong = []
    for row, reasons in enumerate(shown.reasons):
        told = motions_told(reasons)
        want = legs[row, : max(2, len(told))].tolist()
        if len(told) > len(want) or not _all_are(told, want):
            wrong.append((row, "reasons", f"the legs, {_degrees(want)}", reasons))
    shown_deg = {"deg": np.rad2deg(np.abs(legs))}
    truth = Truth(keys, legs[:, 2], margin, shown_deg)
    return Verdict(truth, [""] * len(keys), facts, wrong)


def _goes_round(azimuth: Array, limits: Limits) -> Mask:
    """(N,) whether each of (N, W) ways goes round by a motion that can be told."""
    size = np.abs(azimuth)
    told = (size >= limits.azimuth_rad - SLACK) & (size <= limits.sideless_rad + SLACK)
    return np.asarray(told.all(axis=1))


def _all_are(told: Sequence[Told], azimuths_rad: Sequence[float]) -> bool:
    pairs = zip(told, azimuths_rad, strict=False)
    return len(told) >= len(azimuths_rad) and all(each.is_of(a, 0.0) for each, a in pairs)


def _degrees(angles_rad: Sequence[float]) -> str:
    return ", ".join(f"{np.rad2deg(angle):.1f} deg" for angle in angles_rad)


CANDIDATES: Final = tuple((0, place) for place in range(1, 5))


def choose_view(shown: Shown) -> Verdict:
    """The one candidate that the motion told leads to; all four are well apart."""
    azimuth, elevation = (shown.angles(name, CANDIDATES) for name in ("azimuth", "elevation"))
    asked = [motions_told(text) for text in shown.questions]
    with_height = np.array([len(m) == 1 and m[0].height is not None for m in asked], dtype=bool)
    apart, least = apart_rad(azimuth, elevation, with_height), shown.limits.apart_rad
    clear = _goes_round(azimuth, shown.limits) & (apart.min(axis=(1, 2)) >= least - SLACK)
    places = [
        _only_place(motions, azimuth[row], elevation[row]) for row, motions in enumerate(asked)
    ]
    chosen = np.array(places, dtype=np.int64)
    rows, right = np.arange(len(chosen)), np.maximum(chosen, 0)
    asked_at_all = clear & (chosen >= 0)
    ranks = places_in_round(azimuth)[rows, right].tolist()
    keys: list[tuple[str, ...]] = [
        (f"round_{rank}",) if ok else () for rank, ok in zip(ranks, asked_at_all, strict=True)
    ]
    nearest = apart[rows, right].min(axis=1)
    facts = {
        f"{name}_rad_{letter}": values[:, place]
        for place, letter in enumerate(LETTERS)
        for name, values in (("azimuth", azimuth), ("elevation", elevation))
    }
    degrees = np.rad2deg(np.abs(np.concatenate([azimuth, elevation], axis=1)))
    truth = Truth(keys, azimuth[rows, right], nearest - least, {"deg": degrees})
    letters = [LETTERS[place] if place >= 0 else "none" for place in places]
    return Verdict(truth, letters, facts, _misread(shown, azimuth, elevation))


def apart_rad(azimuth: Array, elevation: Array, with_height: Mask) -> Array:
    """Return (N, 4, 4) how far candidates lie apart in what is told; inf from themselves."""
    apart = np.full((len(azimuth), 4, 4), np.inf)
    for one, two in combinations(range(4), 2):
        round_it = np.abs(wrapped(azimuth[:, one] - azimuth[:, two]))
        height = np.abs(elevation[:, one] - elevation[:, two])
        farther = np.where(with_height, np.maximum(round_it, height), round_it)
        apart[:, one, two] = apart[:, two, one] = farther
    return apart


def _only_place(motions: Sequence[Told], azimuth: Array, elevation: Array) -> int:
    """Return the place of the only candidate that the only motion told fits; -1 without one."""
    if len(motions) != 1:
        return -1
    fits = [
        place
        for place in range(len(azimuth))
        if motions[0].is_of(float(azimuth[place]), float(elevation[place]))
    ]
    return fits[0] if len(fits) == 1 else -1


def places_in_round(azimuth: Array) -> NDArray[np.int64]:
    """Return (N, 4) how many candidates come before each, going counter-clockwise.

    The round begins behind the widest arc that holds no candidate.
    """
    ahead = (azimuth[:, None, :] - azimuth[:, :, None]) % (2.0 * np.pi)  # from row to column
    behind = np.where(np.eye(azimuth.shape[1], dtype=bool), np.inf, -ahead % (2.0 * np.pi))
    start = np.argmax(behind.min(axis=2), axis=1)
    way = ahead[np.arange(len(azimuth)), start]
    return np.asarray((way[:, None, :] < way[:, :, None]).sum(axis=2))


def _misread(shown: Shown, azimuth: Array, elevation: Array) -> list[tuple[int, str, str, str]]:
    """Reasons must tell the four motions in the order of the letters, and no other motion."""
    wrong = []
    for row, reasons in enumerate(shown.reasons):
        told = motions_told(reasons)
        truths = list(zip(azimuth[row].tolist(), elevation[row].tolist(), strict=True))
        waiting = list(truths)
        for each in told:
            if waiting and each.is_of(*waiting[0]):
                waiting.pop(0)
            elif not any(each.is_of(*truth) for truth in truths):
                waiting.append(truths[0])
                break
        if waiting:
            wanted = f"A to D at {_degrees(azimuth[row].tolist())}"
            wrong.append((row, "reasons", wanted, reasons))
    return wrong


def same_object(shown: Shown) -> Verdict:
    """One asset or two; of two visits, of one category, and seen from about the same side."""
    one, two = shown.views
    way = shown.ways[OUT]
    apart, most = sides_apart(one, two), shown.limits.same_side_rad
    fine = (shown.visits[:, 0] != shown.visits[:, 1]) & (one["category"] == two["category"])
    fine &= np.abs(apart) <= most + SLACK
    fine &= way.size("elevation") <= most + SLACK
    same = one["asset_uid"] == two["asset_uid"]
    copies = (shown.shapes[:, 0] == shown.shapes[:, 1]) & (shown.shapes[:, 0] != 0)
    keys = one_key(("same", "another"), [fine & same, fine & ~same & ~copies])
    shown_deg = {"deg": np.rad2deg(np.abs(apart)).reshape(-1, 1)}
    truth = Truth(keys, apart, most - np.abs(apart), shown_deg)
    return Verdict(truth, [""] * len(keys), {}, [])


def sides_apart(one: NDArray[Any], two: NDArray[Any]) -> Array:
    """Return (N,) the angle between the sides of their objects that two views show.

    Counted from the fronts where both are known, else from the files' own axes.
    """
    fronts = [view["azimuth_rad"] - view["front_azimuth_rad"] for view in (one, two)]
    files = [view["azimuth_rad"] - view["object_turn_rad"] for view in (one, two)]
    by_front, by_file = (pair[1] - pair[0] for pair in (fronts, files))
    return wrapped(np.where(np.isnan(by_front), by_file, by_front))


def _upright_and_whole(shown: Shown) -> Mask:
    """For views of two worlds, which have no way between them."""
    limits = shown.limits
    return np.logical_and.reduce(
        [
            (np.abs(view["elevation_rad"]) <= limits.pole_rad + SLACK)
            & (np.abs(view["pitch_rad"]) <= limits.pole_rad + SLACK)
            & (view["mask_share"] >= limits.mask_least_share - SLACK)
            & (view["in_frame_share"] >= limits.in_frame_least_share - SLACK)
            for view in shown.views
        ]
    )


def may_be_asked(family: str, shown: Shown) -> dict[str, Mask]:
    """Return what must hold of the views, by its name."""
    if family == "same_object":
        return {"views off the poles, of whole objects": _upright_and_whole(shown)}
    gates = {f"{g.name}, from image {i + 1} to {j + 1}": (g, (i, j))
             for i, j in LINKED[family] for g in OBJECT_GATES}  # fmt: skip
    return {name: gate.passes(shown.ways[way]) for name, (gate, way) in gates.items()}


LINKED: Final = {"compose": (OUT, BACK), "choose_view": CANDIDATES}
"""Ways along which the images must be linked."""

WAYS: Final = {"compose": (OUT, BACK, NET), "choose_view": CANDIDATES, "same_object": (OUT,)}
"""Ways that are looked at."""

JUDGES: Final = {"compose": compose, "choose_view": choose_view, "same_object": same_object}


def _not_of_pairs(scene: Scene) -> Truth:
    """A pair's scene decides nothing here: see ``JUDGES``."""
    nothing = np.full(len(scene), np.nan)
    return Truth([()] * len(scene), nothing, nothing)


GATHERED: Final = {
    "choose_view": Rule(
        form=Form.PICTURED,
        unit="rad",
        judge=_not_of_pairs,
        gates=(),
        swap=Swap.FREE,
        images=5,
        whole_set=4,
    ),
    "compose": Rule(
        form=Form.NAMED,
        unit="rad",
        judge=_not_of_pairs,
        gates=(),
        swap=Swap.OPPOSITE,
        opposites={
            "counterclockwise": "clockwise",
            "clockwise": "counterclockwise",
            "nothing": "nothing",
        },
        images=3,
    ),
    "same_object": Rule(form=Form.NAMED, unit="rad", judge=_not_of_pairs, gates=(), whole_set=2),
}

"""Everything that is told of one model."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from viewpoint_gen.evaluation.meanings import keys_of
from viewpoint_gen.evaluation.metrics.calibration import Calibration, calibration_of
from viewpoint_gen.evaluation.metrics.confusion import Confusion, confusions_of
from viewpoint_gen.evaluation.metrics.intervals import mean_with_interval
from viewpoint_gen.evaluation.metrics.numbers import NumberErrors, number_errors_of
from viewpoint_gen.evaluation.metrics.scored import Scored
from viewpoint_gen.evaluation.metrics.slices import Slice, angle_bin, slices_of
from viewpoint_gen.qa.aggregate import Aggregate, aggregate, places_by
from viewpoint_gen.qa.groups import groups_of

SIDES: Final[Mapping[str, tuple[str, str]]] = {
    "ego_translation_sideways": ("left", "right"),
    "object_translation_around": ("clockwise", "counterclockwise"),
    "ego_rotation_yaw": ("left", "right"),
}
"""Families whose answer is a side, and the keys of the two sides."""

_GROUP_COLUMNS: Final = ("group_id", "group_role", "pair_id", "image_ids")


@dataclass(frozen=True)
class Share:
    """A share with its 95 % interval by bootstrap over assets; nan where there is nothing to tell.

    Attributes:
        of: how many questions, or groups, it is a share of.
    """

    value: float
    low: float
    high: float
    of: int


@dataclass(frozen=True)
class FamilyResult:
    """One family.

    Attributes:
        chance: of a blind guess among the options; None where none are offered.
        best_constant: what ``constant`` scores here; None: it wasn't asked.
        floor: the higher of the two: what a model has to beat.
        above_floor: whether the lower end of the correctness's interval does; one asset alone
            has no interval, and is never above.
    """

    family: str
    aggregate: Aggregate
    chance: float | None
    best_constant: float | None
    floor: float
    above_floor: bool


@dataclass(frozen=True)
class ModelResult:
    """One model on one exam.

    Attributes:
        macro: mean over families of the graded correctness.
        macro_exact: the same of what is wholly right.
        well_formed: share of replies in the asked form.
        guessed: share that the model itself calls guesses.
        right_side: of questions whose truth is a side and whose reply names one, how many name
            the right one (chance 50 %).
        three_ways: exact over all questions of those families (chance 33 %).
        four_way: mean over ``magnitude_…`` families, exact (chance 25 %).
        azimuth_error_deg: median of ``estimate_azimuth``; nan without any.
        groups: by kind: share of groups with every question wholly right.
        slices: by what is sorted by ("angle", "category", …).
        calibration: None: the model tells no probabilities.
    """

    name: str
    questions: int
    assets: int
    macro: Share
    macro_exact: Share
    well_formed: float
    unanswered: float
    guessed: float
    right_side: Share
    three_ways: Share
    four_way: Share
    azimuth_error_deg: float
    families: tuple[FamilyResult, ...]
    groups: dict[str, Share]
    numbers: dict[str, NumberErrors]
    slices: dict[str, tuple[Slice, ...]]
    confusions: tuple[Confusion, ...]
    calibration: Calibration | None


def results_of(scored: Scored, constants: Mapping[str, float]) -> ModelResult:
    """Work everything out.

    Args:
        constants: by family, what always giving the best constant of the training split scores.
    """
    exact = np.array([each.exact for each in scored.scores], dtype=np.float64)
    numbers = number_errors_of(scored)
    azimuth = numbers.get("estimate_azimuth")
    return ModelResult(
        name=scored.name,
        questions=len(scored.rows),
        assets=len({uid for row in scored.rows for uid in row["asset_uids"]}),
        macro=_macro(scored, scored.correctness),
        macro_exact=_macro(scored, exact),
        well_formed=float(np.mean([each.well_formed for each in scored.scores])),
        unanswered=float(np.mean([each.answer is None for each in scored.scores])),
        guessed=float(np.mean([reply.guessed for reply in scored.replies])),
        right_side=_right_side(scored),
        three_ways=_of_families(scored, exact, tuple(SIDES)),
        four_way=_of_families(scored, exact, _starting(scored, "magnitude_")),
        azimuth_error_deg=azimuth.median_error if azimuth is not None else math.nan,
        families=_families(scored, constants),
        groups=_groups(scored, exact),
        numbers=numbers,
        slices={
            "angle": slices_of(scored, lambda row: angle_bin(row.get("angle_deg"))),
            "category": slices_of(scored, lambda row: row.get("category")),
            "backdrop": slices_of(scored, lambda row: row.get("backdrop")),
            "wording": slices_of(scored, lambda row: row.get("wording")),
        },
        confusions=confusions_of(scored),
        calibration=calibration_of(scored),
    )


def _families(scored: Scored, constants: Mapping[str, float]) -> tuple[FamilyResult, ...]:
    found = []
    for family, mine in sorted(places_by(scored.families).items()):
        some = scored.take(mine)
        got = aggregate(some.rows, some.scores)
        if len(set(some.assets)) == 1:
            nan = math.nan
            got = replace(got, low=nan, high=nan, exact_low=nan, exact_high=nan)
        offered = any(row.get("chance") is not None for row in some.rows)
        chance, constant = (got.chance if offered else None), constants.get(family)
        floor = max(each for each in (chance, constant, 0.0) if each is not None)
        found.append(FamilyResult(family, got, chance, constant, floor, got.low > floor))
    return tuple(found)


def _macro(scored: Scored, values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Share:
    return Share(*mean_with_interval(values, scored.assets, scored.families), len(values))


def _starting(scored: Scored, prefix: str) -> tuple[str, ...]:
    return tuple(sorted({each for each in scored.families if each.startswith(prefix)}))


def _of_families(
    scored: Scored,
    values: np.ndarray[tuple[int], np.dtype[np.float64]],
    families: Sequence[str],
) -> Share:
    mine = [place for place, family in enumerate(scored.families) if family in families]
    return _mean_of_families(scored, values, mine)


def _mean_of_families(
    scored: Scored, values: np.ndarray[tuple[int], np.dtype[np.float64]], mine: Sequence[int]
) -> Share:
    if not mine:
        return Share(math.nan, math.nan, math.nan, 0)
    families = [scored.families[place] for place in mine]
    assets = [scored.assets[place] for place in mine]
    return Share(*mean_with_interval(values[list(mine)], assets, families), len(mine))


def _right_side(scored: Scored) -> Share:
    """Of questions whose truth is a side: right sides among the sides named."""
    named, right = [], np.zeros(len(scored.rows))
    for place, (row, got) in enumerate(zip(scored.rows, scored.scores, strict=True)):
        sides = SIDES.get(str(row["family"]), ())
        if row.get("answer_key") in sides and got.answer is not None:
            said = keys_of(row).get(got.answer)
            if said in sides:
                named.append(place)
                right[place] = float(said == row["answer_key"])
    return _mean_of_families(scored, right, named)


def _groups(
    scored: Scored, exact: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> dict[str, Share]:
    if not all(name in row for row in scored.rows[:1] for name in _GROUP_COLUMNS):
        return {}
    whole: dict[str, list[float]] = {}
    assets: dict[str, list[str]] = {}
    for group in groups_of(scored.rows):
        whole.setdefault(group.kind, []).append(float(exact[list(group.places)].all()))
        assets.setdefault(group.kind, []).append(scored.assets[group.places[0]])
    return {
        kind: Share(*mean_with_interval(np.array(flags), assets[kind]), len(flags))
        for kind, flags in whole.items()
    }

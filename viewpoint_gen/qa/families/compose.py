"""Three images of one camera path, and the net motion round the object from the first to the last.

Decides: the change of azimuth from image 1 to image 3, by the rules of
``object_translation_around``. Both legs, 1 to 2 and 2 to 3, go round by a motion that can be told,
and share surface or stand before a backdrop that stays put; the angle gone through, both legs
together, stays within 160 degrees, so that no net motion is the long way round. Value:
``azimuth_rad`` from image 1 to image 3.

A path and the same path walked back are a unit. On a path whose legs go opposite ways the larger
one decides; going back the other leg comes first, so that each leg's sense tells nothing. Where
both go the same way each sense tells all. Those are kept to what the axis gain bears (one in ten),
and are drawn more rarely from the start.

"Yaw" is no axis to be told apart from here: over such ways a camera that keeps the object in view
turns along with going round it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pyarrow as pa

from viewpoint_gen.geometry.frames import Array, Indices
from viewpoint_gen.qa import confusable, cues, invisible
from viewpoint_gen.qa.arrow import spelled
from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.draws import Keys, keys_of, lots_at
from viewpoint_gen.qa.families.directions import points_alike
from viewpoint_gen.qa.families.family import Verdicts
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
from viewpoint_gen.qa.families.nearby import next_direction
from viewpoint_gen.qa.families.object_translation_around import decide_around
from viewpoint_gen.qa.views import Views
from viewpoint_gen.records import Ring

_SHARES: Final = {"nothing": 4, "opposed": 7, "alike": 1}
"""Of twelve paths: with no net motion, with legs that go opposite ways, and the same way."""

_OUT, _BACK, _NET = (0, 1), (1, 2), (0, 2)


def _gather(
    views: Views,
    rings: Mapping[str, Ring],  # noqa: ARG001
    config: QaConfig,
    seed: int,
) -> Items:
    keys = keys_of(seed, "compose", (visit.name for visit in views.visits))
    found = [_paths(ways, keys[ways.visits], config) for ways in ways_of(views, config)]
    visit, one_way = _in_order(found)
    barren = {n: count for paths in found for n, count in paths.barren.items()}
    images = np.stack([one_way, one_way[:, ::-1]], axis=1).reshape(-1, 3)
    legs = {(i, j): Leg.of(views, images[:, i], images[:, j]) for i, j in (_OUT, _BACK)}
    legs[_NET] = Leg.of(views, images[:, 0], images[:, 2], also=("surface_points",))
    tails = tails_of(views)
    return Items(
        images=images,
        unit=np.repeat(np.arange(len(one_way)), 2),
        unit_names=[
            f"{views.visits[number].name}.{'>'.join(tails[row] for row in path)}"
            for number, path in zip(visit.tolist(), one_way.tolist(), strict=True)
        ],
        roles=["forward", "reverse"] * len(one_way),
        legs=legs,
        facts={
            f"{name}_{i + 1}{j + 1}": leg.column(name)
            for (i, j), leg in legs.items()
            for name in ("azimuth_rad", "elevation_rad")
        },
        barren=barren_of(views, barren),
    )


@dataclass(frozen=True)
class _Paths:
    """Some paths of some visits, one way only.

    Attributes:
        visit: (M,) of each.
        images: (M, 3) rows of their views.
        barren: visits without any, and how many of their ways are linked.
    """

    visit: Indices
    images: Indices
    barren: Mapping[int, int]


def _in_order(found: Sequence[_Paths]) -> tuple[Indices, Indices]:
    """(M,) the visits of all paths, in their order, and (M, 3) the paths."""
    visit = np.concatenate([np.zeros(0, dtype=np.int64), *(each.visit for each in found)])
    images = np.concatenate([np.zeros((0, 3), dtype=np.int64), *(each.images for each in found)])
    order = np.argsort(visit, kind="stable")
    return visit[order], images[order]


def _paths(ways: Ways, keys: Keys, config: QaConfig) -> _Paths:
    """Some paths of each kind and visit; fewer where a visit has fewer.

    Args:
        keys: (G,) of the visits.
    """
    size = np.abs(ways.azimuth_rad)
    least, most, still = (
        float(np.deg2rad(limit))
        for limit in (config.sideways_least_deg, config.side_most_deg, config.still_most_deg)
    )
    with np.errstate(invalid="ignore"):
        leg = ways.linked & (size >= least) & (size <= most)
    visit, *path = np.nonzero(leg[:, :, :, None] & leg[:, None, :, :])
    ahead = path[0] < path[2]
    visit, path = visit[ahead], [each[ahead] for each in path]
    out, back = (ways.azimuth_rad[visit, path[i], path[j]] for i, j in (_OUT, _BACK))
    net, opposed = np.abs(out + back), np.sign(out) != np.sign(back)
    told = (net >= least) & (net <= most)
    kind = np.select([net <= still, told & opposed, told], range(len(_SHARES)), len(_SHARES))
    total = sum(_SHARES.values())
    room = [-(-config.paths_per_visit * share // total) for share in _SHARES.values()]
    code = np.ravel_multi_index(path, [leg.shape[1]] * 3)
    lots = lots_at(keys[visit], code)
    some = few_of(visit * (len(_SHARES) + 1) + kind, lots, np.array([*room, 0])[kind])
    visit, path = visit[some], [each[some] for each in path]
    without = np.setdiff1d(np.arange(len(keys)), visit)
    linked = ways.linked[without].sum(axis=(1, 2)) // 2
    return _Paths(
        ways.visits[visit],
        np.stack([ways.rows[visit, each] for each in path], axis=1),
        dict(zip(ways.visits[without].tolist(), linked.tolist(), strict=True)),
    )


def _judge(items: Items, rings: Mapping[str, Ring], config: QaConfig) -> Verdicts:
    verdicts = Verdicts.open_for(len(items))
    net = items.legs[_NET]
    FAMILY.decide(verdicts, net.facts, config)
    sight = invisible.Sight.of(net.table)
    invisible.refuse_invisible(verdicts, FAMILY, sight, config)
    most_ratio = config.confusable_most_ratio
    lookalikes = confusable.Lookalikes.of(net.table, rings, most_ratio=most_ratio)
    confusable.refuse_confusable(verdicts, FAMILY, net.facts, lookalikes, config)
    return verdicts


def _cuts_of(items: Items, rows: Indices, answers: Verdicts, config: QaConfig) -> cues.Cuts:
    facts = items.legs[_NET].facts.take(rows)
    return cues.cuts_of(FAMILY, facts, answers.option, config.balance)


def _cues_of(
    items: Items,
    rows: Indices,
    answers: Verdicts,  # noqa: ARG001
    config: QaConfig,
    cuts: cues.Cuts,
) -> list[cues.Cue]:
    """The net motion's other axes, each of the three images, and the sense of either leg."""
    out, back, net = (items.legs[leg].facts.take(rows) for leg in (_OUT, _BACK, _NET))
    found = [_renamed(cue, "_2", "_3") for cue in cues.cues_of(FAMILY, net, config, cuts)]
    middle = cues.cues_of(replace(FAMILY, other_axes=()), back, config, cuts)
    found += [_renamed(cue, "_1", "_2") for cue in middle if cue.name.endswith("_1")]
    alone = replace(FAMILY, other_axes=("around",))
    for name, facts in (("leg_12", out), ("leg_23", back)):
        around = cues.cues_of(alone, facts, config, {})
        found += [replace(cue, name=name) for cue in around if cue.name == "around"]
    return found


def _renamed(cue: cues.Cue, view: str, image: str) -> cues.Cue:
    """A cue of a leg's view, as one of the image that the view is shown as."""
    if not cue.name.endswith(view):
        return cue
    return replace(cue, name=cue.name.removesuffix(view) + image)


def _slots_of(items: Items, rows: Indices) -> dict[str, Strings]:
    """The size and the sense of both legs; the sense from above."""
    legs = {"first": _OUT, "second": _BACK}
    return {
        name: motion_texts(items.legs[leg].column("azimuth_rad")[rows])
        for name, leg in legs.items()
    }


def motion_texts(azimuth_rad: Array) -> Strings:
    """Angles round the object (N,) with their sense as seen from above: "40° clockwise"."""

    def told(size: int, ahead: int) -> str:
        return f"{size}° {'counter-clockwise' if ahead else 'clockwise'}"

    sizes = np.rint(np.abs(np.rad2deg(azimuth_rad))).astype(np.int64)
    texts = spelled((sizes, (azimuth_rad > 0).astype(np.int64)), told, pa.string())
    return list(texts.to_pylist())


FAMILY: Final = GatheredFamily(
    id="compose",
    asks="which way round the object two motions lead together, from image 1 by image 2 to image 3",
    frame="above",
    options=("counterclockwise", "clockwise", "nothing"),
    unit="rad",
    decide=decide_around,
    other_axes=("vertical", "distance", "pitch", "roll"),
    image_cues=("bearing_right", "bearing_right*mask_share"),
    needs="three views of one visit that go round the object in two steps, now and then back again",
    images=("Image 1", "Image 2", "Image 3"),
    stands=points_alike,
    nearby=next_direction("azimuth"),
    gather=_gather,
    judge=_judge,
    cues_of=_cues_of,
    cuts_of=_cuts_of,
    slots_of=_slots_of,
)

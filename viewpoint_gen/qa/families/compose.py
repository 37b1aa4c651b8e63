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

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from viewpoint_gen.geometry.frames import Array, Indices
from viewpoint_gen.qa import confusable, cues, invisible
from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.families.directions import points_alike
from viewpoint_gen.qa.families.family import Verdicts
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
from viewpoint_gen.qa.families.nearby import next_direction
from viewpoint_gen.qa.families.object_translation_around import decide_around
from viewpoint_gen.qa.views import Views
from viewpoint_gen.records import Ring
from viewpoint_gen.seeding import rng_for

_SHARES: Final = {"nothing": 4, "opposed": 7, "alike": 1}
"""Of twelve paths: with no net motion, with legs that go opposite ways, and the same way."""

_OUT, _BACK, _NET = (0, 1), (1, 2), (0, 2)


def _gather(
    views: Views,
    rings: Mapping[str, Ring],  # noqa: ARG001
    config: QaConfig,
    seed: int,
) -> Items:
    columns, ids = columns_of(views, config), views.texts("view_id")
    uids = views.texts("asset_uid")
    paths: list[Indices] = []
    names: Strings = []
    barren: list[Barren] = []
    for visit in views.visits():
        ways = ways_of(views, visit, columns, config)
        chosen = _drawn(_paths(ways, config), visit.name, config, seed)
        if not len(chosen):
            numbers = {"views": len(visit.rows), "linked": int(np.triu(ways.linked).sum())}
            barren.append(Barren(visit.name, uids[visit.rows[0]], numbers))
        tails = tails_of(visit, [ids[row] for row in visit.rows.tolist()])
        names += [f"{visit.name}.{'>'.join(tails[k] for k in path)}" for path in chosen.tolist()]
        paths.append(visit.rows[chosen])
    one_way = np.concatenate([np.empty((0, 3), dtype=np.int64), *paths])
    images = np.stack([one_way, one_way[:, ::-1]], axis=1).reshape(-1, 3)
    legs = {(i, j): Leg.of(views, images[:, i], images[:, j]) for i, j in (_OUT, _BACK)}
    legs[_NET] = Leg.of(views, images[:, 0], images[:, 2], also=("surface_points",))
    return Items(
        images=images,
        unit=np.repeat(np.arange(len(one_way)), 2),
        unit_names=names,
        roles=["forward", "reverse"] * len(one_way),
        legs=legs,
        facts={
            f"{name}_{i + 1}{j + 1}": leg.column(name)
            for (i, j), leg in legs.items()
            for name in ("azimuth_rad", "elevation_rad")
        },
        barren=barren,
    )


def _paths(ways: Ways, config: QaConfig) -> dict[str, Indices]:
    """(M, 3) views of every path of a visit, one way only, by what its legs make together."""
    size = np.abs(ways.azimuth_rad)
    least, most, still = (
        float(np.deg2rad(limit))
        for limit in (config.sideways_least_deg, config.side_most_deg, config.still_most_deg)
    )
    with np.errstate(invalid="ignore"):
        leg = (ways.linked > 0) & (size >= least) & (size <= most)
    one, two, three = np.nonzero(leg[:, :, None] & leg[None, :, :])
    ahead = one < three
    paths = np.stack([one, two, three], axis=1)[ahead].astype(np.int64)
    out, back = (ways.azimuth_rad[paths[:, i], paths[:, j]] for i, j in (_OUT, _BACK))
    net = np.abs(out + back)
    told = (net >= least) & (net <= most)
    return {
        "nothing": paths[net <= still],
        "opposed": paths[told & (np.sign(out) != np.sign(back))],
        "alike": paths[told & (np.sign(out) == np.sign(back))],
    }


def _drawn(paths: Mapping[str, Indices], visit: str, config: QaConfig, seed: int) -> Indices:
    """Some paths of each kind; fewer where a visit has fewer."""
    rng = rng_for(seed, "compose", visit)
    total = sum(_SHARES.values())
    chosen = []
    for kind, share in _SHARES.items():
        most = -(-config.paths_per_visit * share // total)
        chosen.append(paths[kind][np.sort(rng.permutation(len(paths[kind]))[:most])])
    return np.concatenate(chosen)


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

    def told(leg: tuple[int, int]) -> Array:
        return items.legs[leg].column("azimuth_rad")[rows]

    slots = {}
    for name, leg in (("first", _OUT), ("second", _BACK)):
        slots[name] = [motion_text(angle) for angle in told(leg).tolist()]
    return slots


def motion_text(azimuth_rad: float) -> str:
    """An angle round the object with its sense as seen from above: "40° clockwise"."""
    sense = "counter-clockwise" if azimuth_rad > 0 else "clockwise"
    return f"{np.rad2deg(abs(azimuth_rad)):.0f}° {sense}"


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

"""Checks on ``qa``: every question against its views, its pair, its kin and the truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from viewpoint_gen.verify.answers import check_frame, check_shape
from viewpoint_gen.verify.compare import holds, wrapped
from viewpoint_gen.verify.copies import (
    STATIC_BACKDROPS,
    Records,
    check_copies,
    check_told_still,
    image_keys,
    image_matrices,
)
from viewpoint_gen.verify.families.gathered import GATHERED
from viewpoint_gen.verify.families.rule import Scene
from viewpoint_gen.verify.gathered import Background, check_gathered_rows
from viewpoint_gen.verify.index import Index
from viewpoint_gen.verify.judging import judged
from viewpoint_gen.verify.kin import KIN_RECORD, check_kin
from viewpoint_gen.verify.layout import Layout
from viewpoint_gen.verify.lexicon import says_object_stood_still, says_only_camera_changed
from viewpoint_gen.verify.limits import Limits
from viewpoint_gen.verify.marks import PairPoints, read_marks
from viewpoint_gen.verify.reading import Array, Keys, Mask, Rows, read_rows
from viewpoint_gen.verify.report import Tally
from viewpoint_gen.verify.told import check_told
from viewpoint_gen.verify.truths import Motion, facts_of, motion_between


def verify_questions(
    layout: Layout,
    tally: Tally,
    views: Index,
    pairs: Index,
    *,
    step: Callable[[str, int, int], None],
) -> None:
    """Check every question part, then what questions owe to one another."""
    names = layout.parts["qa"]
    background = Background.of(layout, tally, pairs)
    kin = [np.empty(0, KIN_RECORD)]
    points = PairPoints(layout, pairs)
    for done, name in enumerate(names, start=1):
        for rows in read_rows(layout.files, tally, "qa", name):
            for family, some in _by_kind(rows):
                kin += [
                    check_gathered_rows(tally, some, family, views, background)
                    if family
                    else check_question_rows(tally, some, views, pairs, layout.limits, points)
                ]
        step("qa", done, len(names))
    check_kin(layout, tally, np.concatenate(kin))


def _by_kind(rows: Rows) -> Iterator[tuple[str, Rows]]:
    """Each gathered family's rows by its name, and those of all others by ""."""
    names = np.array([name if name in GATHERED else "" for name in rows.texts("family")])
    for name in np.unique(names).tolist():
        yield name, rows.take(np.flatnonzero(names == name))


def check_question_rows(
    tally: Tally, rows: Rows, views: Index, pairs: Index, limits: Limits, points: PairPoints
) -> Records:
    """Run every check that needs one question about a pair; return what its kin must know."""
    check_shape(tally, rows)
    check_frame(tally, rows)
    cameras = image_matrices(rows, "world_from_camera", 4, 2)
    intrinsics = image_matrices(rows, "intrinsics", 3, 2)
    images = image_keys(rows, 2)
    one, two = (views.take(*views.find(images[:, k])) for k in (0, 1))
    check_links(tally, rows, images, views, pairs)
    check_copies(tally, rows, [one, two], cameras, intrinsics)
    check_can_be_seen(tally, rows, one, two)
    check_premises(tally, rows, one, two)
    motion = motion_between(cameras, intrinsics, rows.numbers("front_azimuth_rad"), limits)
    copied = copied_facts(rows, images, one, two, pairs)
    scene = scene_of(rows, one, two, pairs, motion, copied)
    marks = read_marks(tally, rows, cameras, intrinsics, points, limits)
    truth = judged(tally, rows, replace(scene, marks=marks))
    return check_told(tally, rows, images, truth, {**facts_of(motion), **copied})


def scene_of(
    rows: Rows, one: Records, two: Records, pairs: Index, motion: Motion, copied: dict[str, Array]
) -> Scene:
    """Return what decides the answers, from the matrices, the views and the pairs.

    Args:
        copied: of ``copied_facts``.
    """
    known = (one["key"] != 0) & (two["key"] != 0) & pairs.has(rows.keys("pair_id"))
    least = {
        name: np.fmin(copied[f"{name}_1"], copied[f"{name}_2"])
        for name in ("mask_share", "in_frame_share")
    }
    return Scene(
        motion=motion,
        turn_rad=copied["object_turn_rad"],
        light_moved=one["lighting"] != two["lighting"],
        static=np.isin(one["backdrop"], STATIC_BACKDROPS),
        seen_12=copied["overlap_12"],
        seen_21=copied["overlap_21"],
        known=known,
        mask_share=least["mask_share"],
        in_frame_share=least["in_frame_share"],
    )


def copied_facts(
    rows: Rows, images: Keys, one: Records, two: Records, pairs: Index
) -> dict[str, Array]:
    """Return the facts that only views and pairs know, in the order shown."""
    facts = {"object_turn_rad": wrapped(two["object_turn_rad"] - one["object_turn_rad"])}
    for name in ("mask_share", "in_frame_share"):
        facts |= {f"{name}_1": one[name], f"{name}_2": two[name]}
    pair = pairs.take(*pairs.find(rows.keys("pair_id")))
    forward = pair["view_id_1"] == images[:, 0]
    facts["overlap_12"] = np.where(forward, pair["overlap_12"], pair["overlap_21"])
    facts["overlap_21"] = np.where(forward, pair["overlap_21"], pair["overlap_12"])
    return facts


def check_links(tally: Tally, rows: Rows, images: Keys, views: Index, pairs: Index) -> None:
    """A question's views and pair exist, and the pair is of these views."""
    found = views.has(images.ravel()).reshape(-1, 2).all(axis=1)
    shown = rows.texts("image_ids")
    holds(tally, rows, "foreign_keys", "image_ids", found, "existing views", shown)
    where, exists = pairs.find(rows.keys("pair_id"))
    holds(tally, rows, "foreign_keys", "pair_id", exists, "an existing pair", rows.texts("pair_id"))
    pair = pairs.take(where, exists)
    of_pair = np.stack([pair["view_id_1"], pair["view_id_2"]], axis=1)
    same = (np.sort(of_pair, axis=1) == np.sort(images, axis=1)).all(axis=1) | ~exists
    holds(tally, rows, "foreign_keys", "image_ids", same, "the pair's views", shown)


def check_can_be_seen(tally: Tally, rows: Rows, one: Records, two: Records) -> None:
    """Only a static backdrop, or the question itself, tells the camera's motion from the object's.

    Pictures of an object alone depend on where the camera is with regard to it, no more.
    """
    static = np.isin(one["backdrop"], STATIC_BACKDROPS)
    fine = static | ~_turned(one, two)
    what = "backdrop while the object turned"
    holds(tally, rows, "can_be_seen", what, fine, "ground or hdri", rows.texts("image_ids"))
    check_told_still(tally, rows, one)


def _turned(one: Records, two: Records) -> Mask:
    with np.errstate(invalid="ignore"):
        turned = np.abs(wrapped(two["object_turn_rad"] - one["object_turn_rad"])) > 1e-6
    return np.asarray(turned)


def check_premises(tally: Tally, rows: Rows, one: Records, two: Records) -> None:
    """What a question says of the object and the light is so."""
    texts = [text or "" for text in rows.texts("question")]
    still = np.array([says_object_stood_still(text) for text in texts], dtype=bool)
    fine = ~still | ~_turned(one, two)
    holds(tally, rows, "premises", "the object's turn", fine, "none, as the question says", texts)
    alone = np.array([says_only_camera_changed(text) for text in texts], dtype=bool)
    fine = ~alone | (one["lighting"] == two["lighting"])
    holds(tally, rows, "premises", "the light", fine, "the same, as the question says", texts)

"""Checks on ``qa``: every question against its views, its pair, its kin and the truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from viewpoint_gen.verify.answers import (
    answer_places,
    check_facts,
    check_frame,
    check_letter_and_text,
    check_options,
    check_shape,
    check_value,
)
from viewpoint_gen.verify.cameras import check_rigid
from viewpoint_gen.verify.claims import check_claims
from viewpoint_gen.verify.columns import COLUMNS, ROW_ID
from viewpoint_gen.verify.compare import close, holds, wrapped
from viewpoint_gen.verify.families.gathered import GATHERED
from viewpoint_gen.verify.families.rule import Scene
from viewpoint_gen.verify.gathered import Background, check_gathered_rows
from viewpoint_gen.verify.index import Index
from viewpoint_gen.verify.judging import judged
from viewpoint_gen.verify.kin import KIN_RECORD, check_kin, kin_records
from viewpoint_gen.verify.layout import Layout
from viewpoint_gen.verify.lexicon import says_object_stood_still, says_only_camera_changed
from viewpoint_gen.verify.limits import Limits
from viewpoint_gen.verify.marks import PairPoints, read_marks
from viewpoint_gen.verify.reading import Array, Keys, Mask, Rows, key, keys, read_rows, stacked
from viewpoint_gen.verify.report import Tally
from viewpoint_gen.verify.truths import Motion, facts_of, motion_between

STATIC_BACKDROPS: Final = np.array([key("ground"), key("hdri")], dtype=np.uint64)
"""What stays put when the camera moves, and so tells its motion from the object's."""

Records = NDArray[Any]


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
        for rows in read_rows(
            layout.files,
            tally,
            "qa",
            name,
            id_columns=ROW_ID["qa"],
            columns=list(COLUMNS["qa"]),
        ):
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
    cameras = two_matrices(rows.data.column("world_from_camera"), 4)
    intrinsics = two_matrices(rows.data.column("intrinsics"), 3)
    for k in (0, 1):
        check_rigid(tally, rows, f"world_from_camera[{k}]", cameras[:, k])
    images = image_keys(rows)
    check_links(tally, rows, images, views, pairs)
    check_against_views(tally, rows, images, views, cameras, intrinsics)
    motion = motion_between(cameras, intrinsics, rows.numbers("front_azimuth_rad"), limits)
    copied = copied_facts(rows, images, views, pairs)
    scene = scene_of(rows, images, views, pairs, motion, copied)
    marks = read_marks(tally, rows, cameras, intrinsics, points, limits)
    scene = replace(scene, marks=marks)
    truth = judged(tally, rows, scene)
    options = [list(texts or ()) for texts in rows.texts("options")]
    places = answer_places(rows, options)
    check_options(tally, rows, options)
    check_letter_and_text(tally, rows, options, places)
    said = check_claims(tally, rows, options, places, truth)
    check_value(tally, rows, truth)
    check_facts(tally, rows, {**facts_of(motion), **copied})
    return kin_records(rows, images, said)


def scene_of(
    rows: Rows, images: Keys, views: Index, pairs: Index, motion: Motion, copied: dict[str, Array]
) -> Scene:
    """Return what decides the answers, from the matrices, the views and the pairs.

    Args:
        copied: of ``copied_facts``.
    """
    one, two = (views.take(*views.find(images[:, k])) for k in (0, 1))
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


def two_matrices(column: pa.ChunkedArray, size: int) -> Array:
    """Return a column of lists of matrices as (N, 2, size, size); nan where there aren't two."""
    joined = column.combine_chunks()
    if joined.null_count == 0 and (np.asarray(joined.value_lengths()) == 2).all():
        return stacked(joined.flatten(), size).reshape(len(joined), 2, size, size)
    lists = joined.to_pylist()
    pairs = [value if value is not None and len(value) == 2 else [None, None] for value in lists]
    flat = pa.array([matrix for pair in pairs for matrix in pair], pa.list_(pa.list_(pa.float64())))
    return stacked(flat, size).reshape(len(pairs), 2, size, size)


def image_keys(rows: Rows) -> Keys:
    """Return (N, 2) keys of the views shown; 0 where there aren't two."""
    pairs = [ids if ids and len(ids) == 2 else [None, None] for ids in rows.texts("image_ids")]
    return keys(name for pair in pairs for name in pair).reshape(-1, 2)


def copied_facts(rows: Rows, images: Keys, views: Index, pairs: Index) -> dict[str, Array]:
    """Return the facts that only views and pairs know, in the order shown."""
    one, two = (views.take(*views.find(images[:, k])) for k in (0, 1))
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


def check_against_views(
    tally: Tally, rows: Rows, images: Keys, views: Index, cameras: Array, intrinsics: Array
) -> None:
    """What a question repeats about its views is what the views say, in the order shown."""
    turns = _two_numbers(rows.texts("object_turn_rad"))
    hashes = rows.texts("image_sha256")
    sides = []
    for k in (0, 1):
        where, found = views.find(images[:, k])
        side = views.take(where, found)
        sides.append(side)
        for name, got in (("world_from_camera", cameras[:, k]), ("intrinsics", intrinsics[:, k])):
            want = np.where(found[:, None, None], side[name], got)
            close(tally, rows, "question_copies", f"{name}[{k}]", want, got, tolerance=1e-9)
        want = np.where(found, side["object_turn_rad"], turns[:, k])
        close(tally, rows, "question_copies", f"object_turn_rad[{k}]", want, turns[:, k])
        stated = keys(texts[k] if texts and len(texts) == 2 else None for texts in hashes)
        same = (stated == side["image_sha256"]) | ~found
        holds(tally, rows, "question_copies", f"image_sha256[{k}]", same, "the view's", hashes)
        for name in ("width_px", "height_px"):
            want = np.where(found, side[name], rows.numbers(name)).astype(np.float64)
            close(tally, rows, "question_copies", name, want, rows.numbers(name))
    check_asset_and_front(tally, rows, sides[0], sides[1])
    check_can_be_seen(tally, rows, sides[0], sides[1])
    check_premises(tally, rows, sides[0], sides[1])


def _two_numbers(values: list[Any]) -> Array:
    pairs = [value if value and len(value) == 2 else [np.nan, np.nan] for value in values]
    return np.array(pairs, dtype=np.float64).reshape(-1, 2)


def check_asset_and_front(tally: Tally, rows: Rows, one: Records, two: Records) -> None:
    """Assets, licence and front are the views' own; the object's frame needs a known front."""
    known = (one["key"] != 0) & (two["key"] != 0)
    uids = rows.texts("asset_uids")
    own = [{key(uid) for uid in names or ()} for names in uids]
    shown = [{int(a), int(b)} for a, b in zip(one["asset_uid"], two["asset_uid"], strict=True)]
    same = np.array([a == b for a, b in zip(own, shown, strict=True)], dtype=bool) | ~known
    holds(tally, rows, "question_copies", "asset_uids", same, "the views' assets", uids)
    licences = rows.texts("licence")
    same = (keys(licences) == one["licence"]) | ~known
    holds(tally, rows, "question_copies", "licence", same, "the view's licence", licences)
    front = rows.numbers("front_azimuth_rad")
    want = np.where(known, one["front_azimuth_rad"], front)
    close(tally, rows, "question_copies", "front_azimuth_rad", want, front, tolerance=1e-9)


def check_can_be_seen(tally: Tally, rows: Rows, one: Records, two: Records) -> None:
    """Only a static backdrop, or the question itself, tells the camera's motion from the object's.

    Pictures of an object alone depend on where the camera is with regard to it, no more.
    """
    static = np.isin(one["backdrop"], STATIC_BACKDROPS)
    fine = static | ~_turned(one, two)
    what = "backdrop while the object turned"
    holds(tally, rows, "can_be_seen", what, fine, "ground or hdri", rows.texts("image_ids"))
    texts = [text or "" for text in rows.texts("question")]
    told = np.array([says_object_stood_still(text) for text in texts], dtype=bool)
    want = "that the object stood still, as no backdrop shows it"
    holds(tally, rows, "can_be_seen", "question", static | told | (one["key"] == 0), want, texts)


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

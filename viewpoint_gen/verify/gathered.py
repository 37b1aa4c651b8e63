"""Checks on questions about gathered views: any number of images, of one visit or of several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from viewpoint_gen.verify.answers import check_frame, check_shape
from viewpoint_gen.verify.compare import blame, holds, wrapped
from viewpoint_gen.verify.copies import (
    STATIC_BACKDROPS,
    Records,
    check_copies,
    check_told_still,
    image_keys,
    image_matrices,
    listed,
)
from viewpoint_gen.verify.families.gathered import (
    GATHERED,
    JUDGES,
    WAYS,
    Shown,
    Verdict,
    may_be_asked,
)
from viewpoint_gen.verify.families.rule import Scene
from viewpoint_gen.verify.index import Index
from viewpoint_gen.verify.judging import Judged, quantities_of
from viewpoint_gen.verify.layout import Layout
from viewpoint_gen.verify.marks import check_unmarked
from viewpoint_gen.verify.reading import Array, Keys, Rows, keys, read_rows
from viewpoint_gen.verify.report import Tally
from viewpoint_gen.verify.told import check_told
from viewpoint_gen.verify.truths import motion_between

_MIXER: Final = np.uint64(0x9E3779B97F4A7C15)
"""An odd number: (one, two) and (two, one) get other codes."""

MESH_RECORD: Final = np.dtype([("key", "u8"), ("shape_key", "u8")])


@dataclass(frozen=True)
class Background:
    """What gathered questions are held against, beside views.

    Attributes:
        layout: where the rings lie, and by which thresholds the run was asked.
        tally: takes what can't be read of them.
        links: sorted codes of the pairs' views, in order.
        overlaps: (P, 2) of these pairs.
    """

    layout: Layout
    tally: Tally
    links: Keys
    overlaps: Array

    @classmethod
    def of(cls, layout: Layout, tally: Tally, pairs: Index) -> Background:
        """Sort the pairs by their views."""
        codes = _codes(pairs.records["view_id_1"], pairs.records["view_id_2"])
        order = np.argsort(codes, kind="stable")
        overlaps = np.stack([pairs.records[f"overlap_{way}"] for way in ("12", "21")], axis=1)
        return cls(layout, tally, codes[order], overlaps[order])

    @cached_property
    def meshes(self) -> Index:
        """The shape key of each asset, from its ring; read once, and only if it is asked for."""
        return _meshes(self.layout, self.tally)

    def overlap(self, one: Keys, two: Keys) -> Array:
        """Return (N, 2) directed overlaps of views; nan where they are no pair."""
        found = np.full((len(one), 2), np.nan)
        if not len(self.links):
            return found
        for first, second, ways in ((two, one, [1, 0]), (one, two, [0, 1])):
            codes = _codes(first, second)
            place = np.minimum(np.searchsorted(self.links, codes), len(self.links) - 1)
            known = self.links[place] == codes
            found[known] = self.overlaps[place[known]][:, ways]
        return found


def _codes(one: Keys, two: Keys) -> Keys:
    return np.asarray(one * _MIXER + two, dtype=np.uint64)


def _meshes(layout: Layout, tally: Tally) -> Index:
    pieces = []
    for name in layout.parts["rings"]:
        for rows in read_rows(layout.files, tally, "rings", name):
            piece = np.zeros(len(rows), MESH_RECORD)
            piece["key"], piece["shape_key"] = rows.keys("asset_uid"), rows.keys("shape_key")
            pieces.append(piece)
    return Index.of(pieces, MESH_RECORD)


def check_gathered_rows(
    tally: Tally, rows: Rows, family: str, views: Index, background: Background
) -> Records:
    """Run every check that needs one question of a family; return what its kin must know."""
    check_shape(tally, rows)
    check_frame(tally, rows)
    check_unmarked(tally, rows)
    count = GATHERED[family].images
    cameras = image_matrices(rows, "world_from_camera", 4, count)
    intrinsics = image_matrices(rows, "intrinsics", 3, count)
    images = image_keys(rows, count)
    sides = [views.take(*views.find(images[:, k])) for k in range(count)]
    check_copies(tally, rows, sides, cameras, intrinsics)
    check_links(tally, rows, images, sides)
    if family != "same_object":
        check_stillness(tally, rows, sides)
    shown = shown_of(rows, family, cameras, intrinsics, sides, background)
    verdict = JUDGES[family](shown)
    for name, passes in may_be_asked(family, shown).items():
        holds(tally, rows, "may_be_asked", "scene", passes | ~shown.known, name, rows.ids)
    check_motions_told(tally, rows, verdict)
    return check_told(tally, rows, images, _judged(family, verdict, len(rows)), verdict.facts)


def check_motions_told(tally: Tally, rows: Rows, verdict: Verdict) -> None:
    """Letters and motions that the texts tell are those of the views."""
    letters = rows.texts("answer_letter")
    due = [want in ("", got) for want, got in zip(verdict.letters, letters, strict=True)]
    holds(tally, rows, "answer_true", "answer_letter", due, verdict.letters, letters)
    tally.looked("motions_told", len(rows))
    for row, what, expected, got in verdict.wrong:
        blame(tally, rows, "motions_told", what, [row], expected, got)


def _judged(family: str, verdict: Verdict, count: int) -> Judged:
    truth = verdict.truth
    quantities = quantities_of(truth.shown, count)
    return Judged(
        [GATHERED[family]] * count, truth.keys, truth.value, truth.margin, quantities, [""] * count
    )


def check_links(tally: Tally, rows: Rows, images: Keys, sides: Sequence[Records]) -> None:
    """The views exist and are different ones; there is no pair that the question is of."""
    shown = rows.texts("image_ids")
    found = np.logical_and.reduce([side["key"] != 0 for side in sides])
    holds(tally, rows, "foreign_keys", "image_ids", found, "existing views", shown)
    different = (np.diff(np.sort(images, axis=1), axis=1) != 0).all(axis=1)
    holds(tally, rows, "foreign_keys", "image_ids", different, "different views", shown)
    pair_ids = rows.texts("pair_id")
    none = [pair_id is None for pair_id in pair_ids]
    holds(tally, rows, "foreign_keys", "pair_id", none, "none: not of one pair", pair_ids)


def check_stillness(tally: Tally, rows: Rows, sides: Sequence[Records]) -> None:
    """All views are of one visit to one object that keeps still; the text says so if need be."""
    visits = _visits(rows, len(sides))
    one_visit = (visits == visits[:, :1]).all(axis=1)
    shown = rows.texts("image_ids")
    holds(tally, rows, "can_be_seen", "visits", one_visit, "views of one visit", shown)
    check_told_still(tally, rows, sides[0])


def _visits(rows: Rows, count: int) -> Keys:
    """Return (N, count) keys of the visits: a view's id without its last two parts."""
    shown = listed(rows, "image_ids", count, "")
    names = (".".join(str(name).split(".")[:-2]) or str(name) for each in shown for name in each)
    return keys(names).reshape(-1, count)


def shown_of(
    rows: Rows,
    family: str,
    cameras: Array,
    intrinsics: Array,
    sides: Sequence[Records],
    background: Background,
) -> Shown:
    """Return what the questions show, from matrices and views."""
    ways = {
        (i, j): _scene(cameras[:, [i, j]], intrinsics[:, [i, j]], (sides[i], sides[j]), background)
        for i, j in WAYS[family]
    }
    shapes = np.zeros((len(rows), len(sides)), dtype=np.uint64)
    if family == "same_object":
        for k, side in enumerate(sides):
            meshes = background.meshes
            shapes[:, k] = meshes.take(*meshes.find(side["asset_uid"]))["shape_key"]
    return Shown(
        ways=ways,
        views=sides,
        visits=_visits(rows, len(sides)),
        shapes=shapes,
        questions=[text or "" for text in rows.texts("question")],
        reasons=[text or "" for text in rows.texts("reasons")],
    )


def _scene(
    cameras: Array, intrinsics: Array, sides: tuple[Records, Records], background: Background
) -> Scene:
    one, two = sides
    overlap = background.overlap(one["key"], two["key"])
    return Scene(
        motion=motion_between(
            cameras, intrinsics, one["front_azimuth_rad"], background.layout.limits
        ),
        turn_rad=wrapped(two["object_turn_rad"] - one["object_turn_rad"]),
        light_moved=one["lighting"] != two["lighting"],
        static=np.isin(one["backdrop"], STATIC_BACKDROPS),
        seen_12=overlap[:, 0],
        seen_21=overlap[:, 1],
        mask_share=np.fmin(one["mask_share"], two["mask_share"]),
        in_frame_share=np.fmin(one["in_frame_share"], two["in_frame_share"]),
        known=(one["key"] != 0) & (two["key"] != 0),
    )

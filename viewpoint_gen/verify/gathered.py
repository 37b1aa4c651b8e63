"""Checks on questions about gathered views: any number of images, of one visit or of several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
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
from viewpoint_gen.verify.compare import blame, close, holds, wrapped
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
from viewpoint_gen.verify.kin import kin_records
from viewpoint_gen.verify.layout import Layout
from viewpoint_gen.verify.lexicon import says_object_stood_still
from viewpoint_gen.verify.marks import check_unmarked
from viewpoint_gen.verify.reading import Array, Keys, Rows, key, keys, read_rows, stacked
from viewpoint_gen.verify.report import Tally
from viewpoint_gen.verify.truths import motion_between

Records = NDArray[Any]

STATIC_BACKDROPS: Final = np.array([key("ground"), key("hdri")], dtype=np.uint64)
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
        for rows in read_rows(
            layout.files,
            tally,
            "rings",
            name,
            id_columns=ROW_ID["rings"],
            columns=list(COLUMNS["rings"]),
        ):
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
    cameras, intrinsics = (
        image_matrices(rows.data.column(name), size, count)
        for name, size in (("world_from_camera", 4), ("intrinsics", 3))
    )
    images = image_keys(rows, count)
    sides = [views.take(*views.find(images[:, k])) for k in range(count)]
    for k in range(count):
        check_rigid(tally, rows, f"world_from_camera[{k}]", cameras[:, k])
        check_copies(tally, rows, k, sides, cameras[:, k], intrinsics[:, k])
    check_links(tally, rows, images, sides)
    check_assets(tally, rows, sides)
    if family != "same_object":
        check_stillness(tally, rows, sides)
    shown = shown_of(rows, family, cameras, intrinsics, sides, background)
    verdict = JUDGES[family](shown)
    for name, passes in may_be_asked(family, shown).items():
        holds(tally, rows, "may_be_asked", "scene", passes | ~shown.known, name, rows.ids)
    return check_answers(tally, rows, family, images, verdict)


def check_answers(tally: Tally, rows: Rows, family: str, images: Keys, verdict: Verdict) -> Records:
    """The answer, its number, its reasons and the facts are those of the truth."""
    truth = verdict.truth
    judged = Judged(
        [GATHERED[family]] * len(rows),
        truth.keys,
        truth.value,
        truth.margin,
        quantities_of(truth.shown, len(rows)),
        [""] * len(rows),
    )
    options = [list(texts or ()) for texts in rows.texts("options")]
    places = answer_places(rows, options)
    check_options(tally, rows, options)
    check_letter_and_text(tally, rows, options, places)
    said = check_claims(tally, rows, options, places, judged)
    check_value(tally, rows, judged)
    check_facts(tally, rows, verdict.facts)
    letters = rows.texts("answer_letter")
    due = [want in ("", got) for want, got in zip(verdict.letters, letters, strict=True)]
    holds(tally, rows, "answer_true", "answer_letter", due, verdict.letters, letters)
    tally.looked("motions_told", len(rows))
    for row, what, expected, got in verdict.wrong:
        blame(tally, rows, "motions_told", what, [row], expected, got)
    return kin_records(rows, images, said)


def image_matrices(column: pa.ChunkedArray, size: int, count: int) -> Array:
    """Return a column of lists of matrices as (N, count, size, size); nan for other counts."""
    lists = column.combine_chunks().to_pylist()
    blank = [None] * count
    fitting = [value if value is not None and len(value) == count else blank for value in lists]
    flat = pa.array(
        [matrix for each in fitting for matrix in each], pa.list_(pa.list_(pa.float64()))
    )
    return stacked(flat, size).reshape(len(lists), count, size, size)


def image_keys(rows: Rows, count: int) -> Keys:
    """Return (N, count) keys of the views shown; 0 where there are not as many."""
    shown = _listed(rows, "image_ids", count, None)
    return keys(name for names in shown for name in names).reshape(-1, count)


def _listed(rows: Rows, column: str, count: int, missing: Any) -> list[list[Any]]:
    lists = rows.texts(column)
    return [v if v and len(v) == count else [missing] * count for v in lists]


def check_copies(
    tally: Tally, rows: Rows, k: int, sides: Sequence[Records], camera: Array, intrinsics: Array
) -> None:
    """What a question repeats about one of its views is what the view says."""
    side, count = sides[k], len(sides)
    found = side["key"] != 0
    for name, got in (("world_from_camera", camera), ("intrinsics", intrinsics)):
        want = np.where(found[:, None, None], side[name], got)
        close(tally, rows, "question_copies", f"{name}[{k}]", want, got, tolerance=1e-9)
    turns = np.array(_listed(rows, "object_turn_rad", count, np.nan), dtype=np.float64)[:, k]
    want = np.where(found, side["object_turn_rad"], turns)
    close(tally, rows, "question_copies", f"object_turn_rad[{k}]", want, turns)
    hashes = _listed(rows, "image_sha256", count, None)
    same = (keys(texts[k] for texts in hashes) == side["image_sha256"]) | ~found
    holds(tally, rows, "question_copies", f"image_sha256[{k}]", same, "the view's", hashes)
    for name in ("width_px", "height_px"):
        want = np.where(found, side[name], rows.numbers(name)).astype(np.float64)
        close(tally, rows, "question_copies", name, want, rows.numbers(name))


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


def check_assets(tally: Tally, rows: Rows, sides: Sequence[Records]) -> None:
    """Assets and licences are the views' own, each once, in the order shown; so is the front."""
    known = np.logical_and.reduce([side["key"] != 0 for side in sides])
    stated = [[key(uid) for uid in names or ()] for names in rows.texts("asset_uids")]
    due = _distinct(sides, "asset_uid")
    same = np.array([a == b for a, b in zip(stated, due, strict=True)], dtype=bool) | ~known
    uids, licences = rows.texts("asset_uids"), rows.texts("licence")
    holds(tally, rows, "question_copies", "asset_uids", same, "the views' assets", uids)
    told = zip(licences, _distinct(sides, "licence"), strict=True)
    joined = np.array([joins(text or "", names) for text, names in told], dtype=bool) | ~known
    holds(tally, rows, "question_copies", "licence", joined, "the views' licences", licences)
    front = rows.numbers("front_azimuth_rad")
    want = np.where(known, sides[0]["front_azimuth_rad"], front)
    gap = wrapped(want - front)
    fine = (np.abs(gap) <= 1e-9) | (np.isnan(want) & np.isnan(front))
    holds(tally, rows, "question_copies", "front_azimuth_rad", fine, list(want), list(front))


def _distinct(sides: Sequence[Records], name: str) -> list[list[int]]:
    columns = [side[name].tolist() for side in sides]
    return [list(dict.fromkeys(each)) for each in zip(*columns, strict=True)]


def joins(text: str, due: Sequence[int]) -> bool:
    """Whether a text is those of these keys, joined by AND; one may have an AND of its own."""
    if len(due) == 1:
        return key(text) == due[0]
    parts = text.split(" AND ")
    return any(
        key(" AND ".join(parts[:cut])) == due[0] and joins(" AND ".join(parts[cut:]), due[1:])
        for cut in range(1, len(parts))
    )


def check_stillness(tally: Tally, rows: Rows, sides: Sequence[Records]) -> None:
    """All views are of one visit to one object that keeps still; the text says so if need be."""
    visits = _visits(rows, len(sides))
    one_visit = (visits == visits[:, :1]).all(axis=1)
    shown = rows.texts("image_ids")
    holds(tally, rows, "can_be_seen", "visits", one_visit, "views of one visit", shown)
    static = np.isin(sides[0]["backdrop"], STATIC_BACKDROPS) | (sides[0]["key"] == 0)
    texts = [text or "" for text in rows.texts("question")]
    told = np.array([says_object_stood_still(text) for text in texts], dtype=bool)
    want = "that the object stood still, as no backdrop shows it"
    holds(tally, rows, "can_be_seen", "question", static | told, want, texts)


def _visits(rows: Rows, count: int) -> Keys:
    """Return (N, count) keys of the visits: a view's id without its last two parts."""
    shown = _listed(rows, "image_ids", count, "")
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

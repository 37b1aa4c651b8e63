"""Checks on ``pairs``: what they point at, and that their numbers follow from the matrices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from viewpoint_gen.verify.cameras import (
    check_intrinsics,
    check_relative_numbers,
    check_rigid,
    relative_numbers,
)
from viewpoint_gen.verify.columns import VIEW_NUMBERS
from viewpoint_gen.verify.compare import blame, close, holds, wrapped
from viewpoint_gen.verify.index import PAIR_RECORD, Index
from viewpoint_gen.verify.layout import Layout
from viewpoint_gen.verify.points import POINT_BYTES, SIGHTS
from viewpoint_gen.verify.reading import Keys, Rows, base_name, key, read_rows
from viewpoint_gen.verify.report import Tally

ANCHOR: Final = key("anchor")
FREE: Final = key("free")
TWO_MOVES: Final = key("two_moves")

Records = NDArray[Any]


def verify_pairs(
    layout: Layout, tally: Tally, views: Index, *, step: Callable[[str, int, int], None]
) -> Index:
    """Check every pair against its views and return the pairs' index."""
    names = layout.parts["pairs"]
    pieces = []
    for done, name in enumerate(names, start=1):
        for rows in read_rows(layout.files, tally, "pairs", name):
            pieces.append(_records(rows))
            check_pair_rows(tally, rows, views)
        step("pairs", done, len(names))
    pairs = Index.of(pieces, PAIR_RECORD)
    check_reverses(layout, tally, pairs)
    return pairs


def _records(rows: Rows) -> Records:
    records = np.empty(len(rows), PAIR_RECORD)
    records["key"] = rows.keys("pair_id")
    for name in ("asset_uid", "view_id_1", "view_id_2", "seen_in_1", "seen_in_2"):
        records[name] = rows.keys(name)
    records["part"] = key(base_name(rows.file))
    for name in ("overlap_12", "overlap_21"):
        records[name] = rows.numbers(name)
    kept = np.array([bool(text) for text in rows.texts("reverse_id")], dtype=bool)
    records["reverse_id"] = np.where(kept, rows.keys("reverse_id"), 0)
    return records


def check_pair_rows(tally: Tally, rows: Rows, views: Index) -> None:
    """Run every check that needs one pair and its two views only."""
    sides = []
    for k in (1, 2):
        wanted = rows.keys(f"view_id_{k}")
        where, found = views.find(wanted)
        check_resolves(tally, rows, f"view_id_{k}", found)
        side = views.take(where, found)
        sides.append(side)
        check_copies(tally, rows, side, k, found)
        check_points(tally, rows, side, k, found)
    one, two = sides
    check_own_matrices(tally, rows, one, two)
    check_light(tally, rows, one, two)
    check_kind(tally, rows, one, two)
    check_pair_shares(tally, rows)
    different = rows.keys("view_id_1") != rows.keys("view_id_2")
    same = rows.texts("view_id_1")
    holds(tally, rows, "pair_views", "view ids", different, "two different views", same)


def check_resolves(tally: Tally, rows: Rows, name: str, found: NDArray[np.bool_]) -> None:
    """What the column names exists."""
    holds(tally, rows, "foreign_keys", name, found, "an existing row", rows.texts(name))


def check_copies(tally: Tally, rows: Rows, side: Records, k: int, found: NDArray[np.bool_]) -> None:
    """What a pair repeats about a view is what the view says."""
    suffixed = {f"{name}_{k}": name for name in (*VIEW_NUMBERS, "mask_share", "in_frame_share")}
    if k == 1:
        suffixed["front_azimuth_1_rad"] = "front_azimuth_rad"
    for name, original in (*suffixed.items(), ("width_px", "width_px"), ("height_px", "height_px")):
        want = np.where(found, side[original], rows.numbers(name)).astype(np.float64)
        close(tally, rows, "pair_copies", name, want, rows.numbers(name), tolerance=1e-9)
    for name, size in ((f"world_from_camera_{k}", 4), (f"intrinsics_{k}", 3)):
        got = rows.matrices(name, size)
        want = np.where(found[:, None, None], side[name[:-2]], got)
        close(tally, rows, "pair_copies", name, want, got, tolerance=1e-9)
    texts = {"asset_uid": "asset_uid", f"image_sha256_{k}": "image_sha256"}
    texts |= {name: name for name in ("category", "licence", "backdrop")}
    for name, original in texts.items():
        same = (rows.keys(name) == side[original]) | ~found
        holds(tally, rows, "pair_copies", name, same, f"as in view {k}", rows.texts(name))


def check_points(tally: Tally, rows: Rows, side: Records, k: int, found: NDArray[np.bool_]) -> None:
    """A pair repeats its view's points, and says of each whether the other view shows it.

    What it says is held against the pictures with the views, part by part: both views must be in
    the part of the pair's own number.
    """
    name, told = f"surface_points_{k}", f"seen_in_{3 - k}"
    points = [value or b"" for value in rows.texts(name)]
    sights = [value or b"" for value in rows.texts(told)]
    same = (rows.keys(name) == side["surface_points"]) | ~found
    sizes = [f"{len(value)} other bytes" for value in points]
    holds(tally, rows, "pair_copies", name, same, f"as in view {k}", sizes)
    pairs = list(zip(points, sights, strict=True))
    fine = [len(p) == POINT_BYTES * len(s) and set(s) <= SIGHTS for p, s in pairs]
    holds(tally, rows, "points_seen", told, fine, "0, 1 or 2 for each point", sights)
    beside = (side["part"] == key(base_name(rows.file))) | ~found
    holds(tally, rows, "points_seen", f"view_id_{k}", beside, "a view of the same part", rows.file)


def check_own_matrices(tally: Tally, rows: Rows, one: Records, two: Records) -> None:
    """A pair's matrices are cameras, and its numbers follow from them."""
    cameras = [rows.matrices(f"world_from_camera_{k}", 4) for k in (1, 2)]
    intrinsics = [rows.matrices(f"intrinsics_{k}", 3) for k in (1, 2)]
    for k in (0, 1):
        check_rigid(tally, rows, f"world_from_camera_{k + 1}", cameras[k])
        check_intrinsics(tally, rows, f"intrinsics_{k + 1}", intrinsics[k])
    numbers = relative_numbers(cameras[0], cameras[1], intrinsics[0], intrinsics[1])
    turn = wrapped(rows.numbers("object_turn_rad_2") - rows.numbers("object_turn_rad_1"))
    numbers["object_turn_rad"] = turn
    elevation = _steepest(one["elevation_rad"], two["elevation_rad"])
    pitch = _steepest(one["pitch_rad"], two["pitch_rad"])
    steep = {"azimuth_rad": elevation, "heading_rad": pitch, "roll_rad": pitch}
    check_relative_numbers(tally, rows, numbers, steep)


def _steepest(one: Records, two: Records) -> Records:
    return np.nan_to_num(np.maximum(np.abs(one), np.abs(two)))


def check_light(tally: Tally, rows: Rows, one: Records, two: Records) -> None:
    """``light_moved`` says whether the two views' light differs."""
    moved = one["lighting"] != two["lighting"]
    known = (one["key"] != 0) & (two["key"] != 0)
    got = rows.numbers("light_moved") == 1.0
    fine = (moved == got) | ~known
    holds(tally, rows, "light_moved", "light_moved", fine, list(moved), list(got))


def check_kind(tally: Tally, rows: Rows, one: Records, two: Records) -> None:
    """The kind says how the two views are kin: anchors, an anchor and its satellite, two of one."""
    got = rows.keys("kind")
    anchors = (one["move"] == ANCHOR).astype(int) + (two["move"] == ANCHOR)
    of_a_view = (got == one["move"]) | (got == two["move"])
    fine = np.choose(anchors, [got == TWO_MOVES, of_a_view & (got != ANCHOR), got == FREE])
    known = (one["key"] != 0) & (two["key"] != 0)
    kin = (one["anchor_id"] == two["anchor_id"]) | (anchors == 2)
    fine = (fine & kin) | ~known
    holds(tally, rows, "pair_kind", "kind", fine, "the two views' kinship", rows.texts("kind"))


def check_pair_shares(tally: Tally, rows: Rows) -> None:
    """Overlaps are shares."""
    for name in ("overlap_12", "overlap_21"):
        value = rows.numbers(name)
        fine = (value >= 0.0) & (value <= 1.0)
        holds(tally, rows, "shares", name, fine, "within 0 and 1", list(value))


def check_reverses(layout: Layout, tally: Tally, pairs: Index) -> None:
    """A pair's reverse exists, shows the same views the other way round, and points back."""
    records = pairs.records
    where, found = pairs.find(records["reverse_id"])
    back = pairs.take(where, found)
    none = records["reverse_id"] == 0
    fine = found & (back["reverse_id"] == records["key"])
    fine &= (back["view_id_1"] == records["view_id_2"]) & (
        back["view_id_2"] == records["view_id_1"]
    )
    fine &= (back["seen_in_1"] == records["seen_in_2"]) & (
        back["seen_in_2"] == records["seen_in_1"]
    )
    tally.looked("reverse_pairs", len(records))
    if not (fine | none).all():
        _name_reverses(layout, tally, records["key"][~(fine | none)])


def _name_reverses(layout: Layout, tally: Tally, bad: Keys) -> None:
    for name in layout.parts["pairs"]:
        for rows in read_rows(
            layout.files, tally, "pairs", name, id_columns=("pair_id",), columns=("reverse_id",)
        ):
            wrong = np.flatnonzero(np.isin(rows.keys("pair_id"), bad))
            got = rows.texts("reverse_id")
            blame(tally, rows, "reverse_pairs", "reverse_id", wrong, "its mirror image", got)


def check_anchors(layout: Layout, tally: Tally, views: Index, rejected: Keys) -> None:
    """Every view's anchor was rendered: it is a view, or was rejected as one."""
    fine = views.has(views.records["anchor_id"]) | np.isin(views.records["anchor_id"], rejected)
    tally.looked("anchors", len(fine))
    bad = views.records["key"][~fine]
    if not len(bad):
        return
    for name in layout.parts["views"]:
        for rows in read_rows(layout.files, tally, "views", name, columns=("anchor_id",)):
            wrong = np.flatnonzero(np.isin(rows.keys("view_id"), bad))
            got = rows.texts("anchor_id")
            blame(tally, rows, "anchors", "anchor_id", wrong, "a view or a rejected one", got)

"""Checks on ``views``: pixels, cameras, and what a view says about its asset."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from viewpoint_gen.verify.cameras import check_intrinsics, check_rigid, check_view_numbers
from viewpoint_gen.verify.columns import COLUMNS, VIEW_NUMBERS
from viewpoint_gen.verify.compare import blame, holds
from viewpoint_gen.verify.index import VIEW_RECORD, Index
from viewpoint_gen.verify.layout import Layout
from viewpoint_gen.verify.pictures import PICTURE_CHECKS, Picture, check_picture
from viewpoint_gen.verify.points import PartPoints, read_claims
from viewpoint_gen.verify.reading import (
    Array,
    Keys,
    Rows,
    RunFiles,
    base_name,
    key,
    keys,
    read_rows,
)
from viewpoint_gen.verify.report import Finding, Tally

PIXEL_ROWS: Final = 32
"""Views decoded at a time: a few megabytes."""

PLACEMENT: Final = 1e-5
"""Room for float32 in an asset's placement, as a share of its scale and shift."""

PIXELS: Final = ("image", "mask", "depth")


def verify_views(
    layout: Layout, tally: Tally, *, workers: int, step: Callable[[str, int, int], None]
) -> Index:
    """Check every view part, on several processes if asked, and return the views' index."""
    names = layout.parts["views"]
    of_pairs = {base_name(name): name for name in layout.parts["pairs"]}
    beside = [of_pairs.get(base_name(name)) for name in names]
    pieces = []
    checked = _checked_parts(layout.files, names, beside, workers)
    for done, (seen, records) in enumerate(checked, start=1):
        tally.merge(seen)
        pieces.append(records)
        step("views", done, len(names))
    return Index.of(pieces, VIEW_RECORD)


def _checked_parts(
    files: RunFiles, names: list[str], beside: list[str | None], workers: int
) -> Iterator[tuple[Tally, NDArray[Any]]]:
    if workers <= 1 or len(names) <= 1:
        yield from map(verify_view_part, [files] * len(names), names, beside)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(verify_view_part, [files] * len(names), names, beside)


def verify_view_part(files: RunFiles, name: str, pairs: str | None) -> tuple[Tally, NDArray[Any]]:
    """Check one part; return what was found and the records of its views.

    Args:
        pairs: the part of the pairs between these views, whose claims need their pixels.
    """
    tally = Tally()
    others = [column for column in COLUMNS["views"] if column not in PIXELS]
    pieces = [np.empty(0, VIEW_RECORD)]
    placed: dict[str, Array] = {}
    for rows in read_rows(files, tally, "views", name, columns=others):
        pieces.append(_records(rows))
        _check_numbers(tally, rows, placed)
    points = PartPoints(read_claims(files, pairs) if pairs else {})
    for rows in read_rows(files, tally, "views", name, batch_rows=PIXEL_ROWS):
        check_pixels(tally, rows, points)
    points.settle(tally)
    return tally, np.concatenate(pieces)


def _check_numbers(tally: Tally, rows: Rows, placed: dict[str, Array]) -> None:
    camera = rows.matrices("world_from_camera", 4)
    intrinsics = rows.matrices("intrinsics", 3)
    check_rigid(tally, rows, "world_from_camera", camera)
    check_intrinsics(tally, rows, "intrinsics", intrinsics)
    check_view_numbers(tally, rows, camera, intrinsics)
    check_shares(tally, rows)
    check_anchor_of_itself(tally, rows)
    check_placement(tally, rows, placed)


def check_shares(tally: Tally, rows: Rows) -> None:
    """Shares are in [0, 1]."""
    for name in ("mask_share", "in_frame_share"):
        value = rows.numbers(name)
        fine = (value >= 0.0) & (value <= 1.0)
        holds(tally, rows, "shares", name, fine, "within 0 and 1", list(value))


def check_anchor_of_itself(tally: Tally, rows: Rows) -> None:
    """A view is its own anchor exactly if its move says so."""
    move, anchor, own = rows.texts("move"), rows.texts("anchor_id"), rows.texts("view_id")
    fine = [(m == "anchor") == (a == o) for m, a, o in zip(move, anchor, own, strict=True)]
    holds(tally, rows, "anchors", "anchor_id", fine, "itself for anchors only", anchor)


def check_placement(tally: Tally, rows: Rows, placed: dict[str, Array]) -> None:
    """The asset is scaled evenly and stands, its turn taken back, where it always stands.

    Args:
        placed: the first (unturned) placement of each asset of the part; filled here.
    """
    matrices = rows.matrices("world_from_asset", 4)
    turns, uids = rows.numbers("object_turn_rad"), rows.texts("asset_uid")
    known = np.flatnonzero(np.isfinite(matrices).all(axis=(1, 2)))
    tally.looked("placement", len(known))
    for i in known:
        unturned = _turned_back(matrices[i, :3], turns[i])
        first = placed.setdefault(uids[i], unturned)
        if not _is_similarity(matrices[i]):
            want = "a turn, an even scale and a shift"
        elif not _same_placement(unturned, first):
            want = "the same in all views but for the object's turn"
        else:
            continue
        blame(tally, rows, "placement", "world_from_asset", [int(i)], want, list(matrices))


def _turned_back(placement: Array, turn_rad: float) -> Array:
    cosine, sine = np.cos(turn_rad), np.sin(turn_rad)
    return np.array([[cosine, sine, 0.0], [-sine, cosine, 0.0], [0.0, 0.0, 1.0]]) @ placement


def _is_similarity(matrix: Array) -> bool:
    linear = matrix[:3, :3]
    scale = float(np.cbrt(np.linalg.det(linear)))
    even = np.abs(linear.T @ linear - scale**2 * np.eye(3)).max() <= PLACEMENT * scale**2
    return scale > 0.0 and bool(even) and bool((matrix[3] == [0.0, 0.0, 0.0, 1.0]).all())


def _same_placement(one: Array, two: Array) -> bool:
    scale = float(np.abs(two[:, :3]).max())
    same_linear = np.abs(one[:, :3] - two[:, :3]).max() <= PLACEMENT * scale
    shift = PLACEMENT * max(1.0, float(np.abs(two[:, 3]).max()))
    return bool(same_linear) and bool(np.abs(one[:, 3] - two[:, 3]).max() <= shift)


def _records(rows: Rows) -> NDArray[Any]:
    records = np.empty(len(rows), VIEW_RECORD)
    records["key"] = rows.keys("view_id")
    for name in ("asset_uid", "anchor_id", "image_sha256"):
        records[name] = rows.keys(name)
    for name in ("backdrop", "category", "licence", "move"):
        records[name] = rows.keys(name)
    records["lighting"] = lighting_keys(rows)
    records["surface_points"] = rows.keys("surface_points")
    records["part"] = key(base_name(rows.file))
    records["world_from_camera"] = rows.matrices("world_from_camera", 4)
    records["intrinsics"] = rows.matrices("intrinsics", 3)
    for name in (*VIEW_NUMBERS, "front_azimuth_rad", "mask_share", "in_frame_share"):
        records[name] = rows.numbers(name)
    for name in ("width_px", "height_px"):
        records[name] = rows.numbers(name)
    return records


def lighting_keys(rows: Rows) -> Keys:
    """Return one key per row that is equal exactly if the light is."""
    return keys(json.dumps(light, sort_keys=True) for light in rows.texts("lighting"))


def check_pixels(tally: Tally, rows: Rows, points: PartPoints) -> None:
    """Decode every view's image, mask and depth and hold them against row, points and pairs."""
    camera = rows.matrices("world_from_camera", 4)
    intrinsics = rows.matrices("intrinsics", 3)
    for check in (*PICTURE_CHECKS, "surface_points"):
        tally.looked(check, len(rows))
    for i, row in enumerate(rows.data.to_pylist()):

        def complain(check: str, what: str, expected: str, got: str, i: int = i) -> None:
            tally.found(Finding(check, rows.table, rows.file, rows.ids[i], what, expected, got))

        view = check_picture(_picture(row, camera[i], intrinsics[i]), complain)
        if view is not None:
            points.meet(row["view_id"], row["surface_points"], view, complain)


def _picture(row: dict[str, Any], camera: Array, intrinsics: Array) -> Picture:
    def number(name: str) -> float:
        return float("nan") if row[name] is None else float(row[name])

    return Picture(
        image=row["image"],
        image_format=row["image_format"] or "",
        image_sha256=row["image_sha256"] or "",
        mask=row["mask"],
        depth=row["depth"],
        depth_near=number("depth_near"),
        depth_far=number("depth_far"),
        width_px=int(row["width_px"] or 0),
        height_px=int(row["height_px"] or 0),
        mask_share=number("mask_share"),
        world_from_camera=camera,
        intrinsics=intrinsics,
        object_turn_rad=number("object_turn_rad"),
    )

"""What a question repeats about its views, however many: cameras, hashes, assets and so on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from viewpoint_gen.verify.cameras import check_rigid
from viewpoint_gen.verify.compare import close, holds, wrapped
from viewpoint_gen.verify.lexicon import says_object_stood_still
from viewpoint_gen.verify.reading import Array, Keys, Rows, key, keys, stacked
from viewpoint_gen.verify.report import Tally

Records = NDArray[Any]

STATIC_BACKDROPS: Final = np.array([key("ground"), key("hdri")], dtype=np.uint64)
"""What stays put when the camera moves, and so tells its motion from the object's."""


def image_matrices(rows: Rows, name: str, size: int, count: int) -> Array:
    """Return a column of lists of matrices as (N, count, size, size); nan for other counts."""
    column = rows.data.column(name).combine_chunks()
    if column.null_count == 0 and (np.asarray(column.value_lengths()) == count).all():
        return stacked(column.flatten(), size).reshape(len(column), count, size, size)
    blank = [None] * count
    lists = [v if v is not None and len(v) == count else blank for v in column.to_pylist()]
    flat = pa.array([matrix for each in lists for matrix in each], pa.list_(pa.list_(pa.float64())))
    return stacked(flat, size).reshape(len(lists), count, size, size)


def image_keys(rows: Rows, count: int) -> Keys:
    """Return (N, count) keys of the views shown; 0 where there are not as many."""
    shown = listed(rows, "image_ids", count, None)
    return keys(name for names in shown for name in names).reshape(-1, count)


def listed(rows: Rows, column: str, count: int, missing: Any) -> list[list[Any]]:
    """Return lists of ``count`` entries; those of another length are all missing."""
    lists = rows.texts(column)
    return [v if v and len(v) == count else [missing] * count for v in lists]


def check_copies(
    tally: Tally, rows: Rows, sides: Sequence[Records], cameras: Array, intrinsics: Array
) -> None:
    """What a question repeats about its views is what the views say, in the order shown.

    Args:
        sides: the views' records, (N,) per image.
        cameras: (N, K, 4, 4).
        intrinsics: (N, K, 3, 3).
    """
    turns = np.array(listed(rows, "object_turn_rad", len(sides), np.nan), dtype=np.float64)
    hashes = listed(rows, "image_sha256", len(sides), None)
    for k, side in enumerate(sides):
        found = side["key"] != 0
        check_rigid(tally, rows, f"world_from_camera[{k}]", cameras[:, k])
        for name, got in (("world_from_camera", cameras[:, k]), ("intrinsics", intrinsics[:, k])):
            want = np.where(found[:, None, None], side[name], got)
            close(tally, rows, "question_copies", f"{name}[{k}]", want, got, tolerance=1e-9)
        want = np.where(found, side["object_turn_rad"], turns[:, k])
        close(tally, rows, "question_copies", f"object_turn_rad[{k}]", want, turns[:, k])
        same = (keys(texts[k] for texts in hashes) == side["image_sha256"]) | ~found
        holds(tally, rows, "question_copies", f"image_sha256[{k}]", same, "the view's", hashes)
        for name in ("width_px", "height_px"):
            want = np.where(found, side[name], rows.numbers(name)).astype(np.float64)
            close(tally, rows, "question_copies", name, want, rows.numbers(name))
    check_assets(tally, rows, sides)


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


def check_told_still(tally: Tally, rows: Rows, first: Records) -> None:
    """Where no backdrop shows that the object stood still, the text says so."""
    static = np.isin(first["backdrop"], STATIC_BACKDROPS) | (first["key"] == 0)
    texts = [text or "" for text in rows.texts("question")]
    told = np.array([says_object_stood_still(text) for text in texts], dtype=bool)
    want = "that the object stood still, as no backdrop shows it"
    holds(tally, rows, "can_be_seen", "question", static | told, want, texts)

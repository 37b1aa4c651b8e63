"""Writes the pictures of a preview: each view as the run holds it, marked ones once more."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

import numpy as np
from PIL import Image

from viewpoint_gen.dataset.images import decode_depth, decode_picture
from viewpoint_gen.dataset.marks import images_of
from viewpoint_gen.geometry.camera import Camera
from viewpoint_gen.preview.rows import Row, rows_by_id
from viewpoint_gen.storage import Store, write

FOLDER: Final = "images"

_SUFFIX: Final = {"jpeg": "jpg", "webp": "webp", "png": "png"}

_MARKED_QUALITY: Final = 92

VIEW_COLUMNS: Final = (
    "view_id", "image", "image_format", "world_from_camera", "intrinsics", "width_px", "height_px",
    "azimuth_rad", "elevation_rad", "distance", "heading_rad", "pitch_rad", "roll_rad",
    "object_turn_rad", "front_azimuth_rad", "mask_share", "surface_points", "backdrop", "move",
    "mask", "depth", "depth_near", "depth_far",
)  # fmt: skip

_OUTLIERS: Final = (0.5, 99.5)
"""Percentiles: where depth steps at an outline, single pixels lie off the object."""


def write_views(
    store: Store,
    out: Store,
    view_ids: Collection[str],
    *,
    marked: Collection[str],
    first: Iterable[str],
) -> Iterator[tuple[Row, bytes | None]]:
    """Write each view's picture; yields its row with ``file``, and the picture if it is marked.

    Args:
        marked: views that marks will be drawn into.
        first: parts of the views that are most likely to hold them.
    """
    for row in rows_by_id(store, "views", "view_id", view_ids, VIEW_COLUMNS, first=list(first)):
        picture = row.pop("image")
        row["box_world"] = box_of(row)
        row["file"] = _name(row["view_id"], _SUFFIX[row["image_format"]])
        write(out, row["file"], picture)
        yield row, picture if row["view_id"] in marked else None


def box_of(row: Row) -> list[list[float]] | None:
    """Lowest and highest x, y, z (world) of what a view shows of the object; None: unknown."""
    if row["mask"] is None or row["depth"] is None:
        return None
    depth = decode_depth(row["depth"], row["depth_near"], row["depth_far"])
    rows, columns = np.nonzero((decode_picture(row["mask"]) > 0) & np.isfinite(depth))
    if not len(rows):
        return None
    camera = Camera(
        np.asarray(row["world_from_camera"]),
        np.asarray(row["intrinsics"]),
        row["width_px"],
        row["height_px"],
    )
    points = camera.unproject(np.column_stack([columns, rows]) + 0.5, depth[rows, columns])
    return np.percentile(points, _OUTLIERS, axis=0).tolist()


def write_marked(
    out: Store, questions: Iterable[Mapping[str, Any]], pictures: Mapping[str, bytes]
) -> dict[str, list[str]]:
    """Draw the marks of questions; question -> names of its pictures, in the order shown."""
    files: dict[str, list[str]] = {}
    for row in questions:
        names = []
        for number, picture in enumerate(images_of(row, pictures)):
            name, content = _encoded(f"{row['id']} {number}", picture)
            write(out, name, content)
            names.append(name)
        files[row["id"]] = names
    return files


def _encoded(what: str, picture: Image.Image) -> tuple[str, bytes]:
    buffer = io.BytesIO()
    if picture.mode == "RGBA":
        picture.save(buffer, "PNG", compress_level=4)
        return _name(what, "png"), buffer.getvalue()
    picture.save(buffer, "JPEG", quality=_MARKED_QUALITY, subsampling=0)
    return _name(what, "jpg"), buffer.getvalue()


def _name(what: str, suffix: str) -> str:
    """A file name that is safe whatever an id holds."""
    return f"{FOLDER}/{hashlib.sha256(what.encode()).hexdigest()[:20]}.{suffix}"

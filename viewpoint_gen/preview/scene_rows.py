"""All views and pairs of one asset, for a look at them in three dimensions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from viewpoint_gen.dataset.images import decode_picture
from viewpoint_gen.dataset.shards import open_part, part_names
from viewpoint_gen.errors import RunIncomplete
from viewpoint_gen.geometry.camera import Camera
from viewpoint_gen.geometry.frames import Array
from viewpoint_gen.geometry.pose import transform, turn_about_up
from viewpoint_gen.preview.rows import Row
from viewpoint_gen.storage import Store

Pixels = NDArray[np.uint8]

VIEWS: Final = (
    "view_id", "asset_uid", "category", "round", "move", "image", "world_from_camera",
    "intrinsics", "width_px", "height_px", "object_turn_rad", "surface_points", "source_path",
    "world_from_asset",
)  # fmt: skip
PAIRS: Final = ("pair_id", "asset_uid", "kind", "view_id_1", "view_id_2")


@dataclass(frozen=True)
class SceneView:
    """One camera with what it saw.

    Attributes:
        picture: (H, W, 3) uint8.
        points_world: (N, 3) surface that it shows, in the world of this view, the object's turn
            included.
        points_object: the same with the object as it stood before any turn.
        colours: (N, 3) uint8 of those points, from the picture.
        world_from_asset: (4, 4) from the file's coordinates, the turn included; None: unknown.
        object_turn_rad: about the vertical.
    """

    view_id: str
    move: str
    camera: Camera
    picture: Pixels
    points_world: Array
    points_object: Array
    colours: Pixels
    source_path: str
    world_from_asset: Array | None
    object_turn_rad: float


@dataclass(frozen=True)
class AssetScene:
    """An asset's cameras and the pairs that were made of them.

    Attributes:
        pairs: pair -> its views.
    """

    uid: str
    category: str
    views: dict[str, SceneView]
    pairs: dict[str, tuple[str, str]]


def asset_uids(store: Store) -> list[str]:
    """Every asset of which there are views, in the order of the parts.

    Raises:
        RunIncomplete: there are none.
    """
    found: dict[str, None] = {}
    for name in part_names(store, "views"):
        with open_part(store, name) as part:
            found.update(dict.fromkeys(part.read(columns=["asset_uid"])["asset_uid"].to_pylist()))
    if not found:
        msg = f"{store.location}: holds no views; make some with `viewgen render` or `viewgen demo`"
        raise RunIncomplete(msg)
    return list(found)


def read_scene(store: Store, uid: str) -> AssetScene:
    """Views and pairs of one asset; of the pictures, only those of its row groups are read."""
    rows = list(_rows_of(store, "views", uid, VIEWS))
    pairs = _rows_of(store, "pairs", uid, PAIRS)
    return AssetScene(
        uid=uid,
        category=rows[0]["category"] if rows else "",
        views={row["view_id"]: _view(row) for row in rows},
        pairs={row["pair_id"]: (row["view_id_1"], row["view_id_2"]) for row in pairs},
    )


def _rows_of(store: Store, table: str, uid: str, columns: tuple[str, ...]) -> Iterator[Row]:
    for name in part_names(store, table):
        with open_part(store, name) as part:
            for group in range(part.metadata.num_row_groups):
                uids = part.read_row_group(group, columns=["asset_uid"])["asset_uid"]
                here = pc.equal(uids, pa.scalar(uid))
                if pc.any(here).as_py():
                    rows = part.read_row_group(group, columns=list(columns))
                    yield from rows.filter(here).to_pylist()


def _view(row: Row) -> SceneView:
    camera = Camera(
        np.asarray(row["world_from_camera"]),
        np.asarray(row["intrinsics"]),
        row["width_px"],
        row["height_px"],
    )
    picture = decode_picture(row["image"])[..., :3]
    points = np.frombuffer(row["surface_points"] or b"", "<f4").reshape(-1, 3).astype(np.float64)
    unturned = turn_about_up(-row["object_turn_rad"])
    from_asset = row["world_from_asset"]
    return SceneView(
        view_id=row["view_id"],
        move=row["move"],
        camera=camera,
        picture=picture,
        points_world=points,
        points_object=transform(unturned, points),
        colours=_colours(camera, picture, points),
        source_path=row["source_path"] or "",
        world_from_asset=None if from_asset is None else np.asarray(from_asset),
        object_turn_rad=row["object_turn_rad"],
    )


def _colours(camera: Camera, picture: Pixels, points_world: Array) -> Pixels:
    """What the picture shows where the points are seen."""
    pixels, _ = camera.project(points_world)
    limits = np.array([camera.width_px - 1, camera.height_px - 1])
    across, down = np.clip(np.floor(np.nan_to_num(pixels)), 0, limits).astype(int).T
    return picture[down, across]

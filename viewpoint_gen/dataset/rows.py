"""From what was rendered to the rows that are stored."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from viewpoint_gen.dataset.config import StoreConfig
from viewpoint_gen.dataset.images import encode_depth, encode_mask, encode_normals, encode_picture
from viewpoint_gen.geometry.frames import Z_UP_FROM_Y_UP, Array, wrap_rad
from viewpoint_gen.geometry.relative import RelativeView, ViewGeometry
from viewpoint_gen.geometry.surface_points import SurfacePoints, seen_in
from viewpoint_gen.geometry.visibility import VisibleSurface, directed_overlap
from viewpoint_gen.records import (
    Asset,
    Backdrop,
    BackdropKind,
    LoadedAsset,
    Outcome,
    Rejection,
    RenderedView,
    Ring,
)
from viewpoint_gen.seeding import rng_for
from viewpoint_gen.views.acceptance import in_frame_share, object_turn_rad, world_2_from_world_1

Row = dict[str, Any]

_IMPORT_FROM_ASSET: dict[str, Array] = {
    ".glb": Z_UP_FROM_Y_UP,
    ".gltf": Z_UP_FROM_Y_UP,
    ".obj": Z_UP_FROM_Y_UP,
    ".stl": np.eye(4),
    ".ply": np.eye(4),
}
"""How Blender's importer turns a file's own axes; formats that trimesh can't load are absent."""

_OVERLAP_COLUMNS = 256  # overlap is measured on about this many at the most


@dataclass(frozen=True)
class Provenance:
    """What every row of a run says about the run.

    Attributes:
        engine: of the renderer.
        samples: per pixel.
        fingerprint: of the recipe.
    """

    engine: str
    samples: int
    seed: int
    fingerprint: str


@dataclass(frozen=True)
class AcceptedView:
    """A rendered view that is kept, with its row and what it shows of the object."""

    view: RenderedView
    geometry: ViewGeometry
    surface: VisibleSurface
    points: SurfacePoints
    row: Row


@dataclass(frozen=True)
class SharedSurface:
    """What two views show of each other's surface: the dearest numbers of a pair.

    Attributes:
        overlap_12: share of view 1's surface that view 2 shows.
        seen_in_2: one ``Sight`` for each of view 1's points, as bytes.
    """

    overlap_12: float
    overlap_21: float
    seen_in_2: bytes
    seen_in_1: bytes

    @classmethod
    def of(cls, first: AcceptedView, second: AcceptedView) -> SharedSurface:
        """Look for each view's surface in the other."""
        return cls(
            overlap_12=_overlap(first, second),
            overlap_21=_overlap(second, first),
            seen_in_2=_sights(first, second),
            seen_in_1=_sights(second, first),
        )

    def reverse(self) -> SharedSurface:
        """The same of the two views in the other order."""
        return SharedSurface(self.overlap_21, self.overlap_12, self.seen_in_1, self.seen_in_2)


def accepted_view(
    view: RenderedView,
    *,
    asset: Asset,
    loaded: LoadedAsset,
    visit_round: int,
    store: StoreConfig,
    provenance: Provenance,
) -> AcceptedView:
    """Encode a view and write down everything that is known about it."""
    turn = object_turn_rad(view, loaded)
    geometry = ViewGeometry.of(view.camera, object_turn_rad=turn)
    surface = _object_surface(view)
    rng = rng_for(provenance.seed, "surface points", view.request.view_id)
    points = SurfacePoints.of(surface.depth, view.camera, rng)
    row: Row = {
        "view_id": view.request.view_id,
        "asset_uid": asset.uid,
        "category": asset.category,
        "source_path": asset.source_path,
        "licence": asset.licence,
        "round": visit_round,
        "move": view.request.move,
        "anchor_id": view.request.anchor_id,
        **_pixels(view, store),
        "world_from_camera": view.camera.world_from_camera.tolist(),
        "intrinsics": view.camera.intrinsics.tolist(),
        "world_from_asset": world_from_asset(view, asset),
        "width_px": view.camera.width_px,
        "height_px": view.camera.height_px,
        **asdict(geometry),
        "front_azimuth_rad": front_azimuth_rad(asset, turn),
        "mask_share": float(view.mask.mean()),
        "in_frame_share": in_frame_share(view, loaded),
        "surface_points": points.packed(),
        "backdrop": view.request.backdrop.kind.value,
        "backdrop_detail": describe_backdrop(view.request.backdrop),
        "lighting": asdict(view.request.lighting),
        "engine": provenance.engine,
        "device": view.device,
        "samples": provenance.samples,
        "seconds": list(view.seconds.items()),
        "seed": provenance.seed,
        "fingerprint": provenance.fingerprint,
    }
    return AcceptedView(view, geometry, surface, points, row)


def _object_surface(view: RenderedView) -> VisibleSurface:
    """What a view shows of the object, the ground left out."""
    depth = np.where(view.mask, view.depth, np.inf)
    stride = max(1, round(view.camera.width_px / _OVERLAP_COLUMNS))
    return VisibleSurface.of(depth, view.camera, stride=stride)


def _pixels(view: RenderedView, store: StoreConfig) -> Row:
    image, image_format = encode_picture(view.rgba, store)
    depth, near, far = encode_depth(view.depth)
    return {
        "image": image,
        "image_format": image_format.value,
        "image_sha256": hashlib.sha256(image).hexdigest(),
        "mask": encode_mask(view.mask),
        "depth": depth,
        "depth_near": near,
        "depth_far": far,
        "normals": None if view.normals is None else encode_normals(view.normals),
    }


def world_from_asset(view: RenderedView, asset: Asset) -> list[list[float]] | None:
    """(4, 4) from the file's own coordinates, as trimesh loads them; None where it can't."""
    suffix = "." + asset.path.rsplit(".", 1)[-1].lower()
    import_from_asset = _IMPORT_FROM_ASSET.get(suffix)
    if import_from_asset is None:
        return None
    matrix: list[list[float]] = (view.world_from_import @ import_from_asset).tolist()
    return matrix


def front_azimuth_rad(asset: Asset, turn_rad: float) -> float | None:
    """World azimuth of the object's front in a view; None if it isn't known."""
    return None if asset.front_azimuth_rad is None else wrap_rad(asset.front_azimuth_rad + turn_rad)


def describe_backdrop(backdrop: Backdrop) -> str:
    """A few words: which colour, which pattern, which environment."""
    if backdrop.kind is BackdropKind.HDRI:
        return f"{backdrop.hdri} turned {np.rad2deg(backdrop.rotation_rad):.0f} deg"
    if backdrop.kind is BackdropKind.GROUND:
        return backdrop.ground_pattern
    if backdrop.kind is BackdropKind.SOLID:
        red, green, blue = (round(255 * value) for value in backdrop.colour_srgb)
        return f"#{red:02x}{green:02x}{blue:02x}"
    return ""


def pair_row(
    first: AcceptedView,
    second: AcceptedView,
    *,
    kind: str,
    pair_id: str,
    reverse_id: str,
    shared: SharedSurface,
) -> Row:
    """Every number of the relative view, both cameras, and what both views show."""
    one, two = first.view, second.view
    relative = RelativeView.between(
        one.camera,
        two.camera,
        object_turn_1_rad=first.geometry.object_turn_rad,
        object_turn_2_rad=second.geometry.object_turn_rad,
    )
    return {
        "pair_id": pair_id,
        "reverse_id": reverse_id,
        **{name: first.row[name] for name in _SHARED},
        "kind": kind,
        "view_id_1": one.request.view_id,
        "view_id_2": two.request.view_id,
        **asdict(relative),
        **{f"{name}_1": value for name, value in asdict(first.geometry).items()},
        **{f"{name}_2": value for name, value in asdict(second.geometry).items()},
        **asdict(shared),
        **{f"{name}_1": first.row[name] for name in _PER_VIEW},
        **{f"{name}_2": second.row[name] for name in _PER_VIEW},
        "light_moved": one.request.lighting != two.request.lighting,
        "front_azimuth_1_rad": first.row["front_azimuth_rad"],
    }


_SHARED = (
    "asset_uid", "category", "licence", "backdrop", "width_px", "height_px", "seed", "fingerprint",
)  # fmt: skip
_PER_VIEW = (
    "mask_share", "in_frame_share", "surface_points", "world_from_camera", "intrinsics",
    "image_sha256",
)  # fmt: skip


def _overlap(first: AcceptedView, second: AcceptedView) -> float:
    moved = world_2_from_world_1(first.view, second.view)
    return directed_overlap(first.surface, second.surface, world_2_from_world_1=moved)


def _sights(first: AcceptedView, second: AcceptedView) -> bytes:
    return seen_in(
        first.points,
        depth=second.view.depth,
        mask=second.view.mask,
        camera=second.view.camera,
        world_2_from_world_1=world_2_from_world_1(first.view, second.view),
    ).tobytes()


def ring_row(ring: Ring, *, asset_uid: str, visit_round: int, provenance: Provenance) -> Row:
    """How alike an asset looks from all around."""
    return {
        "asset_uid": asset_uid,
        "round": visit_round,
        "azimuths": ring.azimuths,
        "elevation_rad": ring.elevation_rad,
        "ratios": ring.packed,
        "shape_key": ring.shape_key,
        "middle_x": ring.middle_x,
        "middle_y": ring.middle_y,
        "seed": provenance.seed,
        "fingerprint": provenance.fingerprint,
    }


def rejection_row(rejection: Rejection, provenance: Provenance) -> Row:
    """One thing that was made and not kept."""
    return {
        "kind": rejection.kind,
        "subject_id": rejection.subject_id,
        "asset_uid": rejection.asset_uid,
        "code": rejection.code,
        "numbers": list(rejection.numbers.items()),
        "seed": provenance.seed,
        "fingerprint": provenance.fingerprint,
    }


def outcome_row(outcome: Outcome, uid: str, provenance: Provenance) -> Row:
    """How one visit ended, and what is known about the asset."""
    asset = outcome.asset
    return {
        "asset_uid": uid,
        "index": outcome.visit.index,
        "round": outcome.visit.round,
        "quota": outcome.visit.quota,
        "status": outcome.status.value,
        "code": outcome.code,
        "message": outcome.message,
        "pairs": outcome.pairs,
        "views": outcome.views,
        "rejections": outcome.rejections,
        "triangles": outcome.triangles,
        "attempts": outcome.attempts,
        "seconds": outcome.seconds,
        "mended": list(outcome.mended),
        **{name: getattr(asset, name, None) for name in _OF_ASSET},
        "seed": provenance.seed,
        "fingerprint": provenance.fingerprint,
    }


_OF_ASSET = (
    "source", "source_path", "category", "licence", "author", "title", "url", "sha256",
    "front_azimuth_rad", "symmetry",
)  # fmt: skip

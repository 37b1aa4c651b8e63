"""Checks on points of the surface: each lies on its own view's, and is seen where a pair says.

The builder's test leaves room on both sides of "seen" and "hidden". The limits here lie within
that room, so that rounding and 16-bit depth never decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from viewpoint_gen.verify.pictures import Complain, Decoded, Picture
from viewpoint_gen.verify.reading import Array, Mask, RunFiles, read_rows
from viewpoint_gen.verify.report import Finding, Tally

POINT_BYTES: Final = 12
"""Three little-endian float32."""

MOST_POINTS: Final = 64

HIDDEN, SEEN, UNSURE = 0, 1, 2
SIGHTS: Final = frozenset({HIDDEN, SEEN, UNSURE})

OWN_DEPTH: Final = 0.01
"""How far, as a share of its depth, a point may lie off the depth of its own pixel."""

SLOPE_PX: Final = 2
"""How far around a point its surface's direction is measured; nothing else is that near it."""

LEVELS: Final = 65534
"""Steps between the nearest and the farthest depth."""


@dataclass(frozen=True)
class Claim:
    """What a pair says of one view's points in its other view.

    Attributes:
        what: the column that says it.
        owner: the view whose points they are.
        points_world: (N, 3) in the owner's world.
        turn_rad: of the object about the vertical, from the owner to the other view.
        sights: (N,) hidden, seen or unsure.
    """

    file: str
    pair_id: str
    what: str
    owner: str
    points_world: Array
    turn_rad: float
    sights: NDArray[np.uint8]


@dataclass(frozen=True)
class Look:
    """What a view's pixels show where a claim's points should be.

    Attributes:
        beyond_px: (N,) how far outside the image; inf behind the camera.
        behind_by: (N, 4) at each pixel around, how far the point lies behind what is shown there,
            in units of 1 % of its depth (at least 0.005); nan where nothing is shown.
        on_object: (N,) whether all of those pixels are in the image and show the object.
        towards: (N, 3) unit vectors to the camera, in the owner's world.
    """

    beyond_px: Array
    behind_by: Array
    on_object: Mask
    towards: Array


@dataclass
class PartPoints:
    """The points of one part's views, and what the pairs between those views say of them.

    Each view's pixels are met once; they answer every claim on it then. Whether a surface faces a
    camera follows from the owner's pixels, so the claims are settled at the end.

    Attributes:
        claims: by the view that they are about.
    """

    claims: Mapping[str, list[Claim]]
    _normals: dict[str, Array] = field(default_factory=dict)
    _looks: list[tuple[Claim, Look]] = field(default_factory=list)

    def meet(self, view_id: str, packed: bytes | None, view: Decoded, complain: Complain) -> None:
        """Check a view's own points, and look for those of others in it."""
        if not np.isfinite(view.picture.world_from_camera).all():
            return
        points = check_own_points(packed, view, complain)
        with np.errstate(all="ignore"):
            if points is not None:
                self._normals[view_id] = _normals(points, view)
            for claim in self.claims.get(view_id, ()):
                self._looks.append((claim, _look(claim, view)))

    def settle(self, tally: Tally) -> None:
        """Hold all claims against what was seen."""
        tally.looked("points_seen", len(self._looks))
        for claim, look in self._looks:
            unknown = np.full_like(claim.points_world, np.nan)
            normals = self._normals.get(claim.owner, unknown)
            if normals.shape != unknown.shape:
                normals = unknown
            wrong = np.flatnonzero(~_possible(claim.sights, look, normals))
            if len(wrong):
                said = ("hidden", "seen", "unsure")[claim.sights[wrong[0]]]
                got = f"{len(wrong)} of {len(claim.sights)} otherwise: point {wrong[0]} {said}"
                want = "what the pictures show"
                tally.found(
                    Finding(
                        "points_seen", "pairs", claim.file, claim.pair_id, claim.what, want, got
                    )
                )


def read_claims(files: RunFiles, name: str) -> dict[str, list[Claim]]:
    """Read what the pairs of one part say, by the view that they say it of.

    What can't be read, or has the wrong length, is left out: the checks on pairs report it.
    """
    claims: dict[str, list[Claim]] = {}
    columns = [
        "object_turn_rad",
        *(f"{column}_{k}" for column in ("view_id", "surface_points", "seen_in") for k in (1, 2)),
    ]
    for rows in read_rows(files, Tally(), "pairs", name, id_columns=("pair_id",), columns=columns):
        for pair_id, row in zip(rows.ids, rows.data.to_pylist(), strict=True):
            for owner, other in ((1, 2), (2, 1)):
                claim = _claim(name, pair_id, row, owner, other)
                if claim is not None:
                    claims.setdefault(row[f"view_id_{other}"], []).append(claim)
    return claims


def _claim(file: str, pair_id: str, row: dict[str, Any], owner: int, other: int) -> Claim | None:
    points = unpacked(row[f"surface_points_{owner}"])
    sights = np.frombuffer(row[f"seen_in_{other}"] or b"", dtype=np.uint8)
    turn, view = row["object_turn_rad"], row[f"view_id_{owner}"]
    if points is None or len(points) != len(sights) or not set(sights.tolist()) <= SIGHTS:
        return None
    if turn is None or view is None:
        return None
    turn_rad = turn if owner == 1 else -turn
    return Claim(file, pair_id, f"seen_in_{other}", view, points, turn_rad, sights)


def unpacked(packed: bytes | None) -> Array | None:
    """Return points (N, 3); None if the bytes can't be points."""
    if packed is None or len(packed) % POINT_BYTES or len(packed) > POINT_BYTES * MOST_POINTS:
        return None
    points = np.frombuffer(packed, dtype="<f4").astype(np.float64).reshape(-1, 3)
    return points if np.isfinite(points).all() else None


def check_own_points(packed: bytes | None, view: Decoded, complain: Complain) -> Array | None:
    """A view's points project onto its mask and lie at the depth shown there; return them."""
    points = unpacked(packed)
    if points is None:
        got = "null" if packed is None else f"{len(packed)} bytes"
        complain("surface_points", "surface_points", "up to 64 points of 12 bytes", got)
        return None
    with np.errstate(all="ignore"):
        pixels, z = _projected(points, view.picture)
        row, column, inside = _places(np.floor(pixels), view)
        quantum = (view.picture.depth_far - view.picture.depth_near) / LEVELS
        off = np.abs(view.depth[row, column] - z)
        fine = inside & (z > 0) & view.mask[row, column] & (off <= OWN_DEPTH * z + quantum)
    if not fine.all():
        got = f"{np.count_nonzero(~fine)} of {len(points)} elsewhere"
        complain("surface_points", "surface_points", "points of the surface that it shows", got)
    return points


def _projected(points_world: Array, picture: Picture) -> tuple[Array, Array]:
    """Pixels (N, 2) and z-depths (N,)."""
    rotation, centre = picture.world_from_camera[:3, :3], picture.world_from_camera[:3, 3]
    x, y, z = rotation.T @ (points_world - centre).T
    (fx, _, cx), (_, fy, cy) = picture.intrinsics[:2]
    return np.stack([fx * x / z + cx, fy * y / z + cy], axis=1), z


def _places(
    pixels: Array, view: Decoded
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Rows and columns of whole pixels (..., 2), clipped to the image, and which were in it."""
    last = np.array([view.picture.width_px - 1, view.picture.height_px - 1])
    inside = ((pixels >= 0) & (pixels <= last)).all(axis=-1)
    whole = np.clip(np.nan_to_num(pixels), 0, last).astype(np.int64)
    return whole[..., 1], whole[..., 0], inside


def _normals(points_world: Array, view: Decoded) -> Array:
    """Directions (N, 3) of the surface at its points; nan where its surroundings don't tell."""
    picture = view.picture
    pixels, _ = _projected(points_world, picture)
    (fx, _, cx), (_, fy, cy) = picture.intrinsics[:2]
    crosswise = SLOPE_PX * np.array([[1, 0], [-1, 0], [0, 1], [0, -1]])
    row, column, inside = _places(np.floor(pixels)[:, None] + crosswise, view)
    z = np.where(inside, view.depth[row, column], np.nan)
    around = np.stack([(column + 0.5 - cx) / fx * z, (row + 0.5 - cy) / fy * z, z], axis=-1)
    along_y, along_x = around[:, 2] - around[:, 3], around[:, 0] - around[:, 1]
    normal = np.cross(along_y, along_x) @ picture.world_from_camera[:3, :3].T
    return np.asarray(normal / np.linalg.norm(normal, axis=1, keepdims=True))


def _look(claim: Claim, view: Decoded) -> Look:
    turned = _turned(claim.points_world, claim.turn_rad)
    pixels, z = _projected(turned, view.picture)
    size = np.array([view.picture.width_px, view.picture.height_px])
    beyond = np.maximum(-pixels, pixels - size).max(axis=1)
    four = np.floor(pixels - 0.5)[:, None] + np.array([[0, 0], [1, 0], [0, 1], [1, 1]])
    row, column, inside = _places(four, view)
    unit = np.maximum(0.01 * z, 0.005)[:, None]
    behind_by = np.where(inside, (z[:, None] - view.depth[row, column]) / unit, np.nan)
    towards = view.picture.world_from_camera[:3, 3] - turned
    towards /= np.linalg.norm(towards, axis=1, keepdims=True)
    return Look(
        beyond_px=np.where(z > 0, beyond, np.inf),
        behind_by=behind_by,
        on_object=(inside & view.mask[row, column]).all(axis=1),
        towards=_turned(towards, -claim.turn_rad),
    )


def _turned(vectors: Array, angle_rad: float) -> Array:
    """Vectors (N, 3) turned about the vertical."""
    level = (vectors[:, 0] + 1j * vectors[:, 1]) * np.exp(1j * angle_rad)
    return np.stack([level.real, level.imag, vectors[:, 2]], axis=1)


def _possible(sights: NDArray[np.uint8], look: Look, normals: Array) -> Mask:
    """Which sights (N,) are not contradicted; where a direction is nan, it contradicts nothing."""
    cosine = (normals * look.towards).sum(axis=1)
    nearest, farthest = look.behind_by.min(axis=1), np.abs(look.behind_by).max(axis=1)
    may_be_seen = look.on_object & (farthest <= 2.0) & ~(cosine < 0.0)
    may_be_hidden = (look.beyond_px > 1.0) | (nearest > 1.5) | ~(cosine > 0.1)
    surely_seen = look.on_object & (farthest <= 0.5) & (cosine > 0.4)
    surely_hidden = (look.beyond_px > 3.0) | (nearest > 3.0) | (cosine < -0.4)
    may_be_unsure = ~surely_seen & ~surely_hidden
    return np.asarray(np.choose(sights, [may_be_hidden, may_be_seen, may_be_unsure]))

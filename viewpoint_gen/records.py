"""Frozen values that cross a process or a disk."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from viewpoint_gen.geometry.camera import Camera
from viewpoint_gen.geometry.frames import Array


@dataclass(frozen=True)
class Asset:
    """One mesh file on this machine, and what is known about it.

    Attributes:
        uid: unique in the run; file-name safe.
        source: the kind of source: "procedural", "folder", "objaverse" or "manifest".
        path: local file that Blender opens.
        source_path: the file as the user knows it, relative to the source.
        category: one word or snake_case words.
        licence: SPDX expression, or "unknown".
        sha256: of the file.
        front_azimuth_rad: azimuth, in the world, of the direction the object faces; None: unknown.
        symmetry: how it looks under turns about the vertical ("none", "mirror", "c2", "c4",
            "cinf"); None: unknown.
    """

    uid: str
    source: str
    path: str
    source_path: str
    category: str
    licence: str
    author: str
    title: str
    url: str
    sha256: str
    front_azimuth_rad: float | None = None
    symmetry: str | None = None


class BackdropKind(StrEnum):
    """What is behind the object."""

    TRANSPARENT = "transparent"
    SOLID = "solid"
    GROUND = "ground"
    HDRI = "hdri"


STATIC_BACKDROPS = frozenset({BackdropKind.GROUND, BackdropKind.HDRI})
"""Backdrops that stay put when the camera moves, so that they tell its motion."""


@dataclass(frozen=True)
class Backdrop:
    """What is behind the object; the same for all views of one asset's visit.

    Attributes:
        kind: which of the fields below count.
        colour_srgb: of a solid backdrop, or of the sky above a ground; each in [0, 1].
        ground_colours_srgb: the two colours of a ground's pattern.
        ground_pattern: "tiles", "checker" or "noise".
        hdri: file name of one of Blender's bundled environments.
        rotation_rad: of the environment about the vertical.
    """

    kind: BackdropKind
    colour_srgb: tuple[float, float, float] = (1.0, 1.0, 1.0)
    ground_colours_srgb: tuple[tuple[float, float, float], tuple[float, float, float]] = (
        (0.5, 0.5, 0.5),
        (0.7, 0.7, 0.7),
    )
    ground_pattern: str = "tiles"
    hdri: str = ""
    rotation_rad: float = 0.0


@dataclass(frozen=True)
class Lighting:
    """A sun and an even surrounding light.

    Attributes:
        sun_azimuth_rad: direction *towards* the sun, counter-clockwise from +X.
        sun_elevation_rad: of the sun above the horizon.
        sun_strength: Blender's sun strength, W/m².
        sun_angle_rad: apparent diameter; larger is softer.
        ambient_strength: of the surrounding light (or the factor of an environment image).
    """

    sun_azimuth_rad: float
    sun_elevation_rad: float
    sun_strength: float
    sun_angle_rad: float
    ambient_strength: float


@dataclass(frozen=True)
class ViewRequest:
    """One image that is asked of Blender.

    Attributes:
        view_id: unique in the run.
        move: "anchor", or the kind of motion that leads here from the anchor.
        anchor_id: view_id of the anchor (its own for an anchor).
        camera: planned camera.
        object_turn_rad: turn of the object about the vertical.
        noise_seed: for the renderer's sampling.
    """

    view_id: str
    move: str
    anchor_id: str
    camera: Camera
    object_turn_rad: float
    lighting: Lighting
    backdrop: Backdrop
    noise_seed: int


def visit_of(view_id: str) -> str:
    """The visit that a view is of, "uid.round": the id without cluster and place in it."""
    return view_id.rsplit(".", 2)[0]


@dataclass(frozen=True)
class LoadedAsset:
    """What Blender knows about an asset once it is imported and normalised.

    Attributes:
        world_from_import: (4, 4) normalisation, read back from the parent that carries it.
        bounds_world: (2, 3) least and greatest corner after normalisation.
        points_world: (N, 3) points spread evenly by area over the evaluated surface.
        triangles: of the evaluated meshes.
        missing_textures: names of images that colours depend on and that could not be loaded.
        mended: what was put right, one "code: detail" each.
        warnings: codes of what is wrong and was left so.
        seconds: for the import.
    """

    world_from_import: Array
    bounds_world: Array
    points_world: Array
    triangles: int
    mesh_objects: int
    materials: int
    missing_textures: tuple[str, ...]
    seconds: float
    mended: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def shape_key(self) -> str:
        """Equal for copies of one mesh, whatever their files, colours and sizes.

        Made of the number of triangles and the proportions; a mesh that was turned or edited has
        another.
        """
        extent = np.diff(self.bounds_world, axis=0)[0]
        sides = (extent / max(float(extent.max()), 1e-12)).round(3) + 0.0
        text = f"{self.triangles} {sides.tolist()}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class RenderedView:
    """One image as Blender really made it.

    Attributes:
        camera: read back from Blender, never the plan.
        world_from_import: (4, 4) where the asset really stood (normalisation and turn).
        rgba: (H, W, 4) uint8, sRGB; straight alpha, 255 everywhere unless the backdrop is
            transparent.
        mask: (H, W) bool: the asset's own pixels, tested at pixel centres.
        depth: (H, W) float32 z-depth in world units of whatever is seen, the ground included;
            inf where nothing is hit.
        normals: (H, W, 3) float32 unit normals in the world, 0 where nothing is hit; None unless
            asked for.
        device: what rendered it, e.g. "CPU" or "OPTIX: NVIDIA L40".
        seconds: by stage.
    """

    request: ViewRequest
    camera: Camera
    world_from_import: Array
    rgba: NDArray[np.uint8]
    mask: NDArray[np.bool_]
    depth: NDArray[np.float32]
    normals: NDArray[np.float32] | None
    device: str
    seconds: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Rejection:
    """Something that was made and not kept: which, why, and the numbers behind it.

    Attributes:
        kind: "view", "pair" or "question".
        subject_id: uid, view_id, pair_id or question id.
        code: short snake_case reason.
        numbers: what was measured and the limits it was held to.
    """

    kind: str
    subject_id: str
    asset_uid: str
    code: str
    numbers: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Ring:
    """How alike an asset looks from all around, at one elevation.

    Attributes:
        azimuths: number N of pictures; picture k is taken from azimuth 2 pi k / N, about the
            vertical through the middle.
        elevation_rad: of all of them.
        packed: one byte for each two pictures (a, b), a < b, row by row: their difference in
            units of the noise is ``2 ** (byte / 32 - 2)``, from 1/4 (and less) to 62 (and more).
        shape_key: of the asset's mesh: see ``LoadedAsset``.
        middle_x: where that vertical stands in the world, the object unturned; 0 in the middle of
            its bounding box.
        middle_y: the same along the world's +Y.
    """

    azimuths: int
    elevation_rad: float
    packed: bytes
    shape_key: str = ""
    middle_x: float = 0.0
    middle_y: float = 0.0

    @classmethod
    def of_ratios(cls, ratios: Array, *, elevation_rad: float) -> Ring:
        """Pack a symmetric (N, N) matrix; its diagonal is 0 by definition."""
        upper = ratios[np.triu_indices(len(ratios), 1)]
        codes = np.rint(32.0 * (np.log2(np.maximum(upper, 0.25)) + 2.0))
        return cls(len(ratios), elevation_rad, np.minimum(codes, 255).astype(np.uint8).tobytes())

    @property
    def middle_world(self) -> tuple[float, float]:
        """Where the vertical stands that the cameras went round, the object unturned."""
        return self.middle_x, self.middle_y

    @property
    def ratios(self) -> Array:
        """(N, N) differences in units of the noise."""
        unpacked = np.zeros((self.azimuths, self.azimuths))
        codes = np.frombuffer(self.packed, dtype=np.uint8)
        unpacked[np.triu_indices(self.azimuths, 1)] = np.exp2(codes / 32.0 - 2.0)
        return unpacked + unpacked.T


class OutcomeStatus(StrEnum):
    """How one visit to an asset ended."""

    WRITTEN = "written"
    REJECTED = "rejected"
    FAILED = "failed"


@dataclass(frozen=True)
class Visit:
    """One unit of work: render an asset and keep up to ``quota`` pairs.

    Attributes:
        index: position of the asset in its source.
        round: 0 at first; later rounds come back with fresh cameras for pairs still owed.
        quota: most pairs to keep.
        again: whether an earlier visit brought pairs of it, and with them its ring.
    """

    index: int
    round: int
    quota: int
    again: bool = False


@dataclass(frozen=True)
class Outcome:
    """How one visit ended; every visit has exactly one.

    Attributes:
        code: "" when written, else the reason.
        message: one line for people.
        mended: what was put right about the asset, one "code: detail" each.
    """

    visit: Visit
    asset: Asset | None
    status: OutcomeStatus
    code: str
    message: str
    pairs: int
    views: int
    rejections: int
    triangles: int
    attempts: int
    seconds: float
    mended: tuple[str, ...] = ()

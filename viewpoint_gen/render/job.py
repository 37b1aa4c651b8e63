"""What the package asks of a Blender child, and what the child reports.

The protocol (version ``PROTOCOL``; its other end is ``blender_scripts/worker.py``)
-----------------------------------------------------------------------------------
One JSON object per line: jobs on the child's stdin, reports on its stdout. One job is under way
at a time and has exactly one report, which repeats the job's ``number``. Lines on stdout that
are no JSON object come from a Blender binary that starts up, and are skipped. Matrices are
row-major lists of four rows; colours are linear; lengths are world units; angles are radians.

::

    job      asks                                        report
    start    protocol, engine, device, threads,          started: blender, engine, device_type,
             samples, max_bounces, transparent_bounces,  device_names, confined
             normals
    devices                                              devices: devices [[type, name]]
    warm     out (an EXR, thrown away)                   warmed: device, seconds
    load     path, format (file suffix), frame,          loaded: world_from_import, bounds,
             points, points_seed, out (a .npy file)      triangles, mesh_objects, materials,
                                                         missing_textures, mended, warnings, seconds
    render   view_id, world_from_blcam, lens_mm,         rendered: view_id, world_from_blcam,
             sensor_width_mm, shift_x, shift_y,          projection, width_px, height_px,
             width_px, height_px, world_from_import,     world_from_import, device,
             sun {world_from_sun, strength,              seconds {stage: s}
             angle_rad}, ambient_strength, backdrop,
             samples, denoise, seed, out (an EXR)

``backdrop`` is {kind, colour_linear, ground_colours_linear, ground_pattern, hdri, rotation_rad}.
An environment image is scaled to a mean radiance of 1 before ``ambient_strength`` applies.
The sun shines along its own -Z, so ``world_from_sun``'s +Z column points towards it.
``projection`` is Blender's OpenGL projection matrix for that camera and image size: the package
derives the intrinsics from it, and not from the lens that it asked for.

Any job may be answered with ``{"event": "error", "stage", "code", "message"}``. The child stays
usable, except after ``bpy_missing`` and ``protocol``, when it ends. It ends by itself when its
stdin does. The codes are:

===================  ===========================================================================
protocol             the two ends speak different versions
blender_version      another Blender than 4.5, whose importers and passes this is written for
bpy_missing          ``import bpy`` failed
device_unavailable   the device asked for isn't there
engine_backdrop      the engine can't render that kind of backdrop
bad_backdrop         an environment image or a pattern that doesn't exist
unsupported_format   no importer for the suffix
unreadable           the importer refused the file
no_mesh              nothing with faces in it
not_finite           a vertex is nan or infinite
zero_size            every vertex is at the same place
imprecise            single precision can't place the asset (tiny and far from its origin)
nothing_loaded       render before load
render_failed        the renderer reported an error
===================  ===========================================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import numpy as np

from viewpoint_gen.errors import AssetError
from viewpoint_gen.geometry.camera import Camera
from viewpoint_gen.geometry.frames import Array, world_from_blcam_of, world_from_camera_of
from viewpoint_gen.geometry.pose import turn_about_up
from viewpoint_gen.records import Asset, Backdrop, Lighting, LoadedAsset, ViewRequest
from viewpoint_gen.render.colour import linear_from_srgb
from viewpoint_gen.render.config import Device, RenderConfig
from viewpoint_gen.seeding import seed_for

PROTOCOL = 1
SENSOR_WIDTH_MM = 36.0  # Blender's default; only its ratio to the focal length matters
_SEED_RANGE = 2**31 - 1  # Blender's seeds are 32-bit signed

Json = dict[str, Any]


@dataclass(frozen=True)
class Started:
    """What a child says of itself once it runs.

    Attributes:
        blender: version, e.g. "4.5.15".
        engine: Blender's own name of the engine.
        device_type: "CPU", "CUDA", "OPTIX", "HIP", "METAL", "ONEAPI", or "GL" for the engines
            that draw with OpenGL.
        device_names: of the devices in use.
        confined: what it has given up, of "network", "write" and "read" (outside its folders).
    """

    blender: str
    engine: str
    device_type: str
    device_names: tuple[str, ...]
    confined: tuple[str, ...] = ()


@dataclass(frozen=True)
class Warmed:
    """What a child's first few pixels were rendered on, and how long they took."""

    device: str
    seconds: float


@dataclass(frozen=True)
class Shot:
    """One rendered view as Blender reports it, its pixels still in the EXR file.

    Attributes:
        camera: read back.
        world_from_import: (4, 4) read back.
        device: e.g. "CPU" or "OPTIX: NVIDIA L40".
        seconds: by stage.
    """

    camera: Camera
    world_from_import: Array
    device: str
    seconds: dict[str, float]


def start_job(config: RenderConfig, device: Device, *, threads: int, normals: bool) -> Json:
    """The job that a child begins with."""
    return {
        "job": "start",
        "protocol": PROTOCOL,
        "engine": config.engine.value,
        "device": device.value,
        "threads": threads,
        "samples": config.samples,
        "max_bounces": config.max_bounces,
        "transparent_bounces": config.transparent_bounces,
        "normals": normals,
    }


def load_job(asset: Asset, config: RenderConfig, out: PurePath) -> Json:
    """Import and normalise an asset; its surface points depend on the file's content alone."""
    return {
        "job": "load",
        "path": asset.path,
        "format": PurePath(asset.path).suffix.lower().removeprefix("."),
        "frame": config.animation_frame,
        "points": config.surface_points,
        "points_seed": seed_for(0, "surface points", asset.sha256),
        "out": str(out),
    }


def render_job(
    request: ViewRequest, loaded: LoadedAsset, out: PurePath, *, samples: int, denoise: bool
) -> Json:
    """One view of the asset that is loaded."""
    turned = turn_about_up(request.object_turn_rad) @ loaded.world_from_import
    return {
        "job": "render",
        "view_id": request.view_id,
        **_camera_fields(request.camera),
        "world_from_import": turned.tolist(),
        "sun": _sun_fields(request.lighting),
        "ambient_strength": request.lighting.ambient_strength,
        "backdrop": _backdrop_fields(request.backdrop),
        "samples": samples,
        "denoise": denoise,
        "seed": request.noise_seed % _SEED_RANGE,
        "out": str(out),
    }


def _camera_fields(camera: Camera) -> Json:
    """Blender's lens, in the horizontal sensor fit, for a pinhole camera with square pixels."""
    focal_x_px, focal_y_px = camera.intrinsics[0, 0], camera.intrinsics[1, 1]
    if not np.isclose(focal_x_px, focal_y_px, rtol=1e-6) or camera.intrinsics[0, 1] != 0:
        msg = (
            f"Blender's camera needs square pixels without skew, got a focal length of "
            f"{focal_x_px:.6g} px by {focal_y_px:.6g} px and a skew of {camera.intrinsics[0, 1]:g}"
        )
        raise AssetError("camera_unsupported", msg)
    width_px, height_px = camera.width_px, camera.height_px
    return {
        "world_from_blcam": world_from_blcam_of(camera.world_from_camera).tolist(),
        "lens_mm": focal_x_px * SENSOR_WIDTH_MM / width_px,
        "sensor_width_mm": SENSOR_WIDTH_MM,
        "shift_x": (width_px / 2 - camera.intrinsics[0, 2]) / width_px,
        "shift_y": (camera.intrinsics[1, 2] - height_px / 2) / width_px,
        "width_px": width_px,
        "height_px": height_px,
    }


def _sun_fields(lighting: Lighting) -> Json:
    """The sun, turned so that its +Z points towards where it stands in the sky."""
    tilt = np.pi / 2 - lighting.sun_elevation_rad
    tilted = np.eye(4)
    tilted[:3, :3] = [
        [np.cos(tilt), 0.0, np.sin(tilt)],
        [0.0, 1.0, 0.0],
        [-np.sin(tilt), 0.0, np.cos(tilt)],
    ]
    return {
        "world_from_sun": (turn_about_up(lighting.sun_azimuth_rad) @ tilted).tolist(),
        "strength": lighting.sun_strength,
        "angle_rad": lighting.sun_angle_rad,
    }


def _backdrop_fields(backdrop: Backdrop) -> Json:
    """A backdrop with its colours made linear."""
    first, second = backdrop.ground_colours_srgb
    return {
        "kind": backdrop.kind.value,
        "colour_linear": linear_from_srgb(backdrop.colour_srgb),
        "ground_colours_linear": [linear_from_srgb(first), linear_from_srgb(second)],
        "ground_pattern": backdrop.ground_pattern,
        "hdri": backdrop.hdri,
        "rotation_rad": backdrop.rotation_rad,
    }


def started_from(report: Json) -> Started:
    """Read a ``started`` report."""
    return Started(
        blender=report["blender"],
        engine=report["engine"],
        device_type=report["device_type"],
        device_names=tuple(report["device_names"]),
        confined=tuple(report["confined"]),
    )


def loaded_from(report: Json, points_world: Array) -> LoadedAsset:
    """Read a ``loaded`` report; the points come from the file it was told to write."""
    return LoadedAsset(
        world_from_import=np.asarray(report["world_from_import"], dtype=np.float64),
        bounds_world=np.asarray(report["bounds"], dtype=np.float64),
        points_world=points_world,
        triangles=int(report["triangles"]),
        mesh_objects=int(report["mesh_objects"]),
        materials=int(report["materials"]),
        missing_textures=tuple(report["missing_textures"]),
        mended=tuple(report["mended"]),
        warnings=tuple(report["warnings"]),
        seconds=float(report["seconds"]),
    )


def shot_from(report: Json) -> Shot:
    """Read a ``rendered`` report."""
    width_px, height_px = int(report["width_px"]), int(report["height_px"])
    projection = np.asarray(report["projection"], dtype=np.float64)
    camera = Camera(
        world_from_camera=world_from_camera_of(np.asarray(report["world_from_blcam"])),
        intrinsics=intrinsics_from_projection(projection, width_px=width_px, height_px=height_px),
        width_px=width_px,
        height_px=height_px,
    )
    world_from_import = np.asarray(report["world_from_import"], dtype=np.float64)
    return Shot(camera, world_from_import, report["device"], dict(report["seconds"]))


def intrinsics_from_projection(projection: Array, *, width_px: int, height_px: int) -> Array:
    """K (3, 3) in pixels from an OpenGL projection matrix (4, 4).

    With ndc = (P00 x + P02 z) / -z along x, and OpenCV's Z = -z, Y = -y, X = x:
    u = w/2 (1 + ndc_x) and v = h/2 (1 - ndc_y).
    """
    half_width, half_height = width_px / 2, height_px / 2
    return np.array(
        [
            [half_width * projection[0, 0], 0.0, half_width * (1.0 - projection[0, 2])],
            [0.0, half_height * projection[1, 1], half_height * (1.0 + projection[1, 2])],
            [0.0, 0.0, 1.0],
        ]
    )

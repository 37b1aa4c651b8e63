"""Meshes, requests and rays for the tests with a real Blender."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import trimesh

from viewpoint_gen.geometry.camera import Camera, intrinsics_from_fov
from viewpoint_gen.geometry.frames import Z_UP_FROM_Y_UP, Array
from viewpoint_gen.geometry.orbit import OrbitPosition
from viewpoint_gen.geometry.pose import inverse, look_at, transform
from viewpoint_gen.geometry.visibility import pixel_centres
from viewpoint_gen.records import Asset, Backdrop, BackdropKind, Lighting, ViewRequest
from viewpoint_gen.render.config import MachineConfig, RenderConfig

MESHES = Path(__file__).resolve().parents[3] / "shared" / "meshes"

FACE_COLOURS = {
    "+x": (0.9, 0.05, 0.05),
    "-x": (0.05, 0.8, 0.8),
    "+y": (0.05, 0.8, 0.05),
    "-y": (0.8, 0.05, 0.8),
    "+z": (0.05, 0.05, 0.9),
    "-z": (0.85, 0.8, 0.05),
}
"""sRGB colour of each face of the cube, by its outward direction in the world."""

EVEN_LIGHT = Lighting(
    sun_azimuth_rad=0.5,
    sun_elevation_rad=1.2,
    sun_strength=0.0,
    sun_angle_rad=0.1,
    ambient_strength=1.0,
)
SUNNY = Lighting(
    sun_azimuth_rad=np.deg2rad(-30.0),
    sun_elevation_rad=np.deg2rad(50.0),
    sun_strength=2.5,
    sun_angle_rad=0.1,
    ambient_strength=0.7,
)
BACKDROPS = {
    BackdropKind.TRANSPARENT: Backdrop(BackdropKind.TRANSPARENT),
    BackdropKind.SOLID: Backdrop(BackdropKind.SOLID, colour_srgb=(0.2, 0.4, 0.6)),
    BackdropKind.GROUND: Backdrop(
        BackdropKind.GROUND,
        colour_srgb=(0.5, 0.7, 0.9),
        ground_colours_srgb=((0.75, 0.72, 0.66), (0.5, 0.46, 0.42)),
    ),
    BackdropKind.HDRI: Backdrop(BackdropKind.HDRI, hdri="forest.exr", rotation_rad=0.3),
}
SMALL = RenderConfig(width_px=64, height_px=48, surface_points=512)
MACHINE = MachineConfig(start_deadline_s=120.0, view_deadline_s=120.0)


def asset_at(path: Path) -> Asset:
    """An asset record of a mesh file."""
    return Asset(
        uid=path.stem,
        source="test",
        path=str(path),
        source_path=path.name,
        category="thing",
        licence="CC0-1.0",
        author="",
        title="",
        url="",
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
    )


def write_glb(path: Path, meshes: list[trimesh.Trimesh]) -> Path:
    """Write meshes given in the world's axes (Z up) as a GLB file (Y up)."""
    y_up = [mesh.copy().apply_transform(inverse(Z_UP_FROM_Y_UP)) for mesh in meshes]
    path.write_bytes(trimesh.Scene(y_up).export(file_type="glb"))
    return path


def coloured_box(extents: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> list[trimesh.Trimesh]:
    """A box around the origin with a differently coloured material on each face."""
    whole = trimesh.creation.box(extents)
    faces = []
    for name, colour in FACE_COLOURS.items():
        axis, sign = "xyz".index(name[1]), 1 if name[0] == "+" else -1
        chosen = whole.face_normals[:, axis] * sign > 0.5
        face = whole.submesh([np.flatnonzero(chosen)], append=True)
        linear = [((c + 0.055) / 1.055) ** 2.4 for c in colour]
        face.visual = trimesh.visual.TextureVisuals(
            material=trimesh.visual.material.PBRMaterial(
                baseColorFactor=[*linear, 1.0], metallicFactor=0.0, roughnessFactor=1.0
            )
        )
        faces.append(face)
    return faces


def lopsided() -> trimesh.Trimesh:
    """A triangle mesh without any symmetry, longest side 1, centred on the origin."""
    parts = [
        trimesh.creation.box((1.0, 0.5, 0.3), trimesh.transformations.translation_matrix(shift))
        for shift in ((0.0, 0.0, 0.0),)
    ]
    parts.append(trimesh.creation.cylinder(0.15, 0.6, sections=24))
    parts[-1].apply_translation((0.3, 0.1, 0.3))
    parts.append(trimesh.creation.icosphere(2, 0.2))
    parts[-1].apply_translation((-0.25, -0.15, 0.2))
    mesh = trimesh.util.concatenate(parts)
    mesh.apply_translation(-mesh.bounds.mean(axis=0))
    return mesh.apply_scale(1.0 / mesh.extents.max())


def orbit_camera(
    azimuth_deg: float,
    elevation_deg: float,
    distance: float = 2.2,
    *,
    width_px: int = 64,
    height_px: int = 48,
    fov_deg: float = 45.0,
    target_world: tuple[float, float, float] = (0.0, 0.0, 0.0),
    centre_shift_px: tuple[float, float] = (0.0, 0.0),
) -> Camera:
    """A camera around the origin; the principal point may be off the image's middle."""
    centre = OrbitPosition(
        np.deg2rad(azimuth_deg), np.deg2rad(elevation_deg), distance
    ).point_world()
    intrinsics = intrinsics_from_fov(np.deg2rad(fov_deg), width_px=width_px, height_px=height_px)
    intrinsics[:2, 2] += centre_shift_px
    pose = look_at(centre, np.array(target_world))
    return Camera(pose, intrinsics, width_px, height_px)


def view_of(
    camera: Camera,
    *,
    kind: BackdropKind = BackdropKind.SOLID,
    lighting: Lighting = EVEN_LIGHT,
    turn_rad: float = 0.0,
    seed: int = 1,
) -> ViewRequest:
    """A request for one view."""
    return ViewRequest("view", "anchor", "view", camera, turn_rad, lighting, BACKDROPS[kind], seed)


def ray_cast(mesh_world: trimesh.Trimesh, camera: Camera) -> tuple[Array, Array]:
    """Z-depth (H, W), inf where nothing is hit, and face normals (H, W, 3), by trimesh."""
    pixels = pixel_centres(camera.width_px, camera.height_px)
    through = camera.unproject(pixels, np.ones(len(pixels)))
    directions = through - camera.centre_world
    hits, rays, faces = mesh_world.ray.intersects_location(
        np.broadcast_to(camera.centre_world, through.shape), directions, multiple_hits=False
    )
    depth = np.full(len(pixels), np.inf)
    normals = np.zeros((len(pixels), 3))
    depth[rays] = transform(inverse(camera.world_from_camera), hits)[:, 2]
    normals[rays] = mesh_world.face_normals[faces]
    shape = (camera.height_px, camera.width_px)
    return depth.reshape(shape), normals.reshape(*shape, 3)

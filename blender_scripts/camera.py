"""The camera: set as asked, read back as Blender has it."""

from __future__ import annotations

import bpy
from mathutils import Matrix

NEAR_CLIP = 0.01  # world units; the asset's longest side is 1
FAR_CLIP = 100.0  # the package takes depths near it for nothing


def create(scene: bpy.types.Scene) -> bpy.types.Object:
    """The scene's one camera."""
    camera = bpy.data.objects.new("viewgen_camera", bpy.data.cameras.new("viewgen_camera"))
    camera.rotation_mode = "QUATERNION"
    camera.data.type = "PERSP"
    camera.data.sensor_fit = "HORIZONTAL"
    camera.data.clip_start = NEAR_CLIP
    camera.data.clip_end = FAR_CLIP
    camera.data.dof.use_dof = False
    scene.collection.objects.link(camera)
    scene.camera = camera
    return camera


def place(scene: bpy.types.Scene, job: dict) -> None:
    """Give the camera the pose, the lens and the image size of a ``render`` job."""
    camera = scene.camera
    camera.matrix_world = Matrix(job["world_from_blcam"])
    camera.data.sensor_width = job["sensor_width_mm"]
    camera.data.lens = job["lens_mm"]
    camera.data.shift_x = job["shift_x"]
    camera.data.shift_y = job["shift_y"]
    scene.render.resolution_x = job["width_px"]
    scene.render.resolution_y = job["height_px"]


def read_back(scene: bpy.types.Scene) -> dict:
    """Pose, projection and image size that Blender really uses; after a view-layer update."""
    depsgraph = bpy.context.evaluated_depsgraph_get()
    camera = scene.camera.evaluated_get(depsgraph)
    render = scene.render
    scale = render.resolution_percentage / 100
    width_px, height_px = int(render.resolution_x * scale), int(render.resolution_y * scale)
    projection = camera.calc_matrix_camera(
        depsgraph,
        x=width_px,
        y=height_px,
        scale_x=render.pixel_aspect_x,
        scale_y=render.pixel_aspect_y,
    )
    return {
        "world_from_blcam": rows(camera.matrix_world),
        "projection": rows(projection),
        "width_px": width_px,
        "height_px": height_px,
    }


def rows(matrix: Matrix) -> list[list[float]]:
    """A matrix as plain lists."""
    return [list(row) for row in matrix]

"""From a mesh file to a scene with one normalised, frozen asset in it."""

from __future__ import annotations

import time
from pathlib import Path

import backdrop
import bpy
import camera
import engine
import importers
import materials
import numpy as np
import surface
from mathutils import Matrix
from refusal import Refusal

ASSET_ROOT = "viewgen_asset"  # the package finds it by this name in EEVEE's Cryptomatte
ASSET_PASS_INDEX = 1
NO_SURFACE = {"CAMERA", "LIGHT", "LIGHT_PROBE", "SPEAKER", "VOLUME", "POINTCLOUD", "CURVES",
              "GPENCIL", "GREASEPENCIL"}  # fmt: skip
PLACED_WITHIN = 1e-4  # world units; a second correction follows if the first was worse
PLACED_AT_LEAST_WITHIN = 1e-3
SMALLEST_SIZE = 1e-12  # file units


def load(job: dict, settings: engine.Settings) -> dict:
    """Import an asset into a fresh scene and normalise it; see the protocol's ``load``."""
    began_s = time.monotonic()
    root = _furnish()
    furniture = set(bpy.data.objects)
    importers.import_file(job["path"], job["format"])
    asset_objects = [shown for shown in bpy.data.objects if shown not in furniture]
    materials.confine_images(Path(job["path"]).absolute().parent)
    engine.apply(settings)
    bpy.context.scene.camera = bpy.data.objects["viewgen_camera"]
    _remove_what_has_no_surface(asset_objects)
    asset_objects = [shown for shown in bpy.data.objects if shown not in furniture]
    _show_what_renders(asset_objects)
    bpy.context.scene.frame_set(job["frame"])
    materials.dress_bare_meshes(asset_objects)
    bounds = _normalise(root, asset_objects)
    pieces = surface.gather()
    points = surface.sample_points(pieces, job["points"], job["points_seed"])
    np.save(job["out"], points)
    return {
        "world_from_import": camera.rows(root.matrix_world),
        "bounds": bounds.tolist(),
        "triangles": sum(len(piece.triangles) for piece in pieces),
        "mesh_objects": len(pieces),
        **_material_report(asset_objects, job["format"]),
        "seconds": time.monotonic() - began_s,
    }


def _furnish() -> bpy.types.Object:
    """A fresh scene with the camera, the sun and the asset's parent, made first for their names."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    camera.create(scene)
    backdrop.create_sun(scene)
    root = bpy.data.objects.new(ASSET_ROOT, None)
    root.rotation_mode = "QUATERNION"
    scene.collection.objects.link(root)
    return root


def _remove_what_has_no_surface(asset_objects: list[bpy.types.Object]) -> None:
    """Delete cameras, lights and the like; those that carry children are only hidden."""
    for shown in asset_objects:
        if shown.type not in NO_SURFACE:
            continue
        if shown.children:
            shown.hide_render = True
        else:
            bpy.data.objects.remove(shown, do_unlink=True)


def _show_what_renders(asset_objects: list[bpy.types.Object]) -> None:
    """Make the viewport's state, which is measured, the same as the render's, which is seen."""
    for shown in asset_objects:
        shown.pass_index = ASSET_PASS_INDEX
        shown.hide_viewport = shown.hide_render
        for modifier in shown.modifiers:
            modifier.show_viewport = modifier.show_render
            if modifier.type == "SUBSURF":
                modifier.levels = modifier.render_levels
    for collection in bpy.data.collections:
        collection.hide_viewport = collection.hide_render
    for shown in bpy.context.view_layer.objects:
        shown.hide_set(False)


def _normalise(root: bpy.types.Object, asset_objects: list[bpy.types.Object]) -> np.ndarray:
    """Put everything under one parent that fits it into the unit cube; the bounds after that.

    Raises:
        Refusal: ``no_mesh``, ``not_finite``, ``zero_size`` or ``imprecise``.
    """
    bpy.context.view_layer.update()
    bounds = surface.bounds_world(surface.gather())
    if not (bounds[1] - bounds[0]).max() > SMALLEST_SIZE:
        raise Refusal("zero_size", "all vertices are at the same place")
    in_layer = set(bpy.context.view_layer.objects)  # prototypes of instances are not
    for shown in asset_objects:
        if shown.parent is None and shown in in_layer:
            shown.parent = root
    world_from_import = np.eye(4)
    for _ in range(2):
        world_from_import = _fit(bounds) @ world_from_import
        place_asset(world_from_import)
        bounds = surface.bounds_world(surface.gather())
        if _misplacement(bounds) <= PLACED_WITHIN:
            break
    if _misplacement(bounds) > PLACED_AT_LEAST_WITHIN:
        raise Refusal(
            "imprecise",
            f"the asset can't be centred: it ends {_misplacement(bounds):.2g} of its size away",
        )
    return bounds


def _fit(bounds: np.ndarray) -> np.ndarray:
    """(4, 4) that scales the longest side to 1 and moves the centre to the origin."""
    scale = 1.0 / (bounds[1] - bounds[0]).max()
    fit = np.diag([scale, scale, scale, 1.0])
    fit[:3, 3] = -scale * bounds.mean(axis=0)
    return fit


def _misplacement(bounds: np.ndarray) -> float:
    size_error = abs((bounds[1] - bounds[0]).max() - 1.0)
    return float(max(size_error, np.abs(bounds.mean(axis=0)).max()))


def place_asset(world_from_import: np.ndarray | list) -> None:
    """Set the asset's parent; ``matrix_world`` may be read after this."""
    bpy.data.objects[ASSET_ROOT].matrix_world = Matrix(np.asarray(world_from_import).tolist())
    bpy.context.view_layer.update()


def _material_report(asset_objects: list[bpy.types.Object], file_format: str) -> dict:
    """Mend what can honestly be mended; tell that, and what is still wrong."""
    used = materials.used_materials(asset_objects)
    mended = materials.leave_out_missing_finish(used)
    if file_format == "fbx" and materials.all_invisible(used):
        mended += materials.make_opaque(used)
    return {
        "materials": len(used),
        "missing_textures": materials.missing_textures(used),
        "mended": mended,
        "warnings": ["alpha_zero"] if materials.all_invisible(used) else [],
    }

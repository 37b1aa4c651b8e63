"""One importer per file format. None of them may bring a camera, a light or a world along."""

from __future__ import annotations

from collections.abc import Callable

import bpy
import gltf_watch
import numpy as np
from refusal import Refusal

NOT_FINITE = "a vertex has a coordinate that is nan or infinite"


def import_file(path: str, file_format: str) -> None:
    """Import a mesh file into the scene; Y-up formats arrive with Z up, the others as they are.

    Raises:
        Refusal: ``unsupported_format`` or ``unreadable``.
    """
    if file_format not in IMPORTERS:
        known = ", ".join(sorted(IMPORTERS))
        raise Refusal("unsupported_format", f"no importer for {file_format!r}; there are: {known}")
    try:
        result = IMPORTERS[file_format](path)
    except RuntimeError as error:  # what bpy.ops makes of an importer's exception or report
        raise Refusal("unreadable", last_line(str(error))) from error
    if result != {"FINISHED"}:
        raise Refusal("unreadable", f"Blender's importer ended with {sorted(result)}")


def last_line(text: str) -> str:
    """The last line that says something: the exception itself under a traceback."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    said = [line for line in lines if not line.startswith(("Location:", "File "))]
    return said[-1][:500] if said else "no reason given"


def _import_gltf(path: str) -> set[str]:
    with gltf_watch.watching() as watch:
        result = bpy.ops.import_scene.gltf(
            filepath=path,
            import_shading="NORMALS",
            merge_vertices=False,
            disable_bone_shape=True,
            guess_original_bind_pose=False,
            import_select_created_objects=False,
            import_scene_extras=False,
        )
    if watch.not_finite:
        raise Refusal("not_finite", NOT_FINITE)
    return result


def _then_validate(result: set[str]) -> set[str]:
    """Repair meshes as the importers would, but not before looking at their vertices.

    Those of PLY and FBX files are repaired by their importers in any case.
    """
    for mesh in bpy.data.meshes:
        vertices = np.empty(len(mesh.vertices) * 3, dtype=np.float32)
        mesh.vertices.foreach_get("co", vertices)
        if not np.isfinite(vertices).all():
            raise Refusal("not_finite", NOT_FINITE)
        mesh.validate()
    return result


def _import_obj(path: str) -> set[str]:
    result = bpy.ops.wm.obj_import(
        filepath=path, forward_axis="NEGATIVE_Z", up_axis="Y", validate_meshes=False
    )
    return _then_validate(result)


def _import_fbx(path: str) -> set[str]:
    return bpy.ops.import_scene.fbx(filepath=path, use_custom_props=False, use_image_search=False)


def _import_stl(path: str) -> set[str]:
    result = bpy.ops.wm.stl_import(
        filepath=path, forward_axis="Y", up_axis="Z", use_mesh_validate=False
    )
    return _then_validate(result)


def _import_ply(path: str) -> set[str]:
    return _then_validate(bpy.ops.wm.ply_import(filepath=path, forward_axis="Y", up_axis="Z"))


def _import_usd(path: str) -> set[str]:
    result = bpy.ops.wm.usd_import(
        filepath=path,
        import_cameras=False,
        import_lights=False,
        import_volumes=False,
        import_points=False,
        import_curves=False,
        create_world_material=False,
        set_frame_range=False,
        import_textures_mode="IMPORT_PACK",
        validate_meshes=False,
    )
    return _then_validate(result)


IMPORTERS: dict[str, Callable[[str], set[str]]] = {
    "glb": _import_gltf,
    "gltf": _import_gltf,
    "obj": _import_obj,
    "fbx": _import_fbx,
    "stl": _import_stl,
    "ply": _import_ply,
    "usd": _import_usd,
    "usda": _import_usd,
    "usdc": _import_usd,
    "usdz": _import_usd,
}

"""Model: parts with their names and materials, put together into one scene."""

from __future__ import annotations

import numpy as np
import trimesh
from trimesh.visual import TextureVisuals

from viewpoint_gen.assets.procedural.materials import Material
from viewpoint_gen.assets.procedural.part import Part, join, settled

FILE_STEP = 1e-7  # metres, or parts of one; below what a float32 in a file keeps


class Model:
    """Collects parts; those with the same name and material become one mesh."""

    def __init__(self) -> None:
        """Starts empty."""
        self._parts: dict[tuple[str, tuple[object, ...]], list[Part]] = {}
        self._materials: dict[tuple[object, ...], Material] = {}

    def add(self, name: str, material: Material, *parts: Part) -> None:
        """Adds parts (metres, glTF axes) under a part name such as "wheel"."""
        self._materials.setdefault(material.key, material)
        self._parts.setdefault((name, material.key), []).extend(parts)

    def scene(self) -> trimesh.Scene:
        """All parts as meshes, lowered or raised so that the lowest point lies at y = 0."""
        pieces = {key: join(*parts) for key, parts in self._parts.items()}
        floor = min(float(part.low[1]) for part in pieces.values())
        pbr = {key: material.pbr() for key, material in self._materials.items()}
        scene = trimesh.Scene()
        names: set[str] = set()
        for (name, key), part in pieces.items():
            material = self._materials[key]
            unique = _unique(f"{name}.{material.name}", names)
            uv = part.uv if material.tile_m is None else part.uv / np.array(material.tile_m)
            mesh = trimesh.Trimesh(
                settled(part.points_m - np.array([0.0, floor, 0.0]), FILE_STEP),
                part.faces,
                vertex_normals=settled(part.normals, FILE_STEP),
                visual=TextureVisuals(uv=settled(uv, FILE_STEP), material=pbr[key]),  # type: ignore[no-untyped-call]
                process=False,
            )
            scene.add_geometry(mesh, node_name=unique, geom_name=unique)
        return scene


def _unique(name: str, taken: set[str]) -> str:
    candidate, number = name, 2
    while candidate in taken:
        candidate, number = f"{name}{number}", number + 1
    taken.add(candidate)
    return candidate

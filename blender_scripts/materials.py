"""Materials of the asset: what is missing, what is invisible, what a bare mesh gets."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import bpy
from nodes import Graph

BARE_COLOUR = (0.6, 0.6, 0.6, 1.0)  # of a mesh without material and colours; linear
BARE_ROUGHNESS = 0.6
BRIGHTEST = 0.8  # share of light that a white vertex colour reflects, as white paint does


def used_materials(objects: Iterable[bpy.types.Object]) -> list[bpy.types.Material]:
    """Materials in the slots of these objects, each once, by name."""
    found = {
        slot.material.name: slot.material
        for shown in objects
        for slot in shown.material_slots
        if slot.material is not None
    }
    return [found[name] for name in sorted(found)]


def dress_bare_meshes(objects: Iterable[bpy.types.Object]) -> None:
    """Give meshes without a material a plain one that shows their vertex colours, if any."""
    for shown in objects:
        if shown.type != "MESH" or any(slot.material for slot in shown.material_slots):
            continue
        colours = shown.data.color_attributes.active_color
        material = _bare_material(colours.name if colours else "")
        if shown.material_slots:
            shown.material_slots[0].material = material
        else:
            shown.data.materials.append(material)


def _bare_material(colour_attribute: str) -> bpy.types.Material:
    name = f"viewgen_bare_{colour_attribute}"
    if name in bpy.data.materials:
        return bpy.data.materials[name]
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    surface = material.node_tree.nodes["Principled BSDF"]
    surface.inputs["Base Color"].default_value = BARE_COLOUR
    surface.inputs["Roughness"].default_value = BARE_ROUGHNESS
    material.diffuse_color = BARE_COLOUR
    if colour_attribute:
        colour = material.node_tree.nodes.new("ShaderNodeVertexColor")
        colour.layer_name = colour_attribute
        graph = Graph(material.node_tree)
        reflected = graph.mix(BRIGHTEST, (0.0, 0.0, 0.0), colour.outputs["Color"])
        graph.link(reflected, surface.inputs["Base Color"])
    return material


def confine_images(folder: Path) -> None:
    """Empty every image whose file lies outside the asset's folder; it then counts as missing.

    Material files may name any path of the machine. Symbolic links are followed: caches use them.
    """
    for image in bpy.data.images:
        if image.packed_file or not image.filepath:
            continue
        file = Path(os.path.abspath(bpy.path.abspath(image.filepath)))  # noqa: PTH100 - see above
        if not file.is_relative_to(folder):
            image.filepath = ""


def missing_textures(materials: Iterable[bpy.types.Material]) -> list[str]:
    """Names of images that shaders read and that have no pixels."""
    missing = set()
    for material in materials:
        for node in _nodes(material.node_tree):
            if node.bl_idname != "ShaderNodeTexImage" or not _is_read(node):
                continue
            if node.image is None:
                missing.add(f"{material.name}: {node.label or node.name}")
            elif not _has_pixels(node.image):
                missing.add(node.image.name)
    return sorted(missing)


def _nodes(tree: bpy.types.NodeTree | None) -> Iterator[bpy.types.Node]:
    """All nodes of a tree and of the groups in it."""
    for node in tree.nodes if tree is not None else ():
        yield node
        yield from _nodes(getattr(node, "node_tree", None))


def _is_read(node: bpy.types.Node) -> bool:
    return any(output.is_linked for output in node.outputs)


def _has_pixels(image: bpy.types.Image) -> bool:
    """Whether an image can be loaded; asking for its size makes Blender try."""
    return image.size[0] > 0 and image.size[1] > 0


def all_invisible(materials: list[bpy.types.Material]) -> bool:
    """Whether every material is fully transparent by a constant."""
    return bool(materials) and all(_is_invisible(material) for material in materials)


def _is_invisible(material: bpy.types.Material) -> bool:
    alphas = [
        node.inputs["Alpha"]
        for node in _nodes(material.node_tree)
        if node.bl_idname == "ShaderNodeBsdfPrincipled"
    ]
    return bool(alphas) and all(not a.is_linked and a.default_value <= 0 for a in alphas)

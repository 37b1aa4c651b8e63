"""Materials of the asset: what is missing, what is invisible, what a bare mesh gets."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import bpy
from nodes import Graph

BARE_COLOUR = (0.6, 0.6, 0.6, 1.0)  # of a mesh without material and colours; linear
BARE_ROUGHNESS = 0.6
DIRECTIONS = {"Normal", "Coat Normal", "Tangent"}
FINISH = DIRECTIONS | {
    "Roughness", "Metallic", "Specular IOR Level", "Specular Tint", "IOR",
    "Anisotropic", "Anisotropic Rotation", "Coat Weight", "Coat Roughness", "Coat Tint",
    "Coat IOR", "Sheen Weight", "Sheen Roughness", "Sheen Tint", "Occlusion",
}  # fmt: skip
"""Inputs of a shader that change how a surface shines, and not its own colour or shape."""
FLAT_NORMAL, WHITE = (0.5, 0.5, 1.0, 1.0), (1.0, 1.0, 1.0, 1.0)
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
    return sorted({_texture_name(*texture) for texture in _missing(materials)})


def leave_out_missing_finish(materials: list[bpy.types.Material]) -> list[str]:
    """Make missing textures neutral that no colour depends on; what was done.

    Without its image Blender would read magenta for a normal or a roughness. With a neutral one
    the surface is as even, rough or metallic as the material's own numbers say.
    """
    left_out = set()
    for material, node in list(_missing(materials)):
        fed = _sockets_fed_by(node)
        if fed <= FINISH:
            left_out.add(f"texture_left_out: {_texture_name(material, node)}")
            node.image = _neutral_image(FLAT_NORMAL if fed <= DIRECTIONS else WHITE)
    return sorted(left_out)


def _neutral_image(colour: tuple[float, float, float, float]) -> bpy.types.Image:
    """One pixel of a value that is no colour."""
    image = bpy.data.images.new("viewgen_neutral", 1, 1, alpha=False, is_data=True)
    image.generated_color = colour
    return image


def make_opaque(materials: list[bpy.types.Material]) -> list[str]:
    """Give constant alphas of 0 the value 1; what was done.

    For FBX files whose every material is invisible: exporters and importers disagree about what
    its transparency factor means.
    """
    for material in materials:
        for alpha in _alphas(material):
            alpha.default_value = 1.0
    return ["made_opaque: every material had an alpha of 0"]


def _missing(
    materials: Iterable[bpy.types.Material],
) -> Iterator[tuple[bpy.types.Material, bpy.types.Node]]:
    """Image nodes that something reads and that have no pixels to give."""
    for material in materials:
        for node in _nodes(material.node_tree):
            if node.bl_idname != "ShaderNodeTexImage" or not _is_read(node):
                continue
            if node.image is None or not _has_pixels(node.image):
                yield material, node


def _texture_name(material: bpy.types.Material, node: bpy.types.Node) -> str:
    return node.image.name if node.image else f"{material.name}: {node.label or node.name}"


def _sockets_fed_by(node: bpy.types.Node) -> set[str]:
    """Inputs of shaders that depend on a node, through whatever lies between."""
    fed, to_follow, followed = set(), [node], {node}
    while to_follow:
        for output in to_follow.pop().outputs:
            for link in output.links:
                if any(socket.type == "SHADER" for socket in link.to_node.outputs):
                    fed.add(link.to_socket.name)
                elif not link.to_node.outputs:  # a group that only keeps values for an exporter
                    fed.add("Occlusion")
                elif link.to_node not in followed:
                    followed.add(link.to_node)
                    to_follow.append(link.to_node)
    return fed


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
    alphas = _alphas(material)
    return bool(alphas) and all(not a.is_linked and a.default_value <= 0 for a in alphas)


def _alphas(material: bpy.types.Material) -> list[bpy.types.NodeSocket]:
    return [
        node.inputs["Alpha"]
        for node in _nodes(material.node_tree)
        if node.bl_idname == "ShaderNodeBsdfPrincipled"
    ]

"""A patterned floor that fades into the sky, fixed in the world."""

from __future__ import annotations

from collections.abc import Callable

import bpy
from nodes import Graph
from refusal import Refusal

GROUND = "viewgen_ground"
HALF_SIZE = 40.0  # world units
FADE_NEAR, FADE_FAR = 4.0, 14.0  # distance from the origin over which it dissolves into the sky
CLEARANCE = 0.001  # below the asset, so that flat bottoms don't fight with it
TILE = 0.4  # world units
GROUT = 0.018  # share of a tile
CHECK = 0.3  # world units
NOISE_SCALE = 3.0  # blotches per world unit
NOISE_DETAIL = 4.0


def remove() -> None:
    """Take the floor away, if there is one."""
    if GROUND in bpy.data.objects:
        floor = bpy.data.objects[GROUND]
        mesh, material = floor.data, floor.data.materials[0]
        bpy.data.objects.remove(floor)
        bpy.data.meshes.remove(mesh)
        bpy.data.materials.remove(material)


def create(scene: bpy.types.Scene, spec: dict, *, lowest_z: float) -> None:
    """Lay the floor under the asset.

    Raises:
        Refusal: ``bad_backdrop``: a pattern that doesn't exist.
    """
    if spec["ground_pattern"] not in PATTERNS:
        known = ", ".join(sorted(PATTERNS))
        raise Refusal("bad_backdrop", f"no pattern {spec['ground_pattern']!r}; there are: {known}")
    z = lowest_z - CLEARANCE
    mesh = bpy.data.meshes.new(GROUND)
    corners = [(x * HALF_SIZE, y * HALF_SIZE, z) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    mesh.from_pydata(corners, [], [(0, 1, 2, 3)])
    mesh.materials.append(_material(spec))
    floor = bpy.data.objects.new(GROUND, mesh)
    floor.pass_index = 0
    scene.collection.objects.link(floor)


def _material(spec: dict) -> bpy.types.Material:
    """Diffuse pattern; see-through far away and from below."""
    material = bpy.data.materials.new(GROUND)
    material.use_nodes = True
    graph = Graph(material.node_tree)
    graph.clear()
    geometry = graph.add("ShaderNodeNewGeometry")
    flat = graph.out("ShaderNodeVectorMath", {0: geometry.outputs["Position"], 1: (1.0, 1.0, 0.0)})
    flat.node.operation = "MULTIPLY"
    colour = PATTERNS[spec["ground_pattern"]](graph, flat, spec["ground_colours_linear"])
    surface = graph.out("ShaderNodeBsdfDiffuse", {"Color": colour})
    nothing = graph.out("ShaderNodeBsdfTransparent")
    radius = graph.add("ShaderNodeVectorMath")
    radius.operation = "LENGTH"
    graph.link(flat, radius.inputs[0])
    fade = graph.map_range(radius.outputs["Value"], (FADE_NEAR, FADE_FAR), (0.0, 1.0))
    hidden = graph.math("MAXIMUM", fade, geometry.outputs["Backfacing"])
    shader = graph.mix_shaders(hidden, surface, nothing)
    graph.link(shader, graph.add("ShaderNodeOutputMaterial").inputs["Surface"])
    return material


def _tiles(graph: Graph, position: bpy.types.NodeSocket, colours: list) -> bpy.types.NodeSocket:
    """Square tiles of slightly varied shades of the first colour, grout of the second."""
    first, second = colours
    other = [0.75 * a + 0.25 * b for a, b in zip(first, second, strict=True)]
    brick = graph.add("ShaderNodeTexBrick")
    brick.offset, brick.squash = 0.0, 1.0
    inputs = {
        "Vector": position,
        "Color1": first,
        "Color2": other,
        "Mortar": second,
        "Scale": 1.0 / TILE,
        "Mortar Size": GROUT,
        "Mortar Smooth": 0.0,
        "Brick Width": 1.0,
        "Row Height": 1.0,
    }
    for name, value in inputs.items():
        graph.feed(brick.inputs[name], value)
    return brick.outputs["Color"]


def _checker(graph: Graph, position: bpy.types.NodeSocket, colours: list) -> bpy.types.NodeSocket:
    """Squares in two colours."""
    lifted = graph.out("ShaderNodeVectorMath", {0: position, 1: (0.0, 0.0, 0.5 * CHECK)})
    lifted.node.operation = "ADD"  # off the boundary between two layers of the 3-D checker
    inputs = {"Vector": lifted, "Color1": colours[0], "Color2": colours[1], "Scale": 1.0 / CHECK}
    return graph.out("ShaderNodeTexChecker", inputs, "Color")


def _noise(graph: Graph, position: bpy.types.NodeSocket, colours: list) -> bpy.types.NodeSocket:
    """Soft blotches between two colours."""
    inputs = {"Vector": position, "Scale": NOISE_SCALE, "Detail": NOISE_DETAIL}
    value = graph.out("ShaderNodeTexNoise", inputs, 0)
    return graph.mix(graph.map_range(value, (0.35, 0.65), (0.0, 1.0)), *colours)


PATTERNS: dict[str, Callable[[Graph, bpy.types.NodeSocket, list], bpy.types.NodeSocket]] = {
    "tiles": _tiles,
    "checker": _checker,
    "noise": _noise,
}

"""Light and surroundings: the sun, the world behind the asset, the ground under it.

Everything here is placed in world coordinates and depends on the job alone, never on the camera,
so that a ground and an environment stay where they are when the camera moves.
"""

from __future__ import annotations

import json
from pathlib import Path

import bpy
import engine
import ground
import numpy as np
from mathutils import Matrix
from nodes import Graph
from refusal import Refusal

SUN = "viewgen_sun"
AMBIENT_ABOVE = 1.0  # the surrounding light overhead; a little less from below models the shape
AMBIENT_BELOW = 0.35
SKY_LIGHT_TINT = 0.5  # how much of the sky's own colour its light takes; the rest is white
HORIZON_WHITE = 0.55  # how far the sky pales towards the horizon
ZENITH_HEIGHT = 0.7  # z of the direction from which the sky has its full colour
LUMINANCE = np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)  # Rec. 709
HDRI_MAP_PX = 1024  # width of Blender's bundled environments


def create_sun(scene: bpy.types.Scene) -> None:
    """The scene's one lamp."""
    sun = bpy.data.objects.new(SUN, bpy.data.lights.new(SUN, "SUN"))
    sun.rotation_mode = "QUATERNION"
    scene.collection.objects.link(sun)


def apply(scene: bpy.types.Scene, job: dict, settings: engine.Settings, bounds: list) -> None:
    """Set the light of a ``render`` job, and rebuild the surroundings if they have changed.

    Raises:
        Refusal: ``engine_backdrop`` or ``bad_backdrop``.
    """
    spec = job["backdrop"]
    if settings.engine == "BLENDER_WORKBENCH" and spec["kind"] in ("ground", "hdri"):
        raise Refusal(
            "engine_backdrop", f"Workbench can't render a {spec['kind']} backdrop; use solid"
        )
    scene.render.film_transparent = spec["kind"] in ("transparent", "solid")
    _set_sun(job["sun"])
    known_as = json.dumps(spec, sort_keys=True)
    if scene.get("viewgen_backdrop") != known_as:
        _build(scene, spec, lowest_z=bounds[0][2])
        scene["viewgen_backdrop"] = known_as
    strength = scene.world.node_tree.nodes["viewgen_ambient"].outputs[0]
    if strength.default_value != np.float32(job["ambient_strength"]):
        strength.default_value = job["ambient_strength"]  # a new world for Cycles: only if it is


def _set_sun(spec: dict) -> None:
    sun = bpy.data.objects[SUN]
    sun.matrix_world = Matrix(spec["world_from_sun"])
    sun.data.energy = spec["strength"]
    sun.data.angle = spec["angle_rad"]
    sun.data.use_shadow = spec["strength"] > 0  # EEVEE would draw the shadow of no light


def _build(scene: bpy.types.Scene, spec: dict, *, lowest_z: float) -> None:
    if scene.world is not None:
        bpy.data.worlds.remove(scene.world)
    ground.remove()
    world = bpy.data.worlds.new("viewgen_world")
    scene.world = world
    world.use_nodes = True
    graph = Graph(world.node_tree)
    graph.clear()
    ambient = graph.add("ShaderNodeValue", name="viewgen_ambient")
    if spec["kind"] == "hdri":
        surface = _environment(graph, spec, ambient)
        world.cycles.sampling_method = "MANUAL"
        world.cycles.sample_map_resolution = HDRI_MAP_PX
    else:
        world.cycles.sampling_method = "NONE"  # smooth light: chance directions do as well
        surface = _sky(graph, spec, ambient) if spec["kind"] == "ground" else _dome(graph, ambient)
    graph.link(surface, graph.add("ShaderNodeOutputWorld").inputs["Surface"])
    if spec["kind"] == "ground":
        ground.create(scene, spec, lowest_z=lowest_z)


def _height(graph: Graph) -> bpy.types.NodeSocket:
    """How steeply up the direction looks: its z, from -1 to 1."""
    direction = graph.add("ShaderNodeTexCoord").outputs["Generated"]
    return graph.out("ShaderNodeSeparateXYZ", {"Vector": direction}, "Z")


def _dome(graph: Graph, ambient: bpy.types.Node) -> bpy.types.NodeSocket:
    """Even white light, a little dimmer from below; never seen itself."""
    grey = graph.map_range(_height(graph), (-1.0, 1.0), (AMBIENT_BELOW, AMBIENT_ABOVE))
    return graph.out("ShaderNodeBackground", {"Color": grey, "Strength": ambient.outputs[0]})


def _sky(graph: Graph, spec: dict, ambient: bpy.types.Node) -> bpy.types.NodeSocket:
    """A plain sky that pales towards the horizon; it lights softly and less tinted."""
    colour = spec["colour_linear"]
    horizon = [channel + (1.0 - channel) * HORIZON_WHITE for channel in colour]
    rise = graph.map_range(_height(graph), (0.0, ZENITH_HEIGHT), (0.0, 1.0))
    seen = graph.out("ShaderNodeBackground", {"Color": graph.mix(rise, horizon, colour)})
    light_colour = [1.0 + (channel - 1.0) * SKY_LIGHT_TINT for channel in colour]
    light = graph.out(
        "ShaderNodeBackground", {"Color": (*light_colour, 1.0), "Strength": ambient.outputs[0]}
    )
    is_seen = graph.add("ShaderNodeLightPath").outputs["Is Camera Ray"]
    return graph.mix_shaders(is_seen, light, seen)


def _environment(graph: Graph, spec: dict, ambient: bpy.types.Node) -> bpy.types.NodeSocket:
    """One of Blender's bundled environment images, turned about the vertical.

    Its mean radiance is made 1, so that the strength means the same for each of them.
    """
    direction = graph.add("ShaderNodeTexCoord").outputs["Generated"]
    turned = graph.out(
        "ShaderNodeVectorRotate", {"Vector": direction, "Angle": -spec["rotation_rad"]}
    )
    texture = graph.add("ShaderNodeTexEnvironment")
    texture.image = bpy.data.images.load(str(environment_file(spec["hdri"])))
    graph.link(turned, texture.inputs["Vector"])
    strength = graph.math("MULTIPLY", ambient.outputs[0], 1.0 / mean_radiance(texture.image))
    inputs = {"Color": texture.outputs["Color"], "Strength": strength}
    return graph.out("ShaderNodeBackground", inputs)


def mean_radiance(image: bpy.types.Image) -> float:
    """Luminance of an equirectangular image, averaged over the sphere of directions."""
    width_px, height_px = image.size
    pixels = np.empty(width_px * height_px * 4, dtype=np.float32)
    image.pixels.foreach_get(pixels)
    luminance = pixels.reshape(height_px, width_px, 4)[..., :3] @ LUMINANCE
    solid_angle = np.sin((np.arange(height_px) + 0.5) / height_px * np.pi)
    return float(np.average(luminance.mean(axis=1), weights=solid_angle))


def environment_file(name: str) -> Path:
    """Path of a bundled environment by file name, e.g. "forest.exr"."""
    folder = Path(bpy.utils.system_resource("DATAFILES")) / "studiolights" / "world"
    known = sorted(path.name for path in folder.glob("*.exr"))
    if name not in known:
        raise Refusal("bad_backdrop", f"no environment {name!r}; there are: {', '.join(known)}")
    return folder / name

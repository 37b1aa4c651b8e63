"""Import and normalisation: every format, hostile files, nothing left over."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import trimesh
from blender_scenes import (
    MACHINE,
    MESHES,
    SMALL,
    asset_at,
    coloured_box,
    lopsided,
    orbit_camera,
    view_of,
    write_glb,
)
from PIL import Image

from viewpoint_gen.bundled import bundled_path
from viewpoint_gen.errors import ImportFailed
from viewpoint_gen.geometry.frames import Z_UP_FROM_Y_UP, Array
from viewpoint_gen.geometry.pose import transform
from viewpoint_gen.records import BackdropKind
from viewpoint_gen.render.child import BlenderChild

pytestmark = pytest.mark.blender

needs_meshes = pytest.mark.skipif(not MESHES.is_dir(), reason="the folder of real meshes is absent")


@pytest.fixture(scope="module")
def child(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BlenderChild]:
    log_path = tmp_path_factory.mktemp("log") / "blender.log"
    with BlenderChild(SMALL, MACHINE, log_path=log_path, threads=1) as running:
        yield running


def unit_bounds(bounds_world: Array) -> None:
    """The longest side is 1 and the middle is the origin."""
    np.testing.assert_allclose((bounds_world[1] - bounds_world[0]).max(), 1.0, atol=1e-4)
    np.testing.assert_allclose(bounds_world.mean(axis=0), 0.0, atol=1e-4)


def test_two_far_roots_are_fitted_together(child: BlenderChild, tmp_path: Path) -> None:
    """Each root scaled about its own origin would leave them 20 units apart."""
    boxes = [
        trimesh.creation.box((2, 2, 2), trimesh.transformations.translation_matrix((x, 0, 5)))
        for x in (-10, 10)
    ]
    loaded = child.load(asset_at(write_glb(tmp_path / "two.glb", boxes)))
    assert (loaded.mesh_objects, loaded.triangles) == (2, 24)
    unit_bounds(loaded.bounds_world)
    np.testing.assert_allclose(
        loaded.bounds_world[1] - loaded.bounds_world[0], [1, 1 / 11, 1 / 11], atol=1e-5
    )


def test_world_from_import_is_the_normalisation_alone(child: BlenderChild, tmp_path: Path) -> None:
    """The file's vertices, turned Z up and sent through it, are where Blender has them."""
    mesh = lopsided().apply_scale(37.0).apply_translation((100.0, -20.0, 3.0))
    loaded = child.load(asset_at(write_glb(tmp_path / "far.glb", [mesh])))
    corners_world = transform(loaded.world_from_import, mesh.bounds)
    np.testing.assert_allclose(corners_world, loaded.bounds_world, atol=1e-4)


@pytest.mark.parametrize("suffix", ["glb", "gltf", "obj", "stl", "ply", "usda"])
def test_each_format_arrives_with_its_own_up(
    child: BlenderChild, tmp_path: Path, suffix: str
) -> None:
    """GLTF and OBJ files are Y up and are turned; STL and PLY axes are the world's."""
    mesh = trimesh.creation.box((1.0, 0.5, 0.25))
    path = tmp_path / f"box.{suffix}"
    if suffix == "usda":
        path.write_text(_usd_box(mesh))
    elif suffix == "gltf":
        for name, data in trimesh.Scene([mesh]).export(file_type="gltf").items():
            (tmp_path / name).write_bytes(data)
        (tmp_path / "model.gltf").rename(path)
    else:
        mesh.export(path)
    loaded = child.load(asset_at(path))
    size = loaded.bounds_world[1] - loaded.bounds_world[0]
    is_y_up = suffix in ("glb", "gltf", "obj")
    np.testing.assert_allclose(size, [1, 0.25, 0.5] if is_y_up else [1, 0.5, 0.25], atol=1e-5)
    assert loaded.triangles == 12


def _usd_box(mesh: trimesh.Trimesh) -> str:
    counts = ", ".join("3" for _ in mesh.faces)
    indices = ", ".join(str(index) for index in mesh.faces.ravel())
    points = ", ".join(f"({x}, {y}, {z})" for x, y, z in mesh.vertices)
    return (
        '#usda 1.0\n(\n upAxis = "Z"\n)\ndef Mesh "box"\n{\n'
        f" int[] faceVertexCounts = [{counts}]\n int[] faceVertexIndices = [{indices}]\n"
        f" point3f[] points = [{points}]\n}}\n"
    )


def test_nodes_that_carry_cameras_keep_their_children(child: BlenderChild, tmp_path: Path) -> None:
    """A mesh under a camera node stays where the file puts it; camera and light don't matter."""
    path = write_glb(tmp_path / "cube.glb", coloured_box())
    document, binary = _glb_parts(path)
    meshes = [index for index, node in enumerate(document["nodes"]) if "mesh" in node]
    document["cameras"] = [
        {"type": "perspective", "perspective": {"yfov": 1.0, "znear": 0.1, "zfar": 10.0}}
    ]
    document["nodes"].append({"camera": 0, "children": meshes, "translation": [50, 0, 0]})
    document["scenes"] = [{"nodes": [len(document["nodes"]) - 1]}]
    document["scene"] = 0
    for node in document["nodes"][:-1]:
        node.pop("children", None)
    path.write_bytes(_glb_bytes(document, binary))
    loaded = child.load(asset_at(path))
    assert loaded.triangles == 12
    unit_bounds(loaded.bounds_world)
    np.testing.assert_allclose(loaded.world_from_import[:3, 3], [-50, 0, 0], atol=1e-3)


def _glb_parts(path: Path) -> tuple[dict[str, object], bytes]:
    data = path.read_bytes()
    length = int.from_bytes(data[12:16], "little")
    return json.loads(data[20 : 20 + length]), data[20 + length :]


def _glb_bytes(document: object, binary_chunk: bytes) -> bytes:
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    body = len(text).to_bytes(4, "little") + b"JSON" + text + binary_chunk
    return b"glTF" + (2).to_bytes(4, "little") + (12 + len(body)).to_bytes(4, "little") + body


@pytest.mark.parametrize("suffix", ["glb", "stl"])
@pytest.mark.parametrize("poison", [np.nan, np.inf])
def test_vertices_that_are_no_numbers_are_refused(
    child: BlenderChild, tmp_path: Path, suffix: str, poison: float
) -> None:
    """Blender's importers would quietly move them to the origin."""
    mesh = lopsided()
    path = tmp_path / f"poisoned.{suffix}"
    mesh.export(path)
    sound, vertex = path.read_bytes(), mesh.vertices[7].astype("<f4").tobytes()
    assert vertex in sound
    path.write_bytes(sound.replace(vertex, np.full(3, poison, dtype="<f4").tobytes(), 1))
    with pytest.raises(ImportFailed) as caught:
        child.load(asset_at(path))
    assert caught.value.code == "not_finite"


def test_asset_without_extent_is_refused(child: BlenderChild, tmp_path: Path) -> None:
    mesh = trimesh.creation.box((1, 1, 1))
    mesh.vertices[:] = 3.0
    path = tmp_path / "point.ply"
    path.write_bytes(mesh.export(file_type="ply"))
    with pytest.raises(ImportFailed) as caught:
        child.load(asset_at(path))
    assert caught.value.code == "zero_size"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("page.glb", b"<!DOCTYPE html><html>", "unreadable"),
        ("empty.stl", b"", "unreadable"),
        ("half.fbx", b"Kaydara FBX Binary  \x00\x1a\x00", "unreadable"),
        ("scene.blend", b"BLENDER", "unsupported_format"),
    ],
)
def test_files_that_are_no_meshes_are_refused_and_the_child_goes_on(
    child: BlenderChild, tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    (tmp_path / name).write_bytes(content)
    pid = child.start() and child.pid
    with pytest.raises(ImportFailed) as caught:
        child.load(asset_at(tmp_path / name))
    assert caught.value.code == code
    assert "\n" not in caught.value.message
    cube = child.load(asset_at(write_glb(tmp_path / "cube.glb", coloured_box())))
    assert (cube.triangles, child.pid) == (12, pid)


@needs_meshes
@pytest.mark.parametrize("name", ["points_only.ply", "points_only.glb", "lines_only.obj"])
def test_points_and_lines_are_no_mesh(child: BlenderChild, name: str) -> None:
    with pytest.raises(ImportFailed) as caught:
        child.load(asset_at(MESHES / "hostile" / name))
    assert caught.value.code == "no_mesh"


@needs_meshes
def test_missing_texture_is_reported_by_name(child: BlenderChild) -> None:
    loaded = child.load(asset_at(MESHES / "hostile" / "external_texture_missing.glb"))
    assert loaded.missing_textures == ("colormap",)
    taxi = child.load(asset_at(MESHES / "objects" / "vehicle_taxi.glb"))
    assert taxi.missing_textures == ()


def textured_gltf(folder: Path, surface: dict, alpha_mode: str = "OPAQUE", **material) -> Path:
    """A square whose texture 0 is a file that isn't there."""
    corners = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], np.float32)
    faces = np.array([0, 1, 2, 0, 2, 3], np.uint16)
    data = corners.tobytes() + corners[:, :2].tobytes() + faces.tobytes()
    views = [(0, 48), (48, 32), (80, 12)]
    described = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [
            {"attributes": {"POSITION": 0, "TEXCOORD_0": 1}, "indices": 2, "material": 0}
        ]}],
        "materials": [
            {"pbrMetallicRoughness": surface, "alphaMode": alpha_mode, "doubleSided": True,
             **material}
        ],
        "textures": [{"source": 0}],
        "images": [{"uri": "gone.png"}],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": 4, "type": "VEC3",
             "min": [-1, -1, 0], "max": [1, 1, 0]},
            {"bufferView": 1, "componentType": 5126, "count": 4, "type": "VEC2"},
            {"bufferView": 2, "componentType": 5123, "count": 6, "type": "SCALAR"},
        ],
        "bufferViews": [
            {"buffer": 0, "byteOffset": start, "byteLength": size} for start, size in views
        ],
        "buffers": [{"byteLength": len(data), "uri": "data.bin"}],
    }  # fmt: skip
    (folder / "data.bin").write_bytes(data)
    path = folder / "square.gltf"
    path.write_text(json.dumps(described))
    return path


@needs_meshes
def test_an_fbx_that_is_all_invisible_is_made_opaque(child: BlenderChild) -> None:
    loaded = child.load(asset_at(MESHES / "hostile" / "fbx_alpha0_cow.fbx"))
    assert loaded.mended == ("made_opaque: every material had an alpha of 0",)
    assert loaded.warnings == ()
    camera = orbit_camera(-50, 20, 2.0, width_px=64, height_px=48)
    view = child.render(view_of(camera, kind=BackdropKind.TRANSPARENT), loaded)
    assert view.mask.mean() > 0.02
    inner = view.rgba[view.mask][:, 3]
    assert np.mean(inner == 255) > 0.5  # the rest is its outline


def test_a_glb_that_is_all_invisible_is_warned_of(child: BlenderChild, tmp_path: Path) -> None:
    asset = asset_at(textured_gltf(tmp_path, {"baseColorFactor": [1, 1, 1, 0]}, "BLEND"))
    loaded = child.load(asset)
    assert (loaded.mended, loaded.warnings) == ((), ("alpha_zero",))


@pytest.mark.parametrize("finish", ["normalTexture", "occlusionTexture"])
def test_a_missing_finish_is_left_out_and_said(
    child: BlenderChild, tmp_path: Path, finish: str
) -> None:
    asset = asset_at(textured_gltf(tmp_path, {}, **{finish: {"index": 0}}))
    loaded = child.load(asset)
    assert loaded.missing_textures == ()
    assert loaded.mended in ((), ("texture_left_out: gone.png",))
    assert loaded.mended or finish == "occlusionTexture"


def test_a_missing_roughness_leaves_the_picture_as_without_it(
    child: BlenderChild, tmp_path: Path
) -> None:
    camera = orbit_camera(-50, 20, 2.0, width_px=64, height_px=48)
    pictures = []
    for name, surface in (("with", {"metallicRoughnessTexture": {"index": 0}}), ("without", {})):
        folder = tmp_path / name
        folder.mkdir()
        loaded = child.load(asset_at(textured_gltf(folder, {"metallicFactor": 0.5, **surface})))
        pictures.append(child.render(view_of(camera, kind=BackdropKind.TRANSPARENT), loaded).rgba)
        assert (len(loaded.mended), loaded.missing_textures) == (bool(surface), ())
    assert np.abs(pictures[0].astype(int) - pictures[1]).max() <= 2


@pytest.mark.parametrize("surface", ["baseColorTexture", "emissiveTexture"])
def test_a_missing_colour_is_missing(child: BlenderChild, tmp_path: Path, surface: str) -> None:
    texture = {surface: {"index": 0}}
    if surface == "emissiveTexture":
        path = textured_gltf(tmp_path, {}, **texture, emissiveFactor=[1, 1, 1])
    else:
        path = textured_gltf(tmp_path, texture)
    loaded = child.load(asset_at(path))
    assert (loaded.missing_textures, loaded.mended) == (("gone.png",), ())


@needs_meshes
def test_skinned_mesh_is_measured_in_its_pose(child: BlenderChild) -> None:
    """Its points, seen through the camera, lie in the mask that Blender rendered."""
    loaded = child.load(asset_at(MESHES / "objects" / "animal_fox_skinned.glb"))
    unit_bounds(loaded.bounds_world)
    camera = orbit_camera(-50, 20, 1.5, width_px=96, height_px=96)
    view = child.render(view_of(camera), loaded)
    pixels, depth = view.camera.project(loaded.points_world)
    columns, rows = pixels.astype(int).T
    nearby = view.mask | np.roll(view.mask, 1, 0) | np.roll(view.mask, -1, 0)
    nearby |= np.roll(view.mask, 1, 1) | np.roll(view.mask, -1, 1)
    assert nearby[rows, columns].mean() > 0.99
    assert (depth >= view.depth[view.mask].min() - 0.01).all()


def test_normalisation_is_exact_for_gltf_without_skin(child: BlenderChild, tmp_path: Path) -> None:
    """Surface points lie on the file's own mesh, by trimesh and another route to the world."""
    mesh = lopsided().apply_scale((1.0, 2.0, 0.5))
    path = write_glb(tmp_path / "odd.glb", [mesh])
    loaded = child.load(asset_at(path))
    read_back = trimesh.load(path, force="mesh")
    read_back.apply_transform(loaded.world_from_import @ Z_UP_FROM_Y_UP)
    _, distance, _ = trimesh.proximity.closest_point(read_back, loaded.points_world[:100])
    assert distance.max() < 1e-5


def test_nothing_of_an_asset_is_left_for_the_next(tmp_path: Path) -> None:
    """Blender's own counts of data blocks after each load, in a process of their own."""
    cube = str(write_glb(tmp_path / "cube.glb", coloured_box()))
    odd = str(write_glb(tmp_path / "odd.glb", [lopsided()]))
    script = """
import json, os, sys
scripts, out, *paths = sys.argv[1:]
sys.path.insert(0, scripts)
import bpy, session
worker = session.Session()
worker.answer({"job": "start", "engine": "cycles", "device": "cpu", "threads": 1, "samples": 1,
               "max_bounces": 1, "transparent_bounces": 1, "normals": False})
counts = []
for path in paths:
    worker.answer({"job": "load", "path": path, "format": "glb", "frame": 1, "points": 8,
                   "points_seed": 0, "out": os.path.join(out, "points.npy")})
    counts.append([len(getattr(bpy.data, kind)) for kind in
                   ("objects", "meshes", "materials", "images", "lights", "cameras", "worlds")])
print("COUNTS", json.dumps(counts))
"""
    arguments = [str(bundled_path("blender_scripts")), str(tmp_path), cube, odd, cube]
    ended = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True
    )
    line = next(line for line in ended.stdout.splitlines() if line.startswith("COUNTS"))
    first, other, again = json.loads(line.removeprefix("COUNTS"))
    assert first == again
    assert (first[1], other[1]) == (6, 1)
    assert first[4:] == other[4:] == [1, 1, 0]


def test_texture_outside_the_folder_is_not_used(child: BlenderChild, tmp_path: Path) -> None:
    """An OBJ's material file may name any image of the machine."""
    inside = tmp_path / "asset"
    inside.mkdir()
    Image.new("RGB", (4, 4), (255, 0, 0)).save(tmp_path / "private.png")
    Image.new("RGB", (4, 4), (0, 255, 0)).save(inside / "own.png")
    mesh = "".join(f"v {x} {y} 0\nvt {x} {y}\n" for x, y in ((0, 0), (1, 0), (1, 1)))
    for name, missing in (
        ("../private.png", True),
        (tmp_path / "private.png", True),
        ("own.png", False),
    ):
        (inside / "a.mtl").write_text(f"newmtl m\nmap_Kd {name}\n")
        (inside / "a.obj").write_text(f"mtllib a.mtl\n{mesh}usemtl m\nf 1/1 2/2 3/3\n")
        loaded = child.load(asset_at(inside / "a.obj"))
        assert bool(loaded.missing_textures) == missing, name

"""GLB and glTF, spoilt in one way at a time."""

from __future__ import annotations

import base64
import importlib.util
import json
import struct
from pathlib import Path

import numpy as np
import pytest
from preflight_files import (
    TETRAHEDRON,
    code_of,
    document,
    glb,
    image_bytes,
    look,
    png,
    png_header,
    refused,
    write_glb,
    write_gltf,
)

from viewpoint_gen.assets.preflight.gltf import SUPPORTED_EXTENSIONS


@pytest.fixture
def spoil(tmp_path):
    """Apply a change to the sound document and write it as a GLB."""

    def write(change, binary=None):
        content, sound = document()
        change(content)
        return write_glb(tmp_path / "model.glb", content, sound if binary is None else binary)

    return write


def test_a_sound_file_passes_as_glb_and_as_gltf(tmp_path):
    content, binary = document()
    packed = look(write_glb(tmp_path / "model.glb", content, binary))
    plain = look(write_gltf(tmp_path / "model.gltf", content, binary))
    assert (packed.format, packed.triangles, packed.texture_pixels) == ("glb", 4, 24)
    assert (plain.format, plain.triangles, plain.texture_pixels) == ("gltf", 4, 24)
    assert packed.files == plain.files == ()


def test_external_files_are_named_by_their_real_path(tmp_path):
    content, binary = document()
    content["buffers"][0]["uri"] = "data%20of%20it.bin"
    content["images"] = [{"uri": "textures\\skin.png"}]
    (tmp_path / "data of it.bin").write_bytes(binary)
    (tmp_path / "textures").mkdir()
    (tmp_path / "textures" / "skin.png").write_bytes(png(16, 8))
    seen = look(write_gltf(tmp_path / "model.gltf", content, binary))
    assert seen.files == (tmp_path / "data of it.bin", tmp_path / "textures" / "skin.png")
    assert seen.texture_pixels == 128


def cut(data: bytes, size: int) -> bytes:
    return data[:size]


def with_length(data: bytes, change: int) -> bytes:
    return data[:8] + struct.pack("<I", len(data) + change) + data[12:]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda data: b"", "empty_file"),
        (lambda data: b"<!DOCTYPE html><html>Not found</html>", "html_page"),
        (lambda data: b"\xef\xbb\xbf\n <HTML><body>", "html_page"),
        (lambda data: b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "lfs_pointer"),
        (lambda data: b"GLTF" + data[4:], "wrong_magic"),
        (lambda data: data[:4] + struct.pack("<I", 1) + data[8:], "unsupported_format"),
        (lambda data: data[:11], "truncated"),
        (lambda data: data[:-1], "truncated"),
        (lambda data: data + b"\0", "malformed"),
        (lambda data: data[:16] + b"BIN\0" + data[20:], "malformed"),
        (lambda data: data[:12] + struct.pack("<I", 2**31) + data[16:], "truncated"),
        (lambda data: data[:20] + b"!" + data[21:], "bad_json"),
        (lambda data: data[:20] + b"\xff" + data[21:], "bad_json"),
    ],
)
def test_a_container_that_lies_is_refused(tmp_path, change, code):
    path = tmp_path / "model.glb"
    path.write_bytes(change(glb(*document())))
    assert code_of(path) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[" * 100_000 + "]" * 100_000, "bad_json"),
        ('{"asset": {"version": "2.0"}, "x": NaN}', "bad_json"),
        ('{"asset": {"version": "2.0"}, "x": ' + "9" * 5000 + "}", "bad_json"),
        ('{"error": "not found"}', "wrong_magic"),
        ("[1, 2]", "wrong_magic"),
        ('{"asset": {"version": "1.0"}}', "unsupported_format"),
        ('{"asset": {}}', "malformed"),
        ('{"asset": {"version": "2.0"}, "scene": true}', "malformed"),
        ('{"asset": {"version": "2.0"}, "nodes": [{"scale": [1e999, 1, 1]}]}', "not_finite"),
        ('{"asset": {"version": "2.0"}, "nodes": [{"mesh": -1}]}', "malformed"),
        ('{"asset": {"version": "2.0"}}', "no_mesh"),
    ],
)
def test_json_that_is_no_sound_document_is_refused(tmp_path, text, code):
    path = tmp_path / "model.gltf"
    path.write_text(text)
    assert code_of(path) == code


def test_a_json_bomb_is_refused_before_it_is_parsed(tmp_path):
    path = tmp_path / "model.gltf"
    path.write_text('{"asset": {"version": "2.0"}, "x": [' + "[]," * 3_000_000 + "[]]}")
    assert code_of(path) == "too_large"
    assert code_of(path, max_json_bytes=1000) == "too_large"


def set_in(*steps):
    """A change of the document: the last of the steps is the new value."""
    *route, key, value = steps

    def change(content):
        for step in route:
            content = content[step]
        content[key] = value

    return change


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (set_in("extensionsRequired", ["EXT_meshopt_compression"]), "unsupported_extension"),
        (set_in("extensionsRequired", ["KHR_materials_unlit"]), "malformed"),
        (set_in("nodes", [{"mesh": 0, "children": [0]}]), "recursive_nodes"),
        (set_in("nodes", [{"children": [1]}, {"children": [0], "mesh": 0}]), "recursive_nodes"),
        (set_in("nodes", [{"children": [2]}, {"children": [2]}, {"mesh": 0}]), "recursive_nodes"),
        (set_in("nodes", [{"children": [9]}]), "malformed"),
        (set_in("nodes", 0, "mesh", 5), "malformed"),
        (set_in("scene", 3), "malformed"),
        (set_in("scenes", 0, "nodes", [7]), "malformed"),
        (set_in("scenes", [{}]), "no_mesh"),
        (set_in("meshes", 0, "primitives", 0, "mode", 0), "no_mesh"),
        (set_in("meshes", 0, "primitives", 0, "mode", 1), "no_mesh"),
        (set_in("meshes", 0, "primitives", 0, "mode", 3), "no_mesh"),
        (set_in("meshes", 0, "primitives", 0, "attributes", {"NORMAL": 0}), "no_mesh"),
        (set_in("meshes", 0, "primitives", 0, "indices", 8), "malformed"),
        (set_in("meshes", 0, "primitives", 0, "material", 8), "malformed"),
        (set_in("accessors", 0, "count", 5), "truncated"),
        (set_in("accessors", 1, "byteOffset", 2), "truncated"),
        (set_in("accessors", 0, "componentType", 9), "malformed"),
        (set_in("accessors", 0, "type", "VEC9"), "malformed"),
        (set_in("accessors", 0, "bufferView", 9), "malformed"),
        (set_in("accessors", 0, "count", 2**62), "malformed"),
        (set_in("bufferViews", 0, "byteStride", 7), "malformed"),
        (set_in("bufferViews", 0, "byteStride", 4), "malformed"),
        (set_in("bufferViews", 0, "buffer", 9), "malformed"),
        (set_in("bufferViews", 2, "byteLength", 10**9), "truncated"),
        (set_in("buffers", 0, "byteLength", 10**9), "truncated"),
        (set_in("buffers", 0, "uri", "gone.bin"), "missing_file"),
        (set_in("buffers", 0, "uri", "data:x;base64,AAA"), "malformed"),
        (set_in("buffers", 0, "uri", "data:x,plain"), "malformed"),
        (set_in("buffers", [{"byteLength": 4}, {"byteLength": 4}]), "missing_file"),
        (set_in("images", [{"uri": "gone.png"}]), "missing_texture"),
        (set_in("images", [{}]), "missing_texture"),
        (set_in("images", []), "malformed"),
        (set_in("textures", [{}]), "missing_texture"),
        (
            set_in("textures", [{"extensions": {"KHR_texture_basisu": {"source": 0}}}]),
            "unsupported_texture",
        ),
        (set_in("images", [{"bufferView": 0}]), "unsupported_texture"),
        (
            set_in(
                *("meshes", 0, "primitives", 0, "extensions"),
                {"KHR_draco_mesh_compression": {"bufferView": 9}},
            ),
            "malformed",
        ),
    ],
)
def test_a_document_that_contradicts_itself_is_refused(spoil, change, code):
    assert code_of(spoil(change)) == code


@pytest.mark.parametrize(
    "change",
    [
        set_in("extensionsUsed", ["VENDOR_unheard_of"]),
        set_in("images", 0, "name", None),
        set_in("nodes", 0, "extensions", None),
        set_in("accessors", 0, "name", "\ud800"),
        set_in("materials", []),
    ],
)
def test_what_blender_takes_passes_too(spoil, change):
    def without_material(content):
        content["meshes"][0]["primitives"][0].pop("material")
        change(content)

    assert look(spoil(without_material)).triangles == 4


def test_a_texture_that_no_shown_material_uses_may_be_missing(spoil):
    def change(content):
        content["images"].append({"uri": "gone.png"})
        content["textures"].append({"source": 1})
        content["materials"].append({"emissiveTexture": {"index": 1}})

    assert look(spoil(change)).texture_pixels == 24


@pytest.mark.parametrize("poison", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("stride", [12, 20])
def test_vertices_that_are_no_numbers_are_found_with_and_without_stride(tmp_path, poison, stride):
    content, binary = document()
    rows = np.full((4, stride // 4), np.nan if stride > 12 else 0, dtype="<f4")
    rows[:, :3] = TETRAHEDRON
    content["bufferViews"].append(
        {"buffer": 0, "byteOffset": len(binary), "byteLength": 4 * stride}
    )
    content["bufferViews"][-1]["byteStride"] = stride
    content["accessors"][0]["bufferView"] = 3
    path = tmp_path / "model.glb"

    def write():
        content["buffers"][0]["byteLength"] = len(binary) + rows.nbytes
        return write_glb(path, content, binary + rows.tobytes())

    assert look(write()).triangles == 4, "what lies between the vertices doesn't matter"
    rows[3, 2] = poison
    assert code_of(write()) == "not_finite"
    assert look(path, max_finite_check_bytes=8).triangles == 4, "too much to look at"


@pytest.mark.parametrize(("mode", "triangles"), [(4, 4), (5, 10), (6, 10)])
def test_triangles_follow_the_mode(spoil, mode, triangles):
    seen = look(spoil(set_in("meshes", 0, "primitives", 0, "mode", mode)))
    assert seen.triangles == triangles


def test_instances_multiply_triangles(spoil):
    def change(content):
        content["accessors"].append({"componentType": 5126, "count": 1000, "type": "VEC3"})
        content["nodes"][0]["extensions"] = {
            "EXT_mesh_gpu_instancing": {"attributes": {"TRANSLATION": 2}}
        }
        content["nodes"].append({"mesh": 0})
        content["scenes"][0]["nodes"].append(1)

    path = spoil(change)
    assert look(path).triangles == 4004
    assert code_of(path, max_triangles=4003) == "too_complex"
    assert look(path, max_triangles=4004).triangles == 4004
    assert "4,004 triangles" in refused(path, max_triangles=4003).message
    assert code_of(path, max_nodes=1000) == "too_complex"


def test_only_the_default_scene_counts_as_shown(spoil):
    def change(content):
        content["nodes"].append({"mesh": 0})
        content["scenes"] = [{"nodes": [0]}, {"nodes": [1]}]

    assert look(spoil(change)).triangles == 4


def test_zeros_that_the_file_does_not_hold_are_counted(spoil):
    def change(content):
        del content["accessors"][0]["bufferView"]
        content["accessors"][0]["count"] = 8_000_000

    path = spoil(change)
    assert code_of(path, max_file_bytes=90_000_000) == "too_large"
    assert code_of(path, max_triangles=2_000_000) == "too_complex"
    assert look(path, max_file_bytes=97_000_000).triangles == 4


def test_points_over_one_set_of_vertices_are_counted_each_time(spoil):
    def change(content):
        points = {"attributes": {"POSITION": 0}, "mode": 0}
        content["meshes"][0]["primitives"] += [points] * 1000

    assert code_of(spoil(change), max_triangles=1000) == "too_complex"


def test_nodes_may_not_be_nested_too_deeply(spoil):
    def change(content):
        content["nodes"] = [{"children": [index + 1]} for index in range(5000)] + [{"mesh": 0}]

    assert code_of(spoil(change)) == "too_complex"
    assert look(spoil(change), max_depth=5001).triangles == 4


def test_a_texture_bomb_costs_nothing_and_is_refused(spoil, tmp_path):
    bomb = png_header(16384, 16384)
    uri = "data:image/png;base64," + base64.b64encode(bomb).decode()
    path = spoil(set_in("images", [{"uri": uri}]))
    assert code_of(path) == "textures_too_large"
    assert look(path, max_texture_px=2**28).texture_pixels == 2**28


def test_five_textures_of_4k_pass(spoil):
    uri = "data:image/png;base64," + base64.b64encode(png_header(4096, 4096)).decode()

    def change(content):
        content["images"] = [{"uri": uri}] * 5
        content["textures"] = [{"source": index} for index in range(5)]
        content["materials"] = [
            {
                "pbrMetallicRoughness": {
                    "baseColorTexture": {"index": 0},
                    "metallicRoughnessTexture": {"index": 1},
                },
                "normalTexture": {"index": 2},
                "emissiveTexture": {"index": 3},
                "extensions": {"KHR_materials_sheen": {"sheenColorTexture": {"index": 4}}},
            }
        ]

    assert look(spoil(change)).texture_pixels == 5 * 4096**2


def test_webp_is_taken_where_there_is_nothing_plainer(spoil):
    uri = "data:image/webp;base64," + base64.b64encode(image_bytes("WEBP", 10, 3)).decode()

    def change(content):
        content["images"].append({"uri": uri})
        content["textures"] = [{"extensions": {"EXT_texture_webp": {"source": 1}}}]

    assert look(spoil(change)).texture_pixels == 30

    def with_fallback(content):
        change(content)
        content["textures"][0]["source"] = 0

    assert look(spoil(with_fallback)).texture_pixels == 24


def test_the_list_of_extensions_is_that_of_the_installed_importer():
    """Its source is read, not imported: it needs Blender."""
    spec = importlib.util.find_spec("bpy")
    if spec is None or spec.origin is None:
        pytest.skip("the bpy module isn't installed")
    found = list(Path(spec.origin).parent.rglob("io_scene_gltf2/io/imp/gltf2_io_gltf.py"))
    assert found, "the importer has moved"
    listed = found[0].read_text(encoding="utf-8").partition("extensions_managed = [")[2]
    assert {name.strip(" '\n") for name in listed.partition("]")[0].split(",")} == (
        SUPPORTED_EXTENSIONS
    )


def test_json_under_the_suffix_of_a_glb_is_read_as_blender_reads_it(tmp_path):
    content, binary = document()
    assert look(write_gltf(tmp_path / "model.glb", content, binary)).triangles == 4
    (tmp_path / "model.glb").write_text(json.dumps(content)[:-30])
    assert code_of(tmp_path / "model.glb") == "bad_json"


@pytest.mark.parametrize(
    "gone", [{"uri": "gone.png"}, {"uri": "data:image/ktx2;base64,q0tUWCAyMLsNChoK"}]
)
def test_a_finish_that_cannot_be_read_is_no_reason_to_refuse(tmp_path, gone):
    content, binary = document()
    content["images"].append(gone)
    content["textures"].append({"source": 1})
    material = content["materials"][0]
    material["normalTexture"] = {"index": 1}
    assert look(write_gltf(tmp_path / "finish.gltf", content, binary)).texture_pixels == 24
    material["emissiveTexture"] = {"index": 1}
    assert code_of(write_gltf(tmp_path / "colour.gltf", content, binary)) in (
        "missing_texture", "unsupported_texture",
    )  # fmt: skip

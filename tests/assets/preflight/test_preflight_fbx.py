"""Binary FBX, written node by node and spoilt in one way at a time."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from preflight_files import (
    TETRAHEDRON,
    Fbx,
    code_of,
    fbx_bytes,
    fbx_geometry,
    fbx_texture,
    look,
    png,
    png_header,
    write_fbx,
)


def write(path, data):
    path.write_bytes(data)
    return path


def test_a_sound_file_passes_with_its_polygons_cut_into_triangles(tmp_path):
    """A quad and two triangles."""
    seen = look(write(tmp_path / "m.fbx", fbx_bytes()))
    assert (seen.format, seen.triangles, seen.files, seen.warnings) == ("fbx", 4, (), ())


def test_a_geometry_counts_once_for_each_object_that_shows_it(tmp_path):
    path = write(tmp_path / "m.fbx", fbx_bytes(uses=1000))
    assert look(path).triangles == 4000
    assert code_of(path, max_triangles=3999) == "too_complex"


def deep_tree(levels: int):
    node = Fbx.node(b"Leaf", [Fbx.long(1)])
    for _ in range(levels):
        node = Fbx.node(b"Nest", [], [node])
    return node


def uncompressed(kind: bytes, length: int, data: bytes) -> bytes:
    return kind + struct.pack("<III", length, 0, len(data)) + data


def geometry_with(corners: bytes):
    return Fbx.node(b"Geometry", [Fbx.long(77)], [Fbx.node(b"PolygonVertexIndex", [corners])])


SOUND = fbx_bytes()
NAN = TETRAHEDRON.copy()
NAN[1, 1] = np.nan


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"; FBX 7.4.0 project file\nFBXHeaderExtension:  {\n", "ascii_fbx"),
        (b"\n  FBXHeaderExtension:  {\n", "ascii_fbx"),
        (b"kaydara" + SOUND[7:], "wrong_magic"),
        (SOUND[:20], "truncated"),
        (SOUND[:24], "truncated"),
        (SOUND[:-14], "truncated"),
        (SOUND[:150], "truncated"),
        (fbx_bytes(version=6100), "unsupported_format"),
        (fbx_bytes(Fbx.node(b"Model", [Fbx.long(1)])), "no_mesh"),
        (fbx_bytes(fbx_geometry(corners=[0, ~1, 2, ~3])), "no_mesh"),
        (fbx_bytes(fbx_geometry(NAN)), "not_finite"),
        (fbx_bytes(fbx_geometry(length=11)), "malformed"),
        (fbx_bytes(fbx_geometry(length=9)), "malformed"),
        (fbx_bytes(fbx_geometry(length=2**31)), "too_large"),
        (fbx_bytes(fbx_geometry(length=10**6)), "malformed"),
        (fbx_bytes(geometry_with(uncompressed(b"i", 12, bytes(40)))), "malformed"),
        (fbx_bytes(geometry_with(uncompressed(b"Q", 12, bytes(40)))), "malformed"),
        (fbx_bytes(deep_tree(400)), "too_complex"),
        (SOUND[:31] + struct.pack("<I", 2**31) + SOUND[35:], "malformed"),
        (SOUND[:35] + struct.pack("<I", 2**31) + SOUND[39:], "malformed"),
        (SOUND[:27] + struct.pack("<I", 30) + SOUND[31:], "malformed"),
    ],
)
def test_a_tree_that_lies_is_refused(tmp_path, data, code):
    assert code_of(write(tmp_path / "m.fbx", data)) == code


def test_a_bomb_shows_by_the_length_of_its_array_wherever_it_is(tmp_path):
    """Half a gigabyte of zeros in half a megabyte, in a node that nobody looks at."""
    packed = zlib.compress(bytes(2**26), 9)
    array = b"d" + struct.pack("<III", 2**23, 1, len(packed)) + packed
    bombs = [Fbx.node(b"KeyTime", [array]) for _ in range(9)]
    path = write(tmp_path / "m.fbx", fbx_bytes(fbx_geometry(), *bombs))
    assert path.stat().st_size < 2**20
    assert code_of(path) == "too_large"


def test_too_many_elements_are_refused(tmp_path):
    path = write(tmp_path / "m.fbx", fbx_bytes(uses=3000))
    assert code_of(path, max_elements=2000) == "too_complex"


@pytest.mark.parametrize(
    "names",
    [
        [(b"RelativeFilename", b"skin.png")],
        [(b"RelativeFilename", b"textures\\skin.png")],
        [(b"RelativeFilename", b"..\\..\\art\\skin.png"), (b"FileName", b"C:\\art\\skin.png")],
        [(b"RelativeFilename", b"C:\\art\\skin.png")],
        [(b"FileName", b"C:\\art\\skin.png")],
        [(b"Filename", b"/home/somebody/skin.png"), (b"RelativeFilename", b"")],
    ],
)
def test_a_texture_is_found_where_it_is_said_to_be_or_beside_the_file(tmp_path, names):
    picture = tmp_path / ("textures" if b"textures" in names[0][1] else ".") / "skin.png"
    picture.parent.mkdir(exist_ok=True)
    picture.write_bytes(png(16, 8))
    seen = look(write_fbx(tmp_path / "m.fbx", fbx_texture(*names), fbx_texture(*names)))
    assert (seen.files, seen.texture_pixels, seen.warnings) == ((picture.resolve(),), 128, ())


def test_a_texture_of_the_authors_machine_is_a_warning(tmp_path):
    names = [(b"RelativeFilename", b"D:\\art\\a.png"), (b"FileName", b"D:\\art\\a.png")]
    seen = look(write_fbx(tmp_path / "m.fbx", fbx_texture(*names)))
    assert seen.warnings == ("missing_texture: D:\\art\\a.png isn't there",)


def test_embedded_textures_are_measured_and_need_no_file(tmp_path):
    name = (b"RelativeFilename", b"..\\gone\\skin.png")
    content = png_header(8192, 4096)
    path = write_fbx(tmp_path / "m.fbx", fbx_texture(name), fbx_texture(name, content=content))
    assert (look(path).texture_pixels, look(path).warnings) == (8192 * 4096, ())
    assert code_of(path, max_texture_px=10**7) == "textures_too_large"


def test_version_7500_has_wider_offsets(tmp_path):
    """Its nodes begin with three numbers of 64 bits and end with 25 zeros."""

    def node(name, at, properties=b"", count=0, children=b""):
        end = at + 25 + len(name) + len(properties) + len(children)
        head = struct.pack("<QQQB", end, count, len(properties), len(name))
        return head + name + properties + children

    corners = Fbx.array(b"i", np.array([0, 1, ~2], dtype="<i4"))
    start = 27 + 25 + 7
    inside = start + 25 + 8 + 9
    leaf = node(b"PolygonVertexIndex", inside, corners, 1) + bytes(25)
    geometry = node(b"Geometry", start, Fbx.long(1), 1, leaf) + bytes(25)
    data = b"Kaydara FBX Binary  \x00\x1a\x00" + struct.pack("<I", 7500)
    data += node(b"Objects", 27, children=geometry) + bytes(25)
    assert look(write(tmp_path / "m.fbx", data)).triangles == 1

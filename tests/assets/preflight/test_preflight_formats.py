"""OBJ, STL, PLY and USD, spoilt in one way at a time."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh
from preflight_files import (
    FACES,
    OBJ,
    TETRAHEDRON,
    USDA,
    code_of,
    look,
    ply,
    png,
    png_header,
    refused,
    stl,
    usdc,
    usdz,
)

CORNERS = TETRAHEDRON[FACES]


def write(path, data):
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


@pytest.mark.parametrize("suffix", ["obj", "stl", "ply", "glb", "stl_ascii"])
def test_what_another_library_writes_passes_with_its_triangles(tmp_path, suffix):
    mesh = trimesh.creation.icosphere(subdivisions=3)
    path = tmp_path / f"ball.{suffix.partition('_')[0]}"
    mesh.export(path, file_type=suffix)
    assert look(path).triangles == len(mesh.faces) == 1280


# OBJ


@pytest.mark.parametrize(
    ("text", "triangles"),
    [
        (OBJ, 4),
        (OBJ.replace("\n", "\r\n"), 4),
        (OBJ.replace("\n", "\r"), 4),
        (OBJ + "f 1/1/1 2/2/2 3/3/3 4/4/4\n", 6),
        (OBJ + "  f\t1 2 \\\n 3 4 \\\r\n 1", 7),
        (OBJ + "# f 1 2 3\nfo 1 2 3\nvf 1 2 3", 4),
        (OBJ * 60_000, 240_000),
    ],
)
def test_obj_polygons_are_counted_as_fans(tmp_path, text, triangles):
    assert look(write(tmp_path / "m.obj", text)).triangles == triangles


def test_a_line_split_between_two_blocks_of_an_obj_counts_once(tmp_path):
    """Blocks end after a megabyte: every place of a line gets to lie there."""
    for shift in range(12):
        text = "#" * (2**20 - 6 - shift) + "\n" + "f 1 2 \\\r\n3 4\n" * 2
        assert look(write(tmp_path / "m.obj", text)).triangles == 4, shift


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("v 0 0 0\n", "no_mesh"),
        ("v 0 0 0\nl 1 1\np 1\n", "no_mesh"),
        (b"\0\1\2", "wrong_magic"),
        ("f " + "1 " * 2_000_000, "malformed"),
        ("\\\n" * 2_000_000, "malformed"),
        ("<html>404</html>", "html_page"),
    ],
)
def test_an_obj_without_sense_is_refused(tmp_path, text, code):
    assert code_of(write(tmp_path / "m.obj", text)) == code


def test_an_obj_with_too_many_faces_is_refused(tmp_path):
    path = write(tmp_path / "m.obj", OBJ)
    assert code_of(path, max_triangles=3) == "too_complex"
    assert look(path, max_triangles=4).triangles == 4


@pytest.mark.parametrize(
    "line",
    [
        "map_Kd skin one.png",
        "map_Kd -s 2 2 1 skin one.png",
        "  map_kd\t-o 0.5 -clamp on skin one.png  ",
        "map_Bump -bm 0.3 -imfchan r skin one.png",
        "norm skin one.png",
        "map_Kd textures\\..\\skin one.png",
        "map_Kd C:\\Users\\Somebody\\skin one.png",
        "map_Kd /home/somebody/skin one.png",
        'map_Kd "skin one.png"',
        "refl -type sphere -mm 0 1 skin one.png",
    ],
)
def test_maps_of_a_material_file_are_found_after_options(tmp_path, line):
    picture = write(tmp_path / "skin one.png", png(16, 8))
    library = write(tmp_path / "lib.mtl", f"newmtl a\nKd 1 1 1\n{line}\n")
    seen = look(write(tmp_path / "m.obj", "mtllib lib.mtl\n" + OBJ))
    assert seen.files == (library, picture)
    assert (seen.texture_pixels, seen.warnings) == (128, ())


def test_missing_material_files_and_maps_are_left_to_blender_with_a_warning(tmp_path):
    path = write(tmp_path / "m.obj", "mtllib lib.mtl\n" + OBJ)
    assert [line.split(":")[0] for line in look(path).warnings] == ["missing_file"]
    write(tmp_path / "lib.mtl", "map_Kd D:\\work\\skin.png\nmap_Ks D:\\work\\skin.png")
    assert look(path).warnings == ("missing_texture: D:\\work\\skin.png isn't there",)


def test_the_material_file_of_the_same_name_counts_if_none_is_named(tmp_path):
    library = write(tmp_path / "m.mtl", "newmtl a\n")
    assert look(write(tmp_path / "m.obj", OBJ)).files == (library,)


def test_a_texture_bomb_beside_an_obj_is_refused(tmp_path):
    write(tmp_path / "m.mtl", "map_Kd a.png\nmap_Ks a.png\nmap_d b.png\n")
    write(tmp_path / "a.png", png_header(8192, 8192))
    write(tmp_path / "b.png", png(10, 1))
    path = write(tmp_path / "m.obj", OBJ)
    assert look(path).texture_pixels == 8192**2 + 10
    assert code_of(path, max_texture_px=8192**2) == "textures_too_large"


# STL


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (stl(CORNERS)[:-1], "truncated"),
        (stl(CORNERS)[:70], "truncated"),
        (stl(CORNERS) + b"\0", "malformed"),
        (stl(CORNERS[:0]), "no_mesh"),
        (b"solid x\nendsolid x", "no_mesh"),
        (b"solid x\nfacet normal 0 0 1\nouter loop\nvertex 0 0 0\nver", "truncated"),
        (stl(np.where(CORNERS == 3, np.nan, CORNERS)), "not_finite"),
        (stl(np.where(CORNERS == 3, np.inf, CORNERS)), "not_finite"),
    ],
)
def test_an_stl_whose_length_or_content_is_wrong_is_refused(tmp_path, data, code):
    assert code_of(write(tmp_path / "m.stl", data)) == code


def test_a_binary_stl_may_start_with_the_word_of_a_text(tmp_path):
    path = write(tmp_path / "m.stl", stl(CORNERS, header=b"solid facet normal"))
    assert look(path).triangles == 4
    assert code_of(path, max_triangles=3) == "too_complex"


# PLY


@pytest.mark.parametrize("order", "<>")
def test_a_binary_ply_tells_its_triangles_by_its_length(tmp_path, order):
    path = write(tmp_path / "m.ply", ply(order=order))
    assert look(path).triangles == 4
    assert code_of(path, max_triangles=3) == "too_complex"
    bad = TETRAHEDRON.copy()
    bad[2, 1] = np.nan
    assert code_of(write(path, ply(bad, order=order))) == "not_finite"


HEAD = "ply\nformat ascii 1.0\nelement vertex 3\nproperty float x\nproperty float y\n"
HEAD += "property float z\nelement face 1\nproperty list uchar int vertex_indices\nend_header\n"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"plyx" + ply()[4:], "wrong_magic"),
        (ply()[:100], "truncated"),
        (ply()[:-60], "truncated"),
        (ply().replace(b"element face 4", b"element face 0"), "no_mesh"),
        (ply().replace(b"element face 4", b"element fake 4"), "no_mesh"),
        (ply().replace(b"vertex 4", b"vertex 999999999"), "truncated"),
        (ply().replace(b"face 4", b"face 99999999999999"), "truncated"),
        (ply().replace(b"vertex 4", b"vertex -4"), "malformed"),
        (ply().replace(b"uchar int", b"uchar word"), "malformed"),
        (ply().replace(b"format binary_little_endian 1.0\n", b""), "malformed"),
        (HEAD + "0 0 0\n1 0 0\n0 nan 0\n3 0 1 2\n", "not_finite"),
        (HEAD + "0 0 0\n1 0 0\n0 -INF 0\n3 0 1 2\n", "not_finite"),
        (HEAD + "0 0 0\n", "truncated"),
    ],
)
def test_a_ply_whose_header_lies_is_refused(tmp_path, data, code):
    assert code_of(write(tmp_path / "m.ply", data)) == code


def test_a_text_ply_passes_without_a_count(tmp_path):
    path = write(tmp_path / "m.ply", HEAD + "0 0 0\n1 0 0\n0 1 0\n3 0 1 2")
    assert look(path).triangles is None


# USD


def usda(reference: str = "") -> str:
    return USDA.replace("@REFERENCE@", f"@{reference}@" if reference else "@@")


def test_usd_text_names_its_layers_and_pictures(tmp_path):
    picture = write(tmp_path / "skin.png", png(16, 8))
    layer = write(tmp_path / "part.usda", usda("skin.png"))
    seen = look(write(tmp_path / "m.usda", usda("./part.usda")))
    assert seen.files == (layer, picture)
    assert (seen.triangles, seen.texture_pixels) == (None, 128)


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("m.usda", "#usd", "truncated"),
        ("m.usda", "def Mesh", "wrong_magic"),
        ("m.usd", usda("http://example.org/part.usd"), "remote_file"),
        ("m.usdc", b"PXR-USDC" + bytes(8), "truncated"),
        ("m.usdc", usdc(["a", "b"])[:-20], "truncated"),
        ("m.usdc", usdc(["", "https://example.org/x.png"]), "remote_file"),
        ("m.usdc", usdc(str(n) for n in range(60_000)), "too_complex"),
        ("m.usdz", b"PK\5\6" + bytes(18), "wrong_magic"),
        ("m.usdz", usdz([("a.usda", usda().encode())])[:80], "truncated"),
        ("m.usdz", usdz([("a.usda", usda().encode())])[:-44], "truncated"),
        ("m.usdz", usdz([("a.usda", usda().encode())], method=8), "malformed"),
        ("m.usdz", usdz([("a.usda", usda().encode())], flags=1), "malformed"),
        ("m.usdz", usdz([("a.png", png())]), "malformed"),
        ("m.usdz", usdz([("a.usda", b"")]), "truncated"),
        ("m.usdz", usdz([("../a.usda", usda().encode())]), "outside_folder"),
        ("m.usdz", usdz([("a.usda", usda().encode()), ("/etc/x.png", b"")]), "outside_folder"),
        ("m.usdz", usdz([("a.usda", usda("http://h/x.png").encode())]), "remote_file"),
    ],
)
def test_usd_files_that_lie_are_refused(tmp_path, name, data, code):
    assert code_of(write(tmp_path / name, data)) == code


@pytest.mark.parametrize(
    "root", [usda("textures/skin.png").encode(), usdc(["", "textures/skin.png"])]
)
def test_pictures_in_a_usdz_are_measured_without_unpacking(tmp_path, root):
    entries = [("a.usdc", root), ("textures/skin.png", png_header(8192, 4096))]
    path = write(tmp_path / "m.usdz", usdz(entries))
    seen = look(path)
    assert (seen.texture_pixels, seen.files) == (8192 * 4096, ())
    assert [line.split(":")[0] for line in seen.warnings] == ["unchecked"]
    assert code_of(path, max_texture_px=1000) == "textures_too_large"


def test_a_layer_of_a_usdz_may_step_up_inside_it_but_name_no_layer_beside_it(tmp_path):
    entries = [("sub/a.usda", usda("../skin.png").encode()), ("skin.png", png(16, 8))]
    path = write(tmp_path / "m.usdz", usdz(entries))
    assert (look(path).texture_pixels, len(look(path).warnings)) == (128, 1)
    write(tmp_path / "part.usda", usda())
    write(path, usdz([("a.usda", usda("part.usda").encode())]))
    assert code_of(path) == "outside_folder"


def test_a_picture_missing_from_a_usdz_is_a_warning(tmp_path):
    seen = look(write(tmp_path / "m.usdz", usdz([("a.usda", usda("t/skin.png").encode())])))
    assert "missing_texture: t/skin.png isn't there" in seen.warnings


# whatever the format


@pytest.mark.parametrize("suffix", ["glb", "gltf", "obj", "fbx", "stl", "ply", "usda", "usdz"])
def test_what_failed_downloads_leave_has_one_code_in_every_format(tmp_path, suffix):
    path = tmp_path / f"m.{suffix}"
    assert code_of(write(path, b"")) == "empty_file"
    page = refused(write(path, "\n<html><head><title>403</title>"))
    assert page.message == (
        f"m.{suffix} is an HTML page, not a mesh: the download failed; fetch it again"
    )
    assert code_of(write(path, "version https://git-lfs.github.com/spec/v1\n")) == "lfs_pointer"
    assert code_of(write(path, b"x" * 2000), max_file_bytes=1999) == "too_large"


def test_a_suffix_without_reader_and_a_file_that_is_not_there(tmp_path):
    assert code_of(write(tmp_path / "m.blend", b"x")) == "unsupported_format"
    assert code_of(tmp_path / "gone.glb") == "missing_file"
    (tmp_path / "folder.glb").mkdir()
    assert code_of(tmp_path / "folder.glb") == "unreadable"


def test_names_are_printable_in_messages(tmp_path):
    error = refused(write(tmp_path / "a\nb\x1b[31m.glb", b""))
    assert error.message.startswith("a\\nb\\x1b[31m.glb is empty")

"""No read outside the asset's folder: a canary lies there, and every open is watched."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from preflight_files import (
    OBJ,
    USDA,
    document,
    fbx_texture,
    glb,
    look,
    png,
    refused,
    usdc,
    usdz,
    watching_opens,
    write_fbx,
    write_gltf,
)


@pytest.fixture
def canary(tmp_path):
    """A picture beside the asset's folder; links from the folder lead to it."""
    secret = tmp_path / "secret.png"
    secret.write_bytes(png())
    (tmp_path / "secret.bin").write_bytes(document()[1])
    (tmp_path / "secret.usda").write_text(USDA)
    (tmp_path / "secret.mtl").write_text("newmtl a\n")
    folder = tmp_path / "asset"
    folder.mkdir()
    for suffix in ("png", "bin", "usda", "mtl"):
        (folder / f"link.{suffix}").symlink_to(f"../secret.{suffix}")
    (folder / "linked").symlink_to("..", target_is_directory=True)
    return secret


def spellings(suffix: str, canary: Path) -> dict[str, str]:
    outside = canary.with_suffix(f".{suffix}")
    return {
        "up": f"../secret.{suffix}",
        "up and down": f"x/../../secret.{suffix}",
        "absolute": str(outside),
        "link": f"link.{suffix}",
        "link to a folder": f"linked/secret.{suffix}",
        "backslashes": f"..\\secret.{suffix}",
        "file URL": f"file://{outside}",
    }


ALL = ["up", "up and down", "absolute", "link", "link to a folder", "backslashes", "file URL"]


def write_gltf_with(canary, part, spelling):
    content, binary = document()
    if part == "buffer":
        content["buffers"][0]["uri"] = spellings("bin", canary)[spelling]
    else:
        content["images"] = [{"uri": spellings("png", canary)[spelling]}]
    return write_gltf(canary.parent / "asset" / "m.gltf", content, binary)


def write_obj_with(canary, part, spelling):
    folder = canary.parent / "asset"
    library = spellings("mtl", canary)[spelling] if part == "library" else "m.mtl"
    (folder / "m.obj").write_text(f"mtllib {library}\n{OBJ}")
    (folder / "m.mtl").write_text(f"map_Kd -s 1 1 1 {spellings('png', canary)[spelling]}\n")
    return folder / "m.obj"


def write_fbx_with(canary, part, spelling):
    name = spellings("png", canary)[spelling].encode()
    if part == "FileName too":
        texture = fbx_texture((b"RelativeFilename", b"gone.png"), (b"FileName", name))
    else:
        texture = fbx_texture((part.encode(), name))
    return write_fbx(canary.parent / "asset" / "m.fbx", texture)


def write_usd_with(canary, part, spelling):
    folder = canary.parent / "asset"
    name = spellings("usda" if part == "layer" else "png", canary)[spelling]
    layer = USDA.replace("REFERENCE", name)
    if part == "crate":
        (folder / "m.usdc").write_bytes(usdc(["", name]))
        return folder / "m.usdc"
    if part == "package":
        (folder / "m.usdz").write_bytes(usdz([("a.usda", layer.encode())]))
        return folder / "m.usdz"
    if part == "second layer":
        (folder / "part.usda").write_text(layer)
        layer = USDA.replace("REFERENCE", "part.usda")
    (folder / "m.usda").write_text(layer)
    return folder / "m.usda"


CASES = [
    *((write_gltf_with, part) for part in ("buffer", "image")),
    *((write_obj_with, part) for part in ("library", "map")),
    *((write_fbx_with, part) for part in ("FileName", "Filename", "FileName too")),
    *((write_usd_with, part) for part in ("layer", "image", "crate", "package", "second layer")),
]


def opens_of(path: Path) -> list[str]:
    with watching_opens() as opened:
        error = refused(path)
        assert error.code == "outside_folder"
        assert "outside its own folder" in error.message
        return list(opened)


@pytest.mark.parametrize(
    ("write", "part", "spelling"),
    [
        (*case, spelling)
        for case in CASES
        for spelling in ALL
        if spelling != "backslashes" or case[0] is not write_usd_with  # a letter in USD
    ],
)
def test_a_reference_that_leaves_the_folder_is_refused_unopened(canary, write, part, spelling):
    path = write(canary, part, spelling)
    opened = opens_of(path)
    assert str(path) in opened, "the watch works"
    assert not [name for name in opened if Path(name).resolve().parent != path.parent]


@pytest.mark.parametrize("spelling", ["up", "up and down", "link", "link to a folder"])
def test_the_relative_name_of_an_fbx_texture_may_not_leave_the_folder(canary, spelling):
    path = write_fbx_with(canary, "RelativeFilename", spelling)
    assert not [name for name in opens_of(path) if name != str(path)]


def test_blenders_search_for_a_missing_fbx_texture_may_not_start_outside(canary):
    """It walks the folder that the name gives, and all below it, looking for the same name."""
    texture = fbx_texture((b"RelativeFilename", b"..\\elsewhere.png"))
    opens_of(write_fbx(canary.parent / "asset" / "m.fbx", texture))


@pytest.mark.parametrize(
    "uri",
    ["http://example.org/skin.png", "HTTPS://example.org/x", "ftp://h/x.png", "s3://bucket/x.png"],
)
def test_references_to_hosts_are_refused_in_every_format(tmp_path, uri):
    content, binary = document()
    content["images"] = [{"uri": uri}]
    (tmp_path / "m.obj").write_text(f"mtllib m.mtl\n{OBJ}")
    (tmp_path / "m.mtl").write_text(f"map_Kd {uri}\n")
    (tmp_path / "m.usda").write_text(USDA.replace("REFERENCE", uri))
    for path in (
        write_gltf(tmp_path / "m.gltf", content, binary),
        write_fbx(tmp_path / "m.fbx", fbx_texture((b"FileName", uri.encode()))),
        tmp_path / "m.obj",
        tmp_path / "m.usda",
    ):
        error = refused(path)
        assert error.code == "remote_file", path
        assert uri in error.message


@pytest.mark.parametrize(
    "uri",
    ["%2e%2e/secret.png", "%2Fetc%2Fhostname", "C:/secret.png", "\\\\host\\share\\x.png", "//h/x"],
)
def test_disguised_uris_of_a_gltf_are_refused_whether_or_not_they_exist(canary, uri):
    content, binary = document()
    content["images"].append({"uri": uri})
    opens_of(write_gltf(canary.parent / "asset" / "m.gltf", content, binary))


@pytest.mark.parametrize("uri", ["a\0b.png", "\ud800.png", "x" * 5000 + ".png", "loop.png", "."])
def test_names_that_no_file_can_have_are_missing(tmp_path, uri):
    (tmp_path / "loop.png").symlink_to("loop.png")
    content, binary = document()
    content["images"] = [{"uri": uri}]
    assert refused(write_gltf(tmp_path / "m.gltf", content, binary)).code == "missing_texture"


def test_a_cache_may_link_to_the_asset_itself(tmp_path):
    """Its folder is the link's: what it refers to is looked for there, and not where it leads."""
    content, binary = document()
    content["images"] = [{"uri": "skin.png"}]
    (tmp_path / "store").mkdir()
    (tmp_path / "cache").mkdir()
    write_gltf(tmp_path / "store" / "blob", content, binary)
    (tmp_path / "store" / "skin.png").write_bytes(png())
    link = tmp_path / "cache" / "m.gltf"
    link.symlink_to("../store/blob")
    assert refused(link).code == "missing_texture"
    picture = tmp_path / "cache" / "skin.png"
    picture.write_bytes(png(16, 8))
    assert (look(link).files, look(link).texture_pixels) == ((picture,), 128)


def test_a_folder_reached_through_a_link_is_one_folder(tmp_path, monkeypatch):
    content, binary = document()
    content["images"] = [{"uri": "skin.png"}]
    real = tmp_path / "real"
    real.mkdir()
    (real / "skin.png").write_bytes(png())
    write_gltf(real / "m.gltf", content, binary)
    (tmp_path / "alias").symlink_to("real")
    assert look(tmp_path / "alias" / "m.gltf").files == (real / "skin.png",)
    monkeypatch.chdir(real)
    assert look(Path("m.gltf")).files == (real / "skin.png",)


@pytest.mark.timeout(20)
def test_pipes_and_devices_are_never_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.glb")
    os.mkfifo(tmp_path / "skin.png")
    assert refused(tmp_path / "pipe.glb").code == "unreadable"
    content, binary = document()
    content["images"] = [{"uri": "skin.png"}]
    assert refused(write_gltf(tmp_path / "m.gltf", content, binary)).code == "unreadable"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_unreadable(tmp_path):
    path = tmp_path / "m.glb"
    path.write_bytes(glb(*document()))
    path.chmod(0)
    assert refused(path).code == "unreadable"

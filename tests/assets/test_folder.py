"""The folder source: order, uids, side tables and clear refusals."""

import hashlib
import math
from pathlib import Path

import pytest

from viewpoint_gen.assets.config import AssetsConfig
from viewpoint_gen.assets.description import category_of_name
from viewpoint_gen.assets.folder import FolderSource
from viewpoint_gen.assets.generated import ProceduralSource
from viewpoint_gen.assets.sources import open_source
from viewpoint_gen.errors import SourceError


@pytest.fixture
def folder(tmp_path):
    for name in ("b_chair.glb", "a/red_car.OBJ", "a/red_car.mtl", "notes.txt", "tex.png", "é❤.stl"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(name.encode())
    return tmp_path


def test_mesh_files_come_in_the_order_of_their_relative_paths(folder):
    source = FolderSource.at(folder)
    assert source.files == ("a/red_car.OBJ", "b_chair.glb", "é❤.stl")
    assert source.size == 3


def test_uids_are_unique_and_safe_in_file_names(folder):
    (folder / "a" / "b_chair.glb").write_bytes(b"another of the same name")
    source = FolderSource.at(folder)
    uids = [source.uid(index) for index in range(source.size)]
    assert len(set(uids)) == source.size
    assert all(uid.isascii() and "/" not in uid and "." not in uid for uid in uids)


def test_an_asset_says_what_the_side_table_says(folder):
    (folder / "MANIFEST.csv").write_text(
        "file,category,licence_spdx,author,front_azimuth_deg\n"
        "b_chair.glb,furniture,CC0-1.0,Ann Author,-90\n",
        encoding="utf-8",
    )
    source = FolderSource.at(folder)
    chair = source.asset(1)
    assert (chair.category, chair.licence, chair.author) == ("furniture", "CC0-1.0", "Ann Author")
    assert chair.front_azimuth_rad == pytest.approx(-math.pi / 2)
    assert chair.sha256 == hashlib.sha256(b"b_chair.glb").hexdigest()
    car = source.asset(0)
    assert (car.category, car.licence, car.front_azimuth_rad) == ("red_car", "unknown", None)


def test_a_side_table_with_a_front_that_is_no_number_is_refused_by_name(folder):
    (folder / "metadata.csv").write_text("file,front_azimuth_deg\nb_chair.glb,north\n")
    with pytest.raises(SourceError, match=r"b_chair\.glb.*'north'.*number"):
        FolderSource.at(folder).asset(1)


def test_an_empty_folder_and_a_missing_one_are_refused_with_what_to_do(tmp_path):
    with pytest.raises(SourceError, match="no mesh files below it"):
        open_source(AssetsConfig(source=f"folder:{tmp_path}"), seed=0)
    with pytest.raises(SourceError, match="no such folder"):
        open_source(AssetsConfig(source=f"folder:{tmp_path / 'nowhere'}"), seed=0)


@pytest.mark.parametrize(
    ("text", "hint"),
    [("procedual", "did you mean procedural"), ("sketchfab:x", "known: procedural")],
)
def test_an_unknown_source_is_refused_with_the_known_ones(text, hint):
    with pytest.raises(SourceError, match=hint):
        open_source(AssetsConfig(source=text), seed=0)


@pytest.mark.parametrize(
    ("name", "category"),
    [("red_chair_03.glb", "red_chair"), ("PoliceCar.fbx", "police_car"), ("0042.stl", "object")],
)
def test_the_category_is_read_from_the_file_name(name, category):
    assert category_of_name(name) == category


def test_licences_of_the_side_table_are_spdx_and_can_be_asked_for(folder):
    (folder / "manifest.csv").write_text(
        "file,license,category\nb_chair.glb,CC BY 4.0,chair\na/red_car.OBJ,by-nc,car\n"
    )
    everything = FolderSource.at(folder)
    licences = [everything.asset(index).licence for index in range(everything.size)]
    assert licences == ["CC-BY-NC-4.0", "CC-BY-4.0", "unknown"]
    config = AssetsConfig(source=f"folder:{folder}", licences=("CC-BY",))
    assert open_source(config, seed=0).files == ("b_chair.glb",)
    config = AssetsConfig(source=f"folder:{folder}", categories=("car",))
    assert open_source(config, seed=0).files == ("a/red_car.OBJ",)
    (folder / "seen.txt").write_text(everything.uid(1))
    config = AssetsConfig(source=f"folder:{folder}", exclude=str(folder / "seen.txt"))
    assert open_source(config, seed=0).files == ("a/red_car.OBJ", "é❤.stl")
    config = AssetsConfig(source=f"folder:{folder}", licences=("MIT",))
    with pytest.raises(SourceError, match=r"none of its 3 mesh files is left by assets\.licences"):
        open_source(config, seed=0)


def test_a_side_table_with_an_unknown_symmetry_is_refused_by_name(folder):
    (folder / "metadata.csv").write_text("file,symmetry\nb_chair.glb,c3\n")
    with pytest.raises(SourceError, match=r"b_chair\.glb: symmetry is 'c3'"):
        FolderSource.at(folder).asset(1)


@pytest.mark.parametrize("source", ["procedural", "folder:x", "manifest:x"])
def test_a_key_that_a_source_would_not_heed_is_an_error(source):
    with pytest.raises(SourceError, match=r"assets\.max_textures doesn't apply"):
        open_source(AssetsConfig(source=source, max_textures=3), seed=0)


def test_every_source_names_the_folders_of_its_files(folder, tmp_path):
    source = FolderSource.at(folder)
    assert [Path(source.asset(0).path).is_relative_to(name) for name in source.folders] == [True]
    procedural = ProceduralSource(seed=0, directory=tmp_path / "made")
    assert [Path(procedural.asset(0).path).parent] == [Path(name) for name in procedural.folders]

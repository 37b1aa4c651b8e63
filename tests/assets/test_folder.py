"""The folder source: order, uids, side tables and clear refusals."""

import hashlib
import math

import pytest

from viewpoint_gen.assets.folder import FolderSource, category_of_name
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
        open_source(f"folder:{tmp_path}", seed=0)
    with pytest.raises(SourceError, match="no such folder"):
        open_source(f"folder:{tmp_path / 'nowhere'}", seed=0)


@pytest.mark.parametrize(
    ("text", "hint"),
    [("procedual", "did you mean procedural"), ("sketchfab:x", "known: procedural")],
)
def test_an_unknown_source_is_refused_with_the_known_ones(text, hint):
    with pytest.raises(SourceError, match=hint):
        open_source(text, seed=0)


@pytest.mark.parametrize(
    ("name", "category"),
    [("red_chair_03.glb", "red_chair"), ("PoliceCar.fbx", "police_car"), ("0042.stl", "object")],
)
def test_the_category_is_read_from_the_file_name(name, category):
    assert category_of_name(name) == category

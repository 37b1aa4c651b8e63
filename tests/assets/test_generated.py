"""The procedural source: endless, reproducible, every category in turn."""

from pathlib import Path

import numpy as np
import pytest
import trimesh

from viewpoint_gen.assets.config import AssetsConfig
from viewpoint_gen.assets.generated import ProceduralSource, distinct_categories
from viewpoint_gen.assets.procedural import CATALOGUE
from viewpoint_gen.assets.sources import open_source
from viewpoint_gen.errors import SourceError


def test_the_same_index_is_the_same_object_whoever_asks_and_in_whatever_order(tmp_path):
    first = ProceduralSource(seed=3, directory=tmp_path / "a")
    second = ProceduralSource(seed=3, directory=tmp_path / "b")
    forward = [first.asset(index).sha256 for index in range(4)]
    backward = [second.asset(index).sha256 for index in reversed(range(4))]
    assert forward == backward[::-1]
    assert len(set(forward)) == 4


def test_every_category_comes_once_before_any_comes_again():
    source = ProceduralSource(seed=0)
    count = len(source.categories)
    for turn in range(3):
        drawn = {source.category(turn * count + place) for place in range(count)}
        assert drawn == set(source.categories)


def test_objects_that_look_alike_from_several_sides_are_left_out_unless_named():
    assert all(CATALOGUE[name].symmetry in {"none", "mirror"} for name in distinct_categories())
    symmetric = next(name for name in CATALOGUE if CATALOGUE[name].symmetry == "cinf")
    named = open_source(AssetsConfig(source=f"procedural:{symmetric}"), seed=0)
    assert named.uid(5).startswith(symmetric)


def test_the_file_is_a_mesh_that_opens_and_goes_when_released(tmp_path):
    source = ProceduralSource(seed=0, directory=tmp_path)
    asset = source.asset(0)
    loaded = trimesh.load_scene(asset.path)
    assert np.isfinite(loaded.bounds).all()
    assert asset.front_azimuth_rad == pytest.approx(-np.pi / 2)
    source.release(asset)
    assert not Path(asset.path).exists()


def test_an_unknown_category_is_refused_with_the_known_ones():
    with pytest.raises(SourceError, match=r"unknown category 'unicorn'; known: .*car"):
        open_source(AssetsConfig(source="procedural:unicorn"), seed=0)

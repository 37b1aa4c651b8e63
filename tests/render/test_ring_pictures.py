"""Rings that Blender really renders, of objects whose symmetry is known."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from blender_scenes import MACHINE, MESHES, SMALL, asset_at

from viewpoint_gen.assets.procedural import build
from viewpoint_gen.assets.procedural.materials import matte, rgb
from viewpoint_gen.assets.procedural.model import Model
from viewpoint_gen.assets.procedural.shapes import lathe
from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.records import Ring
from viewpoint_gen.render.child import BlenderChild
from viewpoint_gen.render.config import RenderConfig
from viewpoint_gen.seeding import rng_for
from viewpoint_gen.views.config import RingConfig
from viewpoint_gen.views.ring import look_around

CONFIG = RingConfig()
LIMIT = QaConfig().confusable_most_ratio
EVERY_TURN = set(range(30, 360, 30))
REAL = MESHES / "objects"

pytestmark = pytest.mark.blender


@pytest.fixture(scope="module")
def child(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BlenderChild]:
    log = tmp_path_factory.mktemp("ring") / "blender.log"
    with BlenderChild(SMALL, MACHINE, log_path=log) as child:
        yield child


@pytest.fixture(scope="module")
def careful(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BlenderChild]:
    """Knows as many points of the surface as by default."""
    config = SMALL.model_copy(update={"surface_points": RenderConfig().surface_points})
    log = tmp_path_factory.mktemp("ring") / "blender.log"
    with BlenderChild(config, MACHINE, log_path=log) as child:
        yield child


def ring_of(child: BlenderChild, path: Path) -> Ring:
    asset = asset_at(path)
    loaded = child.load(asset)
    return look_around(
        asset.uid,
        lambda planned: child.glance_each(planned, loaded),
        points_world=loaded.points_world,
        config=CONFIG,
        seed=2,
    )


def procedural_ring(child: BlenderChild, category: str, folder: Path) -> Ring:
    path = folder / f"{category}.glb"
    path.write_bytes(build(category, rng_for(8, category)).glb)
    return ring_of(child, path)


def share_alike(ring: Ring, turn_deg: int) -> float:
    """Share of the azimuths from which a turn can't be told."""
    step = turn_deg * CONFIG.azimuths // 360
    here = np.arange(CONFIG.azimuths)
    return float(np.mean(ring.ratios[here, (here + step) % CONFIG.azimuths] <= LIMIT))


@pytest.mark.parametrize(
    ("category", "turns"),
    [
        ("ball", EVERY_TURN),
        ("bottle", EVERY_TURN),
        ("square_table", {90, 180, 270}),
        ("crate", {90, 180, 270}),
        ("bench", {180}),
        ("teapot", set()),  # equals its mirror image
        ("car", set()),
    ],
)
def test_a_turn_is_not_told_exactly_where_the_object_is_symmetric(child, category, turns, tmp_path):
    ring = procedural_ring(child, category, tmp_path)
    shares = {turn: share_alike(ring, turn) for turn in EVERY_TURN}
    assert {turn for turn, share in shares.items() if share > 0} == turns
    assert all(shares[turn] == 1.0 for turn in turns)


def vase_ring(child: BlenderChild, sides: int, folder: Path) -> Ring:
    """A vase with flat faces; with an odd number of them its axis is off the box's middle."""
    outline = [(0.1, 0.0), (0.17, 0.15), (0.08, 0.34), (0.1, 0.4), (0.0, 0.25)]
    model = Model()
    model.add("body", matte("clay", rgb("#b05030")), lathe(outline, segments=sides))
    path = folder / f"vase_{sides}.glb"
    path.write_bytes(model.scene().export(file_type="glb"))
    return ring_of(child, path)


@pytest.mark.parametrize(("sides", "axis"), [(5, 0.0406), (7, 0.0210)])
def test_five_and_seven_equal_sides_are_found(careful, sides, axis, tmp_path):
    ring = vase_ring(careful, sides, tmp_path)
    assert ring.azimuths == sides
    assert np.hypot(*ring.middle_world) == pytest.approx(axis, abs=0.003)
    assert (ring.ratios <= LIMIT).all()


def test_three_equal_sides_are_found(careful, tmp_path):
    ring = vase_ring(careful, 3, tmp_path)
    shares = {turn: share_alike(ring, turn) for turn in EVERY_TURN}
    assert {turn for turn, share in shares.items() if share > 0} == {120, 240}
    assert shares[120] == shares[240] == 1.0
    assert np.hypot(*ring.middle_world) == pytest.approx(0.10625, abs=0.003)


def test_the_same_asset_gives_the_same_ring_again(child, tmp_path):
    first = procedural_ring(child, "teapot", tmp_path)
    procedural_ring(child, "ball", tmp_path)
    assert procedural_ring(child, "teapot", tmp_path) == first


@pytest.mark.skipif(not REAL.is_dir(), reason="the folder of real meshes is absent")
@pytest.mark.parametrize(
    ("name", "turn_deg", "alike"),
    [
        ("tableware_evo_bowl", 120, True),
        ("container_exploding_barrel", 90, True),
        ("furniture_wooden_table", 180, True),
        ("furniture_wooden_table", 90, False),
        ("furniture_glam_velvet_sofa", 180, False),
        ("vehicle_taxi", 180, False),
    ],
)
def test_real_meshes(child, name, turn_deg, alike):
    assert share_alike(ring_of(child, REAL / f"{name}.glb"), turn_deg) == float(alike)

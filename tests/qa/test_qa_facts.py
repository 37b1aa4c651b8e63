"""The made-up pairs agree with the package's geometry, and facts with both."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pyarrow as pa
import pytest
from synthetic_pairs import camera, one_pair

from viewpoint_gen.geometry.camera import Camera
from viewpoint_gen.geometry.relative import RelativeView, ViewGeometry
from viewpoint_gen.qa.facts import STORED_FACTS, facts_of


def _camera(row: dict, view: int) -> Camera:
    return Camera(
        np.array(row[f"world_from_camera_{view}"]),
        np.array(row[f"intrinsics_{view}"]),
        row["width_px"],
        row["height_px"],
    )


def test_made_up_columns_are_those_of_the_geometry(pairs: pa.Table) -> None:
    for row in pairs.slice(0, 120).to_pylist():
        one, two = _camera(row, 1), _camera(row, 2)
        turns = [row["object_turn_rad_1"], row["object_turn_rad_2"]]
        between = asdict(
            RelativeView.between(one, two, object_turn_1_rad=turns[0], object_turn_2_rad=turns[1])
        )
        for name, value in between.items():
            gap = row[name] - value
            if name.endswith("_rad"):
                gap = np.remainder(gap + np.pi, 2 * np.pi) - np.pi
            assert abs(gap) < 1e-6 or (np.isnan(value) and np.isnan(row[name])), name
        for view, (seen, turn) in enumerate(zip((one, two), turns, strict=True), start=1):
            for name, value in asdict(ViewGeometry.of(seen, object_turn_rad=turn)).items():
                assert row[f"{name}_{view}"] == pytest.approx(value, abs=1e-9, nan_ok=True), name


def test_object_axes_by_hand() -> None:
    """Front along +X, so left is +Y; the camera goes from (3, 0, 0) to (0, 3, 0)."""
    pair = one_pair(
        camera(3, 0, 0, heading_deg=180), camera(0, 3, 0, heading_deg=-90), front_deg=0.0
    )
    facts = facts_of(pair.slice(0, 1))
    assert facts.object_left_share[0] == pytest.approx(1.0)
    assert facts.object_front_share[0] == pytest.approx(-1.0)
    assert facts.object_front_1[0] == pytest.approx(1.0)
    assert facts.object_left_2[0] == pytest.approx(1.0)


def test_stored_facts_are_numbers_of_every_pair(pairs: pa.Table) -> None:
    facts = facts_of(pairs)
    for name in STORED_FACTS:
        assert facts.column(name).shape == (pairs.num_rows,)
        if not name.startswith("object_"):
            assert np.isfinite(facts.column(name)).mean() > 0.95, name

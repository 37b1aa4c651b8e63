"""Motions that look alike are told apart by parallax: a flat card has none, a deep thing has."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from synthetic_pairs import HERE, Cameras, camera, one_pair

from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.facts import facts_of
from viewpoint_gen.qa.families import FAMILIES
from viewpoint_gen.qa.invisible import Sight, refuse_invisible

FOCAL_PX, FAR = 500.0, 3.0
"""Of ``HERE``, which stands three before the origin and looks along +Y at it."""

_SIDE = np.linspace(-0.25, 0.25, 8)
CARD = np.array([(x, 0.0, z) for x in _SIDE for z in _SIDE])
"""Faces ``HERE``, in a plane through the origin."""

DEEP = CARD + np.array([0.0, 0.4, 0.0]) * np.where(np.arange(64) // 8 % 2, -1.0, 1.0)[:, None]
"""Every other column of the card is brought nearer by 0.4, the others put as far behind."""

MOTIONS = {
    "minimal_pan_truck": {
        "pan": camera(0, -3, 0, heading_deg=100),
        "truck": camera(0.7, -3, 0, heading_deg=90),
    },
    "minimal_tilt_pedestal": {
        "tilt": camera(0, -3, 0, heading_deg=90, pitch_deg=9),
        "pedestal": camera(0, -3, 0.6, heading_deg=90),
    },
    "minimal_zoom_dolly": {
        "zoom": camera(0, -3, 0, heading_deg=90, focal_px=900),
        "dolly": camera(0, -1.7, 0, heading_deg=90),
    },
}


def showing(points_world: np.ndarray, two: Cameras, one: Cameras = HERE) -> pa.Table:
    """The pair, its second view showing these points."""
    pair = one_pair(one, two)
    place = pair.schema.get_field_index("surface_points_2")
    packed = points_world.astype("<f4").tobytes()
    return pair.set_column(place, pair.schema.field(place), [[packed] * 2])


def judged(family: str, pair: pa.Table) -> tuple[str, float]:
    """The answer's key, or the code of the refusal, and the displacement if it was refused."""
    verdicts = FAMILIES[family].verdicts(facts_of(pair), QaConfig(mask_least_share=0.0))
    assert verdicts.option[0] >= 0, verdicts.refused
    refuse_invisible(verdicts, FAMILIES[family], Sight.of(pair), QaConfig())
    if verdicts.option[0] >= 0:
        return FAMILIES[family].options[verdicts.option[0]], np.nan
    ((code, (_, numbers)),) = verdicts.refused.items()
    return code, float(numbers["displacement_px"][0])


CASES = [(family, motion, two) for family, of in MOTIONS.items() for motion, two in of.items()]
MOTIONS_OF = {motion: two for _, motion, two in CASES}


@pytest.mark.parametrize(("family", "motion", "two"), CASES, ids=[case[1] for case in CASES])
def test_of_a_flat_card_nobody_can_tell_and_of_a_deep_thing_everybody(
    family: str, motion: str, two: Cameras
) -> None:
    size = 1.8 if family == "minimal_zoom_dolly" else 1.0  # what grows in place shows at the rim
    code, displacement_px = judged(family, showing(size * CARD, two))
    assert code == "invisible"
    assert displacement_px < 2.0
    assert judged(family, showing(size * DEEP, two))[0] == motion


def test_a_card_anywhere_on_the_way_is_a_card_all_the_same() -> None:
    """The wrong motion goes as far as suits the card, not the object's centre."""
    nearer = 0.8 * CARD - np.array([0.0, 0.4, 0.0])
    code, displacement_px = judged("minimal_pan_truck", showing(nearer, MOTIONS_OF["truck"]))
    assert code == "invisible"
    assert displacement_px < 2.0


def test_a_zoom_is_a_dolly_of_a_card_to_the_pixel() -> None:
    for motion in ("zoom", "dolly"):
        _, displacement_px = judged("minimal_zoom_dolly", showing(CARD, MOTIONS_OF[motion]))
        assert displacement_px == pytest.approx(0.0, abs=1e-3)


def pan_pixels(points: np.ndarray, left_rad: float) -> np.ndarray:
    """By hand, of ``HERE`` turned to the left."""
    x, y, z = points[:, 0], points[:, 1] + FAR, points[:, 2]
    c, s = np.cos(left_rad), np.sin(left_rad)
    ahead = c * y - s * x
    return FOCAL_PX * np.stack([(c * x + s * y) / ahead, -z / ahead], axis=1)


def truck_pixels(points: np.ndarray, right: float) -> np.ndarray:
    """By hand, of ``HERE`` slid to the right."""
    x, y, z = points[:, 0] - right, points[:, 1] + FAR, points[:, 2]
    return FOCAL_PX * np.stack([x / y, -z / y], axis=1)


@pytest.mark.parametrize("motion", ["pan", "truck"])
def test_the_wrong_motion_is_as_good_as_the_best_that_a_search_finds(motion: str) -> None:
    """Points so little apart in depth that both are refused, and the displacement is told."""
    points = CARD + 0.08 * (DEEP - CARD)
    if motion == "pan":
        true, wrong, sizes = (
            pan_pixels(points, np.deg2rad(10)),
            truck_pixels,
            np.linspace(-2, 2, 8001),
        )
    else:
        true, wrong, sizes = truck_pixels(points, 0.7), pan_pixels, np.linspace(-0.6, 0.6, 8001)
    code, displacement_px = judged("minimal_pan_truck", showing(points, MOTIONS_OF[motion]))
    looked_at = slice(None, None, 4)  # every fourth point is enough for a median
    apart = [np.linalg.norm(wrong(points, size) - true, axis=1)[looked_at] for size in sizes]
    best = min(apart, key=lambda distances: (distances**2).sum())
    assert code == "invisible"
    assert displacement_px == pytest.approx(np.median(best), rel=0.02)


def test_an_orbit_and_a_spin_are_told_by_the_backdrop_alone() -> None:
    assert FAMILIES["minimal_orbit_spin"].rivals == ()

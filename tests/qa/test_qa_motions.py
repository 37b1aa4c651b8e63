"""What kind of motion it was, by hand: minimal pairs, who moved, mixed motions, shared surface."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from qa_building import OF_FACTS
from synthetic_pairs import HERE, Cameras, around, camera, one_pair, synthetic_pairs

from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.confusable import Lookalikes, refuse_confusable
from viewpoint_gen.qa.facts import facts_of
from viewpoint_gen.qa.families import FAMILIES
from viewpoint_gen.records import Ring

ROUND = Ring(azimuths=12, elevation_rad=0.3, packed=bytes(66))
"""Of a vase: every two pictures are alike."""

DIFFERENT = Ring(azimuths=12, elevation_rad=0.3, packed=bytes([255] * 66))


def said(family: str, pair: pa.Table, row: int = 0, ring: Ring = DIFFERENT) -> str:
    """The true answer's key, or the code of the refusal."""
    facts = facts_of(pair)
    verdicts = FAMILIES[family].verdicts(facts, QaConfig())
    lookalikes = Lookalikes.of(pair, {"thing": ring})
    refuse_confusable(verdicts, FAMILIES[family], facts, lookalikes, QaConfig())
    if verdicts.option[row] >= 0:
        return FAMILIES[family].options[verdicts.option[row]]
    (code,) = [code for code, (which, _) in verdicts.refused.items() if which[row]]
    return code


def answer(family: str, two: Cameras, one: Cameras = HERE, **more: object) -> str:
    ring = more.pop("ring", DIFFERENT)
    return said(family, one_pair(one, two, **more), ring=ring)  # type: ignore[arg-type]


def test_a_turn_on_the_spot_is_a_pan_and_a_step_aside_a_truck() -> None:
    assert answer("minimal_pan_truck", camera(0, -3, 0, heading_deg=102)) == "pan"
    assert answer("minimal_pan_truck", camera(1, -3, 0, heading_deg=90)) == "truck"
    assert answer("minimal_pan_truck", around(40)) == "neither"
    assert answer("minimal_pan_truck", camera(0, -3, 1, heading_deg=90)) == "neither"


def test_a_rolled_camera_trucks_along_the_level_all_the_same() -> None:
    rolled = camera(0, -3, 0, heading_deg=90, roll_deg=25)
    assert answer("minimal_pan_truck", camera(1, -3, 0, heading_deg=90, roll_deg=25), rolled) == (
        "truck"
    )


def test_a_tilt_stays_and_a_pedestal_rises() -> None:
    tilted = camera(0, -3, 0, heading_deg=90, pitch_deg=-10)
    assert answer("minimal_tilt_pedestal", tilted) == "tilt"
    assert answer("minimal_tilt_pedestal", camera(0, -3, 1, heading_deg=90)) == "pedestal"
    assert answer("minimal_tilt_pedestal", around(0, 20)) == "neither"


def test_a_zoom_stays_and_a_dolly_goes() -> None:
    zoomed = camera(0, -3, 0, heading_deg=90, focal_px=650)
    assert answer("minimal_zoom_dolly", zoomed) == "zoom"
    assert answer("minimal_zoom_dolly", camera(0, -2.3, 0, heading_deg=90)) == "dolly"
    assert answer("minimal_zoom_dolly", around(30, distance=2.3)) == "neither"


def test_only_a_backdrop_tells_an_orbit_from_a_spin() -> None:
    assert answer("minimal_orbit_spin", around(40)) == "no_backdrop"
    assert answer("minimal_orbit_spin", around(40), static_backdrop=True) == "orbit"
    assert answer("minimal_orbit_spin", HERE, turn_deg=40, static_backdrop=True) == "spin"
    both = answer("minimal_orbit_spin", around(40), turn_deg=40, static_backdrop=True)
    assert both == "neither"


def test_nobody_sees_a_vase_spin() -> None:
    on_ground = {"static_backdrop": True, "ring": ROUND}
    assert answer("minimal_orbit_spin", HERE, turn_deg=40, **on_ground) == "confusable"
    assert answer("minimal_orbit_spin", around(40), **on_ground) == "confusable"
    assert answer("who_moved", HERE, turn_deg=40, **on_ground) == "confusable"
    assert answer("who_moved", HERE, **on_ground) == "confusable"
    assert answer("object_translation_around", around(40), **on_ground) == "counterclockwise"


@pytest.mark.parametrize(
    ("two", "turn_deg", "moved"),
    [
        (around(40), 0, "camera"),
        (HERE, 40, "object"),
        (around(40), -50, "both"),
        (HERE, 0, "nothing"),
        (around(5), 0, "tiny"),
        (HERE, 6, "tiny"),
    ],
)
def test_who_moved(two: Cameras, turn_deg: float, moved: str) -> None:
    assert answer("who_moved", two, turn_deg=turn_deg, static_backdrop=True) == moved


def test_a_light_that_moved_is_told_only_if_nothing_else_did() -> None:
    def lit(pair: pa.Table) -> pa.Table:
        place = pair.schema.get_field_index("light_moved")
        return pair.set_column(place, pair.schema.field(place), pa.array([True, True]))

    still = one_pair(HERE, HERE, static_backdrop=True)
    assert said("who_moved", lit(still)) == "light"
    assert said("who_moved", lit(one_pair(HERE, around(40), static_backdrop=True))) == "mixed"


def test_the_largest_part_of_a_motion_dominates() -> None:
    assert answer("dominant", around(40, 12)) == "azimuth"
    assert answer("dominant", around(-10, 25)) == "elevation"
    rolled = camera(0, -3, 0, heading_deg=90, roll_deg=20)
    assert answer("dominant", rolled) == "roll"
    assert answer("dominant", around(40, 25)) == "mixed"
    assert answer("dominant", around(8, 3)) == "tiny"


def test_all_parts_that_are_clearly_there_apply() -> None:
    assert answer("all_that_apply", around(40)) == "azimuth"
    assert answer("all_that_apply", around(40, 15, distance=2)) == "azimuth+elevation+distance"
    assert answer("all_that_apply", around(40, 4)) == "tiny"
    assert answer("all_that_apply", HERE) == "nothing_moved"


def test_the_way_back_is_the_opposite_of_the_way_there() -> None:
    assert answer("inverse", around(40, 15)) == "cw_down"
    assert answer("inverse", around(-40, 15)) == "ccw_down"
    assert answer("inverse", around(40, -15)) == "cw_up"
    assert answer("inverse", around(40, 5)) == "tiny"


def test_the_way_back_of_the_swapped_pair_is_the_way_there() -> None:
    pair = one_pair(HERE, around(40, 15))
    assert (said("inverse", pair, 0), said("inverse", pair, 1)) == ("cw_down", "ccw_up")


def test_a_pose_needs_a_side() -> None:
    assert answer("pose_tuple", around(40, -8, distance=2.5)) == "counterclockwise"
    assert answer("pose_tuple", around(-40)) == "clockwise"
    assert answer("pose_tuple", around(5)) == "tiny"
    assert answer("pose_tuple", around(170), static_backdrop=True) == "boundary"


def test_shares_of_surface_lie_near_a_round_one() -> None:
    pair = one_pair(HERE, around(40))

    def share(name: str, value: float | None, family: str) -> str:
        place = pair.schema.get_field_index(name)
        column = pa.array([value, value], pa.float64())
        return said(family, pair.set_column(place, pair.schema.field(place), column))

    assert share("overlap_12", 0.42, "overlap_share") == "40"
    assert share("overlap_12", 0.46, "overlap_share") == "boundary"
    assert share("overlap_12", None, "overlap_share") == "overlap_unknown"
    assert share("overlap_21", 0.59, "new_share") == "40"
    assert answer("overlap_share", around(40), ring=ROUND) in ("confusable", "boundary")


def test_a_vase_keeps_no_share_of_its_surface() -> None:
    """Whichever part image 2 shows, it looks like the part that image 1 shows."""
    pairs = synthetic_pairs(400, per_asset=800)
    facts = facts_of(pairs)
    rings = {"asset000000": ROUND}
    verdicts = FAMILIES["overlap_share"].verdicts(facts, QaConfig())
    before = (verdicts.option >= 0) & ~facts.static_backdrop
    refuse_confusable(
        verdicts, FAMILIES["overlap_share"], facts, Lookalikes.of(pairs, rings), QaConfig()
    )
    assert not ((verdicts.option >= 0) & ~facts.static_backdrop).any()
    kept_ground = (verdicts.option >= 0) & facts.static_backdrop
    assert before.any() or kept_ground.any()


def test_every_family_says_something_of_many_pairs() -> None:
    kinds = ("orbit", "pan", "truck", "tilt", "pedestal", "dolly", "zoom", "roll", "still", "climb")
    mix = {**dict.fromkeys(kinds, 1.0), "orbit_only": 2.0, "object_turn": 1.0}
    facts = facts_of(synthetic_pairs(6000, mix=mix))
    for name, family in OF_FACTS.items():
        verdicts = family.verdicts(facts, QaConfig())
        asked = np.bincount(verdicts.option[verdicts.option >= 0], minlength=len(family.options))
        assert (asked > 0).sum() >= 2, name

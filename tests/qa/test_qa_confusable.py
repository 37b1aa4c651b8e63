"""Which true answers fall, with rings made by hand for objects of known symmetry."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from qa_building import Built, build
from synthetic_pairs import Cameras, both_ways, camera, facing_camera, one_pair, random_cameras

from viewpoint_gen.errors import RunIncomplete
from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.confusable import Lookalikes, Reading, refuse_confusable
from viewpoint_gen.qa.facts import Facts, facts_of
from viewpoint_gen.qa.families import FAMILIES
from viewpoint_gen.qa.families.family import Verdicts
from viewpoint_gen.records import Ring

STEPS = 24
TURNING = (
    "ego_translation_sideways", "object_translation_around", "ego_rotation_yaw",
    "object_translation_left_right", "object_translation_front_back",
)  # fmt: skip
LASTING = (
    "ego_translation_vertical", "ego_translation_distance",
    "ego_rotation_pitch", "ego_rotation_roll",
)  # fmt: skip
OPTIONS = {0: "positive", 1: "negative", 2: "nothing", -1: "refused"}


def ring_of(turns_deg: set[int]) -> Ring:
    """An object that looks the same after these turns and their opposites, from everywhere."""
    step = 360 // STEPS * np.subtract.outer(np.arange(STEPS), np.arange(STEPS)) % 360
    alike = np.isin(step, [turn % 360 for each in turns_deg for turn in (each, -each)])
    return Ring.of_ratios(np.where(alike, 0.4, 4.0), elevation_rad=0.3)


UNLIKE = ring_of(set())
C2, C3, C4 = ring_of({180}), ring_of({120}), ring_of({90, 180})
ROUND = ring_of(set(range(15, 360, 15)))
BLURRED = ring_of({15})  # so smooth that 15 degrees can't be told


def orbit(azimuth_deg: float, *, elevation_deg: float = 20.0, look_deg: float = 0.0) -> Cameras:
    """A camera at distance 2 that faces the object, but for ``look_deg`` to the left."""
    return facing_camera(azimuth_deg, elevation_deg, 2.0, look_deg=look_deg)


def answers(pairs: pa.Table, ring: Ring, family: str) -> list[str]:
    """What a family says about each row, the ring looked at."""
    facts, config = facts_of(pairs), QaConfig()
    verdicts = FAMILIES[family].verdicts(facts, config)
    assert (verdicts.option >= 0).all(), verdicts.refused
    rings = dict.fromkeys(pairs.column("asset_uid").to_pylist(), ring)
    refuse_confusable(verdicts, FAMILIES[family], facts, Lookalikes.of(pairs, rings), config)
    for row, option in enumerate(verdicts.option):
        assert (option < 0) == verdicts.any_refused[row]
    return [OPTIONS[option] for option in verdicts.option.tolist()]


def turns_of(ring: Ring, azimuth_deg: float) -> list[int]:
    """Turns of camera 2 alone that a view from an azimuth can't be told from."""
    pairs = one_pair(orbit(azimuth_deg), orbit(azimuth_deg))
    lookalikes = Lookalikes.of(pairs, {"thing": ring})
    readings = lookalikes.readings(FAMILIES["object_translation_around"], np.zeros(2, dtype=bool))
    return [round(np.rad2deg(one.turn_2_rad)) for one in readings if one.ratio[0] <= 1.2]


@pytest.mark.parametrize("azimuth_deg", [0.0, 45.0, 97.0, -171.0, 359.99])
@pytest.mark.parametrize(
    ("ring", "turns"),
    [(UNLIKE, []), (C2, [180]), (C3, [120, 240]), (C4, [90, 180, 270])],
)
def test_the_turns_of_a_symmetry_are_found_from_everywhere(ring, turns, azimuth_deg):
    assert turns_of(ring, azimuth_deg) == turns


def test_both_views_may_be_read_as_turned():
    assert turns_of(BLURRED, 10.0) == [15, 30, 330, 345]


@pytest.mark.parametrize("family", TURNING)
@pytest.mark.parametrize("ring", [C2, C3, C4, ROUND])
def test_a_camera_that_went_round_a_symmetric_object_can_not_be_told(ring, family):
    pairs = one_pair(orbit(20.0), orbit(75.0), front_deg=-90.0)
    assert answers(pairs, ring, family) == ["refused", "refused"]
    assert "refused" not in answers(pairs, UNLIKE, family)


@pytest.mark.parametrize("family", ["ego_translation_sideways", "ego_rotation_yaw"])
@pytest.mark.parametrize("ring", [C2, C4, ROUND])
def test_nor_one_that_did_not_move(ring, family):
    pairs = one_pair(orbit(33.0), orbit(33.0))
    assert answers(pairs, UNLIKE, family) == ["nothing", "nothing"]
    assert answers(pairs, ring, family) == ["refused", "refused"]


@pytest.mark.parametrize("family", LASTING)
def test_a_turn_about_the_vertical_leaves_up_near_pitch_and_roll(family):
    one = orbit(20.0, elevation_deg=10.0)
    two = camera(1.2, 0.9, 1.8, heading_deg=225.0, pitch_deg=-30.0, roll_deg=15.0)
    pairs = one_pair(one, two)
    assert answers(pairs, ROUND, family) == answers(pairs, UNLIKE, family)


def test_an_object_that_looks_the_same_nearby_loses_only_what_lies_near():
    def sideways(turn_deg: float) -> str:
        pairs = one_pair(orbit(0.0), orbit(turn_deg))
        return answers(pairs, BLURRED, "object_translation_around")[0]

    assert sideways(40.0) == "positive"  # 10 to 70 degrees
    assert sideways(20.0) == "refused"  # -10 to 50
    assert sideways(0.0) == "refused"


def test_likeness_from_one_side_spoils_that_side_only():
    ratios = np.full((STEPS, STEPS), 4.0)
    ratios[0, 12] = ratios[12, 0] = 0.4  # front and back alike, seen straight on
    ring = Ring.of_ratios(ratios, elevation_rad=0.3)
    assert turns_of(ring, 3.0) == [180]
    assert turns_of(ring, -14.0) == [180]  # the ring's neighbour is what counts
    assert turns_of(ring, 90.0) == []


def test_the_side_that_is_shown_turns_with_the_object():
    ratios = np.full((STEPS, STEPS), 4.0)
    ratios[0, 12] = ratios[12, 0] = 0.4
    pairs = one_pair(orbit(50.0), orbit(50.0), turn_deg=50.0)
    lookalikes = Lookalikes.of(pairs, {"thing": Ring.of_ratios(ratios, elevation_rad=0.3)})
    (turns,) = lookalikes.turns
    assert turns.ratios_1[0, 12] > 3.0  # the first row: turned in view 2
    assert turns.ratios_2[0, 12] < 0.5
    assert turns.ratios_1[1, 12] < 0.5  # the second: in view 1


@pytest.mark.parametrize(("azimuth_deg", "turned_deg"), [(25.0, 0.0), (75.0, 50.0)])
def test_the_side_that_is_shown_is_seen_from_the_rings_own_middle(azimuth_deg, turned_deg):
    """From (1.70, 0.79), a middle at (0, 0.8) lies straight behind the object's +X side."""
    ratios = np.full((STEPS, STEPS), 4.0)
    ratios[0, 12] = ratios[12, 0] = 0.4
    ring = off_the_middle(Ring.of_ratios(ratios, elevation_rad=0.3), 0.0, 0.8)
    pairs = one_pair(orbit(0.0), orbit(azimuth_deg), turn_deg=turned_deg)
    (turns,) = Lookalikes.of(pairs, {"thing": ring}).turns
    assert turns.ratios_1[0, 12] > 3.0  # by 23 degrees clockwise from there
    assert turns.ratios_2[0, 12] < 0.5


def off_the_middle(ring: Ring, x: float, y: float) -> Ring:
    """The same with the axis of its turns elsewhere."""
    return replace(ring, middle_x=x, middle_y=y)


@pytest.mark.parametrize(("azimuth_deg", "static"), [(0.0, True), (80.0, False)])
def test_distances_to_the_middle_of_the_box_are_others_from_the_next_side(azimuth_deg, static):
    """Seen from the next side camera 1 is at 2.31 from the origin, camera 2 at 2.03, or 2.11."""
    one, two = facing_camera(180.0, 0.0, 2.0), facing_camera(azimuth_deg, 0.0, 2.32)
    pairs = one_pair(one, two, static_backdrop=static)
    family = "ego_translation_distance"
    assert answers(pairs, C3, family) == ["positive", "negative"]
    assert answers(pairs, off_the_middle(C3, 0.2, 0.0), family) == ["refused", "refused"]


def test_a_distance_that_grows_whichever_side_is_seen_is_kept():
    pairs = one_pair(facing_camera(0.0, 0.0, 2.0), facing_camera(0.0, 0.0, 2.4))
    off = off_the_middle(C3, 0.2, 0.0)
    assert answers(pairs, off, "ego_translation_distance") == ["positive", "negative"]


def test_the_same_distance_is_another_from_the_next_side():
    pairs = one_pair(orbit(180.0), orbit(60.0), static_backdrop=True)
    family = "ego_translation_distance"
    assert answers(pairs, C3, family) == ["nothing", "nothing"]
    assert answers(pairs, off_the_middle(C3, 0.2, 0.0), family) == ["refused", "refused"]


@pytest.mark.parametrize("static", [False, True])
def test_no_side_makes_a_camera_rise(static):
    """Its elevation about the origin changes by over a degree; its height doesn't."""
    pairs = one_pair(orbit(180.0), orbit(80.0), static_backdrop=static)
    off = off_the_middle(C3, 0.2, 0.0)
    facts = facts_of(pairs)
    lookalikes = Lookalikes.of(pairs, {"thing": off})
    turned = Reading(2.0 * np.pi / 3.0, 2.0 * np.pi / 3.0, np.zeros(2))
    other = lookalikes.facts_of(facts, np.arange(2), turned)
    assert (np.abs(other.elevation_rad) > np.deg2rad(1.0)).all()
    assert answers(pairs, off, "ego_translation_vertical") == ["nothing", "nothing"]


def test_a_size_stands_only_where_no_other_option_is_nearer():
    """Options of a distance are 1.17 apart, so that 1.08 is half of the way; angles 1.5 and so."""
    mine, other = Verdicts.open_for(2), Verdicts.open_for(2)
    mine.value = np.array([1.3, 40.0])
    for factor, stands in ((1.07, [True, True]), (1.09, [False, True]), (1.11, [False, False])):
        for grown in (factor, 1.0 / factor):
            other.value = grown * mine.value
            distance, azimuth = (FAMILIES[f"magnitude_{name}"] for name in ("distance", "azimuth"))
            got = [distance.stands(mine, other)[0], azimuth.stands(mine, other)[1]]
            assert got == stands


def test_pairs_without_a_lookalike_have_no_turns():
    pairs = one_pair(orbit(20.0), orbit(75.0))
    for ring, some in ((UNLIKE, False), (C2, True), (off_the_middle(C2, 0.1, 0.0), True)):
        turns = Lookalikes.of(pairs, {"thing": ring}, most_ratio=1.2).turns
        assert bool(turns) == some
        assert [each.rows.tolist() for each in turns] == [[0, 1]] * some


@pytest.mark.parametrize("family", TURNING)
def test_a_static_backdrop_shows_the_motion_but_not_which_side_is_the_front(family):
    pairs = one_pair(orbit(20.0), orbit(75.0), front_deg=-90.0, static_backdrop=True)
    told_from_front = FAMILIES[family].frame == "object"
    assert ("refused" in answers(pairs, C2, family)) == told_from_front
    assert "refused" not in answers(pairs, UNLIKE, family)


def test_a_step_seen_from_its_other_side_is_the_opposite_step():
    pairs = one_pair(orbit(-120.0), orbit(-60.0), front_deg=-90.0, static_backdrop=True)
    facts, config = facts_of(pairs), QaConfig()
    family = FAMILIES["object_translation_left_right"]
    verdicts = family.verdicts(facts, config)
    refuse_confusable(verdicts, family, facts, Lookalikes.of(pairs, {"thing": C2}), config)
    which, numbers = verdicts.refused["confusable"]
    assert which.all()
    assert numbers["turn_1_rad"] == pytest.approx([np.pi, np.pi])
    assert numbers["turn_2_rad"] == pytest.approx([np.pi, np.pi])
    assert numbers["ratio"] == pytest.approx([0.4, 0.4], rel=0.02)
    assert numbers["limit"] == pytest.approx([1.2, 1.2])


@pytest.mark.parametrize("middle", [(0.0, 0.0), (0.11, -0.06)])
def test_facts_of_a_reading_are_those_of_cameras_that_really_stand_there(middle):
    one, two, _, kinds = random_cameras(np.random.default_rng(4), 300)
    turn = np.random.default_rng(5).uniform(-3.0, 3.0, 300)
    plain = {
        "turn": turn, "uids": ["thing"] * 300, "kinds": kinds,
        "front_azimuth": np.full(300, 0.7), "static_backdrop": np.zeros(300, dtype=bool),
        "bulk": np.full(300, 0.5),
    }  # fmt: skip
    # where the axis stands in either view: view 2's object has turned
    axis_1, axis_2 = complex(*middle), complex(*middle) * np.exp(1j * turn)
    pairs = both_ways(one, two, **plain).take(np.arange(0, 600, 2))
    elsewhere = both_ways(stand(one, 1.1, axis_1), stand(two, -2.0, axis_2), **plain)
    lookalikes = Lookalikes.of(pairs, {"thing": off_the_middle(C4, *middle)})
    rows = np.arange(300)
    got = lookalikes.facts_of(facts_of(pairs), rows, Reading(1.1, -2.0, np.zeros(300)))
    expected = facts_of(elsewhere.take(np.arange(0, 600, 2)))
    for name in Facts.__dataclass_fields__:
        if name.startswith(("overlap", "mask_share", "in_frame_share", "static")):
            continue  # of the pictures, which are the same
        close = np.isclose(getattr(got, name), getattr(expected, name), atol=1e-6, equal_nan=True)
        assert close.all(), name


def stand(cameras: Cameras, turn_rad: float, axis: complex | np.ndarray) -> Cameras:
    """The cameras turned about verticals through these points of the ground plane."""
    level = cameras.centre[:, 0] + 1j * cameras.centre[:, 1] - axis
    level = level * np.exp(1j * turn_rad) + axis
    centre = np.stack([level.real, level.imag, cameras.centre[:, 2]], axis=1)
    return Cameras(
        centre, cameras.heading + turn_rad, cameras.pitch, cameras.roll, cameras.focal_px
    )


def test_an_asset_without_a_ring_is_refused(pairs: pa.Table):
    with pytest.raises(RunIncomplete, match="asset000000 has pairs and no row in rings"):
        Lookalikes.of(pairs.slice(0, 4), {})


def test_a_build_keeps_the_refusals_with_their_numbers(pairs: pa.Table):
    some = pairs.slice(0, 2000)
    plain, symmetric = build(some), build(some, ring=C2)
    assert "confusable" not in reasons(plain)
    assert reasons(symmetric)["confusable"] > 300
    rejected = symmetric.rejections.to_pylist()
    numbers = next(dict(row["numbers"]) for row in rejected if row["code"] == "confusable")
    assert numbers.keys() == {"turn_1_rad", "turn_2_rad", "object_turn_rad", "ratio", "limit"}
    off = build(some, ring=C2, confusable_most_ratio=0.0)
    assert off.questions.drop(["qa_fingerprint"]).equals(plain.questions.drop(["qa_fingerprint"]))
    for summary in symmetric.summary.families.values():
        assert summary.considered == summary.asked + sum(summary.refused.values())


def reasons(built: Built) -> dict[str, int]:
    counted = pc.value_counts(built.rejections.column("code")).to_pylist()
    return {each["values"]: each["counts"] for each in counted}

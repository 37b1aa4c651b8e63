"""The law of confusable views, family by family: no reading of a kept question answers otherwise.

The readings are made by standing the cameras elsewhere and computing every column of the pairs
anew, so that nothing of ``qa.confusable`` is believed.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pyarrow as pa
import pytest
from synthetic_pairs import REALISTIC_MIX, Cameras, both_ways, random_cameras

from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.confusable import Lookalikes, refuse_confusable
from viewpoint_gen.qa.facts import facts_of
from viewpoint_gen.qa.families import FAMILIES
from viewpoint_gen.qa.families.family import Verdicts
from viewpoint_gen.records import Ring

COUNT = 400
SIDES = (2, 3, 4, 5, 7)
OFF = (0.11, -0.06)
"""Where the axis of an odd number of sides may stand."""
AS_LARGE = 1.1  # two sizes that are one answer
MIX = {name: share for name, share in REALISTIC_MIX.items() if name not in ("object_turn", "both")}
TOLD_BY_BACKDROP = {name for name, family in FAMILIES.items() if family.sees_object_turn}
OF_CAMERAS = sorted(set(FAMILIES) - TOLD_BY_BACKDROP - {"overlap_share", "new_share"})
UNTOUCHED = (
    "ego_translation_vertical", "ego_translation_distance", "ego_rotation_pitch",
    "ego_rotation_roll", "magnitude_elevation", "magnitude_pitch", "magnitude_roll",
    "magnitude_distance", "estimate_elevation", "estimate_pitch", "estimate_roll",
    "estimate_distance",
)  # fmt: skip


def ring_of(sides: int, middle: tuple[float, float] = (0.0, 0.0)) -> Ring:
    """Of so many equal sides; of five and seven as the ring is kept for them."""
    azimuths = sides if sides in (5, 7) else 12
    turn = np.subtract.outer(np.arange(azimuths), np.arange(azimuths)) * sides % azimuths
    ring = Ring.of_ratios(np.where(turn == 0, 0.4, 4.0), elevation_rad=0.3)
    return replace(ring, middle_x=middle[0], middle_y=middle[1])


@cache
def cameras() -> tuple[Cameras, Cameras, list[str]]:
    one, two, _, kinds = random_cameras(np.random.default_rng(17), COUNT, MIX)
    return one, two, kinds


@cache
def pairs(
    turn_1_deg: float = 0.0,
    turn_2_deg: float = 0.0,
    *,
    middle: tuple[float, float] = (0.0, 0.0),
    static: bool = False,
) -> pa.Table:
    one, two, kinds = cameras()
    table = both_ways(
        stand(one, turn_1_deg, middle), stand(two, turn_2_deg, middle), turn=np.zeros(COUNT),
        uids=["thing"] * COUNT, kinds=kinds, front_azimuth=np.full(COUNT, 0.7),
        static_backdrop=np.full(COUNT, static), bulk=np.full(COUNT, 0.5),
    )  # fmt: skip
    return table.take(np.arange(0, 2 * COUNT, 2))


def stand(camera: Cameras, turn_deg: float, middle: tuple[float, float]) -> Cameras:
    """Turned about the vertical through the middle."""
    turn = np.deg2rad(turn_deg)
    cos, sin = np.cos(turn), np.sin(turn)
    axis = np.array([*middle, 0.0])
    centre = camera.centre - axis
    centre = centre @ np.array([[cos, sin, 0.0], [-sin, cos, 0.0], [0.0, 0.0, 1.0]]) + axis
    return Cameras(centre, camera.heading + turn, camera.pitch, camera.roll, camera.focal_px)


@cache
def said(
    family: str, turn_1_deg: float, turn_2_deg: float, middle: tuple[float, float] = (0.0, 0.0)
) -> Verdicts:
    """What a family says of the cameras that really stand there, no ring looked at."""
    table = pairs(turn_1_deg, turn_2_deg, middle=middle)
    return FAMILIES[family].verdicts(facts_of(table), QaConfig())


def kept(family: str, ring: Ring, *, static: bool = False) -> Verdicts:
    table = pairs(static=static)
    facts, config = facts_of(table), QaConfig()
    verdicts = FAMILIES[family].verdicts(facts, config)
    lookalikes = Lookalikes.of(table, {"thing": ring})
    refuse_confusable(verdicts, FAMILIES[family], facts, lookalikes, config)
    return verdicts


def alike(family: str, mine: Verdicts, other: Verdicts) -> np.ndarray:
    if family.startswith(("magnitude", "estimate")):
        return np.abs(np.log(other.value / mine.value)) <= np.log(AS_LARGE)
    return mine.option == other.option


@pytest.mark.parametrize("family", OF_CAMERAS)
@pytest.mark.parametrize("sides", SIDES)
def test_no_reading_of_a_kept_question_has_another_answer(family, sides):
    mine = kept(family, ring_of(sides))
    asked = mine.option >= 0
    turns = np.arange(sides) * 360.0 / sides
    first = turns if FAMILIES[family].frame == "object" else turns[:1]
    for turn_1 in first:
        for turn_2 in turns:
            other = said(family, turn_1, turn_2)
            both = asked & (other.option >= 0)
            assert alike(family, mine.take(both), other.take(both)).all(), (turn_1, turn_2)


@pytest.mark.parametrize("static", [False, True])
@pytest.mark.parametrize("family", OF_CAMERAS)
@pytest.mark.parametrize("sides", [3, 5])
def test_nor_of_an_object_whose_axis_is_off_the_middle_of_its_box(family, sides, static):
    mine = kept(family, ring_of(sides, OFF), static=static)
    asked = mine.option >= 0
    turns = np.arange(sides) * 360.0 / sides
    for turn_1 in turns:
        for turn_2 in [turn_1] if static else turns:
            other = said(family, turn_1, turn_2, OFF)
            both = asked & (other.option >= 0)
            assert alike(family, mine.take(both), other.take(both)).all(), (turn_1, turn_2)


@pytest.mark.parametrize("family", UNTOUCHED)
@pytest.mark.parametrize("sides", SIDES)
def test_what_no_turn_about_the_vertical_changes_is_kept(family, sides):
    before = said(family, 0.0, 0.0).option
    assert (before >= 0).any()
    assert (kept(family, ring_of(sides)).option == before).all()


@pytest.mark.parametrize("family", ["overlap_share", "new_share"])
@pytest.mark.parametrize("sides", SIDES)
def test_no_share_is_asked_of_what_looks_alike_from_its_sides(family, sides):
    assert (said(family, 0.0, 0.0).option >= 0).any()
    assert (kept(family, ring_of(sides)).option < 0).all()
    for middle in ((0.0, 0.0), OFF):
        shown = kept(family, ring_of(sides, middle), static=True)
        # the backdrop tells from where each part was seen
        assert (shown.option == said(family, 0.0, 0.0).option).all()


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_nothing_is_lost_where_nothing_looks_alike(family):
    for static in (False, True):
        table = pairs(static=static)
        before = FAMILIES[family].verdicts(facts_of(table), QaConfig()).option
        assert (kept(family, ring_of(1), static=static).option == before).all()


@pytest.mark.parametrize("sides", SIDES)
def test_a_turn_of_the_object_by_a_side_is_no_turn_to_be_told(sides):
    """Whatever the camera did, the object may have turned by a side as well."""
    mine = kept("who_moved", ring_of(sides), static=True)
    assert (
        FAMILIES["who_moved"].verdicts(facts_of(pairs(static=True)), QaConfig()).option >= 0
    ).any()
    assert (mine.option < 0).all()


def test_rings_of_several_sizes_serve_their_own_pairs():
    """Each asset's pairs fare as if it were alone."""
    table = pairs()
    sides = np.arange(COUNT) % 3
    uids = pa.array([f"thing{number}" for number in sides])
    place = table.schema.get_field_index("asset_uid")
    mixed = table.set_column(
        place, table.schema.field(place), uids.cast(table.schema.field(place).type)
    )
    rings = {f"thing{number}": ring_of(each) for number, each in enumerate((1, 5, 4))}
    facts, config = facts_of(mixed), QaConfig()
    for family in ("object_translation_around", "object_translation_left_right", "dominant"):
        verdicts = FAMILIES[family].verdicts(facts, config)
        refuse_confusable(verdicts, FAMILIES[family], facts, Lookalikes.of(mixed, rings), config)
        alone = np.stack([kept(family, ring_of(each)).option for each in (1, 5, 4)])
        assert (verdicts.option == alone[sides, np.arange(COUNT)]).all()

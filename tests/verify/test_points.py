"""What a pair says of points, held against pictures of a ball worked out by hand."""

from __future__ import annotations

import random

import numpy as np
import pytest
from verify_scene import HEIGHT_PX, WIDTH_PX, Stand, cast, inner_points, looking_at, sights

from viewpoint_gen.verify.pictures import Decoded, Picture
from viewpoint_gen.verify.points import (
    HIDDEN,
    SEEN,
    UNSURE,
    Claim,
    PartPoints,
    check_own_points,
    unpacked,
)
from viewpoint_gen.verify.report import Tally


def decoded(stand: Stand) -> Decoded:
    hit, z, _ = cast(stand)
    depth = np.where(hit, z, np.nan)
    picture = Picture(
        image=None,
        image_format="",
        image_sha256="",
        mask=None,
        depth=None,
        depth_near=float(np.nanmin(depth)),
        depth_far=float(np.nanmax(depth)),
        width_px=WIDTH_PX,
        height_px=HEIGHT_PX,
        mask_share=float(hit.mean()),
        world_from_camera=np.array(stand.matrix),
        intrinsics=np.array(stand.intrinsics),
        object_turn_rad=stand.object_turn,
    )
    return Decoded(picture, hit, depth)


def points_of(stand: Stand) -> bytes:
    hit, _, points = cast(stand)
    return inner_points(hit, points)


def findings(one: Stand, two: Stand, told: bytes) -> list[str]:
    """What is wrong with what a pair says in ``seen_in_2``."""
    packed = points_of(one)
    points = unpacked(packed)
    assert points is not None
    claim = Claim(
        "pairs/part.parquet",
        "pair",
        "seen_in_2",
        "one",
        points,
        two.object_turn - one.object_turn,
        np.frombuffer(told, dtype=np.uint8),
    )
    part = PartPoints({"two": [claim]})
    tally = Tally()

    def complain(*what: str) -> None:
        raise AssertionError(what)

    part.meet("two", points_of(two), decoded(two), complain)
    part.meet("one", packed, decoded(one), complain)
    part.settle(tally)
    assert tally.checked["points_seen"] == 1
    return [f"{finding.row_id} {finding.got}" for finding in tally.findings]


def stands(seed: int) -> tuple[Stand, Stand]:
    """Two cameras a good part of the way round from one another; the object turns, too."""
    rng = random.Random(seed)
    one = looking_at(rng.uniform(-180, 180), rng.uniform(-20, 50), rng.uniform(1.8, 2.6))
    two = looking_at(rng.uniform(-180, 180), rng.uniform(-20, 50), rng.uniform(1.8, 2.6))
    return one, two.moved(object_turn=rng.uniform(-3, 3), heading=rng.uniform(-0.3, 0.3))


@pytest.mark.parametrize("seed", range(12))
def test_the_truth_passes_and_its_opposite_does_not(seed: int) -> None:
    one, two = stands(seed)
    told = sights(points_of(one), one, two)
    assert findings(one, two, told) == []
    opposite = bytes({HIDDEN: SEEN, SEEN: HIDDEN, UNSURE: UNSURE}[sight] for sight in told)
    if opposite != told:
        (said,) = findings(one, two, opposite)
        assert said.startswith(f"pair {sum(a != b for a, b in zip(told, opposite, strict=True))} ")


def test_the_seeds_show_points_that_are_seen_hidden_and_neither() -> None:
    told = b"".join(sights(points_of(one), one, two) for one, two in map(stands, range(12)))
    assert {told.count(sight) > 20 for sight in (HIDDEN, SEEN, UNSURE)} == {True}


@pytest.mark.parametrize("to", [HIDDEN, UNSURE])
def test_a_view_that_shows_the_same_again_leaves_no_doubt(to: int) -> None:
    one = looking_at(30.0, 20.0, 2.2)
    two = one.moved(heading=0.1)
    told = sights(points_of(one), one, two)
    assert told.count(SEEN) > 20
    assert findings(one, two, bytes([to]) * len(told))


def test_beside_the_image_points_are_hidden_for_sure() -> None:
    one = looking_at(30.0, 20.0, 2.2)
    away = one.moved(heading=1.2)
    count = len(points_of(one)) // 12
    assert sights(points_of(one), one, away) == bytes(count)
    for wrong in (SEEN, UNSURE):
        tally = Tally()
        points = unpacked(points_of(one))
        assert points is not None
        claim = Claim("f", "pair", "w", "one", points, 0.0, np.full(count, wrong, np.uint8))
        part = PartPoints({"two": [claim]})
        part.meet("two", b"", empty(away), lambda *what: None)
        part.settle(tally)
        assert tally.wrong["points_seen"] == 1


def empty(stand: Stand) -> Decoded:
    """A picture in which there is nothing, with the range of another."""
    nothing = decoded(looking_at(0.0, 0.0, 2.0))
    picture = Picture(**{**vars(nothing.picture), "world_from_camera": np.array(stand.matrix)})
    shape = (HEIGHT_PX, WIDTH_PX)
    return Decoded(picture, np.zeros(shape, bool), np.full(shape, np.nan))


@pytest.mark.parametrize("shift", [0.05, -0.05])
def test_own_points_off_the_surface_are_found(shift: float) -> None:
    stand = looking_at(30.0, 20.0, 2.2)
    view = decoded(stand)
    points = np.frombuffer(points_of(stand), dtype="<f4").reshape(-1, 3)
    forward = np.array(stand.axes[2])
    said: list[str] = []

    def complain(check: str, what: str, expected: str, got: str) -> None:
        said.append(got)

    assert check_own_points(points.tobytes(), view, complain) is not None
    assert said == []
    check_own_points((points + shift * forward).astype("<f4").tobytes(), view, complain)
    assert said == [f"{len(points)} of {len(points)} elsewhere"]

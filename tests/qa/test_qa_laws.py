"""Laws over thousands of pairs: swap, mirror, scale, turn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from qa_building import DIRECTIONS, OF_FACTS
from synthetic_pairs import Cameras, both_ways, random_cameras

from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.facts import facts_of
from viewpoint_gen.qa.families.directions import NEGATIVE, NOTHING, POSITIVE

COUNT = 3000
LAX = QaConfig(mask_least_share=0.0, in_frame_least_share=0.0)
OTHERS = sorted(set(OF_FACTS) - set(DIRECTIONS) - {"overlap_share", "new_share"})
"""Shares of surface say nothing of one another."""

SWAPPED = {"inverse": [3, 2, 1, 0], "pose_tuple": [1, 0]}
"""Families, beside directions, whose answer changes with the order of the images, and how."""

FLIPPED = {POSITIVE: NEGATIVE, NEGATIVE: POSITIVE, NOTHING: NOTHING, -1: -1}
MIRRORED = {
    "ego_translation_sideways",
    "object_translation_around",
    "object_translation_left_right",
    "ego_rotation_yaw",
    "ego_rotation_roll",
}
"""Families of directions whose answer a mirror turns round."""

MIRROR_SWAPPED = {"inverse": [2, 3, 0, 1], "pose_tuple": [1, 0]}


def _scene() -> tuple[Cameras, Cameras, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    one, two, turn, _ = random_cameras(rng, COUNT)
    return one, two, turn, rng.uniform(-np.pi, np.pi, COUNT)


def _options(
    one: Cameras, two: Cameras, turn: np.ndarray, front: np.ndarray
) -> dict[str, np.ndarray]:
    table: pa.Table = both_ways(
        one,
        two,
        turn=turn,
        uids=["thing"] * COUNT,
        kinds=["any"] * COUNT,
        front_azimuth=front,
        static_backdrop=np.ones(COUNT, dtype=bool),
        bulk=np.full(COUNT, 0.5),
    )
    facts = facts_of(table)
    return {name: family.verdicts(facts, LAX).option for name, family in OF_FACTS.items()}


@pytest.fixture(scope="module")
def options() -> dict[str, np.ndarray]:
    return _options(*_scene())


def changed(option: np.ndarray, to: list[int] | None) -> np.ndarray:
    """Answers in which each stands for another; -1 stays."""
    return option if to is None else np.array([*to, -1])[option]


def flipped(option: np.ndarray) -> np.ndarray:
    return np.array([FLIPPED[value] for value in option.tolist()])


@pytest.mark.parametrize("family", DIRECTIONS)
def test_there_is_something_to_hold_the_laws_to(options: dict, family: str) -> None:
    assert (np.bincount(options[family] + 1, minlength=4)[1:] > 100).all()


@pytest.mark.parametrize("family", DIRECTIONS)
def test_swapping_the_images_inverts_the_answer(options: dict, family: str) -> None:
    forward, reverse = options[family][0::2], options[family][1::2]
    both = (forward >= 0) & (reverse >= 0)
    assert both.mean() > 0.3
    assert (forward[both] == flipped(reverse[both])).all()


@pytest.mark.parametrize("family", OTHERS)
def test_swapping_the_images_keeps_sizes_and_kinds_of_motion(options: dict, family: str) -> None:
    forward, reverse = options[family][0::2], options[family][1::2]
    both = (forward >= 0) & (reverse >= 0)
    assert both.sum() > 20
    assert (forward[both] == changed(reverse, SWAPPED.get(family))[both]).all()


def test_mirroring_the_world_mirrors_left_and_right_only(options: dict) -> None:
    one, two, turn, front = _scene()

    def mirrored(camera: Cameras) -> Cameras:
        return replace(
            camera,
            centre=camera.centre * [-1, 1, 1],
            heading=np.pi - camera.heading,
            roll=-camera.roll,
        )

    again = _options(mirrored(one), mirrored(two), -turn, np.pi - front)
    for family, option in options.items():
        wanted = changed(option, MIRROR_SWAPPED.get(family))
        wanted = flipped(wanted) if family in MIRRORED else wanted
        assert (again[family] == wanted).mean() > 0.999, family


def test_scaling_the_scene_changes_no_answer(options: dict) -> None:
    one, two, turn, front = _scene()
    bigger = [replace(camera, centre=camera.centre * 2.5) for camera in (one, two)]
    again = _options(*bigger, turn, front)
    for family, option in options.items():
        assert (again[family] == option).mean() > 0.999, family


def test_turning_the_world_about_the_vertical_changes_no_answer(options: dict) -> None:
    one, two, turn, front = _scene()
    angle = 1.234
    spin = np.array(
        [[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]]
    )
    turned = [
        replace(camera, centre=camera.centre @ spin.T, heading=camera.heading + angle)
        for camera in (one, two)
    ]
    again = _options(*turned, turn, front + angle)
    for family, option in options.items():
        assert (again[family] == option).mean() > 0.999, family

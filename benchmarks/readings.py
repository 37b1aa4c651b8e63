"""What is truly ambiguous: the oracle of ``confusable.py``, which knows each object's symmetry.

A picture of an object that looks the same after a turn could as well be taken by a camera turned
that far about the object, or show the object itself turned. Every such *reading* of two pictures is
worked out from the turned matrices with the verifier's formulas, and an answer is ambiguous if one
of them has another. Nothing here looks at a ring or uses the rules of ``viewpoint_gen.qa``.

Another answer is one that would be called so if nothing were too small to be asked: another sign, a
size nearer to another of the numbers to choose from, another set of parts that moved. "Not at all"
is another once half of the least motion that is asked is reached. A mark can't be told from its
copies on the object's other sides, unless something behind the object stays put.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import pyarrow as pa

from viewpoint_gen.dataset.images import decode_depth
from viewpoint_gen.geometry.camera import Camera
from viewpoint_gen.geometry.visibility import VisibleSurface, directed_overlap
from viewpoint_gen.qa.families.gathered import Items
from viewpoint_gen.verify.families.mixed import ANGLES, parts_of
from viewpoint_gen.verify.families.rule import Scene
from viewpoint_gen.verify.families.sizes import SIZES
from viewpoint_gen.verify.limits import USUAL
from viewpoint_gen.verify.truths import (
    SCALES,
    SLACK,
    TRUTHS,
    deciding_number,
    motion_between,
)

STATIC = ("ground", "hdri")
POSE_OFF_RAD = np.deg2rad(15.0)  # an azimuth that far off earns half of its part of the score
VIEW_OFF_RAD = USUAL.apart_rad / 2.0  # half of the way from one view to the next
SHARE_OFF = 0.1  # half of the step between two shares to choose from
ROUND_STEP_DEG = 15.0  # between the turns that are tried of an object that has every one
FINE_STEP_DEG = 1.0  # between those of view 2 alone, so that one of them undoes the motion

ORIGIN = np.zeros(2)

Same = Callable[[Scene, Scene], np.ndarray]
"""(N,) whether the second scene has the first one's answer."""


def ambiguous(
    tables: Mapping[str, pa.Table],
    step_deg: float | None,
    axis_world: np.ndarray = ORIGIN,
) -> dict[str, np.ndarray]:
    """Per family, which pairs' answers change under some turn of the object's symmetry.

    Args:
        tables: "pairs" of one object, and the "views" that they are of.
        step_deg: the smallest turn that changes nothing; 0: any; None: there is none.
        axis_world: (2,) where the symmetry's axis stands.
    """
    pairs = tables["pairs"]
    if step_deg is None:
        return {name: np.zeros(len(pairs), dtype=bool) for name in (*SAME, *OVERLAPS, *MARKED)}
    found = {
        name: differs.any(axis=1)
        for name, differs in told_otherwise(pairs, step_deg, axis_world).items()
    }
    found |= {name: ~_static(pairs) for name in MARKED}
    around = [about(axis_world, np.array([-turn]))[0] for turn in _turns_rad(step_deg)]
    return found | _other_overlaps(pairs, tables["views"], around, ~_static(pairs))


def told_otherwise(
    pairs: pa.Table, step_deg: float, axis_world: np.ndarray
) -> dict[str, np.ndarray]:
    """Per family of ``SAME``, (N, T) under which of T readings each pair has another answer."""
    told, other = _scenes(pairs, step_deg, axis_world)
    return {name: ~same(told, other).reshape(len(pairs), -1) for name, same in SAME.items()}


def chosen_otherwise(items: Items, step_deg: float | None, axis_world: np.ndarray) -> np.ndarray:
    """Of each item of ``choose_view``, whether another view may be where the motion leads, too."""
    found = np.zeros(len(items), dtype=bool)
    if step_deg is None or not len(items):
        return found
    answer, untold = items.shown["answer"].astype(np.int64), items.shown["with_height"] == 0
    told = {}
    for name in ("azimuth", "elevation"):
        every = np.stack([leg.column(f"{name}_rad") for leg in items.legs.values()])
        told[name] = every[answer, np.arange(len(items))]
    for place, leg in enumerate(items.legs.values()):
        scene = _scenes(leg.table, step_deg, axis_world)[1]
        near = {
            name: _near(scene.signed(name).reshape(len(leg.table), -1)[leg.row], angle_rad)
            for name, angle_rad in told.items()
        }
        fits = near["azimuth"] & (near["elevation"] | untold[:, None])
        found |= fits.any(axis=1) & (answer != place)
    return found


def _near(angles_rad: np.ndarray, told_rad: np.ndarray) -> np.ndarray:
    """(N, T) which of so many angles are nearer to (N,) told ones than to the next view's."""
    return np.abs(np.angle(np.exp(1j * (angles_rad - told_rad[:, None])))) <= VIEW_OFF_RAD


def _scenes(pairs: pa.Table, step_deg: float, axis_world: np.ndarray) -> tuple[Scene, Scene]:
    """Each pair as it is, T times, and under each of T readings."""
    turns = _turns_rad(step_deg)
    first, second = (each.ravel() for each in np.meshgrid(turns, turns))
    if not step_deg:
        fine = np.deg2rad(np.arange(0.0, 359.9, FINE_STEP_DEG))
        first, second = np.append(first, 0.0 * fine), np.append(second, fine)
    rows = np.repeat(np.arange(len(pairs)), len(first))
    first, second = np.tile(first, len(pairs)), np.tile(second, len(pairs))
    # what stays put behind the object shows the cameras' motion, so that only the object can stand
    # another way round: as if both cameras had turned; and it may have turned on the way
    static = _static(pairs)[rows]
    turned_by = np.stack([first, np.where(static, first, second), second * static])
    told = scene_of(pairs, np.zeros((3, len(pairs))), axis_world).take(rows)
    return told, scene_of(pairs.take(rows), turned_by, axis_world)


def _turns_rad(step_deg: float) -> np.ndarray:
    return np.deg2rad(np.arange(0.0, 359.9, step_deg or ROUND_STEP_DEG))


def _static(pairs: pa.Table) -> np.ndarray:
    return np.isin(pairs.column("backdrop").to_pylist(), STATIC)


def scene_of(pairs: pa.Table, turned_by_rad: np.ndarray, axis_world: np.ndarray) -> Scene:
    """What the verifier would see after turns (3, N) of camera 1, camera 2, the object in view 2.

    The cameras turn about the axis (2,) of the object as it stands in their view.
    """
    cameras = []
    for view, turn_rad in zip((1, 2), turned_by_rad, strict=False):
        stood_rad = _numbers(pairs, f"object_turn_rad_{view}")
        axis = about(ORIGIN, stood_rad)[:, :2, :2] @ axis_world
        cameras.append(about(axis, turn_rad) @ _matrices(pairs, f"world_from_camera_{view}", 4))
    lenses = np.stack([_matrices(pairs, f"intrinsics_{view}", 3) for view in (1, 2)], axis=1)
    turn_rad = _numbers(pairs, "object_turn_rad") + turned_by_rad[2]
    least = {
        f"{name}_share": np.fmin(*(_numbers(pairs, f"{name}_share_{view}") for view in (1, 2)))
        for name in ("mask", "in_frame")
    }
    return Scene(
        motion=motion_between(
            np.stack(cameras, axis=1), lenses, _numbers(pairs, "front_azimuth_1_rad")
        ),
        turn_rad=np.angle(np.exp(1j * turn_rad)),
        light_moved=np.asarray(pairs.column("light_moved").to_pylist(), dtype=bool),
        static=_static(pairs),
        seen_12=_numbers(pairs, "overlap_12"),
        seen_21=_numbers(pairs, "overlap_21"),
        known=np.ones(len(pairs), dtype=bool),
        **least,
    )


def about(axis_world: np.ndarray, turn_rad: np.ndarray) -> np.ndarray:
    """(N, 4, 4) turns by (N,) about verticals through (2,) or (N, 2)."""
    turn = np.tile(np.eye(4), (len(turn_rad), 1, 1))
    turn[:, 0, 0] = turn[:, 1, 1] = np.cos(turn_rad)
    turn[:, 1, 0] = np.sin(turn_rad)
    turn[:, 0, 1] = -turn[:, 1, 0]
    axis = np.broadcast_to(axis_world, (len(turn_rad), 2))
    turn[:, :2, 3] = axis - np.einsum("nij,nj->ni", turn[:, :2, :2], axis)
    return turn


def _numbers(pairs: pa.Table, name: str) -> np.ndarray:
    return np.array(pairs.column(name).to_pylist(), dtype=np.float64)


def _matrices(pairs: pa.Table, name: str, size: int) -> np.ndarray:
    return np.array(pairs.column(name).to_pylist(), dtype=np.float64).reshape(-1, size, size)


def _moves_alike(told: np.ndarray, other: np.ndarray, least: float, still: float) -> np.ndarray:
    """A motion goes the same way; none stays nearer to none than to the least that is asked."""
    none = np.abs(told) <= still + SLACK
    onward = (np.sign(other) == np.sign(told)) & (np.abs(other) > still + SLACK)
    return np.where(none, np.abs(other) <= least / 2.0, onward)


def _same_direction(family: str, told: Scene, other: Scene) -> np.ndarray:
    one, two = (deciding_number(family, scene.motion) for scene in (told, other))
    least, still = (getattr(USUAL, limit) for limit in (SCALES[family].least, SCALES[family].still))
    return _moves_alike(one, two, least, still)


def _as_large(name: str, told: Scene, other: Scene) -> np.ndarray:
    """No other of the numbers to choose from would be nearer."""
    size = SIZES[name]
    with np.errstate(divide="ignore", invalid="ignore"):
        off = np.abs(np.log(size.of(other) / size.of(told)))
    return off <= np.log(size.step) / 2.0


def _same_of_two(told: Scene, other: Scene) -> np.ndarray:
    """Of two motions one stays in its place, the other doesn't turn; and still so?"""
    return np.where(told.in_place, other.in_place, other.unrotated)


def _object_turned_alike(told: Scene, other: Scene) -> np.ndarray:
    one, two = (np.abs(scene.turn_rad) > USUAL.still_rad + SLACK for scene in (told, other))
    return one == two


def _same_largest(told: Scene, other: Scene) -> np.ndarray:
    sizes = [np.stack([scene.size(name) for name in ANGLES]) for scene in (told, other)]
    one, two = (np.argmax(size, axis=0) for size in sizes)
    return (one == two) & (sizes[1].max(axis=0) > USUAL.still_rad + SLACK)


def _same_parts(told: Scene, other: Scene) -> np.ndarray:
    sizes = [{name: part.size for name, part in parts_of(scene).items()} for scene in (told, other)]
    least = {name: part.least for name, part in parts_of(told).items()}
    still = dict.fromkeys(ANGLES, USUAL.still_rad) | {"distance": USUAL.ln_kept}
    alike = [_moves_alike(*(of[name] for of in sizes), least[name], still[name]) for name in least]
    return np.all(alike, axis=0)


def _same_pose(told: Scene, other: Scene) -> np.ndarray:
    off = np.angle(np.exp(1j * (other.signed("azimuth") - told.signed("azimuth"))))
    return np.abs(off) <= POSE_OFF_RAD


def _same_way_back(told: Scene, other: Scene) -> np.ndarray:
    alike = [
        _moves_alike(told.signed(name), other.signed(name), 0.0, USUAL.still_rad)
        for name in ("azimuth", "elevation")
    ]
    return np.all(alike, axis=0)


SAME: Mapping[str, Same] = {
    **{name: partial(_same_direction, name) for name in TRUTHS},
    **{f"magnitude_{name}": partial(_as_large, name) for name in SIZES},
    **{f"estimate_{name}": partial(_as_large, name) for name in SIZES},
    "minimal_pan_truck": _same_of_two,
    "minimal_tilt_pedestal": _same_of_two,
    "minimal_zoom_dolly": _same_of_two,
    "minimal_orbit_spin": _object_turned_alike,
    "who_moved": _object_turned_alike,
    "dominant": _same_largest,
    "all_that_apply": _same_parts,
    "pose_tuple": _same_pose,
    "inverse": _same_way_back,
}
"""Every family whose answer the matrices tell."""

OVERLAPS = ("overlap_share", "new_share")
"""Those that need the pictures: by which share of view 1's surface, and of view 2's, is shared."""

MARKED = ("correspondence", "hidden_point", "cannot_tell")
"""Those about points of the surface."""


def _other_overlaps(
    pairs: pa.Table, views: pa.Table, around: list[np.ndarray], possible: np.ndarray
) -> dict[str, np.ndarray]:
    """Hold one view's surface, turned in each way (4, 4), against what the other view shows."""
    surfaces = {row["view_id"]: _surface(row) for row in views.to_pylist()}
    found = np.zeros((2, len(pairs)), dtype=bool)
    for row in np.flatnonzero(possible):
        sides = [surfaces[pairs.column(f"view_id_{view}")[int(row)].as_py()] for view in (1, 2)]
        for place, (one, two) in enumerate((sides, sides[::-1])):
            shares = [directed_overlap(one, two, world_2_from_world_1=turn) for turn in around]
            found[place, row] = max(abs(share - shares[0]) for share in shares) > SHARE_OFF
    return dict(zip(OVERLAPS, found, strict=True))


def _surface(view: dict) -> VisibleSurface:
    depth = decode_depth(view["depth"], view["depth_near"], view["depth_far"])
    pose, lens = (np.array(view[name]) for name in ("world_from_camera", "intrinsics"))
    return VisibleSurface.of(depth, Camera(pose, lens, depth.shape[1], depth.shape[0]))

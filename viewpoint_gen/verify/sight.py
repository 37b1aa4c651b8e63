"""Whether image 2 can tell a question's answer from the nearest wrong one, worked out once more.

By another route than the builder's: it moves cameras, here the points of the surface move the
other way, one question at a time. A wrong answer stands for a camera of which one number is
different; the points that image 2 shows must then lie elsewhere in it, by the median, at least as
far as the run's own limit says. Of two motions that look alike, the wrong one is tried at every
size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.spatial.transform import Rotation

from viewpoint_gen.verify.families import RULES
from viewpoint_gen.verify.families.directions import NOTHING
from viewpoint_gen.verify.families.sizes import SIZES
from viewpoint_gen.verify.layout import Layout
from viewpoint_gen.verify.limits import Limits
from viewpoint_gen.verify.points import unpacked
from viewpoint_gen.verify.reading import Array, key, keys, read_rows
from viewpoint_gen.verify.report import Finding, Tally

MOST_QUESTIONS: Final = 20_000
"""Of a larger run, as many are drawn by their ids: some three a millisecond are worked out."""

EVERY: Final = 4
"""Of the points that a view keeps, every so many count."""

REFERENCE_WIDTH_PX: Final = 512
ROOM_PX: Final = 0.01
"""Points are kept in 32 bits, and a search ends somewhere near its goal."""

COLUMNS: Final = (
    *("family", "answer_key", "answer_value", "image_ids", "front_azimuth_rad", "width_px"),
    *("world_from_camera", "intrinsics"),
)

DIRECTIONS: Final = {
    "ego_translation_sideways": ("sideways", "sideways_share"),
    "ego_translation_vertical": ("up", "rise_share"),
    "ego_translation_distance": ("nearer", "ln_scaled"),
    "object_translation_around": ("around", "azimuth_rad"),
    "compose": ("around", "azimuth_rad"),
    "object_translation_left_right": ("leftward", "sideways_share"),
    "object_translation_front_back": ("frontward", "sideways_share"),
    "ego_rotation_yaw": ("yaw", "turn_rad"),
    "ego_rotation_pitch": ("pitch", "turn_rad"),
    "ego_rotation_roll": ("roll", "turn_rad"),
}
"""What a wrong direction differs in, and the limit of what is one."""

SIZED: Final = {
    **{name: name for name in ("yaw", "pitch", "roll", "focal")},
    "azimuth": "around",
    "elevation": "over",
    "distance": "nearer",
}
LEAST: Final = {
    "around": "azimuth_rad",
    "over": "elevation_rad",
    "roll": "turn_rad",
    "nearer": "ln_scaled",
}
PARTS: Final = {
    "dominant": ("around", "over", "roll"),
    "all_that_apply": ("around", "over", "nearer", "roll"),
    "pose_tuple": ("around",),
    "inverse": ("around", "over"),
}
RIVALS: Final = {
    "pan": ("slide", 2.0),
    "truck": ("yaw", 1.0),
    "tilt": ("up", 2.0),
    "pedestal": ("pitch", 1.0),
    "zoom": ("nearer", 1.2),
    "dolly": ("focal", 1.2),
}
"""The motion that looks most like each, and how far it is tried either way."""


@dataclass(frozen=True)
class Viewer:
    """A camera, and where the object's front is.

    Attributes:
        pose: (4, 4) world_from_camera.
        lens: (3, 3).
        front_rad: azimuth of the front; nan if unknown.
        right_1: (3,) the first camera's own right in the world.
        unit: its distance, of which steps are shares.
    """

    pose: Array
    lens: Array
    front_rad: float
    right_1: Array
    unit: float

    def picture(self, points_world: Array, *, enlarged: float = 1.0) -> Array:
        """Return pixels (P, 2) from the principal point; inf where a point isn't ahead."""
        x, y, z = np.linalg.solve(self.pose[:3, :3], (points_world - self.pose[:3, 3]).T)
        scale = np.where(z > 0.0, enlarged / np.where(z > 0.0, z, 1.0), np.inf)
        return np.stack([self.lens[0, 0] * x * scale, self.lens[1, 1] * y * scale], axis=1)

    def after(self, motion: str, size: float, points_world: Array) -> Array:
        """Return the picture if the camera had moved so, too."""
        if motion == "focal":
            return self.picture(points_world, enlarged=float(np.exp(size)))
        return self.picture(COUNTER[motion](self, size, points_world))


def _turned(axis: Array, angle_rad: float, about: Array, points: Array) -> Array:
    """Turn points the way that a camera turning about the axis sees them turn."""
    back = Rotation.from_rotvec(-angle_rad * axis / np.linalg.norm(axis))
    return np.asarray(back.apply(points - about) + about)


def _across(direction: Array) -> Array:
    """Return the level direction at right angles to another."""
    return np.array([direction[1], -direction[0], 0.0])


UP: Final = np.array([0.0, 0.0, 1.0])
ORIGIN: Final = np.zeros(3)


def _step(axis: Array, viewer: Viewer, size: float, points: Array) -> Array:
    return np.asarray(points - size * viewer.unit * axis / np.linalg.norm(axis))


def _to_front(turn: complex, viewer: Viewer, size: float, points: Array) -> Array:
    way = np.exp(1j * viewer.front_rad) * turn
    return _step(np.array([way.real, way.imag, 0.0]), viewer, size, points)


COUNTER: Final[Mapping[str, Callable[[Viewer, float, Array], Array]]] = {
    "around": lambda _, size, points: _turned(UP, size, ORIGIN, points),
    "over": lambda viewer, size, points: _turned(_across(viewer.pose[:3, 3]), size, ORIGIN, points),
    "yaw": lambda viewer, size, points: _turned(UP, size, viewer.pose[:3, 3], points),
    "pitch": lambda viewer, size, points: _turned(
        _across(viewer.pose[:3, 2]), size, viewer.pose[:3, 3], points
    ),
    "roll": lambda viewer, size, points: _turned(
        viewer.pose[:3, 2], size, viewer.pose[:3, 3], points
    ),
    "nearer": lambda viewer, size, points: points - np.expm1(size) * viewer.pose[:3, 3],
    "sideways": lambda viewer, size, points: _step(viewer.right_1, viewer, size, points),
    "slide": lambda viewer, size, points: _step(_across(viewer.pose[:3, 2]), viewer, size, points),
    "up": lambda viewer, size, points: _step(UP, viewer, size, points),
    "leftward": partial(_to_front, 1j),
    "frontward": partial(_to_front, 1.0),
}
"""How points move if the camera moves: the other way."""


@dataclass(frozen=True)
class Asked:
    """One question: what its answer was, and the first and the last of its cameras."""

    file: str
    row_id: str
    family: str
    answer: str
    value: float
    view_id: str
    width_px: float
    one: Viewer
    two: Viewer


def verify_sight(layout: Layout, tally: Tally) -> None:
    """Check that image 2 tells the answers of the run's questions, or of some of a large run's."""
    if not layout.limits.displacement_least_px:
        return
    asked = _sample(layout, tally)
    points = _points(layout, tally, {each.view_id for each in asked})
    for each in asked:
        tally.looked("visible")
        with np.errstate(all="ignore"):
            moved_px = displacement_px(each, points.get(each.view_id), layout.limits)
        least = layout.limits.displacement_least_px
        if not moved_px >= least - ROOM_PX:
            want, got = f"a wrong answer's picture {least:g} px off", f"{moved_px:.3f} px"
            tally.found(Finding("visible", "qa", each.file, each.row_id, "image 2", want, got))


def displacement_px(asked: Asked, points_world: Array | None, limits: Limits) -> float:
    """Return how far the nearest wrong answer would move what image 2 shows; nan without points."""
    if points_world is None or not len(points_world):
        return float("nan")
    scale = REFERENCE_WIDTH_PX / asked.width_px
    true = asked.two.picture(points_world)
    ahead = np.isfinite(true).all(axis=1)
    true, points = true[ahead], points_world[ahead]
    if asked.family.startswith("minimal_"):
        return scale * _rival_px(asked, true, points)
    apart = [
        _median_px(asked.two.after(motion, sign * gap, points), true)
        for motion, gap in wrong_motions(asked, limits)
        for sign in (1.0, -1.0)
    ]
    return scale * min(apart)


def _median_px(other: Array, true: Array) -> float:
    off = np.hypot(*(other - true).T)
    return float(np.median(np.where(np.isnan(off), np.inf, off)))


def _rival_px(asked: Asked, true: Array, points: Array) -> float:
    motion, reach = RIVALS[asked.answer]

    def off(size: float) -> float:
        apart = asked.one.after(motion, size, points) - true
        return float(np.square(apart).sum()) if np.isfinite(apart).all() else 1e12

    sizes = np.linspace(-reach, reach, 41)
    best = float(sizes[np.argmin([off(size) for size in sizes.tolist()])])
    within = (best - reach / 20.0, best + reach / 20.0)
    found = minimize_scalar(off, bounds=within, method="bounded", options={"xatol": 1e-7})
    return _median_px(asked.one.after(motion, float(found.x), points), true)


def wrong_motions(asked: Asked, limits: Limits) -> Iterator[tuple[str, float]]:
    """Yield by how much the nearest wrong answers differ from the true one, and in what."""
    family = asked.family
    if family in DIRECTIONS:
        motion, least = DIRECTIONS[family]
        still = asked.answer == NOTHING
        yield motion, getattr(limits, least) if still else abs(asked.value)
        return
    if family in PARTS:
        for motion in PARTS[family]:
            yield motion, getattr(limits, LEAST[motion])
        return
    size = SIZES[family.partition("_")[2]]
    one_step_less = np.deg2rad(asked.value) * (1.0 - 1.0 / size.step)
    gap = one_step_less if size.unit == "deg" else float(np.log(size.step))
    yield SIZED[family.partition("_")[2]], float(gap)


TOLD_BY_THE_OBJECT: Final = frozenset(
    {
        *DIRECTIONS,
        *PARTS,
        *(f"{kind}_{name}" for kind in ("magnitude", "estimate") for name in SIZES),
        *("minimal_pan_truck", "minimal_tilt_pedestal", "minimal_zoom_dolly"),
    }
)
"""Families whose answers the object's own picture has to tell."""


def _sample(layout: Layout, tally: Tally) -> list[Asked]:
    """Questions with the lowest keys, so that the draw hangs on their ids alone."""
    lowest = np.empty(0, dtype=np.uint64)
    for name in layout.parts["qa"]:
        for rows in read_rows(layout.files, tally, "qa", name, columns=()):
            lowest = np.sort(np.concatenate([lowest, keys(rows.ids)]))[:MOST_QUESTIONS]
    highest = int(lowest[-1]) if len(lowest) else 0
    asked: list[Asked] = []
    for name in layout.parts["qa"]:
        for rows in read_rows(layout.files, tally, "qa", name, columns=COLUMNS):
            for row_id, family, row in zip(
                rows.ids, rows.texts("family"), range(len(rows)), strict=True
            ):
                if family in TOLD_BY_THE_OBJECT and key(row_id) <= highest:
                    asked += _asked(name, row_id, {c: rows.texts(c)[row] for c in COLUMNS})
    return asked


def _asked(file: str, row_id: str, row: dict[str, Any]) -> list[Asked]:
    """The question, unless its cameras can't be read: other checks say so."""
    try:
        poses, lenses = (np.array(row[n], np.float64) for n in ("world_from_camera", "intrinsics"))
    except (TypeError, ValueError):
        return []
    named = row["image_ids"] and row["width_px"] and row["answer_key"]
    images = RULES[row["family"]].images
    if poses.shape != (images, 4, 4) or lenses.shape != (images, 3, 3) or not named:
        return []
    poses, lenses = poses[[0, -1]], lenses[[0, -1]]
    if row["family"].startswith("minimal_") and row["answer_key"] not in RIVALS:
        return []
    if not np.isfinite(poses).all() or not np.abs(np.linalg.det(poses)).min() > 0.5:
        return []
    front = row["front_azimuth_rad"]
    one, two = (
        Viewer(
            pose,
            lens,
            float("nan") if front is None else front,
            poses[0, :3, 0],
            float(np.linalg.norm(poses[0, :3, 3])),
        )
        for pose, lens in zip(poses, lenses, strict=True)
    )
    value = float("nan") if row["answer_value"] is None else row["answer_value"]
    answer, width_px = row["answer_key"], float(row["width_px"])
    view_id = row["image_ids"][-1]
    return [Asked(file, row_id, row["family"], answer, value, view_id, width_px, one, two)]


def _points(layout: Layout, tally: Tally, wanted: set[str]) -> dict[str, Array]:
    """Every fourth point that the views show, by their ids."""
    found: dict[str, Array] = {}
    for name in layout.parts["views"]:
        for rows in read_rows(
            layout.files,
            tally,
            "views",
            name,
            columns=("surface_points",),
        ):
            for view_id, packed in zip(rows.ids, rows.texts("surface_points"), strict=True):
                points = unpacked(packed) if view_id in wanted else None
                if points is not None:
                    found[view_id] = points[::EVERY]
    return found

"""Cameras by hand and a ball drawn by the quadratic formula: no code of the package."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

WIDTH_PX, HEIGHT_PX = 64, 48
FOCAL_PX = 60.0
BALL_RADIUS = 0.45

Row3 = tuple[float, float, float]


def turn(angle_rad: float) -> float:
    """The angle in (-pi, pi]."""
    while angle_rad > math.pi:
        angle_rad -= 2 * math.pi
    while angle_rad <= -math.pi:
        angle_rad += 2 * math.pi
    return angle_rad


def dot(a: Row3, b: Row3) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def cross(a: Row3, b: Row3) -> Row3:
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])


@dataclass(frozen=True)
class Stand:
    """A camera as a photographer would put it; radians, world units, pixels."""

    azimuth: float
    elevation: float
    distance: float
    heading: float
    pitch: float
    roll: float = 0.0
    focal: float = FOCAL_PX
    object_turn: float = 0.0

    def moved(self, **changes: float) -> Stand:
        """The same with some numbers increased."""
        return replace(self, **{name: getattr(self, name) + by for name, by in changes.items()})

    @property
    def position(self) -> Row3:
        flat = self.distance * math.cos(self.elevation)
        return (
            flat * math.cos(self.azimuth),
            flat * math.sin(self.azimuth),
            self.distance * math.sin(self.elevation),
        )

    @property
    def axes(self) -> tuple[Row3, Row3, Row3]:
        """Right, down and forward in the world."""
        h, p, r = self.heading, self.pitch, self.roll
        forward = (math.cos(p) * math.cos(h), math.cos(p) * math.sin(h), math.sin(p))
        level_right = (math.sin(h), -math.cos(h), 0.0)
        level_down = cross(forward, level_right)
        # clockwise seen from behind: the right side goes down
        c, s = math.cos(r), math.sin(r)
        right = tuple(c * a + s * b for a, b in zip(level_right, level_down, strict=True))
        down = tuple(c * b - s * a for a, b in zip(level_right, level_down, strict=True))
        return right, down, forward  # type: ignore[return-value]

    @property
    def matrix(self) -> list[list[float]]:
        right, down, forward = self.axes
        x = self.position
        return [[right[i], down[i], forward[i], x[i]] for i in range(3)] + [[0.0, 0.0, 0.0, 1.0]]

    @property
    def intrinsics(self) -> list[list[float]]:
        f = self.focal
        return [[f, 0.0, WIDTH_PX / 2], [0.0, f, HEIGHT_PX / 2], [0.0, 0.0, 1.0]]

    def numbers(self) -> dict[str, float]:
        """What a row of views says about where the camera is."""
        to_object = tuple(-c for c in self.position)
        x, y, z = (dot(axis, to_object) for axis in self.axes)
        return {
            "azimuth_rad": turn(self.azimuth),
            "elevation_rad": self.elevation,
            "distance": self.distance,
            "heading_rad": turn(self.heading),
            "pitch_rad": self.pitch,
            "roll_rad": self.roll,
            "bearing_right_rad": math.atan2(x, z),
            "bearing_down_rad": math.atan2(y, z),
            "focal_px": self.focal,
            "object_turn_rad": self.object_turn,
        }


def looking_at(azimuth_deg: float, elevation_deg: float, distance: float) -> Stand:
    """A camera that looks at the object's centre."""
    azimuth, elevation = math.radians(azimuth_deg), math.radians(elevation_deg)
    return Stand(azimuth, elevation, distance, azimuth + math.pi, -elevation)


def between(one: Stand, two: Stand) -> dict[str, float]:
    """What a row of pairs says about the way from one camera to the other."""
    step = tuple(b - a for a, b in zip(one.position, two.position, strict=True))
    right, down, forward = one.axes
    trace = sum(dot(a, b) for a, b in zip(one.axes, two.axes, strict=True))
    return {
        "azimuth_rad": turn(two.azimuth - one.azimuth),
        "elevation_rad": two.elevation - one.elevation,
        "distance_ratio": two.distance / one.distance,
        "heading_rad": turn(two.heading - one.heading),
        "pitch_rad": two.pitch - one.pitch,
        "roll_rad": turn(two.roll - one.roll),
        "right": dot(right, step),  # type: ignore[arg-type]
        "down": dot(down, step),  # type: ignore[arg-type]
        "forward": dot(forward, step),  # type: ignore[arg-type]
        "rise": step[2],
        "rotation_rad": math.acos(max(-1.0, min(1.0, (trace - 1) / 2))),
        "focal_ratio": two.focal / one.focal,
        "object_turn_rad": turn(two.object_turn - one.object_turn),
    }


@dataclass(frozen=True)
class Shot:
    """The encoded pixels of one view."""

    image: bytes
    mask: bytes
    depth: bytes
    near: float
    far: float
    share: float
    points: bytes


def cast(stand: Stand) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where each pixel's ray meets a ball about the origin: hit or not, z-depth and point."""
    column, row = np.meshgrid(np.arange(WIDTH_PX) + 0.5, np.arange(HEIGHT_PX) + 0.5)
    x = (column - WIDTH_PX / 2) / stand.focal
    y = (row - HEIGHT_PX / 2) / stand.focal
    right, down, forward = (np.array(axis) for axis in stand.axes)
    ray = x[..., None] * right + y[..., None] * down + forward
    eye = np.array(stand.position)
    a, b, c = (ray**2).sum(-1), 2 * (ray @ eye), eye @ eye - BALL_RADIUS**2
    inside = b**2 - 4 * a * c
    hit = inside > 0
    z = np.where(hit, (-b - np.sqrt(np.maximum(inside, 0))) / (2 * a), 0.0)
    return hit, z, eye + z[..., None] * ray


def photograph(stand: Stand) -> Shot:
    """The ball, checkered, and some points of it that lie well within its outline."""
    hit, z, points = cast(stand)
    checker = (np.floor(points * 8).sum(-1).astype(int) % 2) * 120 + 60
    grey = np.where(hit, checker, 230).astype(np.uint8)
    near, far = float(z[hit].min()), float(z[hit].max())
    levels = np.where(hit, 1 + np.round((z - near) / (far - near) * 65534), 0).astype(np.uint16)
    return Shot(
        image=encoded(Image.fromarray(np.stack([grey, grey, np.roll(grey, 3)], -1)), "JPEG"),
        mask=encoded(Image.fromarray(np.where(hit, 255, 0).astype(np.uint8)), "PNG"),
        depth=encoded(Image.fromarray(levels), "PNG"),
        near=near,
        far=far,
        share=float(hit.mean()),
        points=inner_points(hit, points),
    )


def inner_points(hit: np.ndarray, points: np.ndarray) -> bytes:
    """The points at every other pixel that has the ball two pixels around it."""
    kept = [
        points[row, column]
        for row in range(2, HEIGHT_PX - 2, 2)
        for column in range(2, WIDTH_PX - 2, 2)
        if hit[row - 2 : row + 3, column - 2 : column + 3].all()
    ]
    return np.array(kept[:64], dtype="<f4").tobytes()


def sights(points: bytes, one: Stand, two: Stand) -> bytes:
    """Which of the ball's points, seen from one place, are seen from another too."""
    hit, depth, _ = cast(two)
    turn_rad = two.object_turn - one.object_turn
    found = []
    for x, y, z in np.frombuffer(points, dtype="<f4").reshape(-1, 3).astype(float).tolist():
        c, s = math.cos(turn_rad), math.sin(turn_rad)
        point = (c * x - s * y, s * x + c * y, z)
        found.append(_sight(point, two, hit, depth))
    return bytes(found)


def _sight(point: Row3, stand: Stand, hit: np.ndarray, depth: np.ndarray) -> int:
    """0 hidden, 1 seen, 2 neither for sure; the ball's own radius is its normal."""
    way = tuple(b - a for a, b in zip(point, stand.position, strict=True))
    cosine = dot(point, way) / (BALL_RADIUS * math.hypot(*way))  # type: ignore[arg-type]
    right, down, forward = (-dot(axis, way) for axis in stand.axes)  # type: ignore[arg-type]
    u = WIDTH_PX / 2 + stand.focal * right / forward
    v = HEIGHT_PX / 2 + stand.focal * down / forward
    if cosine < -0.2 or not (-2 <= u <= WIDTH_PX + 2 and -2 <= v <= HEIGHT_PX + 2):
        return 0
    column, row = math.floor(u - 0.5), math.floor(v - 0.5)
    if not (0 <= column < WIDTH_PX - 1 and 0 <= row < HEIGHT_PX - 1):
        return 2
    four = np.s_[row : row + 2, column : column + 2]
    behind = (forward - depth[four]) / (0.01 * forward)
    if not hit[four].all():
        return 2
    if (behind > 2).all():
        return 0
    return 1 if cosine > 0.2 and (np.abs(behind) < 1).all() else 2


def encoded(picture: Image.Image, kind: str) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind)
    return stream.getvalue()

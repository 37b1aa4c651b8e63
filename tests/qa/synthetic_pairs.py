"""Made-up pairs tables: cameras drawn by the thousand, every column computed with plain NumPy.

Independent of the package's own geometry on purpose (a test holds the two together).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from viewpoint_gen.dataset.schema import PAIRS

POLE = np.deg2rad(75.0)
CAMERA_FIELDS = ("centre", "heading", "pitch", "roll", "focal_px")

REALISTIC_MIX = {
    "orbit": 0.30,  # two anchors: everything differs
    "orbit_only": 0.30,  # around the object, always facing it
    "swing": 0.06,  # a short way round, aimed anew
    "over_rotated": 0.04,
    "counter": 0.05,  # steps one way, turns the same way
    "pan": 0.03,
    "truck": 0.03,
    "tilt": 0.02,
    "pedestal": 0.02,
    "climb": 0.03,  # a short way up or down, aimed anew
    "counter_pedestal": 0.02,
    "roll": 0.03,
    "dolly": 0.03,
    "zoom": 0.02,
    "still": 0.02,
    "object_turn": 0.015,
    "mixed": 0.12,  # any of azimuth, elevation, distance and roll, the others exactly kept
    "both": 0.015,  # the camera and the object
    "light": 0.015,  # nothing else
}


@dataclass(frozen=True)
class Cameras:
    """N cameras. Angles in radians; ``centre`` is (N, 3) in the world."""

    centre: np.ndarray
    heading: np.ndarray
    pitch: np.ndarray
    roll: np.ndarray
    focal_px: np.ndarray

    def world_from_camera(self) -> np.ndarray:
        cos_p, sin_p = np.cos(self.pitch), np.sin(self.pitch)
        cos_h, sin_h = np.cos(self.heading), np.sin(self.heading)
        forward = np.stack([cos_p * cos_h, cos_p * sin_h, sin_p], axis=1)
        level_right = np.stack([sin_h, -cos_h, np.zeros_like(sin_h)], axis=1)
        level_down = np.cross(forward, level_right)
        right = np.cos(self.roll)[:, None] * level_right + np.sin(self.roll)[:, None] * level_down
        pose = np.tile(np.eye(4), (len(self.pitch), 1, 1))
        pose[:, :3, :3] = np.stack([right, np.cross(forward, right), forward], axis=2)
        pose[:, :3, 3] = self.centre
        return pose


def wrap(angle: np.ndarray) -> np.ndarray:
    return np.pi - (np.pi - angle) % (2.0 * np.pi)


def view_numbers(pose: np.ndarray, focal_px: np.ndarray, turn: np.ndarray) -> dict[str, np.ndarray]:
    """The columns of ``ViewGeometry``."""
    x, y, z = pose[:, 0, 3], pose[:, 1, 3], pose[:, 2, 3]
    elevation = np.arctan2(z, np.hypot(x, y))
    forward = pose[:, :3, 2]
    pitch = np.arcsin(np.clip(forward[:, 2], -1, 1))
    pole = np.abs(pitch) > POLE
    centre_camera = -np.einsum("nji,nj->ni", pose[:, :3, :3], pose[:, :3, 3])
    return {
        "azimuth_rad": np.where(np.abs(elevation) > POLE, np.nan, np.arctan2(y, x)),
        "elevation_rad": elevation,
        "distance": np.linalg.norm(pose[:, :3, 3], axis=1),
        "heading_rad": np.where(pole, np.nan, np.arctan2(forward[:, 1], forward[:, 0])),
        "pitch_rad": pitch,
        "roll_rad": np.where(pole, np.nan, np.arctan2(-pose[:, 2, 0], -pose[:, 2, 1])),
        "bearing_right_rad": np.arctan2(centre_camera[:, 0], centre_camera[:, 2]),
        "bearing_down_rad": np.arctan2(centre_camera[:, 1], centre_camera[:, 2]),
        "focal_px": focal_px,
        "object_turn_rad": turn,
    }


def relative_numbers(
    pose_1: np.ndarray, pose_2: np.ndarray, one: dict[str, np.ndarray], two: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """The columns of ``RelativeView``."""
    offset = pose_2[:, :3, 3] - pose_1[:, :3, 3]
    in_camera_1 = np.einsum("nji,nj->ni", pose_1[:, :3, :3], offset)
    rotation = np.einsum("nji,njk->nik", pose_1[:, :3, :3], pose_2[:, :3, :3])
    trace = np.trace(rotation, axis1=1, axis2=2)
    return {
        "azimuth_rad": wrap(two["azimuth_rad"] - one["azimuth_rad"]),
        "elevation_rad": two["elevation_rad"] - one["elevation_rad"],
        "distance_ratio": two["distance"] / one["distance"],
        "heading_rad": wrap(two["heading_rad"] - one["heading_rad"]),
        "pitch_rad": two["pitch_rad"] - one["pitch_rad"],
        "roll_rad": wrap(two["roll_rad"] - one["roll_rad"]),
        "right": in_camera_1[:, 0],
        "down": in_camera_1[:, 1],
        "forward": in_camera_1[:, 2],
        "rise": offset[:, 2],
        "rotation_rad": np.arccos(np.clip((trace - 1) / 2, -1, 1)),
        "focal_ratio": two["focal_px"] / one["focal_px"],
        "object_turn_rad": wrap(two["object_turn_rad"] - one["object_turn_rad"]),
    }


def facing(
    azimuth: np.ndarray,
    elevation: np.ndarray,
    distance: np.ndarray,
    *,
    focal_px: np.ndarray,
    offset_right: np.ndarray,
    offset_down: np.ndarray,
    roll: np.ndarray,
) -> Cameras:
    """Cameras that face the object, but for an offset (the object appears right of / below)."""
    level = distance * np.cos(elevation)
    centre = np.stack(
        [level * np.cos(azimuth), level * np.sin(azimuth), distance * np.sin(elevation)], axis=1
    )
    return Cameras(
        centre=centre,
        heading=azimuth + np.pi + offset_right,
        pitch=np.clip(-elevation + offset_down, -1.25, 1.25),
        roll=roll,
        focal_px=focal_px,
    )


def _signed(rng: np.random.Generator, count: int, low: float, high: float) -> np.ndarray:
    return rng.uniform(low, high, count) * rng.choice([-1.0, 1.0], count)


def _sometimes(
    rng: np.random.Generator, count: int, share: float, values: np.ndarray
) -> np.ndarray:
    return np.where(rng.uniform(size=count) < share, values, 0.0)


def anchors(rng: np.random.Generator, count: int, half_fov: np.ndarray) -> dict[str, np.ndarray]:
    """Where anchor cameras stand and how they look, as the arguments of ``facing``."""
    deg = np.deg2rad
    return {
        "azimuth": rng.uniform(-np.pi, np.pi, count),
        "elevation": deg(rng.uniform(-20, 65, count)),
        "distance": rng.uniform(0.9, 2.2, count) / np.tan(half_fov),
        "focal_px": 256.0 / np.tan(half_fov),
        "offset_right": _sometimes(rng, count, 0.7, rng.uniform(-0.5, 0.5, count) * half_fov),
        "offset_down": _sometimes(rng, count, 0.7, rng.uniform(-0.5, 0.5, count) * half_fov),
        "roll": _sometimes(rng, count, 0.5, deg(rng.uniform(-30, 30, count))),
    }


def moved(
    rng: np.random.Generator, kind: str, first: dict[str, np.ndarray], half_fov: np.ndarray
) -> tuple[Cameras, np.ndarray]:
    """The second cameras of one kind of motion, and the object's turn."""
    count = len(half_fov)
    deg = np.deg2rad
    turn = np.zeros(count)
    camera = facing(**first)
    pose = camera.world_from_camera()
    step = _signed(rng, count, 0.22, 0.45) * first["distance"]
    if kind == "orbit":
        return facing(**anchors(rng, count, half_fov)), turn
    if kind == "orbit_only":
        return facing(
            **{**first, "azimuth": first["azimuth"] + deg(_signed(rng, count, 5, 150))}
        ), turn
    if kind in ("swing", "over_rotated", "climb"):
        aim = rng.uniform(-0.7, 0.7, (2, count)) * half_fov
        by = deg(_signed(rng, count, 10, 40))
        if kind == "climb":
            to = {**first, "elevation": first["elevation"] + by, "offset_down": aim[1]}
        else:
            to = {**first, "azimuth": first["azimuth"] + by, "offset_right": aim[0]}
        if kind == "over_rotated":
            to["offset_right"] = first["offset_right"] + np.sign(by) * deg(
                rng.uniform(10, 28, count)
            )
        return facing(**to), turn
    if kind == "counter":
        turned = -np.sign(step) * deg(rng.uniform(8, 15, count))
        return replace(
            camera,
            centre=camera.centre + step[:, None] * pose[:, :3, 0],
            heading=camera.heading + turned,
        ), turn
    if kind == "pan":
        return replace(camera, heading=camera.heading + deg(_signed(rng, count, 6, 25))), turn
    if kind == "tilt":
        return replace(camera, pitch=camera.pitch + deg(_signed(rng, count, 6, 20))), turn
    if kind == "truck":
        return replace(camera, centre=camera.centre + step[:, None] * pose[:, :3, 0]), turn
    if kind in ("pedestal", "counter_pedestal"):
        up = np.array([0.0, 0.0, 1.0])
        tilt = (
            np.zeros(count)
            if kind == "pedestal"
            else np.sign(step) * deg(rng.uniform(8, 15, count))
        )
        return replace(
            camera, centre=camera.centre + step[:, None] * up, pitch=camera.pitch + tilt
        ), turn
    if kind == "roll":
        return replace(camera, roll=camera.roll + deg(_signed(rng, count, 6, 25))), turn
    if kind == "dolly":
        towards = -camera.centre / np.linalg.norm(camera.centre, axis=1, keepdims=True)
        by = first["distance"] * (1 - np.exp(_signed(rng, count, 0.1, 0.5)))
        return replace(camera, centre=camera.centre + by[:, None] * towards), turn
    if kind == "zoom":
        return replace(
            camera, focal_px=camera.focal_px * np.exp(_signed(rng, count, 0.1, 0.75))
        ), turn
    if kind == "mixed":
        parts = rng.integers(1, 16, count)
        has = [(parts >> bit) & 1 for bit in range(4)]
        sizes = {"azimuth": (13, 110), "elevation": (10.5, 30), "roll": (8.5, 30)}
        to = {
            name: first[name] + there * deg(_signed(rng, count, *sizes[name]))
            for name, there in zip(sizes, has[:3], strict=True)
        }
        far = np.exp(has[3] * _signed(rng, count, 0.15, 0.7))
        return facing(**{**first, **to, "distance": first["distance"] * far}), turn
    if kind == "both":
        return facing(
            **{**first, "azimuth": first["azimuth"] + deg(_signed(rng, count, 15, 90))}
        ), deg(_signed(rng, count, 15, 90))
    if kind == "object_turn":
        return camera, deg(_signed(rng, count, 15, 90))
    return camera, turn


BALL_RADIUS = 0.4
_GOLDEN = np.pi * (3.0 - np.sqrt(5.0))


def ball_normals(count: int = 60) -> np.ndarray:
    """Directions (count, 3) spread evenly over a sphere: Fibonacci's lattice."""
    z = 1.0 - (2.0 * np.arange(count) + 1.0) / count
    around = _GOLDEN * np.arange(count)
    level = np.sqrt(1.0 - z**2)
    return np.stack([level * np.cos(around), level * np.sin(around), z], axis=1)


def ball_points(pose: np.ndarray, focal_px: np.ndarray, turn: np.ndarray) -> tuple[np.ndarray, ...]:
    """Points (N, 60, 3) of a ball that turns with the object, as one view of each row has them.

    Also whether each is seen there (N, 60), and whether it is hidden; else neither can be told.
    """
    flat = ball_normals()
    c, s = np.cos(turn)[:, None], np.sin(turn)[:, None]
    x, y = c * flat[:, 0] - s * flat[:, 1], s * flat[:, 0] + c * flat[:, 1]
    normals = np.stack([x, y, np.broadcast_to(flat[:, 2], x.shape)], axis=2)
    points = (BALL_RADIUS * normals).astype("<f4")
    towards = pose[:, None, :3, 3] - points
    cosine = (normals * towards).sum(axis=2) / np.linalg.norm(towards, axis=2)
    in_camera = np.einsum("nji,npj->npi", pose[:, :3, :3], -towards)
    offset = focal_px[:, None, None] * in_camera[..., :2] / in_camera[..., 2:]
    inside = (np.abs(offset) < 256.0).all(axis=2) & (in_camera[..., 2] > 0)
    return points, inside & (cosine > 0.2), ~inside | (cosine < -0.2)


def _points_of(
    one: tuple[np.ndarray, ...], two: tuple[np.ndarray, ...]
) -> tuple[list[bytes], list[bytes]]:
    """The points that the first views show, packed, and what the second views show of them."""
    points, seen, _ = one
    told = np.where(two[2], 0, np.where(two[1], 1, 2)).astype(np.uint8)
    rows = range(len(points))
    return [points[i][seen[i]].tobytes() for i in rows], [told[i][seen[i]].tobytes() for i in rows]


def _matrices(values: np.ndarray) -> pa.Array:
    size = values.shape[-1]
    inner = pa.FixedSizeListArray.from_arrays(pa.array(values.reshape(-1)), size)
    return pa.FixedSizeListArray.from_arrays(inner, size)


def table_of(columns: dict[str, object]) -> pa.Table:
    """A pairs table from columns; matrices as (N, k, k) arrays."""
    arrays = []
    for field in PAIRS:
        value = columns[field.name]
        if isinstance(value, np.ndarray) and value.ndim == 3:
            value = _matrices(value)
        elif field.name == "front_azimuth_1_rad":
            value = pa.array(value, mask=np.isnan(value))
        arrays.append(
            pa.array(value, type=field.type) if not isinstance(value, pa.Array) else value
        )
    return pa.Table.from_arrays(arrays, schema=PAIRS)


def both_ways(
    one: Cameras,
    two: Cameras,
    *,
    turn: np.ndarray,
    uids: list[str],
    kinds: list[str],
    front_azimuth: np.ndarray,
    static_backdrop: np.ndarray,
    bulk: np.ndarray,
) -> pa.Table:
    """Rows (i, j) and (j, i), side by side, of every pair of cameras."""
    count = len(turn)
    poses = [one.world_from_camera(), two.world_from_camera()]
    turns = [np.zeros(count), turn]
    focals = [one.focal_px, two.focal_px]
    views = [view_numbers(poses[k], focals[k], turns[k]) for k in (0, 1)]
    tables = [
        _one_way(
            order, poses, focals, turns, views, uids, kinds, front_azimuth, static_backdrop, bulk
        )
        for order in ((0, 1), (1, 0))
    ]
    woven = np.arange(2 * count).reshape(2, count).T.ravel()
    return pa.concat_tables(tables).take(pa.array(woven))


def _one_way(
    order: tuple[int, int],
    poses: list[np.ndarray],
    focals: list[np.ndarray],
    turns: list[np.ndarray],
    views: list[dict[str, np.ndarray]],
    uids: list[str],
    kinds: list[str],
    front_azimuth: np.ndarray,
    static_backdrop: np.ndarray,
    bulk: np.ndarray,
) -> pa.Table:
    first, second = order
    count = len(uids)
    names = [[f"{uid}-v{row}{'ab'[k]}" for row, uid in enumerate(uids)] for k in order]
    one, two = views[first], views[second]
    relative = relative_numbers(poses[first], poses[second], one, two)
    apart = np.hypot(np.nan_to_num(relative["azimuth_rad"]), relative["elevation_rad"])
    columns: dict[str, object] = {
        "pair_id": [f"{a}>{b}" for a, b in zip(*names, strict=True)],
        "reverse_id": [f"{b}>{a}" for a, b in zip(*names, strict=True)],
        "asset_uid": uids,
        "category": ["thing"] * count,
        "licence": ["CC0-1.0"] * count,
        "kind": kinds,
        "view_id_1": names[0],
        "view_id_2": names[1],
        **relative,
        "overlap_12": np.clip(1 - apart / 2.2, 0, 1),
        "overlap_21": np.clip(1 - apart / 2.3, 0, 1),
        "light_moved": np.array([kind == "light" for kind in kinds], dtype=bool),
        "front_azimuth_1_rad": front_azimuth + one["object_turn_rad"],
        "backdrop": np.where(static_backdrop, "ground", "solid").tolist(),
        "world_from_camera_1": poses[first],
        "world_from_camera_2": poses[second],
        "width_px": np.full(count, 512),
        "height_px": np.full(count, 512),
        "image_sha256_1": [f"sha-{name}" for name in names[0]],
        "image_sha256_2": [f"sha-{name}" for name in names[1]],
        "seed": np.zeros(count, dtype=np.int64),
        "fingerprint": ["run"] * count,
    }
    balls = [ball_points(poses[k], focals[k], turns[k]) for k in order]
    columns["surface_points_1"], columns["seen_in_2"] = _points_of(balls[0], balls[1])
    columns["surface_points_2"], columns["seen_in_1"] = _points_of(balls[1], balls[0])
    for number, (view, k) in enumerate(((one, first), (two, second)), start=1):
        columns |= {f"{name}_{number}": values for name, values in view.items()}
        size = view["focal_px"] / (512.0 * view["distance"])
        columns[f"mask_share_{number}"] = np.clip(bulk * size**2, 0, 0.95)
        columns[f"in_frame_share_{number}"] = _in_frame(view, size)
        intrinsics = np.zeros((count, 3, 3))
        intrinsics[:, 0, 0] = intrinsics[:, 1, 1] = focals[k]
        intrinsics[:, 0, 2] = intrinsics[:, 1, 2] = 256.0
        intrinsics[:, 2, 2] = 1.0
        columns[f"intrinsics_{number}"] = intrinsics
    return table_of(columns)


def _in_frame(view: dict[str, np.ndarray], size: np.ndarray) -> np.ndarray:
    """A guess: an object of 1 × 1 (its size in image widths) cut at the nearest edge."""
    aim = np.maximum(np.abs(view["bearing_right_rad"]), np.abs(view["bearing_down_rad"]))
    off = np.tan(np.minimum(aim, 1.5)) * view["focal_px"] / 512.0
    return np.clip((0.5 - off + 0.4 * size) / (0.8 * size), 0, 1)


def _every_motion(
    rng: np.random.Generator, kinds: np.ndarray
) -> tuple[Cameras, Cameras, np.ndarray]:
    half_fov = np.deg2rad(rng.uniform(18, 32, len(kinds)))
    first = anchors(rng, len(kinds), half_fov)
    one = facing(**first)
    two = replace(one)
    turn = np.zeros(len(kinds))
    for kind in sorted(set(kinds.tolist())):
        rows = np.flatnonzero(kinds == kind)
        part = {name: values[rows] for name, values in first.items()}
        cameras, turned = moved(rng, kind, part, half_fov[rows])
        two = Cameras(
            *(_put(getattr(two, name), rows, getattr(cameras, name)) for name in CAMERA_FIELDS)
        )
        turn[rows] = turned
    return one, two, turn


def _seen_whole(camera: Cameras) -> np.ndarray:
    view = view_numbers(camera.world_from_camera(), camera.focal_px, np.zeros(len(camera.pitch)))
    size = view["focal_px"] / (512.0 * view["distance"])
    return (_in_frame(view, size) >= 0.85) & (np.abs(view["pitch_rad"]) < POLE)


def random_cameras(
    rng: np.random.Generator, count: int, mix: dict[str, float] = REALISTIC_MIX
) -> tuple[Cameras, Cameras, np.ndarray, list[str]]:
    """Pairs of cameras of a mix of motions; also the object's turn and each pair's kind.

    As a planner would, motions that lose sight of the object are drawn again.
    """
    shares = np.array(list(mix.values())) / sum(mix.values())
    kinds = rng.choice(list(mix), size=count, p=shares)
    one, two, turn = _every_motion(rng, kinds)
    for _ in range(20):
        again = np.flatnonzero(~(_seen_whole(one) & _seen_whole(two)))
        if len(again) == 0:
            break
        new_one, new_two, new_turn = _every_motion(rng, kinds[again])
        one, two = (
            Cameras(*(_put(getattr(o, f), again, getattr(n, f)) for f in CAMERA_FIELDS))
            for o, n in ((one, new_one), (two, new_two))
        )
        turn = _put(turn, again, new_turn)
    return one, two, turn, kinds.tolist()


def _put(values: np.ndarray, rows: np.ndarray, new: np.ndarray) -> np.ndarray:
    values = values.copy()
    values[rows] = new
    return values


def synthetic_pairs(
    count: int, *, seed: int = 0, mix: dict[str, float] = REALISTIC_MIX, per_asset: int = 20
) -> pa.Table:
    """2 × ``count`` rows: pairs of a mix of motions, both ways."""
    rng = np.random.default_rng(seed)
    one, two, turn, kinds = random_cameras(rng, count, mix)
    asset = np.arange(count) // per_asset
    per_row = rng.uniform(size=(asset[-1] + 1, 3))[asset]
    static = (per_row[:, 0] < 0.5) | (turn != 0)
    front = np.where(per_row[:, 1] < 0.6, -np.pi / 2, np.nan)
    return both_ways(
        one,
        two,
        turn=turn,
        uids=[f"asset{number:06d}" for number in asset],
        kinds=kinds,
        front_azimuth=front,
        static_backdrop=static,
        bulk=np.exp(rng.normal(-0.7, 0.5, asset[-1] + 1))[asset],
    )


def camera(
    x: float,
    y: float,
    z: float,
    *,
    heading_deg: float,
    pitch_deg: float = 0.0,
    roll_deg: float = 0.0,
    focal_px: float = 500.0,
) -> Cameras:
    """One camera, by hand."""
    return Cameras(
        centre=np.array([[x, y, z]]),
        heading=np.deg2rad([heading_deg]),
        pitch=np.deg2rad([pitch_deg]),
        roll=np.deg2rad([roll_deg]),
        focal_px=np.array([focal_px]),
    )


def facing_camera(
    azimuth_deg: float,
    elevation_deg: float = 0.0,
    distance: float = 3.0,
    *,
    look_deg: float = 0.0,
) -> Cameras:
    """One camera that faces the object, but for ``look_deg`` to the left."""
    azimuth, elevation = np.deg2rad([azimuth_deg, elevation_deg])
    level = distance * np.cos(elevation)
    return camera(
        level * np.cos(azimuth),
        level * np.sin(azimuth),
        distance * np.sin(elevation),
        heading_deg=azimuth_deg + 180.0 + look_deg,
        pitch_deg=-elevation_deg,
    )


HERE = camera(0, -3, 0, heading_deg=90)
"""Three in front of the object, looking at it along +Y."""


def around(azimuth_deg: float, elevation_deg: float = 0.0, distance: float = 3.0) -> Cameras:
    """A camera that faces the object from so far round, counter-clockwise from ``HERE``."""
    return facing_camera(azimuth_deg - 90.0, elevation_deg, distance)


def one_pair(
    one: Cameras,
    two: Cameras,
    *,
    turn_deg: float = 0.0,
    front_deg: float = np.nan,
    static_backdrop: bool = False,
) -> pa.Table:
    """The pair (1, 2) in row 0 and (2, 1) in row 1."""
    return both_ways(
        one,
        two,
        turn=np.deg2rad([turn_deg]),
        uids=["thing"],
        kinds=["by hand"],
        front_azimuth=np.deg2rad([front_deg]),
        static_backdrop=np.array([static_backdrop]),
        bulk=np.array([0.5]),
    )

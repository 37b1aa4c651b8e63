"""Made-up pairs tables whose views recur: whole visits of cameras put where a test wants them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from itertools import combinations

import numpy as np
import pyarrow as pa
from synthetic_pairs import Cameras, around, both_ways


def side(azimuth_deg: float, elevation_deg: float = 20.0, distance: float = 3.0) -> Cameras:
    """A camera that faces the object from an azimuth, counted from the object's front."""
    return around(azimuth_deg, elevation_deg, distance)


def visit(
    uid: str,
    cameras: Sequence[Cameras],
    *,
    visit_round: int = 0,
    linked: Sequence[tuple[int, int]] | None = None,
    static: bool = True,
    front_deg: float = -90.0,
    turns_deg: Sequence[float] | None = None,
    category: str = "thing",
    licence: str = "CC0-1.0",
) -> pa.Table:
    """The pairs of one visit, both ways; view k is called "uid.round.00.k".

    Args:
        linked: which cameras are pairs; None: every two of them.
        turns_deg: of the object in each view but the first of a pair, which must be 0.
    """
    edges = list(combinations(range(len(cameras)), 2)) if linked is None else list(linked)
    turns = np.deg2rad([0.0] * len(cameras) if turns_deg is None else turns_deg)
    one, two = (_stacked([cameras[edge[k]] for edge in edges]) for k in (0, 1))
    table = both_ways(
        one,
        two,
        turn=turns[[edge[1] for edge in edges]],
        uids=[uid] * len(edges),
        kinds=["by hand"] * len(edges),
        front_azimuth=np.full(len(edges), np.deg2rad(front_deg)),
        static_backdrop=np.full(len(edges), static),
        bulk=np.full(len(edges), 0.5),
    )
    names = [f"{uid}.{visit_round}.00.{k}" for k in range(len(cameras))]
    ways = [way for edge in edges for way in (edge, edge[::-1])]
    renamed = {
        "view_id_1": [names[a] for a, _ in ways],
        "view_id_2": [names[b] for _, b in ways],
        "pair_id": [f"{names[a]}>{names[b]}" for a, b in ways],
        "reverse_id": [f"{names[b]}>{names[a]}" for a, b in ways],
        "image_sha256_1": [f"sha-{names[a]}" for a, _ in ways],
        "image_sha256_2": [f"sha-{names[b]}" for _, b in ways],
        "category": [category] * len(ways),
        "licence": [licence] * len(ways),
    }
    for name, values in renamed.items():
        place = table.schema.get_field_index(name)
        table = table.set_column(place, table.schema.field(name), pa.array(values, pa.string()))
    return table


def _stacked(cameras: Sequence[Cameras]) -> Cameras:
    names = [field.name for field in fields(Cameras)]
    return Cameras(*(np.concatenate([getattr(each, name) for each in cameras]) for name in names))


def random_visits(
    count: int, *, seed: int = 0, views: int = 9, static_share: float = 0.5
) -> pa.Table:
    """Visits of three clusters of three cameras, linked within a cluster, as a run has them."""
    rng = np.random.default_rng(seed)
    tables = []
    for number in range(count):
        cameras = []
        for _ in range(views // 3):
            azimuth, elevation = rng.uniform(-180, 180), rng.uniform(0, 50)
            cameras.append(side(azimuth, elevation))
            cameras.append(side(azimuth + rng.choice([-1, 1]) * rng.uniform(13, 150), elevation))
            off = rng.choice([0.0, rng.choice([-1, 1]) * rng.uniform(13, 60)])
            cameras.append(side(azimuth + off, elevation + rng.choice([0.0, 12.0]), 3.3))
        clusters = [(k, k + j) for k in range(0, views, 3) for j in (1, 2)]
        clusters += [(k + 1, k + 2) for k in range(0, views, 3)]
        tables.append(
            visit(
                f"asset{number:05d}",
                cameras,
                linked=clusters,
                static=bool(rng.uniform() < static_share),
                front_deg=-90.0,
            )
        )
    return pa.concat_tables(tables)

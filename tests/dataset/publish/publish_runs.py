"""Builds a run from made-up visits: real questions, pictures of noise that no two views share."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image
from synthetic_visits import random_visits

from viewpoint_gen.dataset.images import encode_depth, encode_mask
from viewpoint_gen.dataset.schema import ASSETS, OUTCOMES, PAIRS, QUESTIONS, REJECTED, RINGS, VIEWS
from viewpoint_gen.dataset.shards import create_part
from viewpoint_gen.pipeline.ask import ask_questions
from viewpoint_gen.pipeline.run_directory import RECIPE_NAME
from viewpoint_gen.recipe import load_recipe
from viewpoint_gen.records import Ring
from viewpoint_gen.storage import open_store

ASSETS_COUNT = 24
PER_PART = 5
WIDTH_PX, HEIGHT_PX = 96, 64
FORMATS = ("jpeg", "webp", "png")
OF_VIEW = (
    "azimuth_rad", "elevation_rad", "distance", "heading_rad", "pitch_rad", "roll_rad", "focal_px",
    "mask_share", "in_frame_share", "surface_points", "world_from_camera", "intrinsics",
    "image_sha256",
)  # fmt: skip
LICENCES = ("CC0-1.0", "CC-BY-4.0", "MIT OR CC-BY-NC-4.0")
Row = dict[str, Any]


def build_run(root: Path) -> Path:
    """Two visits to each asset, in parts that mix them as rounds do, with questions."""
    recipe = load_recipe(overrides=[("pairs.least_visits", 2)])
    root.mkdir(parents=True)
    (root / RECIPE_NAME).write_text(recipe.to_toml(), encoding="utf-8")
    rows = [
        _settled(row, visit_round, recipe.fingerprint)
        for visit_round in (0, 1)
        for row in random_visits(ASSETS_COUNT, seed=11 + visit_round).to_pylist()
    ]
    uids = sorted({row["asset_uid"] for row in rows})
    for visit_round in (0, 1):
        for part, first in enumerate(range(0, len(uids), PER_PART)):
            mine = uids[first : first + PER_PART]
            pairs = [r for r in rows if r["asset_uid"] in mine and r["round"] == visit_round]
            name = f"part-{visit_round:02d}-{part:06d}.parquet"
            _write(root, f"pairs/{name}", pairs, PAIRS)
            _write(root, f"views/{name}", _views(pairs), VIEWS)
    _write(root, "rings/part-00-000000.parquet", [_ring(uid) for uid in uids], RINGS)
    _write(root, "rejected/part-00-000000.parquet", [], REJECTED)
    _write_assets(root, uids, rows)
    ask_questions(str(root))
    _mark_some(root)
    return root


def _mark_some(root: Path) -> None:
    """Put marks into the second image of every tenth question."""
    for path in sorted((root / "qa").iterdir()):
        rows = pq.read_table(path).to_pylist()
        for number, row in enumerate(rows[::10]):
            spots = [("A", 20.0 + number % 50, 30.5), ("B", 60.0, 14.0 + number % 30)]
            row["marks"] = [
                {"image": 1, "label": label, "x_px": x, "y_px": y} for label, x, y in spots
            ]
        _write(root, f"qa/{path.name}", rows, QUESTIONS)


def licence_of(uid: str) -> str:
    return LICENCES[int(uid[-5:]) % len(LICENCES)]


@cache
def picture_of(view_id: str) -> tuple[bytes, str]:
    """Noise of the view's own, and the format that it is stored in."""
    seed = int.from_bytes(hashlib.sha256(view_id.encode()).digest()[:8], "little")
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, (HEIGHT_PX // 8, WIDTH_PX // 8, 3), dtype=np.uint8)
    form = FORMATS[seed % 3] if seed % 4 == 0 else "jpeg"
    buffer = io.BytesIO()
    Image.fromarray(np.kron(small, np.ones((8, 8, 1), np.uint8))).save(buffer, form.upper())
    return buffer.getvalue(), form


def change_assets(root: Path, change: Callable[[Row], Row]) -> None:
    """Write ``assets.parquet`` anew."""
    rows = pq.read_table(root / "assets.parquet").to_pylist()
    _write(root, "assets.parquet", [change(row) for row in rows], ASSETS)


def _settled(row: Row, visit_round: int, fingerprint: str) -> Row:
    """A row of the visit's own round, with true hashes of its images."""
    old, new = ".0.00.", f".{visit_round}.00."
    names = {key: row[key].replace(old, new) for key in ("view_id_1", "view_id_2", "pair_id")}
    return row | names | {
        "reverse_id": row["reverse_id"].replace(old, new),
        "round": visit_round,
        "fingerprint": fingerprint,
        "licence": licence_of(row["asset_uid"]),
        "width_px": WIDTH_PX,
        "height_px": HEIGHT_PX,
        **{
            f"image_sha256_{k}": hashlib.sha256(picture_of(names[f"view_id_{k}"])[0]).hexdigest()
            for k in (1, 2)
        },
    }  # fmt: skip


def _views(pairs: list[Row]) -> list[Row]:
    found: dict[str, Row] = {}
    for row in pairs:
        for k in (1, 2):
            name = row[f"view_id_{k}"]
            picture, form = picture_of(name)
            depth = np.full((HEIGHT_PX, WIDTH_PX), np.inf, np.float32)
            depth[10:40, 20:70] = 2.0 + len(found)
            png, near, far = encode_depth(depth)
            found[name] = {
                **{column: row[f"{column}_{k}"] for column in OF_VIEW},
                "view_id": name,
                "backdrop": row["backdrop"],
                "asset_uid": row["asset_uid"],
                "category": row["category"],
                "licence": row["licence"],
                "source_path": f"/home/somebody/{row['asset_uid']}.glb",
                "round": row["round"],
                "image": picture,
                "image_format": form,
                "mask": encode_mask(np.isfinite(depth)),
                "depth": png,
                "depth_near": near,
                "depth_far": far,
                "width_px": WIDTH_PX,
                "height_px": HEIGHT_PX,
                "engine": "cycles",
                "device": "CPU",
                "samples": 2,
                "seconds": [("render", 1.5), ("save", 0.25)],
                "fingerprint": row["fingerprint"],
            }
    return [found[name] for name in sorted(found)]


def _ring(uid: str) -> Row:
    """Of an object that looks like itself from no other side."""
    ring = Ring.of_ratios(np.where(np.eye(12, dtype=bool), 0.4, 9.0), elevation_rad=0.3)
    return {
        "asset_uid": uid, "round": 0, "azimuths": 12, "elevation_rad": 0.3, "ratios": ring.packed,
        "shape_key": uid, "middle_x": 0.0, "middle_y": 0.0,
    }  # fmt: skip


def _write_assets(root: Path, uids: list[str], rows: list[Row]) -> None:
    assets = [
        {
            "asset_uid": uid, "status": "written", "code": "", "visits": 2, "source": "folder",
            "source_path": f"/home/somebody/{uid}.glb", "licence": licence_of(uid),
            "author": f"author of {uid}", "title": f"a thing {uid}", "category": "thing",
            "url": f"https://example.org/{uid}", "mended": [],
            "pairs": sum(row["asset_uid"] == uid for row in rows),
            "views": len({row["view_id_1"] for row in rows if row["asset_uid"] == uid}),
        }
        for uid in uids
    ]  # fmt: skip
    lost = {
        "asset_uid": "lost", "status": "failed", "code": "truncated", "visits": 1, "pairs": 0,
        "views": 0, "licence": "CC-BY-ND-4.0", "title": "never shown", "mended": [],
    }  # fmt: skip
    _write(root, "assets.parquet", [*assets, lost], ASSETS)
    ended = [{"asset_uid": a["asset_uid"], "status": a["status"], "seconds": 2.5} for a in assets]
    _write(root, "outcomes/part-00-000000.parquet", ended, OUTCOMES)


def _write(root: Path, name: str, rows: list[Row], schema: pa.Schema) -> None:
    full = [{column: row.get(column) for column in schema.names} for row in rows]
    with create_part(open_store(root), name, schema) as part:
        part.write(pa.Table.from_pylist(full, schema=schema))

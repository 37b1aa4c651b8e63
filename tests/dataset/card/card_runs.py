"""Builds a run from made-up visits: real questions, drawn pictures, objects with hostile names."""

from __future__ import annotations

import hashlib
import io
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from datasets import Dataset, Image
from PIL import Image as Pictures
from PIL import ImageDraw
from synthetic_visits import random_visits

from viewpoint_gen.dataset.card import ConfigFacts, PackageFacts, SplitFacts, card_files
from viewpoint_gen.dataset.schema import ASSETS, OUTCOMES, PAIRS, REJECTED, RINGS, VIEWS
from viewpoint_gen.pipeline.ask import ask_questions
from viewpoint_gen.pipeline.run_directory import RECIPE_NAME, load_run_recipe
from viewpoint_gen.recipe import load_recipe
from viewpoint_gen.records import Ring
from viewpoint_gen.storage import open_store

VISITS = 36
WIDTH_PX, HEIGHT_PX = 96, 64
REPO = "some-body/view_points"
HOSTILE = "pipe | `tick` <script>alert(1)</script>\n# not a heading $x$ [a](javascript:x)"
LICENCES = ("CC0-1.0", "CC-BY-4.0", "CC0-1.0 AND CC-BY-4.0")
SECONDS = {"render": 1.5, "save": 0.25}


@dataclass(frozen=True)
class Card:
    """A card with what it was made of."""

    files: dict[str, bytes]
    package: PackageFacts
    run: Path

    @property
    def readme(self) -> str:
        return self.files["README.md"].decode()


def build_run(root: Path) -> Path:
    """A finished and asked run of ``VISITS`` objects."""
    root.mkdir(parents=True)
    recipe = load_recipe(overrides=[("assets.source", "folder:/home/somebody/private")])
    (root / RECIPE_NAME).write_text(recipe.to_toml(), encoding="utf-8")
    pairs = random_visits(VISITS, seed=3)
    uids = sorted(set(pairs["asset_uid"].to_pylist()))
    about = {uid: _about(number, uid) for number, uid in enumerate(uids)}
    rows = [
        row
        | {"fingerprint": recipe.fingerprint, "width_px": WIDTH_PX, "height_px": HEIGHT_PX}
        | {name: about[row["asset_uid"]][name] for name in ("category", "licence")}
        for row in pairs.to_pylist()
    ]
    _write(root / "pairs/part-00-000000.parquet", rows, PAIRS)
    views = _views(rows)
    half = len(views) // 2
    _write(root / "views/part-00-000000.parquet", views[:half], VIEWS)
    _write(root / "views/part-00-000001.parquet", views[half:], VIEWS)
    _write_assets(root, uids, about, rows, views)
    _write(root / "rings/part-00-000000.parquet", [_ring(uid) for uid in uids], RINGS)
    rejected = [{"kind": "view", "subject_id": "v", "asset_uid": uids[0], "code": "blank"}] * 3
    _write(root / "rejected/part-00-000000.parquet", rejected, REJECTED)
    ask_questions(str(root))
    return root


def _about(number: int, uid: str) -> dict[str, Any]:
    return {
        "title": HOSTILE if number == 1 else f"thing {number}",
        "author": "A | B\r\n<b>C</b>" if number == 2 else "",
        "licence": LICENCES[number % len(LICENCES)],
        "category": HOSTILE if number == 0 else f"kind_{number % 4}",
        "url": "javascript:alert(1)" if number == 3 else f"https://example.org/{uid}?a=1&b=(2)",
        "source": "folder",
        "source_path": f"/home/somebody/private/{uid}.glb",
    }


def _ring(uid: str) -> dict[str, Any]:
    """Of an object that looks like itself from no other side."""
    ring = Ring.of_ratios(np.where(np.eye(12, dtype=bool), 0.4, 9.0), elevation_rad=0.3)
    looked = {"azimuths": 12, "elevation_rad": 0.3, "ratios": ring.packed, "shape_key": uid}
    return {"asset_uid": uid, "round": 0, "middle_x": 0.0, "middle_y": 0.0, **looked}


def _views(pairs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    of_view = ("azimuth_rad", "elevation_rad", "distance", "heading_rad", "pitch_rad", "roll_rad")
    for row in pairs:
        for k in (1, 2):
            view = {name: row[f"{name}_{k}"] for name in (*of_view, "focal_px", "mask_share")}
            name = row[f"view_id_{k}"]
            found[name] = view | {
                "view_id": name,
                "image": _picture(name),
                "image_format": "jpeg",
                "image_sha256": row[f"image_sha256_{k}"],
                "backdrop": row["backdrop"],
                "engine": "cycles",
                "device": "CPU",
                "samples": 2,
                "seconds": list(SECONDS.items()),
                **{
                    n: row[n] for n in ("asset_uid", "category", "licence", "width_px", "height_px")
                },
            }
    return [found[name] for name in sorted(found)]


def _picture(name: str) -> bytes:
    colour = tuple(hashlib.sha256(name.encode()).digest()[:3])
    drawn = Pictures.new("RGB", (WIDTH_PX, HEIGHT_PX), (230, 230, 235))
    ImageDraw.Draw(drawn).ellipse((30, 12, 70, 52), fill=colour)
    buffer = io.BytesIO()
    drawn.save(buffer, "JPEG")
    return buffer.getvalue()


def _write_assets(root, uids, about, pairs, views) -> None:
    def of(rows, uid):
        return sum(row["asset_uid"] == uid for row in rows)

    assets = [
        {"asset_uid": uid, "status": "written", "code": "", "visits": 1, **about[uid]}
        | {"pairs": of(pairs, uid), "views": of(views, uid)}
        for uid in uids
    ]
    lost = {"asset_uid": "lost", "status": "failed", "code": "truncated", "visits": 1}
    assets.append(lost | {"pairs": 0, "views": 0, "licence": "MIT", "title": "never shown"})
    _write(root / "assets.parquet", assets, ASSETS)
    outcomes = [
        {"asset_uid": a["asset_uid"], "status": a["status"], "seconds": 2.5} for a in assets
    ]
    _write(root / "outcomes/part-00-000000.parquet", outcomes, OUTCOMES)


def _write(path: Path, rows: list[dict[str, Any]], schema: pa.Schema) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    full = [{name: row.get(name) for name in schema.names} for row in rows]
    pq.write_table(pa.Table.from_pylist(full, schema=schema), path, row_group_size=64)


def pack(run: Path, folder: Path) -> PackageFacts:
    """The questions as Parquet with images, by ``datasets`` itself; facts about what it wrote."""
    pictures = {
        row["view_id"]: row["image"]
        for row in pq.read_table(run / "views", columns=["view_id", "image"]).to_pylist()
    }
    table = pq.read_table(run / "qa").drop_columns(["facts"])
    splits, features = [], {}
    for name in ("train", "validation", "test"):
        rows = table.filter(pc.equal(table["split"], name))
        images = [
            [{"bytes": pictures[view], "path": f"{view}.jpg"} for view in ids]
            for ids in rows["image_ids"].to_pylist()
        ]
        made = Dataset(rows.append_column("images", pa.array(images)))
        made = made.cast_column("images", [Image()])
        file = f"qa/{name}-00000-of-00001.parquet"
        (folder / "qa").mkdir(parents=True, exist_ok=True)
        written = made.to_parquet(folder / file)
        size = (folder / file).stat().st_size
        splits.append(SplitFacts(name, [file], rows.num_rows, size, written))
        features = made.features.to_dict()
    return PackageFacts([ConfigFacts("qa", splits, features, is_default=True)], "cc-by-4.0")


def made_up_package() -> PackageFacts:
    """Facts of files that nobody reads."""
    features = {"id": {"dtype": "string", "_type": "Value"}}
    splits = [SplitFacts("train", ["qa/train-00000-of-00001.parquet"], 10, 1000, 2000)]
    return PackageFacts([ConfigFacts("qa", splits, features)], "cc0-1.0", tag="v3")


def card_of(run: Path, package: PackageFacts | None = None) -> Card:
    """The card of a run, of a package that needn't be there."""
    package = package or made_up_package()
    store = open_store(str(run))
    return Card(card_files(store, load_run_recipe(store), package, REPO), package, run)


def audit(run: Path, families: list[str], *, passed: bool = True, more: int = 0) -> None:
    """Write an audit.json in which each family has a guess of each kind.

    Args:
        more: questions of each family than the run has.
    """
    roles = Counter(
        row["family"]
        for row in pq.read_table(run / "qa", columns=["family", "group_role"]).to_pylist()
        if not row["group_role"].endswith("_again")
    )
    counts = {name: roles[name] + more for name in families}
    (run / "audit.json").write_text(_audit_report(counts, passed=passed), encoding="utf-8")


def _audit_report(counts: dict[str, int], *, passed: bool) -> str:

    def cheat(name: str, sees: str, kind: str, share: float) -> dict[str, Any]:
        past = kind == "leak" and share > 0.6
        return {
            "cheat": name, "sees": sees, "kind": kind, "chance": 0.5, "share": share,
            "low": share - 0.02, "high": share + 0.02, "past_gate": past, "tells": [],
        }  # fmt: skip

    return json.dumps(
        {
            "gate": {
                "margin": 0.03, "bound_margin": 0.1, "share_from_questions": 2000, "passed": passed,
            },
            "leaks": [] if passed else ["overlap_share: image_1 | is <b>right</b>"],
            "families": {
                name: {
                    "family": name, "questions": questions, "assets": 20, "chance": 0.5,
                    "best_constant": {"answer": "17", "score": 0.42} if number == 0 else None,
                    "judged_by": "lower end",
                    "cheats": [
                        cheat("best_letter", "nothing", "leak", 0.51),
                        cheat("counting", "the text", "leak", 0.515),
                        cheat("image_1", "image 1", "leak", 0.52 if passed else 0.7),
                        cheat("camera_1", "camera 1's numbers", "bound", 0.56),
                        cheat("shuffled", "image 1, a wrong image 2", "both", 0.99),
                    ],
                }
                for number, (name, questions) in enumerate(counts.items())
            },
        }
    )  # fmt: skip

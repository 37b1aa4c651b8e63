"""A small run with a question of every form, written by hand: each view has a colour of its own."""

from __future__ import annotations

import colorsys
import hashlib
import io
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from viewpoint_gen.dataset.schema import ASSETS, TABLES

WIDTH_PX, HEIGHT_PX = 48, 40
ASSETS_COUNT, VIEWS_EACH = 6, 6
ROWS_PER_GROUP = 4
SPLITS = ("train", "train", "train", "train", "validation", "test")

TITLES = ("cup", "chair | of <oak>", "taxi", "cat", "stool", "lamp")
LICENCES = ("CC0-1.0", "CC-BY-4.0", "CC0-1.0", "CC-BY-4.0", "CC0-1.0", "MIT")

KEYS = {"fingerprint": "recipe", "qa_fingerprint": "questions"}


def view_id(asset: int, view: int) -> str:
    return f"asset{asset}.0.00.{view}"


def colour_of(asset: int, view: int) -> tuple[int, int, int]:
    """Far enough from all others to be told after JPEG."""
    number = asset * VIEWS_EACH + view
    lightness = (0.35, 0.55, 0.75)[number % 3]
    red, green, blue = colorsys.hls_to_rgb(number / (ASSETS_COUNT * VIEWS_EACH), lightness, 0.9)
    return round(255 * red), round(255 * green), round(255 * blue)


def picture_of(asset: int, view: int) -> tuple[bytes, str]:
    """JPEG, PNG and WebP in turn."""
    image = Image.new("RGB", (WIDTH_PX, HEIGHT_PX), colour_of(asset, view))
    kind = ("jpeg", "png", "webp")[view % 3]
    buffer = io.BytesIO()
    options = {"quality": 95} if kind == "jpeg" else {"lossless": True} if kind == "webp" else {}
    image.save(buffer, kind.upper(), **options)
    return buffer.getvalue(), kind


def nearest_view(image: Image.Image) -> str:
    """The view whose colour a picture has, away from its marks: by the median."""
    median = np.median(np.asarray(image.convert("RGB")).reshape(-1, 3), axis=0)
    far = {
        view_id(asset, view): float(np.abs(median - colour_of(asset, view)).sum())
        for asset in range(ASSETS_COUNT)
        for view in range(VIEWS_EACH)
    }
    return min(far, key=far.__getitem__)


def _choice(options: list[str], right: int, **more: Any) -> dict[str, Any]:
    return {
        "options": options,
        "answer_letter": "ABCDE"[right],
        "answer_text": options[right],
        "answer_type": "choice",
        "chance": 1 / len(options),
        **more,
    }


def _forms(asset: int) -> dict[str, dict[str, Any]]:
    """By family: what is asked about an asset, with the views that are shown."""
    two = "Image 1: <image>\nImage 2: <image>\n"
    return {
        "ego_rotation_yaw": _choice(
            ["left", "right", "not at all"], asset % 3, question=two + "Which way?", views=[0, 1]
        ),
        "choose_view": _choice(
            ["image A", "image B", "image C", "image D"],
            asset % 4,
            question="Start: <image>\nA <image>\nB <image>\nC <image>\nD <image>\nWhich one?",
            views=[0, 2, 3, 4, 5],
        ),
        "correspondence": _choice(
            ["mark A", "mark B"],
            1,
            question=two + "Where is it?",
            views=[1, 2],
            marks=[
                {"image": 0, "label": "REF", "x_px": 20.5, "y_px": 9.5},
                {"image": 1, "label": "A", "x_px": 12.5, "y_px": 30.5},
                {"image": 1, "label": "B", "x_px": 36.5, "y_px": 20.5},
            ],
        ),
        "estimate_yaw": {
            "question": two + "How many degrees?", "views": [4, 3], "options": [],
            "answer_text": "43", "answer_value": 43.2, "answer_unit": "deg",
            "answer_type": "angle", "tolerance": 20.0,
        },
        "estimate_distance": {
            "question": two + "How many times?", "views": [5, 0], "options": [],
            "answer_text": "1.90", "answer_value": 1.9035, "answer_unit": "ratio",
            "answer_type": "ratio", "tolerance": 0.25,
        },
        "all_that_apply": {
            "question": two + "What is true?", "views": [2, 5],
            "options": ["It rose.", "It rolled.", "It came nearer."],
            "answer_text": "A, C", "answer_value": 2.0, "answer_unit": "parts",
            "answer_type": "set",
        },
        "pose_tuple": {
            "question": two + "Which four numbers?", "views": [3, 1], "options": [],
            "answer_text": "-16, 4, 0.99, 0", "answer_unit": "rad", "answer_type": "pose",
        },
    }  # fmt: skip


DISTRACTORS = {
    "choice": lambda row: next(x for x in "ABCDE" if x != row["answer_letter"]),
    "angle": lambda row: repr(row["answer_value"] + 90.0),
    "ratio": lambda row: repr(row["answer_value"] * 3.0),
    "set": lambda row: "B",
    "pose": lambda row: "164, 80, 9.0, 90",
}
"""By answer type: an answer that is worth nothing."""


def questions() -> list[dict[str, Any]]:
    """Family by family, as a run holds them: not in the order of the assets."""
    rows = [
        _row(family, asset, _forms(asset)[family])
        for family in _forms(0)
        for asset in range(ASSETS_COUNT)
    ]
    again = dict(rows[0])
    rows.append(
        again | {"id": f"{again['id']}.again", "group_role": f"{again['group_role']}_again"}
    )
    return rows


def _row(family: str, asset: int, form: dict[str, Any]) -> dict[str, Any]:
    shown = [view_id(asset, view) for view in form["views"]]
    return {
        "id": f"asset{asset}.{family}",
        "group_id": f"asset{asset}.{family}",
        "group_role": "forward",
        "split": SPLITS[asset],
        "family": family,
        "frame": "camera 1",
        "asset_uids": [f"asset{asset}"],
        "image_ids": shown,
        "image_sha256": [
            hashlib.sha256(picture_of(asset, view)[0]).hexdigest() for view in form["views"]
        ],
        "marks": [],
        "reasons": f"The {TITLES[asset].split()[0]} shows it. So it is that.",
        "licence": LICENCES[asset],
        **KEYS,
        **{name: value for name, value in form.items() if name != "views"},
    }


def write_run(root: Path) -> Path:
    """Views, questions, their summary and assets; no more than an export reads."""
    views = []
    for asset in range(ASSETS_COUNT):
        for view in range(VIEWS_EACH):
            image, kind = picture_of(asset, view)
            views.append(
                {"view_id": view_id(asset, view), "asset_uid": f"asset{asset}"}
                | {"image": image, "image_format": kind}
            )
    _write(root, "views", views, parts=3)
    _write(root, "qa", questions(), parts=2)
    assets = [
        {
            "asset_uid": f"asset{number}", "title": TITLES[number], "author": f"author {number}",
            "licence": LICENCES[number], "source": "folder",
            "url": f"https://example.org/{number}" if number else "",
        }
        for number in range(ASSETS_COUNT)
    ]  # fmt: skip
    pq.write_table(_table(assets, ASSETS), root / "assets.parquet")
    (root / "qa.json").write_text("{}")
    return root


def _write(root: Path, table: str, rows: list[dict[str, Any]], *, parts: int) -> None:
    folder = root / table
    folder.mkdir(parents=True)
    each = -(-len(rows) // parts)
    for part in range(parts):
        some = _table(rows[part * each : (part + 1) * each], TABLES[table])
        path = folder / f"part-00-{part:06d}.parquet"
        pq.write_table(some, path, row_group_size=ROWS_PER_GROUP)


def _table(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    full = [{name: row.get(name) for name in schema.names} for row in rows]
    return pa.Table.from_pylist(full, schema=schema)

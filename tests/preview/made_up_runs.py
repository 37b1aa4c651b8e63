"""Writes runs without rendering: cameras whose places are known, texts as hostile as they come."""

from __future__ import annotations

import io
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from viewpoint_gen.dataset.schema import ASSETS, TABLES
from viewpoint_gen.geometry.camera import Camera
from viewpoint_gen.geometry.pose import look_at
from viewpoint_gen.geometry.relative import RelativeView, ViewGeometry, field_names

SIZE_PX = 48
FOCAL_PX = 50.0
HOSTILE = '<img src=x onerror="window.hacked=1">'
HOSTILE_CATEGORY = "</script><script>window.hacked=1</script>"

SPOTS = {
    "east": (3.0, 0.0, 0.5),
    "north": (0.0, 3.0, 0.5),
    "west": (-3.0, 0.0, 0.5),
    "high": (2.0, 0.0, 3.0),
    "near": (1.8, 0.0, 0.3),
}
"""Camera centres in the world; +X is east, +Y north, +Z up. All look at the origin."""

STEPS = [("east", "north"), ("north", "west"), ("east", "high"), ("east", "near")]
KINDS = ["orbit", "far_orbit", "climb", "dolly"]
SPLITS = ["train", "train", "train", "validation", "test", "train"]
CODES = ["tiny", "balance", "confusable", "no_front"]
RARE_CODE = "pole"
RARE_FAMILY = "ego_rotation_roll"

Row = dict[str, Any]
SCHEMAS = {**TABLES, "assets": ASSETS}


def blank(table: str, **values: Any) -> Row:
    """A row of a table; what isn't given is null."""
    row = dict.fromkeys(SCHEMAS[table].names)
    unknown = set(values) - set(row)
    assert not unknown, unknown
    return {**row, **values}


def camera_at(spot: str) -> Camera:
    centre = np.array(SPOTS[spot])
    half = SIZE_PX / 2
    intrinsics = np.array([[FOCAL_PX, 0, half], [0, FOCAL_PX, half], [0, 0, 1.0]])
    return Camera(look_at(centre, np.zeros(3)), intrinsics, SIZE_PX, SIZE_PX)


def picture(seed: int) -> bytes:
    rng = np.random.default_rng(seed)
    pixels = np.full((SIZE_PX, SIZE_PX, 3), rng.integers(60, 200, 3), np.uint8)
    pixels[14:34, 14:34] = rng.integers(0, 255, 3)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def points() -> bytes:
    """Corners of a box, and of a smaller one inside it."""
    corners = [(x, y, z) for x in (-0.5, 0.5) for y in (-0.3, 0.3) for z in (-0.2, 0.2)]
    return np.array(corners + [tuple(0.5 * v for v in c) for c in corners], "<f4").tobytes()


def view_row(uid: str, spot: str, category: str, seed: int) -> Row:
    camera = camera_at(spot)
    geometry = ViewGeometry.of(camera)
    return blank(
        "views",
        view_id=f"{uid}.0.{spot}",
        asset_uid=uid,
        category=category,
        licence="CC-BY-4.0",
        move="anchor" if spot == "east" else "orbit",
        image=picture(seed),
        image_format="jpeg",
        world_from_camera=camera.world_from_camera.tolist(),
        intrinsics=camera.intrinsics.tolist(),
        width_px=SIZE_PX,
        height_px=SIZE_PX,
        **{name: getattr(geometry, name) for name in field_names(ViewGeometry)},
        front_azimuth_rad=-math.pi / 2,
        mask_share=0.2,
        surface_points=points(),
        backdrop="solid",
        engine="cycles",
        device="CPU",
        samples=4,
        seconds=[("render", 1.25), ("save", 0.01)],
    )


def pair_row(uid: str, spots: tuple[str, str], kind: str, category: str) -> Row:
    one, two = (camera_at(spot) for spot in spots)
    relative = RelativeView.between(one, two)
    return blank(
        "pairs",
        pair_id=f"{uid}.0.{spots[0]}-{spots[1]}",
        asset_uid=uid,
        category=category,
        licence="CC-BY-4.0",
        kind=kind,
        view_id_1=f"{uid}.0.{spots[0]}",
        view_id_2=f"{uid}.0.{spots[1]}",
        **{name: getattr(relative, name) for name in field_names(RelativeView)},
        overlap_12=0.5,
        overlap_21=0.4,
        seen_in_2=bytes([1, 0] * 8),
        seen_in_1=bytes([0, 1] * 8),
        light_moved=False,
        backdrop="solid",
    )


def question_row(family: str, pair: Row | None, uid: str, views: list[str], **values: Any) -> Row:
    base = pair["pair_id"] if pair else ">".join(views)
    slots = "".join(f"Image {i + 1}: <image>\n" for i in range(len(views)))
    given = {
        "id": f"{base}.{family}",
        "group_id": f"{base}.{family}",
        "group_role": "forward",
        "family": family,
        "wording_id": f"{family}.01",
        "frame": "camera_1",
        "pair_id": pair["pair_id"] if pair else None,
        "asset_uids": [uid],
        "image_ids": views,
        "marks": [],
        "question": f"{slots}Which way did it go?",
        "options": ["to the left", "to the right", "to neither side"],
        "answer_key": "right",
        "answer_letter": "B",
        "answer_text": "to the right",
        "answer_type": "choice",
        "chance": 1 / 3,
        "reasons": "It went to its own right. So the answer is B.",
        "licence": "CC-BY-4.0",
    }
    return blank("qa", **{**given, **values})


def questions_of(pair: Row, uid: str, split: str, *, rare: bool) -> list[Row]:
    views = [pair["view_id_1"], pair["view_id_2"]]
    slots = "Image 1: <image>\nImage 2: <image>\n"
    marks = [
        {"image": 0, "label": letter, "x_px": x, "y_px": y}
        for letter, x, y in (("A", 15.5, 15.5), ("B", 32.5, 15.5), ("C", 15.5, 32.5))
    ]
    rows = [
        question_row("ego_translation_sideways", pair, uid, views),
        question_row(
            "estimate_yaw", pair, uid, views,
            question=f"{slots}How far did it turn, {HOSTILE}?", options=[], answer_key="bin_2",
            answer_letter=None, answer_text="33", answer_type="angle", chance=None,
            reasons=f"{HOSTILE} 33 degrees.",
        ),
        question_row(
            "all_that_apply", pair, uid, views, answer_key="ab", answer_letter=None,
            answer_text="A, C", answer_type="set", chance=None,
        ),
        question_row(
            "hidden_point", pair, uid, views, marks=marks,
            options=["point A", "point B", "point C"], answer_key="rank_1", answer_text="point B",
        ),
    ]  # fmt: skip
    if rare:
        rows.append(question_row(RARE_FAMILY, pair, uid, views, answer_key="clockwise"))
    return [{**row, "split": split} for row in rows]


def refusals_of(pair: Row, uid: str, *, rare: bool) -> list[Row]:
    codes = [*CODES, *([RARE_CODE] if rare else [])]
    return [
        blank(
            "rejected", kind="question", subject_id=f"{pair['pair_id']}.magnitude_{axis}",
            asset_uid=uid, code=code, numbers=[("azimuth_rad", math.radians(12.5)), ("ratio", 1.5)],
        )
        for axis, code in zip(
            ["azimuth", "elevation", "yaw", "pitch", "roll"][: len(codes)], codes, strict=True
        )
    ]  # fmt: skip


def set_rows(uid: str, split: str) -> list[Row]:
    """One set of five images, asked about twice."""
    views = [f"{uid}.0.{spot}" for spot in SPOTS]
    slots = "Image 1: <image>\nA: <image>\nB: <image>\nC: <image>\nD: <image>\n"
    return [
        question_row(
            "choose_view", None, uid, views, id=f"{uid}.0.set.{letter}.choose_view",
            group_id=f"{uid}.0.set.choose_view", group_role=letter, split=split,
            question=f"{slots}Which image is seen from there?", answer_letter=letter,
            options=[f"image {each}" for each in "ABCD"], answer_text=f"image {letter}",
            answer_key="round_0", chance=0.25,
        )
        for letter in "AB"
    ]  # fmt: skip


def part_of(number: int, uid: str, category: str, *, rare: bool = False) -> dict[str, list[Row]]:
    """One asset: five views, four pairs, their questions and refusals."""
    split = SPLITS[number % len(SPLITS)]
    views = [view_row(uid, spot, category, 10 * number + i) for i, spot in enumerate(SPOTS)]
    pairs = [pair_row(uid, step, kind, category) for step, kind in zip(STEPS, KINDS, strict=True)]
    questions = [row for pair in pairs for row in questions_of(pair, uid, split, rare=rare)]
    refused = [row for pair in pairs for row in refusals_of(pair, uid, rare=rare)]
    gone = blank(
        "rejected", kind="view", subject_id=f"{uid}.0.gone", asset_uid=uid, code="too_small",
        numbers=[("mask_share", 0.004), ("limit", 0.01)],
    )  # fmt: skip
    return {
        "views": views,
        "pairs": pairs,
        "qa": [*questions, *set_rows(uid, split)],
        "rejected": [gone, *refused],
        "outcomes": [blank("outcomes", asset_uid=uid, status="written", code="", seconds=20.0)],
    }


def asset_row(uid: str, category: str, *, hostile: bool) -> Row:
    return blank(
        "assets", asset_uid=uid, status="written", code="", visits=1, pairs=4, views=5,
        source="folder", category=category, licence="CC-BY-4.0",
        author=HOSTILE if hostile else "Ann Author", title=HOSTILE if hostile else f"Thing {uid}",
        url="javascript:window.hacked=1" if hostile else f"https://example.org/{uid}",
    )  # fmt: skip


SUMMARY = {
    "asked": 0,
    "settings": {},
    "families": {
        "magnitude_azimuth": {"refused": {"tiny": 40, "balance": 12}},
        "ego_translation_sideways": {"refused": {"confusable": 8}},
    },
}


def make_run(root: Path, *, assets: int = 12) -> Path:
    """A run of several parts; the first asset is hostile, the last one alone is rare."""
    rows = []
    for number in range(assets):
        hostile, rare = number == 0, number == assets - 1
        category = HOSTILE_CATEGORY if hostile else ["chair", "taxi", "vase"][number % 3]
        uid = f"thing-{number:02d}"
        for table, of in part_of(number, uid, category, rare=rare).items():
            name = "questions-00-{:06d}" if table == "rejected" else "part-00-{:06d}"
            write_file(root / table / f"{name.format(number)}.parquet", table, of)
        rows.append(asset_row(uid, category, hostile=hostile))
    lost = {"asset_uid": "thing-lost", "status": "failed", "code": "no_mesh"}
    rows.append(blank("assets", **lost, visits=1, pairs=0, views=0))
    told = blank("outcomes", **lost, message=f"has no face {HOSTILE}", seconds=1.0)
    write_file(root / "outcomes" / f"part-00-{assets:06d}.parquet", "outcomes", [told])
    write_file(root / "assets.parquet", "assets", rows)
    (root / "recipe.toml").write_text('seed = 0\n[assets]\nsource = "folder:things"\n')
    (root / "qa.json").write_text(json.dumps(SUMMARY))
    return root


def write_file(path: Path, table: str, rows: list[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMAS[table]), path, row_group_size=64)

"""Writes small runs whose every number and answer was worked out by hand."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from verify_scene import HEIGHT_PX, WIDTH_PX, Stand, between, looking_at, photograph, sights

from viewpoint_gen.dataset.schema import ASSETS, TABLES

SCHEMAS = {**TABLES, "assets": ASSETS}
FINGERPRINT = "f" * 64
SEEN_PX = 0.02
"""The ball is small, round and known by its top alone: by the usual limit it shows too little."""

RECIPE = f"""# viewgen recipe, fingerprint {FINGERPRINT}
seed = 0
[qa]
displacement_least_px = {SEEN_PX}
"""
FRONT_RAD = math.radians(120.0)
Row = dict[str, Any]

ANCHOR = looking_at(30.0, 20.0, 3.0)
DEG = math.radians(1.0)

WAY = "ego_translation_"
SEEN = "object_translation_"
TURN = "ego_rotation_"
STILL = dict.fromkeys([f"{TURN}yaw", f"{TURN}pitch", f"{TURN}roll"], 0)
STAYED = {
    f"{WAY}sideways": 0,
    f"{WAY}vertical": 0,
    f"{WAY}distance": 0,
    f"{SEEN}around": 0,
    f"{SEEN}left_right": 0,
    f"{SEEN}front_back": 0,
}

MOVES: dict[str, tuple[Stand, dict[str, int]]] = {
    # camera to its own right about the object, turning left; the front points to azimuth 120
    "orbit": (
        ANCHOR.moved(azimuth=40 * DEG, heading=40 * DEG),
        {
            **STILL,
            f"{WAY}sideways": +1,
            f"{WAY}vertical": 0,
            f"{WAY}distance": 0,
            f"{SEEN}around": +1,
            f"{SEEN}left_right": +1,
            f"{SEEN}front_back": +1,
            f"{TURN}yaw": +1,
        },
    ),
    "climb": (
        ANCHOR.moved(elevation=25 * DEG, pitch=-25 * DEG),
        {
            f"{WAY}sideways": 0,
            f"{WAY}vertical": +1,
            f"{WAY}distance": 0,
            f"{SEEN}around": 0,
            f"{TURN}yaw": 0,
            f"{TURN}pitch": -1,
            f"{TURN}roll": 0,
        },
    ),
    "dolly": (
        ANCHOR.moved(distance=0.9),
        {**STILL, f"{WAY}sideways": 0, f"{WAY}distance": +1, f"{SEEN}around": 0},
    ),
    "pan": (ANCHOR.moved(heading=-20 * DEG), {**STAYED, **STILL, f"{TURN}yaw": -1}),
    "tilt": (ANCHOR.moved(pitch=12 * DEG), {**STAYED, **STILL, f"{TURN}pitch": +1}),
    "roll": (ANCHOR.moved(roll=15 * DEG), {**STAYED, **STILL, f"{TURN}roll": +1}),
    "zoom": (ANCHOR.moved(focal=18.0), {**STILL, f"{SEEN}around": 0}),
    "turntable": (ANCHOR.moved(object_turn=0.5), {**STILL, f"{WAY}sideways": 0}),
}

WORDS = {
    f"{WAY}sideways": ("To the right", "To the left", "It did not move sideways"),
    f"{WAY}vertical": ("It went up", "It went down", "It stayed level"),
    f"{WAY}distance": ("Farther away", "Closer", "The distance is unchanged"),
    f"{SEEN}around": ("Counter-clockwise", "Clockwise", "Neither"),
    f"{SEEN}left_right": ("Towards its left", "Towards its right", "Neither left nor right"),
    f"{SEEN}front_back": ("Towards its front", "Towards its back", "Neither front nor back"),
    f"{TURN}yaw": ("It turned left", "It turned right", "It did not turn"),
    f"{TURN}pitch": ("It tilted upwards", "It tilted downwards", "No tilt"),
    f"{TURN}roll": ("Clockwise", "Anticlockwise", "It did not roll"),
}
DIRECTION_KEYS = {
    f"{WAY}sideways": ("right", "left"),
    f"{WAY}vertical": ("up", "down"),
    f"{WAY}distance": ("farther", "nearer"),
    f"{SEEN}around": ("counterclockwise", "clockwise"),
    f"{SEEN}left_right": ("left", "right"),
    f"{SEEN}front_back": ("front", "back"),
    f"{TURN}yaw": ("left", "right"),
    f"{TURN}pitch": ("up", "down"),
    f"{TURN}roll": ("clockwise", "counterclockwise"),
}
ASKED = {
    f"{SEEN}around": "Seen from above, which way round?",
    f"{SEEN}left_right": "Towards which of the object's own sides?",
    f"{SEEN}front_back": "In the object's own frame, to its front or back?",
    f"{TURN}roll": "Which way did it roll, seen from behind?",
}


def blank(table: str, **values: Any) -> Row:
    """A row of a table; what isn't given is null."""
    row = dict.fromkeys(SCHEMAS[table].names)
    unknown = set(values) - set(row)
    assert not unknown, unknown
    return {**row, "fingerprint": FINGERPRINT, **values}


def view_row(uid: str, name: str, move: str, stand: Stand) -> Row:
    shot = photograph(stand)
    c, s = math.cos(stand.object_turn), math.sin(stand.object_turn)
    scale = 0.01
    return blank(
        "views",
        view_id=f"{uid}-{name}",
        asset_uid=uid,
        category="ball",
        licence="CC0-1.0",
        round=0,
        move=move,
        anchor_id=f"{uid}-anchor",
        image=shot.image,
        image_format="jpeg",
        image_sha256=hashlib.sha256(shot.image).hexdigest(),
        mask=shot.mask,
        depth=shot.depth,
        depth_near=shot.near,
        depth_far=shot.far,
        world_from_camera=stand.matrix,
        intrinsics=stand.intrinsics,
        world_from_asset=[
            [scale * c, 0.0, scale * s, 0.0],
            [scale * s, 0.0, -scale * c, 0.0],
            [0.0, scale, 0.0, -0.25],
            [0.0, 0.0, 0.0, 1.0],
        ],
        width_px=WIDTH_PX,
        height_px=HEIGHT_PX,
        front_azimuth_rad=FRONT_RAD + stand.object_turn,
        mask_share=shot.share,
        in_frame_share=1.0,
        surface_points=shot.points,
        backdrop="ground",
        lighting=dict.fromkeys((f.name for f in SCHEMAS["views"].field("lighting").type), 0.5),
        **stand.numbers(),
    )


PER_VIEW = ("mask_share", "in_frame_share", "image_sha256", "surface_points")


def pair_row(one: Row, two: Row, first: Stand, second: Stand, kind: str) -> Row:
    copies = {
        f"{name}_{k}": row[name]
        for k, row in ((1, one), (2, two))
        for name in (*first.numbers(), *PER_VIEW)
    }
    matrices = {
        f"{name}_{k}": row[name]
        for k, row in ((1, one), (2, two))
        for name in ("world_from_camera", "intrinsics")
    }
    ids = [one["view_id"], two["view_id"]]
    same = {name: one[name] for name in ("asset_uid", "category", "licence", "backdrop")}
    return blank(
        "pairs",
        pair_id="+".join(ids),
        reverse_id="+".join(reversed(ids)),
        kind=kind,
        view_id_1=ids[0],
        view_id_2=ids[1],
        overlap_12=0.5,
        overlap_21=0.5,
        seen_in_2=sights(one["surface_points"], first, second),
        seen_in_1=sights(two["surface_points"], second, first),
        light_moved=False,
        front_azimuth_1_rad=one["front_azimuth_rad"],
        width_px=WIDTH_PX,
        height_px=HEIGHT_PX,
        **same,
        **between(first, second),
        **copies,
        **matrices,
    )


def deciding(
    family: str, first: Stand, second: Stand, front: float
) -> tuple[float, str, float, float]:
    """The signed number behind an answer, its unit, and where motion starts and rest ends."""
    way = between(first, second)
    step = [b - a for a, b in zip(first.position, second.position, strict=True)]
    d = first.distance
    ahead = (step[0] * math.cos(front) + step[1] * math.sin(front)) / d
    leftward = (-step[0] * math.sin(front) + step[1] * math.cos(front)) / d
    side, rise = math.sin(12 * DEG), math.sin(10 * DEG)
    return {
        f"{WAY}sideways": (way["right"] / d, "distance_1", side, 0.01),
        f"{WAY}vertical": (way["rise"] / d, "distance_1", rise, 0.01),
        f"{WAY}distance": (
            math.log(way["distance_ratio"]),
            "ln_ratio",
            math.log(1.15),
            math.log(1.01),
        ),
        f"{SEEN}around": (way["azimuth_rad"], "rad", 12 * DEG, DEG),
        f"{SEEN}left_right": (leftward, "distance_1", side, 0.01),
        f"{SEEN}front_back": (ahead, "distance_1", side, 0.01),
        f"{TURN}yaw": (way["heading_rad"], "rad", 8 * DEG, DEG),
        f"{TURN}pitch": (way["pitch_rad"], "rad", 8 * DEG, DEG),
        f"{TURN}roll": (way["roll_rad"], "rad", 8 * DEG, DEG),
    }[family]


def facts_of(first: Stand, second: Stand) -> dict[str, float]:
    """Some of the numbers that a question carries."""
    way = between(first, second)
    names = ("azimuth_rad", "heading_rad", "rotation_rad", "object_turn_rad")
    return {
        **{name: way[name] for name in names},
        "right_share": way["right"] / first.distance,
        "ln_focal_ratio": math.log(way["focal_ratio"]),
        "distance_2": second.distance,
        "bearing_down_rad_1": first.numbers()["bearing_down_rad"],
    }


def question_about(number: int, family: str, rows: tuple[Row, Row], **told: Any) -> Row:
    """What a question about two views says whatever it asks, with what it tells."""
    one, two = rows
    ids = [one["view_id"], two["view_id"]]
    both = ("image_sha256", "world_from_camera", "intrinsics", "object_turn_rad")
    return blank(
        "qa",
        **{
            "id": f"q{number:04d}",
            "group_id": f"{family}:{'+'.join(sorted(ids))}",
            "group_role": "swap",
            "split": "test" if one["asset_uid"] == "ball2" else "train",
            "family": family,
            "wording_id": "w1",
            "pair_id": "+".join(ids),
            "asset_uids": [one["asset_uid"]],
            "image_ids": ids,
            **{name: [one[name], two[name]] for name in both},
            "front_azimuth_rad": one["front_azimuth_rad"],
            "width_px": WIDTH_PX,
            "height_px": HEIGHT_PX,
            "facts": [],
            "licence": "CC0-1.0",
            "qa_fingerprint": "q" * 64,
            **told,
        },
    )


def question_row(
    number: int, family: str, claim: int, rows: tuple[Row, Row], stands: tuple[Stand, Stand]
) -> Row:
    plus, minus, none = WORDS[family]
    options = [plus, minus, none]
    options = options[number % 3 :] + options[: number % 3]
    text = {1: plus, -1: minus, 0: none}[claim]
    value, unit, least, still = deciding(family, *stands, rows[0]["front_azimuth_rad"])
    names = (*DIRECTION_KEYS[family], "nothing")
    key = dict(zip((1, -1, 0), names, strict=True))[claim]
    return question_about(
        number,
        family,
        rows,
        question=f"First: <image> Second: <image> {ASKED.get(family, 'What happened?')}",
        options=options,
        answer_key=key,
        reasons=f'So the answer is "{text}".',
        answer_letter="ABC"[options.index(text)],
        answer_text=text,
        answer_value=value,
        answer_unit=unit,
        answer_type="choice",
        chance=1 / 3,
        margin=abs(value) - least if claim else still - abs(value),
        margin_unit=unit,
        facts=[
            *facts_of(*stands).items(),
            ("overlap_12", 0.5),
            ("mask_share_2", rows[1]["mask_share"]),
        ],
    )


def build_run(root: Path, uids: tuple[str, ...] = ("ball", "ball2")) -> Path:
    """Assets with eight moves each, and a rejected one; every pair both ways."""
    tables: dict[str, list[list[Row]]] = {name: [] for name in TABLES}
    outcomes = []
    number = 0
    for uid in uids:
        anchor = view_row(uid, "anchor", "anchor", ANCHOR)
        views, pairs, questions = [anchor], [], []
        for move, (stand, claims) in MOVES.items():
            view = view_row(uid, move, move, stand)
            views.append(view)
            for rows, stands, sign in (
                ((anchor, view), (ANCHOR, stand), 1),
                ((view, anchor), (stand, ANCHOR), -1),
            ):
                pairs.append(pair_row(*rows, *stands, move))
                for family, claim in claims.items():
                    questions.append(question_row(number, family, sign * claim, rows, stands))
                    number += 1
        rejected = [
            blank("rejected", kind="view", subject_id=f"{uid}-gone", asset_uid=uid, code="blank")
        ]
        for table, rows in zip(
            ("views", "pairs", "rings", "rejected", "qa"),
            (views, pairs, [ring_row(uid)], rejected, questions),
            strict=True,
        ):
            tables[table].append(rows)
        outcomes.append([outcome_row(uid, len(outcomes), len(pairs), len(views), 1)])
    outcomes.append([outcome_row("bad", len(outcomes), 0, 0, 1)])
    bad = blank("rejected", kind="view", subject_id="bad-view", asset_uid="bad", code="blank")
    tables["rejected"].append([bad])
    tables["outcomes"] = outcomes
    write(root, tables)
    write_file(root / "assets.parquet", "assets", [asset_row(rows[0]) for rows in outcomes])
    (root / "recipe.toml").write_text(RECIPE)
    return root


def ring_row(uid: str) -> Row:
    """Of an object that looks the same from all four sides; the question's motions are its own."""
    return blank(
        "rings",
        asset_uid=uid,
        round=0,
        azimuths=4,
        elevation_rad=0.3,
        ratios=bytes(6),
        middle_x=0.0,
        middle_y=0.0,
    )


def write_one_asset(
    root: Path, views: list[Row], pairs: list[Row], questions: list[Row], recipe: str
) -> Path:
    """A run of one asset that was visited once."""
    uid = views[0]["asset_uid"]
    outcome = outcome_row(uid, 0, len(pairs), len(views), 0)
    tables = {"views": views, "pairs": pairs, "rings": [ring_row(uid)], "rejected": []}
    tables |= {"qa": questions, "outcomes": [outcome]}
    write(root, {name: [rows] for name, rows in tables.items()})
    write_file(root / "assets.parquet", "assets", [asset_row(outcome)])
    (root / "recipe.toml").write_text(recipe)
    return root


def outcome_row(uid: str, index: int, pairs: int, views: int, rejections: int) -> Row:
    return blank(
        "outcomes",
        asset_uid=uid,
        index=index,
        round=0,
        quota=100,
        status="written" if pairs else "rejected",
        code="" if pairs else "no_mesh",
        pairs=pairs,
        views=views,
        rejections=rejections,
        licence="CC0-1.0",
        front_azimuth_rad=FRONT_RAD,
    )


def asset_row(outcome: Row) -> Row:
    names = set(ASSETS.names) - {"visits"}
    return blank("assets", visits=1, **{name: outcome[name] for name in names})


def write(root: Path, tables: dict[str, list[list[Row]]]) -> None:
    for table, parts in tables.items():
        for k, rows in enumerate(parts):
            write_file(root / table / f"part-{k:05d}.parquet", table, rows)


def write_file(path: Path, table: str, rows: list[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMAS[table]), path, row_group_size=16)


def edit(path: Path, change: Callable[[list[Row]], Any]) -> None:
    """Rewrite a file after changing its rows in place."""
    rows = pq.read_table(path).to_pylist()
    change(rows)
    table = path.parent.name if path.parent.name in TABLES else "assets"
    write_file(path, table, rows)

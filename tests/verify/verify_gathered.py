"""A small run with questions about gathered views, each worked out by hand.

Two balls are visited twice. On the first visit five cameras stand at azimuths 30, 70, -20, 130 and
185 degrees, all 20 degrees up; on the second two, at 40 and 75. From the first camera the others
lie 40 degrees counter-clockwise, 50 clockwise, 100 and 155 counter-clockwise. The widest gap
between those four, of 155 degrees, ends at the second of them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from verify_runs import (
    DEG,
    FINGERPRINT,
    Row,
    asset_row,
    blank,
    outcome_row,
    pair_row,
    ring_row,
    view_row,
    write,
    write_file,
)
from verify_scene import HEIGHT_PX, WIDTH_PX, Stand, looking_at

UIDS = ("ball", "ball2")
AZIMUTHS_DEG = {0: (30.0, 70.0, -20.0, 130.0, 185.0), 1: (40.0, 75.0)}
MOTIONS = {
    "A": ("40° counter-clockwise", 40.0, "round_1", 35.0),
    "B": ("50° clockwise", -50.0, "round_0", 65.0),
    "C": ("100° counter-clockwise", 100.0, "round_2", 30.0),
    "D": ("155° counter-clockwise", 155.0, "round_3", 30.0),
}
"""By letter: the motion, its degrees, its place in the round, and its margin in degrees."""

Views = dict[str, tuple[Row, Stand]]


def views_of(uid: str) -> Views:
    views: Views = {}
    for visit, azimuths in AZIMUTHS_DEG.items():
        for k, azimuth in enumerate(azimuths):
            stand = looking_at(azimuth, 20.0, 3.0)
            row = view_row(uid, "", "anchor" if k == 0 else "orbit", stand)
            name = f"{uid}.{visit}.00.{k}"
            row |= {"view_id": name, "anchor_id": f"{uid}.{visit}.00.0", "round": visit}
            views[name] = (row, stand)
    return views


def pairs_of(uid: str, views: Views) -> list[Row]:
    """Each visit's first view with each other, both ways."""
    rows = []
    for visit, azimuths in AZIMUTHS_DEG.items():
        for k in range(1, len(azimuths)):
            one, two = (views[f"{uid}.{visit}.00.{j}"] for j in (0, k))
            rows.append(pair_row(one[0], two[0], one[1], two[1], "orbit"))
            rows.append(pair_row(two[0], one[0], two[1], one[1], "orbit"))
    return rows


def question(
    views: Views, names: list[str], family: str, group: str, role: str, **shown: Any
) -> Row:
    rows = [views[name][0] for name in names]
    options = shown["options"]
    return blank(
        "qa",
        id=f"{group}.{role}.{family}",
        group_id=f"{group}.{family}",
        group_role=role,
        split="train",
        family=family,
        wording_id="w1",
        pair_id=None,
        asset_uids=list(dict.fromkeys(row["asset_uid"] for row in rows)),
        image_ids=names,
        answer_letter="ABCD"[options.index(shown["answer_text"])],
        answer_unit="rad",
        answer_type="choice",
        chance=1 / len(options),
        margin_unit="rad",
        front_azimuth_rad=rows[0]["front_azimuth_rad"],
        width_px=WIDTH_PX,
        height_px=HEIGHT_PX,
        licence="CC0-1.0",
        qa_fingerprint="q" * 64,
        **{
            name: [row[name] for row in rows]
            for name in ("image_sha256", "world_from_camera", "intrinsics", "object_turn_rad")
        },
        **shown,
    )


def views_to_choose(uid: str, views: Views) -> list[Row]:
    names = [f"{uid}.0.00.{k}" for k in range(5)]
    told = ", ".join(f"{letter} {motion[0]}" for letter, motion in MOTIONS.items())
    return [
        question(
            views,
            names,
            "choose_view",
            f"{uid}.0.set",
            letter,
            question="Image 1: <image>\nA: <image>\nB: <image>\nC: <image>\nD: <image>\n"
            f"Seen from above, which is {text} of image 1?",
            options=[f"image {each}" for each in MOTIONS],
            answer_text=f"image {letter}",
            answer_key=key,
            answer_value=degrees * DEG,
            margin=margin * DEG,
            reasons=f"They lie at {told}. So it is image {letter}.",
            facts=[("azimuth_rad_B", -50.0 * DEG), ("elevation_rad_C", 0.0)],
        )
        for letter, (text, degrees, key, margin) in MOTIONS.items()
    ]


SENSES = {"counterclockwise": "counter-clockwise", "clockwise": "clockwise", "nothing": "neither"}


def motions_together(uid: str, views: Views) -> list[Row]:
    """By 130 to 70 degrees and back: 100 counter-clockwise, then 60 clockwise, or the reverse."""
    path = [f"{uid}.0.00.{k}" for k in (0, 3, 1)]
    rows = []
    for role, names, legs, net in (
        ("forward", path, ("100° counter-clockwise", "60° clockwise"), 40.0),
        ("reverse", path[::-1], ("60° counter-clockwise", "100° clockwise"), -40.0),
    ):
        key = "counterclockwise" if net > 0 else "clockwise"
        rows.append(
            question(
                views,
                names,
                "compose",
                f"{uid}.0.path",
                role,
                question="Image 1: <image>\nImage 2: <image>\nImage 3: <image>\n"
                "Seen from above, which way round do both steps lead?",
                options=list(SENSES.values()),
                answer_text=SENSES[key],
                answer_key=key,
                answer_value=net * DEG,
                margin=28.0 * DEG,
                reasons=f"First {legs[0]}, then {legs[1]}. So it is {SENSES[key]}.",
                facts=[("azimuth_rad_13", net * DEG)],
            )
        )
    return rows


def same_or_another(views: Views) -> list[Row]:
    """At azimuths 30 and 40 of the two visits: sides 10 degrees apart."""
    one, two = ((f"{uid}.0.00.0", f"{uid}.1.00.0") for uid in UIDS)
    asked = {
        "same_1": one,
        "same_2": two,
        "another_1": (one[0], two[1]),
        "another_2": (two[0], one[1]),
    }
    rows = []
    for role, names in asked.items():
        key = role.split("_")[0]
        text = {"same": "the same object", "another": "another object"}[key]
        rows.append(
            question(
                views,
                list(names),
                "same_object",
                "quad",
                role,
                question="Image 1: <image>\nImage 2: <image>\nThe same object?",
                options=["another object", "the same object"],
                answer_text=text,
                answer_key=key,
                answer_value=10.0 * DEG,
                margin=35.0 * DEG,
                reasons=f"The sides are 10° apart. So it is {text}.",
                facts=[],
            )
        )
    return rows


def build_gathered_run(root: Path) -> Path:
    """Two assets, two visits each, and ten questions for each way of gathering."""
    tables: dict[str, list[list[Row]]] = {name: [] for name in ("views", "pairs", "rings", "qa")}
    every: Views = {}
    outcomes, assets = [], []
    for number, uid in enumerate(UIDS):
        views = views_of(uid)
        every |= views
        pairs = pairs_of(uid, views)
        tables["views"].append([row for row, _ in views.values()])
        tables["pairs"].append(pairs)
        ring = ring_row(uid) | {"shape_key": f"mesh {uid}", "middle_x": 0.1}
        tables["rings"].append([ring])
        visits = [(8, 5), (2, 2)]
        for k, (pair_count, view_count) in enumerate(visits):
            outcomes.append(outcome_row(uid, number, pair_count, view_count, 0) | {"round": k})
        assets.append(asset_row(outcomes[-1]) | {"visits": 2, "pairs": 10, "views": 7})
        asked = [*views_to_choose(uid, views), *motions_together(uid, views)]
        tables["qa"].append(asked)
    tables["qa"][0] += same_or_another(every)
    write(root, {**tables, "rejected": [[]], "outcomes": [outcomes]})
    write_file(root / "assets.parquet", "assets", assets)
    (root / "recipe.toml").write_text(f"# viewgen recipe, fingerprint {FINGERPRINT}\nseed = 0\n")
    return root

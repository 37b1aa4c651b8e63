"""What the page's script reads: plain values, rounded, in one object."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

import numpy as np

from viewpoint_gen import __version__
from viewpoint_gen.dataset.statistics import RunStatistics
from viewpoint_gen.preview.candidates import EXAMPLES
from viewpoint_gen.preview.gather import Gathered
from viewpoint_gen.preview.meanings import MEANINGS
from viewpoint_gen.preview.rows import Row

_DIGITS: Final = 4
_POINT_DIGITS: Final = 3

_OF_QUESTION: Final = (
    "id", "family", "frame", "question", "options", "answer_letter", "answer_text", "answer_value",
    "answer_unit", "answer_type", "chance", "tolerance", "margin", "margin_unit", "reasons",
    "wording_id", "group_role",
)  # fmt: skip

_OF_PAIR: Final = (
    "azimuth_rad", "elevation_rad", "distance_ratio", "heading_rad", "pitch_rad", "roll_rad",
    "right", "down", "forward", "rise", "rotation_rad", "focal_ratio", "object_turn_rad",
    "overlap_12", "overlap_21", "light_moved",
)  # fmt: skip

_OF_VIEW: Final = (
    "file", "width_px", "height_px", "azimuth_rad", "elevation_rad", "distance", "heading_rad",
    "pitch_rad", "roll_rad", "object_turn_rad", "front_azimuth_rad", "mask_share", "backdrop",
    "move",
)  # fmt: skip

_SET_KINDS: Final = {"same_object": "two_visits"}
"""What a set of views is called where a pair has its motion; else by the number of images."""


def page_data(
    run: Mapping[str, Any],
    found: Gathered,
    statistics: RunStatistics,
    views: Mapping[str, Row],
    marked: Mapping[str, list[str]],
) -> dict[str, Any]:
    """Everything that the page shows.

    Args:
        run: what it is called and what it was made with.
        views: view -> row with ``file``.
        marked: question -> files of its pictures with marks.
    """
    items = [_pair_item(row, found, marked) for row in found.pairs]
    items += [_set_item(number, rows, found) for number, rows in enumerate(found.sets)]
    return {
        "version": __version__,
        "run": dict(run),
        "items": _interleaved(items),
        "views": {name: _view(row) for name, row in views.items()},
        "assets": {uid: _plain(row) for uid, row in found.assets.items()},
        "families": [_family(family) for family in statistics.families],
        "meanings": MEANINGS,
        "rejected": _rejected(found),
        "statistics": _statistics(statistics),
    }


def _rejected(found: Gathered) -> list[dict[str, Any]]:
    """Each reason with its count and a few examples, the most frequent first."""
    lost = [
        {
            "kind": "asset",
            "code": code,
            "count": len(uids),
            "examples": [
                {"id": uid, "numbers": {}, "message": found.messages.get(uid, "")}
                for uid in uids[:EXAMPLES]
            ],
        }
        for code, uids in found.lost.items()
    ]
    rows = [
        {
            "kind": kind,
            "code": code,
            "count": count,
            "examples": [_refusal(row) for row in found.rejected[kind, code]],
        }
        for (kind, code), count in found.counts.items()
    ]
    return sorted([*lost, *rows], key=lambda each: (-each["count"], each["kind"], each["code"]))


def _interleaved(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sets spread evenly among the pairs, so that the first page shows both."""
    pairs = [item for item in items if item["type"] == "pair"]
    sets = [item for item in items if item["type"] == "set"]
    places = [(number / max(len(pairs), 1), 0, item) for number, item in enumerate(pairs)]
    places += [((number + 0.5) / max(len(sets), 1), 1, item) for number, item in enumerate(sets)]
    return [item for _, _, item in sorted(places, key=lambda place: place[:2])]


def _pair_item(row: Row, found: Gathered, marked: Mapping[str, list[str]]) -> dict[str, Any]:
    pair = row["pair_id"]
    questions = []
    for question in found.questions[pair]:
        files = marked.get(question["id"])
        questions.append(_question(question) | ({"files": files} if files else {}))
    return {
        "type": "pair",
        "id": pair,
        "kind": row["kind"],
        "category": row["category"],
        "split": found.splits.get(row["asset_uid"], ""),
        "assets": [row["asset_uid"]],
        "views": [row["view_id_1"], row["view_id_2"]],
        "numbers": {name: rounded(row[name]) for name in _OF_PAIR},
        "seen": [list(row["seen_in_2"] or b""), list(row["seen_in_1"] or b"")],
        "questions": questions,
        "refused": [_refusal(each) for each in found.refusals[pair]],
    }


def _set_item(number: int, rows: list[Row], found: Gathered) -> dict[str, Any]:
    first = rows[0]
    assets = first["asset_uids"]
    categories = dict.fromkeys(found.assets[uid]["category"] for uid in assets)
    return {
        "type": "set",
        "id": f"{first['group_id']}#{number}",
        "kind": _SET_KINDS.get(first["family"], f"{len(first['image_ids'])}_images"),
        "category": " / ".join(categories),
        "split": first["split"],
        "assets": assets,
        "views": first["image_ids"],
        "questions": [_question(row) for row in rows],
        "refused": [],
    }


def _question(row: Row) -> dict[str, Any]:
    return {name: rounded(row[name]) for name in _OF_QUESTION}


def _refusal(row: Row) -> dict[str, Any]:
    numbers = {name: rounded(value) for name, value in row["numbers"] or ()}
    about = {"id": row["subject_id"], "asset": row["asset_uid"], "code": row["code"]}
    return about | {"family": row.get("family", ""), "numbers": numbers}


def _view(row: Row) -> dict[str, Any]:
    camera = np.asarray(row["world_from_camera"])[:3]
    (fx, _, cx), (_, fy, cy), _ = row["intrinsics"]
    points = np.frombuffer(row["surface_points"] or b"", "<f4").astype(float)
    return {
        **{name: rounded(row[name]) for name in _OF_VIEW},
        "world_from_camera": [[rounded(value) for value in line] for line in camera.tolist()],
        "intrinsics": [rounded(value) for value in (fx, fy, cx, cy)],
        "box": rounded(row["box_world"]),
        "points": np.round(points, _POINT_DIGITS).reshape(-1, 3).tolist(),
    }


def _family(family: Any) -> dict[str, Any]:
    about = asdict(family)
    return {
        name: about[name]
        for name in (
            "family", "asks", "frame", "asked", "again", "images", "wordings", "chance",
            "answer_type", "answers", "refused",
        )
    }  # fmt: skip


def _statistics(of: RunStatistics) -> dict[str, Any]:
    return {
        "counts": {
            "pairs": of.pairs,
            "views": of.views,
            "assets": of.assets,
            "questions": of.questions,
            "families": len(of.asked_families),
            "categories": len(of.categories),
        },
        "categories": dict(of.categories),
        "kinds": dict(of.kinds),
        "backdrops": dict(of.backdrops),
        "splits": dict(of.splits),
        "split_assets": dict(of.split_assets),
        "seconds": {stage: rounded(seconds) for stage, seconds in of.seconds.items()},
        "lane_seconds": rounded(of.lane_seconds),
        "renders": [[*of_render, views] for of_render, views in of.renders.items()],
        "sizes": dict(of.sizes),
        "licences": [asdict(licence) for licence in of.licences],
        "histograms": [_plain(asdict(histogram)) for histogram in of.histograms.values()],
        "audit": None if of.audit is None else _plain(asdict(of.audit)),
    }


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: rounded(value) for name, value in values.items()}


def rounded(value: Any) -> Any:
    """Fit for JSON: floats of four digits after the point, None for nan and infinities."""
    if isinstance(value, float):
        return round(value, _DIGITS) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {name: rounded(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(each) for each in value]
    return value

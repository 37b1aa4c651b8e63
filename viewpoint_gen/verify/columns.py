"""The columns that verification reads, declared a second time on purpose.

The builder's declaration is ``viewpoint_gen.dataset.schema``; pass it to ``verify_run`` to have
every column compared. This one is what the checks rely on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pyarrow as pa
from pyarrow import types

SCHEMA_VERSION: Final = "5"
VERSION_KEY: Final = b"viewgen.schema_version"

VIEW_NUMBERS: Final = (
    "azimuth_rad",
    "elevation_rad",
    "distance",
    "heading_rad",
    "pitch_rad",
    "roll_rad",
    "bearing_right_rad",
    "bearing_down_rad",
    "focal_px",
    "object_turn_rad",
)
"""Where one camera stands and looks; the object's centre is the world's origin."""

RELATIVE_NUMBERS: Final = (
    "azimuth_rad",
    "elevation_rad",
    "distance_ratio",
    "heading_rad",
    "pitch_rad",
    "roll_rad",
    "right",
    "down",
    "forward",
    "rise",
    "rotation_rad",
    "focal_ratio",
    "object_turn_rad",
)
"""From camera 1 to camera 2."""

_TEXT = "text"
_NUMBER = "number"


def _of(kind: str, *names: str) -> dict[str, str]:
    return dict.fromkeys(names, kind)


COLUMNS: Final[Mapping[str, Mapping[str, str]]] = {
    "views": {
        **_of(_TEXT, "view_id", "asset_uid", "category", "licence", "move", "anchor_id"),
        **_of(_TEXT, "image_format", "image_sha256", "backdrop", "fingerprint"),
        **_of("bytes", "image", "mask", "depth", "surface_points"),
        **_of(_NUMBER, "round", "depth_near", "depth_far", "width_px", "height_px"),
        **_of(_NUMBER, "front_azimuth_rad", "mask_share", "in_frame_share"),
        **_of(_NUMBER, *VIEW_NUMBERS),
        **_of("matrix", "world_from_camera", "intrinsics", "world_from_asset"),
        "lighting": "struct",
    },
    "pairs": {
        **_of(_TEXT, "pair_id", "reverse_id", "asset_uid", "category", "licence", "kind"),
        **_of(_TEXT, "view_id_1", "view_id_2", "image_sha256_1", "image_sha256_2"),
        **_of(_TEXT, "backdrop", "fingerprint"),
        **_of(_NUMBER, *RELATIVE_NUMBERS),
        **_of(_NUMBER, *(f"{name}_{k}" for k in (1, 2) for name in VIEW_NUMBERS)),
        **_of(_NUMBER, "mask_share_1", "mask_share_2"),
        **_of(_NUMBER, "in_frame_share_1", "in_frame_share_2", "overlap_12", "overlap_21"),
        **_of(_NUMBER, "light_moved", "front_azimuth_1_rad", "width_px", "height_px"),
        **_of("matrix", "world_from_camera_1", "world_from_camera_2"),
        **_of("matrix", "intrinsics_1", "intrinsics_2"),
        **_of("bytes", "surface_points_1", "surface_points_2", "seen_in_1", "seen_in_2"),
    },
    "rings": {
        **_of(_TEXT, "asset_uid", "fingerprint"),
        **_of(_NUMBER, "round", "azimuths", "elevation_rad", "middle_x", "middle_y"),
        **_of(_TEXT, "shape_key"),
        "ratios": "bytes",
    },
    "rejected": _of(_TEXT, "kind", "subject_id", "asset_uid", "code", "fingerprint"),
    "outcomes": {
        **_of(_TEXT, "asset_uid", "status", "code", "fingerprint"),
        **_of(_NUMBER, "round", "quota", "pairs", "views", "rejections", "front_azimuth_rad"),
        **_of(_TEXT, "source", "source_path", "category", "licence", "author", "title", "url"),
        **_of(_TEXT, "sha256", "symmetry"),
    },
    "assets": {
        **_of(_TEXT, "asset_uid", "status", "code", "fingerprint"),
        **_of(_NUMBER, "visits", "pairs", "views", "front_azimuth_rad"),
        **_of(_TEXT, "source", "source_path", "category", "licence", "author", "title", "url"),
        **_of(_TEXT, "sha256", "symmetry"),
    },
    "qa": {
        **_of(_TEXT, "id", "group_id", "group_role", "split", "family", "pair_id", "question"),
        **_of(_TEXT, "answer_letter", "answer_text", "answer_unit", "answer_type", "licence"),
        **_of(_TEXT, "margin_unit", "answer_key", "reasons"),
        **_of(_TEXT, "fingerprint", "qa_fingerprint"),
        **_of(_NUMBER, "answer_value", "tolerance", "chance", "margin", "front_azimuth_rad"),
        **_of(_NUMBER, "width_px", "height_px"),
        **_of("list", "asset_uids", "image_ids", "image_sha256", "options", "marks"),
        **_of("list", "world_from_camera", "intrinsics", "object_turn_rad"),
        "facts": "map",
    },
}
"""For each table, the kind of each column."""

ROW_ID: Final[Mapping[str, tuple[str, ...]]] = {
    "views": ("view_id",),
    "pairs": ("pair_id",),
    "rings": ("asset_uid", "round"),
    "rejected": ("kind", "subject_id"),
    "outcomes": ("asset_uid", "round"),
    "assets": ("asset_uid",),
    "qa": ("id",),
}
"""The columns that name a row."""

UNIQUE_TABLES: Final = ("views", "pairs", "rings", "outcomes", "assets", "qa")
"""Tables in which a row's name occurs once."""


def is_kind(arrow_type: pa.DataType, kind: str) -> bool:
    """Whether a column of this Arrow type can be read as the kind."""
    if kind == _NUMBER:
        return bool(
            types.is_floating(arrow_type)
            or types.is_integer(arrow_type)
            or types.is_boolean(arrow_type)
        )
    if kind in ("list", "matrix"):
        return _is_list(arrow_type) and (kind == "list" or _is_list(arrow_type.value_type))
    tests = {
        _TEXT: lambda t: types.is_string(t) or types.is_large_string(t),
        "bytes": lambda t: types.is_binary(t) or types.is_large_binary(t),
        "struct": types.is_struct,
        "map": types.is_map,
    }
    return bool(tests[kind](arrow_type))


def _is_list(arrow_type: pa.DataType) -> bool:
    return bool(
        types.is_list(arrow_type)
        or types.is_large_list(arrow_type)
        or types.is_fixed_size_list(arrow_type)
    )

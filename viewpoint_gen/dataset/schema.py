"""The columns of every table of a run, with units and frames.

Angles end in ``_rad``; lengths are world units (the object's longest side is 1); matrices are
nested lists in row-major order; ``b_from_a`` maps coordinates of frame a to frame b.
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from viewpoint_gen.geometry.relative import RelativeView, ViewGeometry, field_names

SCHEMA_VERSION: Final = "5"
VERSION_KEY: Final = b"viewgen.schema_version"
"""Of the metadata of every part."""

MATRIX_4X4: Final = pa.list_(pa.list_(pa.float64()))
MATRIX_3X3: Final = pa.list_(pa.list_(pa.float64()))
"""Lists of rows. Not of fixed size: a null among those can't be read back from Parquet."""

_PROVENANCE = [
    pa.field("seed", pa.int64()),
    pa.field("fingerprint", pa.string()),
]


def _versioned(fields: list[pa.Field]) -> pa.Schema:
    return pa.schema(fields, metadata={VERSION_KEY: SCHEMA_VERSION})


LIGHTING: Final = pa.struct(
    [
        pa.field("sun_azimuth_rad", pa.float64()),
        pa.field("sun_elevation_rad", pa.float64()),
        pa.field("sun_strength", pa.float64()),
        pa.field("sun_angle_rad", pa.float64()),
        pa.field("ambient_strength", pa.float64()),
    ]
)

VIEWS: Final = _versioned(
    [
        pa.field("view_id", pa.string()),
        pa.field("asset_uid", pa.string()),
        pa.field("category", pa.string()),
        pa.field("source_path", pa.string()),
        pa.field("licence", pa.string()),
        pa.field("round", pa.int32()),
        pa.field("move", pa.string()),  # "anchor", or the motion that leads here from the anchor
        pa.field("anchor_id", pa.string()),
        pa.field("image", pa.binary()),  # JPEG, WebP or PNG: see image_format
        pa.field("image_format", pa.string()),
        pa.field("image_sha256", pa.string()),
        pa.field("mask", pa.binary()),  # PNG, 255 where the object is seen
        pa.field(
            "depth", pa.binary()
        ),  # 16-bit PNG: 0 nothing, else near + (v - 1)/65534 (far - near)
        pa.field("depth_near", pa.float64()),
        pa.field("depth_far", pa.float64()),
        pa.field(
            "normals", pa.binary()
        ),  # 8-bit PNG of (n + 1)/2 in world axes; null unless asked for
        pa.field("world_from_camera", MATRIX_4X4),  # OpenCV camera axes
        pa.field("intrinsics", MATRIX_3X3),  # pixels; pixel centres at +0.5
        pa.field(
            "world_from_asset", MATRIX_4X4
        ),  # the file's own coordinates as trimesh loads them; null where it can't
        pa.field("width_px", pa.int32()),
        pa.field("height_px", pa.int32()),
        *(pa.field(name, pa.float64()) for name in field_names(ViewGeometry)),
        pa.field(
            "front_azimuth_rad", pa.float64()
        ),  # in this view, the object's turn included; null: unknown
        pa.field("mask_share", pa.float64()),  # of the image
        pa.field("in_frame_share", pa.float64()),  # of the object's surface points
        # At most 64 points of the surface seen here, off its edges, in the world of this view (the
        # object's turn included): N x 3 little-endian float32.
        pa.field("surface_points", pa.binary()),
        pa.field("backdrop", pa.string()),
        pa.field("backdrop_detail", pa.string()),
        pa.field("lighting", LIGHTING),
        pa.field("engine", pa.string()),
        pa.field("device", pa.string()),
        pa.field("samples", pa.int32()),
        pa.field("seconds", pa.map_(pa.string(), pa.float64())),  # by stage
        *_PROVENANCE,
    ]
)

PAIRS: Final = _versioned(
    [
        pa.field("pair_id", pa.string()),
        pa.field(
            "reverse_id", pa.string()
        ),  # the same two views in the other order; "" if not kept
        pa.field("asset_uid", pa.string()),
        pa.field("category", pa.string()),
        pa.field("licence", pa.string()),
        # The satellite's move between an anchor and its own satellite, "two_moves" between two
        # satellites of one anchor, "free" between two anchors.
        pa.field("kind", pa.string()),
        pa.field("view_id_1", pa.string()),
        pa.field("view_id_2", pa.string()),
        *(pa.field(name, pa.float64()) for name in field_names(RelativeView)),
        *(pa.field(f"{name}_1", pa.float64()) for name in field_names(ViewGeometry)),
        *(pa.field(f"{name}_2", pa.float64()) for name in field_names(ViewGeometry)),
        pa.field("overlap_12", pa.float64()),  # share of view 1's visible surface that view 2 shows
        pa.field("overlap_21", pa.float64()),
        pa.field("mask_share_1", pa.float64()),
        pa.field("mask_share_2", pa.float64()),
        pa.field("in_frame_share_1", pa.float64()),
        pa.field("in_frame_share_2", pa.float64()),
        pa.field("surface_points_1", pa.binary()),  # the view's own
        pa.field("surface_points_2", pa.binary()),
        # One byte for each of view 1's points: 0 hidden in view 2, 1 seen there, 2 can't be told.
        pa.field("seen_in_2", pa.binary()),
        pa.field("seen_in_1", pa.binary()),  # the same for view 2's points in view 1
        pa.field("light_moved", pa.bool_()),
        pa.field(
            "front_azimuth_1_rad", pa.float64()
        ),  # world azimuth of the object's front in view 1; null: unknown
        pa.field("backdrop", pa.string()),
        pa.field("world_from_camera_1", MATRIX_4X4),
        pa.field("world_from_camera_2", MATRIX_4X4),
        pa.field("intrinsics_1", MATRIX_3X3),
        pa.field("intrinsics_2", MATRIX_3X3),
        pa.field("width_px", pa.int32()),
        pa.field("height_px", pa.int32()),
        pa.field("image_sha256_1", pa.string()),
        pa.field("image_sha256_2", pa.string()),
        *_PROVENANCE,
    ]
)

RINGS: Final = _versioned(
    [
        pa.field("asset_uid", pa.string()),
        pa.field("round", pa.int32()),
        pa.field("azimuths", pa.int32()),  # pictures taken all around; the first from azimuth 0
        pa.field("elevation_rad", pa.float64()),
        # One byte for each two pictures a < b, row by row: their difference is 2 ** (byte / 32 - 2)
        # times the noise of the pictures.
        pa.field("ratios", pa.binary()),
        pa.field("shape_key", pa.string()),  # equal for copies of one mesh
        # Where the vertical stands that the pictures were taken round, in the world of an unturned
        # object: if its sides look alike, the axis of that symmetry.
        pa.field("middle_x", pa.float64()),
        pa.field("middle_y", pa.float64()),
        *_PROVENANCE,
    ]
)

REJECTED: Final = _versioned(
    [
        pa.field("kind", pa.string()),  # "view", "pair" or "question"
        pa.field("subject_id", pa.string()),
        pa.field("asset_uid", pa.string()),
        pa.field("code", pa.string()),
        pa.field("numbers", pa.map_(pa.string(), pa.float64())),
        *_PROVENANCE,
    ]
)

OUTCOMES: Final = _versioned(
    [
        pa.field("asset_uid", pa.string()),
        pa.field("index", pa.int64()),  # position in the source
        pa.field("round", pa.int32()),
        pa.field("quota", pa.int32()),
        pa.field("status", pa.string()),  # written, rejected or failed
        pa.field("code", pa.string()),
        pa.field("message", pa.string()),
        pa.field("pairs", pa.int32()),
        pa.field("views", pa.int32()),
        pa.field("rejections", pa.int32()),
        pa.field("triangles", pa.int64()),
        pa.field("attempts", pa.int32()),
        pa.field("seconds", pa.float64()),
        pa.field("mended", pa.list_(pa.string())),  # "code: detail" of what was put right
        pa.field("source", pa.string()),
        pa.field("source_path", pa.string()),
        pa.field("category", pa.string()),
        pa.field("licence", pa.string()),
        pa.field("author", pa.string()),
        pa.field("title", pa.string()),
        pa.field("url", pa.string()),
        pa.field("sha256", pa.string()),
        pa.field("front_azimuth_rad", pa.float64()),  # null: unknown
        pa.field("symmetry", pa.string()),  # null: unknown
        *_PROVENANCE,
    ]
)

ASSETS: Final = _versioned(
    [
        pa.field("asset_uid", pa.string()),
        pa.field("status", pa.string()),  # of the last visit that wrote something, else of the last
        pa.field("code", pa.string()),
        pa.field("visits", pa.int32()),
        pa.field("pairs", pa.int64()),
        pa.field("views", pa.int64()),
        *(
            OUTCOMES.field(name)
            for name in (
                "triangles",
                "mended",
                "source",
                "source_path",
                "category",
                "licence",
                "author",
                "title",
                "url",
                "sha256",
                "front_azimuth_rad",
                "symmetry",
                "fingerprint",
            )
        ),
    ]
)

MARK: Final = pa.struct(
    [
        pa.field("image", pa.int32()),
        pa.field("label", pa.string()),
        pa.field("x_px", pa.float64()),
        pa.field("y_px", pa.float64()),
    ]
)

QUESTIONS: Final = _versioned(
    [
        pa.field("id", pa.string()),
        pa.field("group_id", pa.string()),  # questions that must agree with one another
        pa.field("group_role", pa.string()),
        pa.field("split", pa.string()),  # train, validation or test; disjoint by asset
        pa.field("family", pa.string()),
        pa.field("wording_id", pa.string()),
        pa.field("frame", pa.string()),  # of reference: see the families' own pages
        # The pair that is asked about; null for families that gather views of their own, of which
        # no one pair has them all.
        pa.field("pair_id", pa.string()),
        pa.field("asset_uids", pa.list_(pa.string())),  # each once, in the order shown
        pa.field("image_ids", pa.list_(pa.string())),  # view_id, in the order shown
        pa.field("image_sha256", pa.list_(pa.string())),
        # Points that are drawn into the images before they are shown; pixels, and a letter or word
        # beside each. "image" counts from 0 in the order shown.
        pa.field("marks", pa.list_(MARK)),
        pa.field("question", pa.string()),  # with one <image> per image
        pa.field("options", pa.list_(pa.string())),  # empty where none are offered
        # Which of the family's answers is true: equally often each, so that none can be guessed.
        pa.field("answer_key", pa.string()),
        pa.field("answer_letter", pa.string()),  # null unless exactly one option is right
        pa.field("answer_text", pa.string()),
        pa.field("answer_value", pa.float64()),  # the signed quantity behind it; null: several
        pa.field("answer_unit", pa.string()),
        pa.field("answer_type", pa.string()),  # choice, angle, ratio, set or pose: see qa.score
        pa.field("tolerance", pa.float64()),  # of a number: an error that is worth nothing
        pa.field("chance", pa.float64()),  # null unless options are offered and one is right
        pa.field("margin", pa.float64()),  # distance of the deciding number from its threshold
        pa.field("margin_unit", pa.string()),
        pa.field("reasons", pa.string()),  # the answer derived from the facts, step by step
        pa.field("world_from_camera", pa.list_(MATRIX_4X4)),
        pa.field("intrinsics", pa.list_(MATRIX_3X3)),
        pa.field("object_turn_rad", pa.list_(pa.float64())),
        pa.field("front_azimuth_rad", pa.float64()),  # in image 1; null: unknown
        pa.field("width_px", pa.int32()),
        pa.field("height_px", pa.int32()),
        pa.field("facts", pa.map_(pa.string(), pa.float64())),
        pa.field("licence", pa.string()),  # of all assets shown: "A AND B" where they differ
        *_PROVENANCE,
        pa.field("qa_fingerprint", pa.string()),
    ]
)

TABLES: Final = {
    "views": VIEWS,
    "pairs": PAIRS,
    "rings": RINGS,
    "rejected": REJECTED,
    "outcomes": OUTCOMES,
    "qa": QUESTIONS,
}
"""Tables that are folders of ``part-*.parquet`` files; ``assets.parquet`` is a single file."""

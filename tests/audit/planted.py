"""Small runs with a leak planted in one channel, or with none."""

from __future__ import annotations

import io
import math
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from viewpoint_gen.dataset.schema import TABLES
from viewpoint_gen.qa.phrasing import IMAGES, wording_of

FAMILY = "ego_rotation_yaw"
WIDTH_PX, HEIGHT_PX = 40, 32
STRENGTH = 0.5
"""Share of the questions in which the leak speaks."""


def plant(
    root: Path, leak: str = "", *, questions: int = 400, assets: int = 40, seed: int = 0
) -> Path:
    """Write ``views``, ``qa`` and ``qa.json``.

    Args:
        leak: "text", "letter", "brightness" (of image 1), "roll" (of camera 2), "shift" (of the
            object between the images), "asset" (all of an asset's answers are alike, and each
            asset has its own colour), or nothing.
    """
    rng = np.random.default_rng(seed)
    owner = np.sort(rng.permutation(np.arange(questions) % assets))
    sense = rng.integers(0, 3, questions)
    if leak == "asset":
        sense = rng.integers(0, 3, assets)[owner]
    speaks = rng.uniform(size=questions) < STRENGTH
    views, rows = [], []
    for number in range(questions):
        told = int(sense[number]) if speaks[number] else int(rng.integers(0, 3))
        rows.append(_question(rng, number, int(owner[number]), int(sense[number]), told, leak))
        views += _views(rng, number, int(owner[number]), told, leak)
    _write(root, "views", views)
    _write(root, "qa", rows)
    (root / "qa.json").write_text("{}")
    return root


def _question(
    rng: np.random.Generator, number: int, asset: int, sense: int, told: int, leak: str
) -> dict[str, object]:
    wording = wording_of(FAMILY)
    texts = wording.option_sets[rng.integers(len(wording.option_sets))].texts
    order = rng.permutation(3)
    if leak == "letter":
        order = np.array([told, *[each for each in order if each != told]])
    said = wording.questions[rng.integers(3, 12)]
    if leak == "text":
        said = wording.questions[told]
    options = [texts[each] for each in order]
    return {
        "id": f"q{number:05d}",
        "group_id": f"g{number // 2:05d}",
        "family": FAMILY,
        "question": IMAGES + said.text,
        "options": options,
        "answer_text": texts[sense],
        "answer_letter": "ABC"[options.index(texts[sense])],
        "asset_uids": [f"asset{asset:03d}"],
        "image_ids": [f"v{number:05d}a", f"v{number:05d}b"],
    }


def _views(
    rng: np.random.Generator, number: int, asset: int, told: int, leak: str
) -> list[dict[str, object]]:
    rows = []
    direction = (-1, 1, 0)[told]
    middle = rng.uniform(0.2, 0.8, 2) * (WIDTH_PX, HEIGHT_PX)
    for which in (0, 1):
        centre = middle + rng.normal(0, 1, 2)
        light = float(rng.uniform(90, 150))
        if leak == "brightness" and which == 0:
            light = 120.0 + 30.0 * direction + rng.normal(0, 5)
        if leak == "shift":  # round and round a strip, so that neither place tells anything alone
            centre[0] = 8.0 + (middle[0] - 8.0 + 8.0 * direction * which) % 24.0
        roll = float(rng.normal(0, 0.2))
        if leak == "roll" and which == 1:
            roll = 0.3 * direction + float(rng.normal(0, 0.05))
        tint = np.random.default_rng(asset).uniform(-40, 40, 3) if leak == "asset" else np.zeros(3)
        image, mask = paint(rng, light=light, centre=centre, tint=tint)
        rows.append(
            {
                "view_id": f"v{number:05d}{'ab'[which]}",
                "asset_uid": f"asset{asset:03d}",
                "image": image,
                "mask": mask,
                "backdrop": "solid",
                "roll_rad": roll,
                **{name: float(rng.normal()) for name in ("elevation_rad", "pitch_rad")},
                "distance": float(rng.uniform(2, 4)),
                "mask_share": float(rng.uniform(0.05, 0.3)),
                "azimuth_rad": float(rng.uniform(-math.pi, math.pi)),
            }
        )
    return rows


def paint(
    rng: np.random.Generator, *, light: float, centre: np.ndarray, tint: np.ndarray
) -> tuple[bytes, bytes]:
    """A round object before a grey wall, with some noise; and its mask."""
    y, x = np.mgrid[:HEIGHT_PX, :WIDTH_PX] + 0.5
    covered = np.hypot(x - centre[0], y - centre[1]) < 6.0
    picture = np.full((HEIGHT_PX, WIDTH_PX, 3), light) + rng.normal(0, 4, (HEIGHT_PX, WIDTH_PX, 1))
    picture = picture + covered[..., None] * 30.0 + tint
    return png(picture.clip(0, 255).astype(np.uint8)), png(np.uint8(255) * covered)


def png(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "PNG", compress_level=0)
    return buffer.getvalue()


def _write(root: Path, table: str, rows: list[dict[str, object]]) -> None:
    schema = TABLES[table]
    folder = root / table
    folder.mkdir(parents=True, exist_ok=True)
    half = len(rows) // 2
    for part, some in enumerate((rows[:half], rows[half:])):
        full = [{name: row.get(name) for name in schema.names} for row in some]
        pq.write_table(
            pa.Table.from_pylist(full, schema=schema), folder / f"part-00-{part:06d}.parquet"
        )

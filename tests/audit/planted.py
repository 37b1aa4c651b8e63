"""Small runs with a leak planted in one channel, or with none."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from viewpoint_gen.dataset.schema import TABLES
from viewpoint_gen.qa.families import FAMILIES
from viewpoint_gen.qa.families.family import Form
from viewpoint_gen.qa.phrasing import IMAGES, option_sets_of

YAW, LADDER, NUMBER = "ego_rotation_yaw", "magnitude_azimuth", "estimate_azimuth"
"""A family of each form: named answers, four numbers to choose from, a number of one's own."""

WIDTH_PX, HEIGHT_PX = 40, 32
STRENGTH = 0.65
"""Share of the questions in which the leak speaks."""

SAID = tuple(
    f"{how} {what}"
    for how in ("Tell me", "State in short", "Say, please,", "Work out")
    for what in ("what the camera did.", "how image 2 came about.", "the answer about its turn.")
)

LEAST_DEG, STEP = 12.0, 1.5
PUT = {"about": "about {}°", "ratio": "an angle of {} to 1"}


VIEW_LEAKS = {"brightness", "roll", "shift", "size", "asset"}
VIEWS_OF_AN_ASSET = 4


@dataclass(frozen=True)
class Leak:
    """Where a leak is planted, and what it says in one question.

    Attributes:
        channel: as of ``plant``.
        told: the draw that it points to, which may be the question's or not.
    """

    channel: str
    told: int


def plant(
    root: Path,
    leak: str = "",
    *,
    families: tuple[str, ...] = (YAW,),
    questions: int = 180,
    assets: int = 18,
    seed: int = 0,
) -> Path:
    """Write ``views``, ``qa`` and ``qa.json``; the same two images are asked of each family.

    An answer is a draw modulo the number of the family's answers.

    Args:
        leak: "text", "letter", "brightness" (of image 1), "roll" (of camera 2), "shift" (of the
            object between the images), "size" (of the object in image 1), "asset" (all of an
            asset's answers are alike, and each asset has its own colour); of a ladder "smallest"
            (its smallest number says which is right), "middle" (the right one is nearest to their
            mean), "round" (the right one is a multiple of ten, the others aren't); or nothing.
        questions: of each family.
    """
    rng = np.random.default_rng(seed)
    owner = np.repeat(np.sort(rng.permutation(np.arange(questions // 2) % assets)), 2)
    draw = rng.integers(0, _DRAWS, questions)
    if leak == "asset":
        draw = rng.integers(0, _DRAWS, assets)[owner]
    told = np.where(
        rng.uniform(size=questions) < STRENGTH, draw, rng.integers(0, _DRAWS, questions)
    )
    shown, views = [], []
    for number in range(questions):
        mine = Leak(leak, int(told[number]))
        if leak in VIEW_LEAKS:
            pair = [f"v{number:05d}{which}" for which in "ab"]
            views += _views(rng, pair, int(owner[number]), mine)
        elif number % 2:
            pair = pair[::-1]
        else:
            two = rng.choice(VIEWS_OF_AN_ASSET, 2, replace=False)
            pair = [f"v{owner[number]:03d}{which}" for which in two]
        shown.append(pair)
    if leak not in VIEW_LEAKS:
        for asset in range(assets):
            names = [f"v{asset:03d}{which}" for which in range(VIEWS_OF_AN_ASSET)]
            views += _views(rng, names, asset, Leak("", 0))
    rows = [
        {
            **_question(rng, number, family, int(draw[number]), Leak(leak, int(told[number]))),
            "asset_uids": [f"asset{owner[number]:03d}"],
            "image_ids": shown[number],
        }
        for family in families
        for number in range(questions)
    ]
    _write(root, "views", views)
    _write(root, "qa", rows)
    (root / "qa.json").write_text("{}")
    return root


_DRAWS = 12
"""A multiple of every number of answers."""


def _question(
    rng: np.random.Generator, number: int, family: str, draw: int, leak: Leak
) -> dict[str, object]:
    ask = {Form.NAMED: _named, Form.LADDER: _ladder, Form.ANGLE: _number}[FAMILIES[family].form]
    answers = len(FAMILIES[family].options)
    said = SAID[leak.told % answers] if leak.channel == "text" else str(rng.choice(SAID[3:]))
    return {
        "id": f"q{number:05d}",
        "group_id": f"g{number // 2:05d}",
        "family": family,
        "question": IMAGES + said,
        "reasons": "It follows from the cameras.",
        **ask(rng, family, draw % answers, Leak(leak.channel, leak.told % answers)),
    }


def _named(rng: np.random.Generator, family: str, key: int, leak: Leak) -> dict[str, object]:
    sets = option_sets_of(family)
    chosen = sets[rng.integers(len(sets))]
    order = rng.permutation(len(chosen.texts))
    if leak.channel == "letter":
        order = np.array([leak.told, *[each for each in order if each != leak.told]])
    return _offered(family, chosen.id, [chosen.texts[each] for each in order], chosen.texts, key)


def _ladder(rng: np.random.Generator, family: str, key: int, leak: Leak) -> dict[str, object]:
    """Four numbers, a step apart; with a leak in the middle the largest is now and then nearer."""
    start = leak.told if leak.channel == "smallest" else rng.uniform(0, 4)
    sizes = LEAST_DEG * STEP ** (np.arange(4) + start + rng.uniform(0, 0.5))
    if leak.channel == "middle":
        sizes[3] *= rng.choice([0.77, 1.0])
        if rng.uniform() < STRENGTH:
            key = int(np.argmin(np.abs(sizes - sizes.mean())))
    whole = sizes.round()
    if leak.channel == "round":
        whole += whole % 10 == 0
        if rng.uniform() < STRENGTH:
            whole[key] = max(10.0, (whole[key] / 10).round() * 10)
    set_id = str(rng.choice(list(PUT)))
    texts = tuple(PUT[set_id].format(f"{size:.0f}") for size in whole)
    order = rng.permutation(4)
    return _offered(family, set_id, [texts[each] for each in order], texts, key)


def _offered(
    family: str, set_id: str, options: list[str], texts: tuple[str, ...], key: int
) -> dict[str, object]:
    return {
        "wording_id": f"{family}.01.{set_id}.still03",
        "options": options,
        "answer_key": FAMILIES[family].options[key],
        "answer_text": texts[key],
        "answer_letter": "ABCD"[options.index(texts[key])],
        "answer_type": "choice",
    }


def _number(rng: np.random.Generator, family: str, key: int, leak: Leak) -> dict[str, object]:
    size = LEAST_DEG * STEP ** (key + rng.uniform())
    return {
        "wording_id": f"{family}.01",
        "options": [],
        "answer_key": FAMILIES[family].options[key],
        "answer_text": f"{size:.0f}",
        "answer_value": size,
        "answer_unit": "deg",
        "answer_type": "angle",
        "tolerance": 30.0,
    }


def _views(
    rng: np.random.Generator, names: list[str], asset: int, leak: Leak
) -> list[dict[str, object]]:
    rows = []
    direction = (-1, 1, 0)[leak.told % 3]
    middle = rng.uniform(0.2, 0.8, 2) * (WIDTH_PX, HEIGHT_PX)
    for which, name in enumerate(names):
        centre = middle + rng.normal(0, 1, 2)
        light = float(rng.uniform(90, 150))
        if leak.channel == "brightness" and which == 0:
            light = 120.0 + 30.0 * direction + rng.normal(0, 5)
        if leak.channel == "shift":  # round and round a strip, so that no place alone tells it
            centre[0] = 8.0 + (middle[0] - 8.0 + 8.0 * direction * which) % 24.0
        radius = 2.0 + 1.5 * (leak.told % 6) if leak.channel == "size" and which == 0 else 6.0
        roll = float(rng.normal(0, 0.2))
        if leak.channel == "roll" and which == 1:
            roll = 0.3 * direction + float(rng.normal(0, 0.05))
        tint = np.zeros(3)
        if leak.channel == "asset":
            tint = np.random.default_rng(asset).uniform(-40, 40, 3)
        image, mask = paint(rng, light=light, centre=centre, tint=tint, radius=radius)
        rows.append(
            {
                "view_id": name,
                "asset_uid": f"asset{asset:03d}",
                "image": image,
                "mask": mask,
                "backdrop": "solid",
                "roll_rad": roll,
                **{each: float(rng.normal()) for each in ("elevation_rad", "pitch_rad")},
                "distance": float(rng.uniform(2, 4)),
                "mask_share": float(rng.uniform(0.05, 0.3)),
                "azimuth_rad": float(rng.uniform(-math.pi, math.pi)),
            }
        )
    return rows


def paint(
    rng: np.random.Generator,
    *,
    light: float,
    centre: np.ndarray,
    tint: np.ndarray,
    radius: float = 6.0,
) -> tuple[bytes, bytes]:
    """A round object before a grey wall, with some noise; and its mask."""
    y, x = np.mgrid[:HEIGHT_PX, :WIDTH_PX] + 0.5
    covered = np.hypot(x - centre[0], y - centre[1]) < radius
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

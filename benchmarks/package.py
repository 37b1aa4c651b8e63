"""How fast a run becomes a package for the Hub on two cores, and how much memory that takes.

Writes a made-up run (nothing is rendered): 512 px JPEG pictures of about 50 KB, 10 views, 16 pairs
and 85 questions of an object, one question in fourteen with marks in two images. Packs it in a
process of its own that is held to two cores, and prints bytes per second and the peak of resident
memory.

    python benchmarks/package.py [--pairs 4000] [--folder DIR]

100,000 pairs make a package of some 70 GB; neither speed nor memory hangs on the number.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from PIL import Image, ImageFilter
from render_costs import table

from viewpoint_gen.dataset.config import StoreConfig
from viewpoint_gen.dataset.package import (
    CONFIGS,
    Packing,
    build_files,
    index_run,
    plan_shards,
    schema_of,
)
from viewpoint_gen.dataset.schema import ASSETS, PAIRS, QUESTIONS, VIEWS
from viewpoint_gen.dataset.shards import create_part
from viewpoint_gen.seeding import rng_for
from viewpoint_gen.storage import Store, open_store

SIZE_PX = 512
PICTURES = 64
VIEWS_PER_ASSET, PAIRS_PER_ASSET, QUESTIONS_PER_ASSET = 10, 16, 85
ASSETS_PER_PART = 8
QUESTIONS_PER_PART = 100_000
MARKED_ONE_IN = 14
MAX_SHARD_BYTES = 500_000_000
SPLITS = ("train",) * 18 + ("validation", "test")
CORES = 2
Row = dict[str, Any]


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pairs", type=int, default=4_000)
    parser.add_argument("--folder", type=Path, help="for the run and its package: both are deleted")
    parser.add_argument("--pack", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    args = options()
    if args.pack:
        print(json.dumps(packed(args.pack)))
        return
    with tempfile.TemporaryDirectory(dir=args.folder) as folder:
        write_run(open_store(folder), args.pairs)
        done = subprocess.run(
            [sys.executable, __file__, "--pack", folder], check=True, capture_output=True, text=True
        )
    figures = {"pairs": args.pairs, **json.loads(done.stdout)}
    table(list(figures), [list(figures.values())])


def packed(run: Path) -> Row:
    """Pack a run here and now."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    start_s, start_cpu_s = time.monotonic(), time.process_time()
    store = open_store(run)
    index = index_run(store, shares=(0.05, 0.05))
    schemas = {config: schema_of(config, normals=False) for config in CONFIGS}
    shards = plan_shards(index, max_bytes=MAX_SHARD_BYTES)
    packing = Packing(store, index, schemas, StoreConfig())
    files = build_files(packing, shards, run / "publish", identity="", advance=int)
    wall_s, size = time.monotonic() - start_s, sum(file.bytes for file in files)
    return {
        "questions": sum(file.rows for file in files if file.name.startswith("qa/")),
        "files": len(files),
        "GB": f"{size / 1e9:.2f}",
        "wall s": f"{wall_s:.1f}",
        "CPU s": f"{time.process_time() - start_cpu_s:.1f}",
        "MB/s": f"{size / wall_s / 1e6:.0f}",
        "peak MiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def write_run(store: Store, pairs: int) -> None:
    """All tables that a package is made from."""
    assets = max(pairs // PAIRS_PER_ASSET, 1)
    pictures = [picture(number) for number in range(PICTURES)]
    uids = [f"thing-{number:06d}-{hashlib.sha256(b'%d' % number).hexdigest()[:12]}"
            for number in range(assets)]  # fmt: skip
    for part, first in enumerate(range(0, assets, ASSETS_PER_PART)):
        mine = uids[first : first + ASSETS_PER_PART]
        name = f"part-00-{part:06d}.parquet"
        write(store, f"views/{name}", VIEWS, [v for uid in mine for v in views(uid, pictures)])
        write(store, f"pairs/{name}", PAIRS, [p for uid in mine for p in pair_rows(uid)])
    write(store, "assets.parquet", ASSETS, [{"asset_uid": uid, "views": 10} for uid in uids])
    per_part = QUESTIONS_PER_PART // QUESTIONS_PER_ASSET
    for part, first in enumerate(range(0, assets, per_part)):
        with create_part(store, f"qa/part-00-{part:06d}.parquet", QUESTIONS) as file:
            for number, uid in enumerate(uids[first : first + per_part], first):
                file.write(filled(QUESTIONS, questions(uid, SPLITS[number % len(SPLITS)])))


def write(store: Store, name: str, schema: pa.Schema, rows: list[Row]) -> None:
    with create_part(store, name, schema) as part:
        part.write(filled(schema, rows))


def filled(schema: pa.Schema, rows: list[Row]) -> pa.Table:
    return pa.Table.from_pylist(
        [{name: row.get(name) for name in schema.names} for row in rows], schema=schema
    )


def picture(number: int) -> Row:
    """A JPEG of about 50 KB, with its mask and depth."""
    rng = rng_for(0, "picture", number)
    noise = rng.integers(0, 256, (SIZE_PX, SIZE_PX, 3), dtype=np.uint8)
    image = Image.fromarray(noise).filter(ImageFilter.GaussianBlur(1.6))
    depth = Image.fromarray(rng.integers(0, 256, (150, 150), dtype=np.uint16))
    mask = Image.new("L", (SIZE_PX, SIZE_PX))
    content = encoded(image, "JPEG", quality=80)
    return {
        "image": content, "image_format": "jpeg", "mask": encoded(mask, "PNG"),
        "depth": encoded(depth, "PNG"), "image_sha256": hashlib.sha256(content).hexdigest(),
    }  # fmt: skip


def encoded(image: Image.Image, form: str, **settings: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **settings)
    return buffer.getvalue()


def view_ids(uid: str) -> list[str]:
    return [f"{uid}.0.00.{number}" for number in range(VIEWS_PER_ASSET)]


def matrices(rng: np.random.Generator) -> Row:
    return {
        "world_from_camera": rng.normal(size=(4, 4)).tolist(),
        "intrinsics": [[600.0, 0.0, 256.0], [0.0, 600.0, 256.0], [0.0, 0.0, 1.0]],
    }


def views(uid: str, pictures: list[Row]) -> list[Row]:
    rng = rng_for(0, "views", uid)
    return [
        {
            "view_id": name, "asset_uid": uid, "category": "thing", "licence": "CC0-1.0",
            "width_px": SIZE_PX, "height_px": SIZE_PX, "surface_points": rng.bytes(768),
            **pictures[rng.integers(len(pictures))], **matrices(rng),
        }
        for name in view_ids(uid)
    ]  # fmt: skip


def pair_rows(uid: str) -> list[Row]:
    rng = rng_for(0, "pairs", uid)
    names = view_ids(uid)
    return [
        {
            "pair_id": f"{uid}-{number}", "asset_uid": uid, "view_id_1": names[number % 10],
            "view_id_2": names[(number + 3) % 10], "azimuth_rad": rng.normal(),
            "surface_points_1": rng.bytes(768), "surface_points_2": rng.bytes(768),
        }
        for number in range(PAIRS_PER_ASSET)
    ]  # fmt: skip


def questions(uid: str, split: str) -> list[Row]:
    rng = rng_for(0, "questions", uid)
    names = view_ids(uid)
    return [question(uid, split, number, names, rng) for number in range(QUESTIONS_PER_ASSET)]


def question(uid: str, split: str, number: int, names: list[str], rng: np.random.Generator) -> Row:
    count = (2, 2, 2, 2, 3, 2, 5, 2, 2, 2)[number % 10]
    shown = rng.permutation(names)[:count].tolist()
    marks = [
        {"image": image, "label": label, "x_px": rng.uniform(9, 500), "y_px": rng.uniform(9, 500)}
        for image, labels in enumerate(("A", "BCDE"))
        for label in labels
    ]
    return {
        "id": f"{uid}.{number}.{'.'.join(shown)}.ego_rotation_yaw", "split": split,
        "family": "ego_rotation_yaw", "asset_uids": [uid], "image_ids": shown,
        "image_sha256": [hashlib.sha256(name.encode()).hexdigest() for name in shown],
        "marks": marks if number % MARKED_ONE_IN == 0 else [],
        "question": "Image 1: <image>\nImage 2: <image>\nWhich way did the camera turn?",
        "options": ["to the left", "to the right", "not at all"], "answer_type": "choice",
        "answer_letter": "ABC"[number % 3], "answer_value": rng.normal(), "chance": 1 / 3,
        "reasons": f"The camera's heading grew by {rng.uniform(8, 60):.1f} degrees.",
        "world_from_camera": [rng.normal(size=(4, 4)).tolist() for _ in shown],
        "intrinsics": [matrices(rng)["intrinsics"] for _ in shown],
        "facts": [(f"fact_{k}", rng.normal()) for k in range(12)],
        "width_px": SIZE_PX, "height_px": SIZE_PX, "licence": "CC0-1.0",
    }  # fmt: skip


if __name__ == "__main__":
    main()

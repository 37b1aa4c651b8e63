"""How long ``viewgen preview`` takes on a large run, and how much memory.

Makes a run of made-up rows (one part of each table, copied under other names, with pictures of
random bytes in realistic sizes), then looks at it in a process of its own.

    python benchmarks/preview.py --pairs 100000
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "preview"))
from made_up_runs import SUMMARY, asset_row, part_of  # beside the tests, which share it

from viewpoint_gen.dataset.schema import ASSETS, TABLES
from viewpoint_gen.dataset.shards import create_part, part_name
from viewpoint_gen.storage import LocalStore

ASSETS_PER_PART = 8
PAIRS_PER_ASSET = 16
REFUSALS_PER_PAIR = 34
IMAGE_BYTES = 40_000


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--pairs", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, help="where the run is made [default: temporary]")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        run = Path(folder) / "run"
        make(run, options.pairs)
        look = [sys.executable, "-m", "viewpoint_gen", "preview", str(run), "--json"]
        started = time.monotonic()
        shown = json.loads(subprocess.run(look, check=True, stdout=subprocess.PIPE).stdout)
        seconds = time.monotonic() - started
        peak = resource.getrusage(resource.RUSAGE_CHILDREN)
        size = sum(path.stat().st_size for path in run.rglob("*.parquet"))
        print(
            f"{options.pairs:,} pairs, {size / 1e9:.1f} GB: {shown['pairs']} shown with "
            f"{shown['questions']:,} questions in {seconds:.1f} s "
            f"({peak.ru_utime + peak.ru_stime:.1f} CPU s), peak {peak.ru_maxrss / 1024:.0f} MiB, "
            f"page {shown['size_bytes'] / 1e6:.1f} MB on {os.cpu_count()} cores"
        )


def make(run: Path, pairs: int) -> None:
    """A run of at least so many pairs."""
    parts = -(-pairs // (ASSETS_PER_PART * PAIRS_PER_ASSET))
    store, patterns = LocalStore(str(run), run), patterned()
    uids = []
    for number in range(parts):
        for table, rows in patterns.items():
            with create_part(store, f"{table}/{part_name(0, number)}", TABLES[table]) as part:
                part.write(renamed(rows, f"{number:06d}"))
        uids += [f"thing{number:06d}x{k}" for k in range(ASSETS_PER_PART)]
    rows = [asset_row(uid, "chair", hostile=False) for uid in uids]
    pq.write_table(pa.Table.from_pylist(rows, schema=ASSETS), run / "assets.parquet")
    (run / "recipe.toml").write_text("seed = 0\n")
    (run / "qa.json").write_text(json.dumps(SUMMARY))


def patterned() -> dict[str, pa.Table]:
    """One part of each table, with "@" where each copy has a number of its own."""
    rng = np.random.default_rng(0)
    tables: dict[str, list[dict]] = {}
    for k in range(ASSETS_PER_PART):
        rows = part_of(k, f"thing@x{k}", f"category {k % 5}")
        for row in rows["views"]:
            row["image"] += rng.bytes(IMAGE_BYTES)  # behind the end of a JPEG, where none looks
        for again in range(PAIRS_PER_ASSET // len(rows["pairs"])):
            for table in ("pairs", "qa"):
                tables.setdefault(table, []).extend(other(row, again) for row in rows[table])
        pairs = tables["pairs"][-PAIRS_PER_ASSET:]
        tables.setdefault("rejected", []).extend(
            {**rows["rejected"][1 + i % 4], "subject_id": f"{pair['pair_id']}.magnitude_{i}"}
            for pair in pairs
            for i in range(REFUSALS_PER_PAIR)
        )
        for table in ("views", "outcomes"):
            tables.setdefault(table, []).extend(rows[table])
    return {name: pa.Table.from_pylist(rows, schema=TABLES[name]) for name, rows in tables.items()}


def other(row: dict, again: int) -> dict:
    """The same row under another id."""
    names = {name: f"{row[name]}{again}" for name in ("pair_id", "id", "group_id") if row.get(name)}
    return {**row, **names}


def renamed(rows: pa.Table, number: str) -> pa.Table:
    columns = []
    for field, column in zip(rows.schema, rows.columns, strict=True):
        if field.type == pa.string():
            column = pc.replace_substring(column, "@", number)
        elif field.type == pa.list_(pa.string()):
            whole = column.combine_chunks()
            values = pc.replace_substring(whole.flatten(), "@", number)
            column = pa.chunked_array([pa.ListArray.from_arrays(whole.offsets, values)])
        columns.append(column)
    return pa.table(columns, schema=rows.schema)


if __name__ == "__main__":
    main()

"""All 798,759 objects at once, in a driver's memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from viewpoint_gen.assets.objaverse_index import SCHEMA

OBJECTS, FILES = 798_759, 160
LIMIT_KIB = 400 << 10

OPEN = """
import re, sys
from pathlib import Path
import viewpoint_gen.cli, viewpoint_gen.pipeline.run
from viewpoint_gen.assets.config import AssetsConfig
from viewpoint_gen.assets.fetch_hub import HubFiles
from viewpoint_gen.assets.objaverse_cache import ObjaverseFiles
from viewpoint_gen.assets.objaverse_selection import ordered, select
from viewpoint_gen.assets.objaverse_source import ObjaverseSource
config = AssetsConfig(source="objaverse", licences=("any",))
table = select(sorted(Path(sys.argv[1]).iterdir()), config, named=None, excluded=frozenset())
order = ordered(table, balance=True, seed=0)
source = ObjaverseSource(table, order, ObjaverseFiles(HubFiles("a/b", "0" * 40)))
print(len({source.uid(index) for index in range(0, source.size, 100)}))
print(source.size, re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
"""


def write_indices(folder: Path) -> None:
    """As large as the real ones; what they say is alike, the uids are not."""
    rng = np.random.default_rng(0)
    most = -(-OBJECTS // FILES)
    columns = {
        "title": [f"A title of some {row:06d} words" for row in range(most)],
        "author": [f"author-{author}" for author in rng.integers(100_000, size=most)],
        "licence": rng.choice(["CC-BY-4.0", "CC-BY-NC-4.0"], most),
        "category": rng.choice([f"category_{one}" for one in range(18)], most),
        "polygons": rng.integers(1_000_000, size=most),
        "textures": rng.integers(9, size=most),
        "animations": rng.integers(2, size=most),
        "restricted": np.zeros(most, dtype=bool),
    }
    said = pa.table(columns)
    for number, rows in enumerate(np.array_split(np.arange(OBJECTS), FILES)):
        uids = pa.FixedSizeBinaryArray.from_buffers(
            pa.binary(16), most, [None, pa.py_buffer(rng.bytes(16 * most))]
        )
        table = said.append_column("uid", uids)
        table = table.append_column("folder", pa.array([f"000-{number:03d}"] * most))
        table = table.select(SCHEMA.names).cast(SCHEMA).slice(0, len(rows))
        name = folder / f"{number:03d}.parquet"
        pq.write_table(table, name, use_dictionary=False, compression="none")


@pytest.mark.slow
def test_all_of_objaverse_fits_into_a_drivers_memory(tmp_path: Path) -> None:
    write_indices(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", OPEN, str(tmp_path)], capture_output=True, check=True, text=True
    )
    different, size, peak_kib = map(int, done.stdout.split())
    assert (different, size) == (-(-OBJECTS // 100), OBJECTS)
    assert peak_kib < LIMIT_KIB

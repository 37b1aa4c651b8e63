"""``viewgen qa`` on the files of a run: which rings it reads, and which it doesn't."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from synthetic_pairs import facing_camera, one_pair

from viewpoint_gen.dataset.schema import PAIRS, RINGS
from viewpoint_gen.dataset.shards import create_part, part_name
from viewpoint_gen.errors import RunIncomplete
from viewpoint_gen.pipeline.ask import ask_questions
from viewpoint_gen.pipeline.run_directory import RECIPE_NAME
from viewpoint_gen.recipe import Recipe
from viewpoint_gen.records import Ring
from viewpoint_gen.storage import open_store, write

TURN = np.subtract.outer(np.arange(12), np.arange(12)) % 4
THREE_SIDES = Ring.of_ratios(np.where(TURN == 0, 0.4, 4.0), elevation_rad=0.3)
RING_PART = f"rings/{part_name(0, 0)}"


def write_run(folder: Path, *, middle_x: float) -> None:
    """One pair, both ways: from the far side of an object with three sides to its near side."""
    recipe, store = Recipe(), open_store(str(folder))
    one, two = facing_camera(180.0, 0.0, 2.0), facing_camera(0.0, 0.0, 2.32)
    table = one_pair(one, two, static_backdrop=True)
    place = table.schema.get_field_index("fingerprint")
    printed = pa.array([recipe.fingerprint] * 2)
    ring = {
        "asset_uid": "thing", "round": 0, "azimuths": 12,
        "elevation_rad": 0.3, "ratios": THREE_SIDES.packed, "shape_key": "mesh",
        "middle_x": middle_x, "middle_y": 0.0, "fingerprint": recipe.fingerprint,
    }  # fmt: skip
    write(store, RECIPE_NAME, recipe.to_toml().encode())
    write(store, "assets.parquet", b"")  # only looked for
    with create_part(store, f"pairs/{part_name(0, 0)}", PAIRS) as part:
        part.write(table.set_column(place, PAIRS.field("fingerprint"), printed))
    with create_part(store, RING_PART, RINGS) as part:
        part.write(pa.Table.from_pylist([ring], schema=RINGS))


@pytest.mark.parametrize(("middle_x", "fallen"), [(0.0, 0), (0.2, 2)])
def test_the_rings_middle_decides_what_is_asked(tmp_path, middle_x, fallen):
    write_run(tmp_path, middle_x=middle_x)
    ask_questions(str(tmp_path), [("families", ["ego_translation_distance"])])
    rejected = pq.read_table(tmp_path / "rejected").to_pylist()
    assert Counter(row["code"] for row in rejected)["confusable"] == fallen


def test_rings_of_another_schema_are_refused(tmp_path):
    write_run(tmp_path, middle_x=0.0)
    path = tmp_path / RING_PART
    table = pq.read_table(path).drop(["middle_x", "middle_y"])
    pq.write_table(table.replace_schema_metadata({"viewgen.schema_version": "4"}), path)
    with pytest.raises(RunIncomplete, match=r"rings/.*: schema version 4, this viewgen reads"):
        ask_questions(str(tmp_path))

"""A run's questions as an exam: what the rows don't say is found beside them."""

from __future__ import annotations

import math

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from small_run import view_id, write_run

from viewpoint_gen.dataset.export import Selection
from viewpoint_gen.dataset.export.items import THINK_FIRST
from viewpoint_gen.evaluation import exam_of_run

BACKDROPS = {view_id(5, 0): "ground"}


def changed(path, column, value_of):
    """Write one column of a Parquet file anew."""
    table = pq.read_table(path)
    values = [value_of(row) for row in table.to_pylist()]
    place = table.schema.get_field_index(column)
    array = pa.array(values, table.schema.field(place).type)
    pq.write_table(table.set_column(place, table.schema.field(place), array), path)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    root = write_run(tmp_path_factory.mktemp("run") / "chairs")
    for path in sorted((root / "views").iterdir()):
        changed(path, "backdrop", lambda row: BACKDROPS.get(row["view_id"], "hdri"))
    for path in sorted((root / "qa").iterdir()):
        changed(path, "facts", lambda row: [("azimuth_rad", -math.pi / 3)])
        changed(path, "wording_id", lambda row: f"{row['family']}.01.plain")
        changed(path, "answer_key", lambda row: "left")
    changed(root / "assets.parquet", "category", lambda row: f"kind of {row['title']}")
    return root


def questions(run, **more):
    chosen = Selection(splits=more.pop("splits", ("test",)))
    exam = exam_of_run(str(run), chosen, think_share=more.pop("think_share", 0.0))
    return exam, {each.row["family"]: each for each in exam.stream()}


def test_what_results_are_sorted_by(run):
    exam, found = questions(run)
    assert (exam.title, exam.count, len(found)) == ("chairs", 7, 7)
    yaw = found["ego_rotation_yaw"].row
    assert yaw["angle_deg"] == pytest.approx(60.0)
    assert (yaw["category"], yaw["backdrop"], yaw["wording"]) == ("kind of lamp", "ground", "seen")
    assert found["correspondence"].row["backdrop"] == "hdri"


def test_which_questions_ask_for_reasons(run):
    _, none = questions(run)
    _, every = questions(run, think_share=1.0)
    assert not any(THINK_FIRST in each.prompt for each in none.values())
    assert all(each.prompt.endswith(THINK_FIRST) for each in every.values())
    assert {each.asked for each in none.values()}.isdisjoint(each.asked for each in every.values())


def test_only_training_questions_are_learned_from(run):
    exam, _ = questions(run)
    learned = exam.training()
    assert {row["split"] for rows in learned.values() for row in rows} == {"train"}
    assert len(learned["estimate_yaw"]) == 4

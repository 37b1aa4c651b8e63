"""Questions joined with their pictures: the right ones, read about once, in little memory."""

from __future__ import annotations

import io
from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image
from small_run import (
    ASSETS_COUNT,
    VIEWS_EACH,
    nearest_view,
    picture_of,
    questions,
    view_id,
    write_run,
)

from viewpoint_gen.dataset.questions import Pictures, questions_with_images
from viewpoint_gen.errors import RunIncomplete, StorageError
from viewpoint_gen.storage import open_store


def every(part: pa.Table) -> np.ndarray:
    return np.ones(part.num_rows, dtype=np.bool_)


@pytest.fixture
def run(tmp_path):
    return write_run(tmp_path / "run")


def joined(run, columns=("id",)):
    return list(questions_with_images(open_store(run), columns, every))


def test_each_question_comes_once_with_its_own_views_in_order(run):
    shown = {
        row["id"]: [nearest_view(Image.open(io.BytesIO(image.data))) for image in images]
        for row, images in joined(run)
    }
    assert shown == {row["id"]: row["image_ids"] for row in questions()}


def test_pictures_without_marks_keep_their_bytes(run):
    stored = {
        view_id(asset, view): picture_of(asset, view)
        for asset in range(ASSETS_COUNT)
        for view in range(VIEWS_EACH)
    }
    for row, images in joined(run, ("marks", "image_ids")):
        marked = {mark["image"] for mark in row["marks"]}
        for number, (name, image) in enumerate(zip(row["image_ids"], images, strict=True)):
            assert ((image.data, image.format) == stored[name]) == (number not in marked)


def test_marks_are_drawn_where_the_row_says(run):
    row, (first, second) = next(pair for pair in joined(run) if "correspondence" in pair[0]["id"])
    asset = int(row["id"][len("asset")])
    for image, view, marks in ((first, 1, [(20, 9)]), (second, 2, [(12, 30), (36, 20)])):
        drawn = np.asarray(Image.open(io.BytesIO(image.data)).convert("RGB")).astype(int)
        plain = np.asarray(Image.open(io.BytesIO(picture_of(asset, view)[0])).convert("RGB"))
        changed = np.abs(drawn - plain).sum(axis=2) > 60
        for x, y in marks:
            assert changed[y - 6 : y + 7, x - 6 : x + 7].any()
            assert not changed[y, x]  # the point itself stays free


def test_row_groups_are_read_once_although_questions_stand_family_by_family(run, monkeypatch):
    reads = Counter()
    read = pq.ParquetFile.read_row_group

    def counted(file, group, columns=None, **more):
        if columns is not None and "image" in columns:
            reads[(file.metadata.num_rows, file.metadata.row_group(0).total_byte_size, group)] += 1
        return read(file, group, columns=columns, **more)

    monkeypatch.setattr(pq.ParquetFile, "read_row_group", counted)
    total = sum(
        pq.ParquetFile(path).metadata.num_row_groups for path in (run / "views").glob("*.parquet")
    )
    assert len(joined(run)) == len(questions())
    assert sum(reads.values()) == total


def test_pictures_at_hand_stay_within_their_bytes(run):
    pictures = Pictures(open_store(run), most_bytes=1)
    for asset in range(ASSETS_COUNT):
        for view in range(VIEWS_EACH):
            assert pictures[view_id(asset, view)] == picture_of(asset, view)[0]
            assert len(pictures._held) == 1
    assert sorted(pictures) == sorted(
        view_id(asset, view) for asset in range(ASSETS_COUNT) for view in range(VIEWS_EACH)
    )
    assert len(pictures) == ASSETS_COUNT * VIEWS_EACH


def test_a_view_that_is_missing_is_named(run):
    path = run / "views" / "part-00-000001.parquet"
    table = pq.read_table(path)
    gone = table["view_id"][0].as_py()
    pq.write_table(table.slice(1), path)
    with pytest.raises(StorageError, match=rf"shows the view '{gone}'.*doesn't hold it"):
        joined(run)


def test_without_a_summary_the_questions_are_not_finished(run):
    (run / "qa.json").unlink()
    with pytest.raises(RunIncomplete, match="holds no questions; `viewgen qa"):
        joined(run)


@pytest.mark.parametrize("table", ["qa", "views"])
def test_another_schema_is_refused(run, table):
    path = next((run / table).glob("*.parquet"))
    old = pq.read_table(path).replace_schema_metadata({"viewgen.schema_version": "4"})
    pq.write_table(old, path)
    with pytest.raises(RunIncomplete, match=rf"{table}/.*: schema version 4, this viewgen reads"):
        joined(run)

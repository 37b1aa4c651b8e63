"""Other people's benchmarks, as small files in their published layouts."""

from __future__ import annotations

import base64
import csv
import io
import json
from pathlib import Path

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image
from small_exam import picture

from viewpoint_gen.errors import RecipeError, SourceError
from viewpoint_gen.evaluation import evaluate, exam_of_benchmark, predictor_named
from viewpoint_gen.evaluation.benchmarks.mmsi_bench import options_in
from viewpoint_gen.evaluation.predictors import Settings
from viewpoint_gen.qa.score import gold_answer, score

RED, BLUE = picture((200, 0, 0)), picture((0, 0, 200))


def questions(name: str, data: Path, *, limit: int | None = None):
    return list(exam_of_benchmark(name, data, limit=limit).stream())


def write_parquet(path: Path, rows: list[dict]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path


def blink(tmp_path: Path, **more) -> Path:
    row = {
        "idx": "val_Multi-view_Reasoning_1", "sub_task": "Multi-view_Reasoning",
        "question": "Is the camera moving left or right?",
        "image_1": {"bytes": RED, "path": "1.jpg"}, "image_2": {"bytes": BLUE, "path": "2.jpg"},
        "image_3": None, "image_4": None, "choices": ["left", "right"], "answer": "(B)",
        "prompt": "…", **more,
    }  # fmt: skip
    return write_parquet(tmp_path / "Multi-view_Reasoning" / "val-00000-of-00001.parquet", [row])


def test_blink(tmp_path):
    blink(tmp_path)
    [one] = questions("blink", tmp_path)
    assert one.images == (RED, BLUE)
    assert one.row["family"] == "Multi-view_Reasoning"
    assert one.prompt == (
        "Image 1: <image>\nImage 2: <image>\nIs the camera moving left or right?\n"
        "A. left\nB. right\nGive the letter of the right option inside <answer></answer>."
    )
    assert score("<answer>B</answer>", one.row).exact
    assert not score("<answer>A</answer>", one.row).exact


def test_answers_that_are_held_back_are_named(tmp_path):
    with pytest.raises(SourceError, match="held back: take the split that has them"):
        questions("blink", blink(tmp_path, answer="hidden"))


def test_cv_bench(tmp_path):
    rows = [
        {
            "idx": number, "type": kind, "task": task, "image": {"bytes": RED, "path": None},
            "question": "How many?", "choices": ["1", "2", "3"], "answer": answer,
            "filename": f"{kind}/{number}.png",
        }
        for number, kind, task, answer in ((0, "2D", "Count", "(C)"), (1, "3D", "Depth", "(A)"))
    ]  # fmt: skip
    one, two = questions("cv-bench", write_parquet(tmp_path / "test.parquet", rows))
    assert (one.id, two.id) == ("2D.0", "3D.1")
    assert (one.row["family"], two.row["family"]) == ("Count 2D", "Depth 3D")
    assert (gold_answer(one.row), gold_answer(two.row)) == ("C", "A")
    assert one.row["chance"] == pytest.approx(1 / 3)


def test_mmsi_bench(tmp_path):
    asked = (
        "The images are taken in order. Which way?\n"
        "Options: A: Left, then up, B: Right, C: It stays, D: Back"
    )
    row = {"id": 7, "images": [RED, BLUE, RED], "question_type": "Motion (Cam.)",
           "question": asked, "answer": "D", "thought": "…"}  # fmt: skip
    [one] = questions("mmsi-bench", write_parquet(tmp_path / "MMSI_Bench.parquet", [row]))
    assert one.row["options"] == ["Left, then up", "Right", "It stays", "Back"]
    assert one.images == (RED, BLUE, RED)
    assert "Options" not in one.row["question"]
    assert gold_answer(one.row) == "D"


def test_options_on_lines_of_their_own():
    text, options = options_in("Where is B: the box?\nOptions:\nA. near\nB. far\n", "x")
    assert (text, options) == ("Where is B: the box?", ("near", "far"))
    with pytest.raises(SourceError, match="MMSI-Bench's layout"):
        options_in("Where is it?", "x")


def test_3dsrbench_and_its_groups(tmp_path):
    path = tmp_path / "3dsrbench_v1_vlmevalkit_circular.tsv"
    names = ["index", "qid", "question", "A", "B", "C", "D", "answer", "category", "image"]
    inside = base64.b64encode(RED).decode()
    with path.open("w", newline="") as lines:
        writer = csv.writer(lines, delimiter="\t")
        writer.writerow(names)
        writer.writerow([0, "abc-0", "Which?", "one", "two", "", "", "A", "height", inside])
        writer.writerow([1, "abc-1", "Which?", "two", "one", "", "", "B", "height", inside])
        writer.writerow([2, "xyz-flip", "What\tis?", "a", "b", "c", "d", "C", "location", inside])
    one, two, three = questions("3dsrbench", path)
    assert one.images == (RED,)
    assert [each.row["group_id"] for each in (one, two, three)] == ["abc", "abc", "xyz"]
    assert [len(each.row["options"]) for each in (one, three)] == [2, 4]
    found = evaluate(
        exam_of_benchmark("3dsrbench", path, limit=None),
        [predictor_named("random", Settings())], tmp_path / "out",
    )  # fmt: skip
    assert found.models[0].groups["set"].of == 1


def test_an_image_that_is_only_a_link_is_named(tmp_path):
    row = {"qid": "q", "question": "?", "A": "a", "B": "b", "answer": "A",
           "image_url": "http://example.org/pictures/000.jpg"}  # fmt: skip
    path = write_parquet(tmp_path / "test.parquet", [row])
    with pytest.raises(SourceError, match=r"000\.jpg isn't here; put it into .*images"):
        questions("3dsrbench", path)
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "000.jpg").write_bytes(BLUE)
    assert questions("3dsrbench", path)[0].images == (BLUE,)


def video(path: Path, frames: int = 40) -> None:
    """Frame n is grey of 6 n."""
    path.parent.mkdir(parents=True)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"mp4v"), 10, (64, 48))
    for number in range(frames):
        writer.write(np.full((48, 64, 3), 6 * number, dtype=np.uint8))
    writer.release()


def test_vsi_bench(tmp_path):
    video(tmp_path / "arkitscenes" / "41069025.mp4")
    base = {"dataset": "arkitscenes", "scene_name": "41069025"}
    rows = [
        {**base, "id": 0, "question_type": "object_counting", "question": "How many chairs?",
         "ground_truth": "4", "options": None},
        {**base, "id": 1, "question_type": "object_rel_distance", "question": "Which is nearest?",
         "ground_truth": "B", "options": ["A. table", "B. sofa"]},
    ]  # fmt: skip
    (tmp_path / "test.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n")
    one, two = questions("vsi-bench", tmp_path)
    assert len(one.images) == 16
    greys = [np.asarray(Image.open(io.BytesIO(image))).mean() for image in one.images]
    assert greys == sorted(greys)
    assert (greys[0], greys[-1]) == (pytest.approx(0, abs=6), pytest.approx(234, abs=6))
    assert score("<answer>4</answer>", one.row).correctness == 1.0
    assert score("<answer>3</answer>", one.row).correctness == 0.5  # a quarter off: below 5 of 10
    assert two.row["options"] == ["table", "sofa"]
    assert gold_answer(two.row) == "B"
    assert one.row["asset_uids"] == two.row["asset_uids"] == ["41069025"]


def test_a_video_that_is_missing_or_broken(tmp_path):
    row = {"dataset": "scannet", "scene_name": "s1", "question_type": "t", "question": "?",
           "ground_truth": "4", "options": None, "id": 0}  # fmt: skip
    (tmp_path / "test.jsonl").write_text(json.dumps(row))
    with pytest.raises(SourceError, match=r"s1: no video; expected .*scannet/s1\.mp4"):
        questions("vsi-bench", tmp_path)
    (tmp_path / "scannet").mkdir()
    (tmp_path / "scannet" / "s1.mp4").write_bytes(b"no video")
    with pytest.raises(SourceError, match="can't be read as a video"):
        questions("vsi-bench", tmp_path)


def test_a_limit_takes_the_first(tmp_path):
    rows = [
        {"image": RED, "question": "?", "choices": ["a", "b"], "answer": "(A)", "task": str(n)}
        for n in range(5)
    ]
    path = write_parquet(tmp_path / "x.parquet", rows)
    exam = exam_of_benchmark("cv-bench", path, limit=2)
    assert exam.count == 2
    assert [each.row["family"] for each in exam.stream()] == ["0", "1"]


def test_what_is_wrong_is_one_line(tmp_path):
    with pytest.raises(RecipeError, match="no benchmark is called 'mmmu'; there are: blink, vsi"):
        exam_of_benchmark("mmmu", tmp_path, limit=None)
    with pytest.raises(RecipeError, match="where is your copy"):
        exam_of_benchmark("blink", None, limit=None)
    with pytest.raises(SourceError, match="no such copy"):
        exam_of_benchmark("blink", tmp_path, limit=None)
    other = write_parquet(tmp_path / "x.parquet", [{"prompt": "?", "label": 1}])
    with pytest.raises(SourceError, match="no image_1, question, choices, answer among prompt"):
        exam_of_benchmark("blink", other, limit=None)
    other.write_bytes(b"PAR1")
    with pytest.raises(SourceError, match="can't be read"):
        exam_of_benchmark("blink", other, limit=None)

"""Reading a run: draws, stores, workers, and one clear line for what is missing."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import fsspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from planted import FAMILY, plant

from viewpoint_gen.audit import audit_run
from viewpoint_gen.audit.questions import read_questions
from viewpoint_gen.errors import RecipeError, RunIncomplete, StorageError
from viewpoint_gen.qa.phrasing import IMAGES, wording_of
from viewpoint_gen.storage import open_store


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Path:
    return plant(tmp_path_factory.mktemp("audit") / "run", questions=120, assets=12)


@pytest.fixture
def copy(run, tmp_path) -> Path:
    return Path(shutil.copytree(run, tmp_path / "copy"))


def change(path: Path, column: str, row: int, value: object) -> None:
    table = pq.read_table(path)
    rows = table.to_pylist()
    rows[row][column] = value
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)


def audit(run: Path | str, **options: object) -> dict[str, object]:
    settings = {"most_per_family": 0, "seed": 0, **options}
    found = audit_run(str(run), **settings).to_dict()
    return {name: found[name] for name in ("families", "leaks")}


def test_senses_and_letters_are_read_back_from_the_shown_options(run):
    (questions,) = read_questions(open_store(run), (), most_per_family=0, seed=0)
    rows = pq.read_table(run / "qa", columns=["options", "answer_text", "answer_letter"])
    senses = {"left": 0, "right": 1}  # ego_rotation_yaw asks left / right / nothing, in this order
    for row, sense, letter in zip(rows.to_pylist(), questions.sense, questions.letter, strict=True):
        words = row["answer_text"].lower()
        still = re.search(r"\b(no|not|neither)\b", words)
        plain = "nothing" if still else "left" if "left" in words else "right"
        assert sense == senses.get(plain, 2)
        assert "ABC"[letter] == row["answer_letter"]
    assert IMAGES not in questions.texts[0]
    assert questions.texts[0] in [text.text for text in wording_of(FAMILY).questions]


def test_a_question_and_its_reverse_are_drawn_together(run):
    store = open_store(run)
    (drawn,) = read_questions(store, (FAMILY,), most_per_family=30, seed=0)
    (other,) = read_questions(store, (FAMILY,), most_per_family=30, seed=1)
    assert len(drawn) == 30
    numbers = np.array([int(view[1:6]) for view in drawn.first])
    assert all(number ^ 1 in numbers for number in numbers)
    assert set(drawn.first) != set(other.first)


def test_any_store_any_number_of_workers_and_the_same_report(run):
    files = fsspec.filesystem("memory")
    files.put(str(run), "/audited", recursive=True)
    try:
        remote = audit("memory://audited", workers=2)
        assert files.exists("/audited/audit.json")
    finally:
        files.rm("/audited", recursive=True)
    assert remote == audit(run)


def test_no_run_no_questions_and_unfinished_questions_are_told_apart(copy, tmp_path):
    with pytest.raises(RunIncomplete, match="viewgen render"):
        audit(tmp_path / "nowhere")
    with pytest.raises(RunIncomplete, match="no questions of ego_rotation_roll"):
        audit(copy, families=["ego_rotation_roll"])
    with pytest.raises(RecipeError, match="ego_rotation_jaw"):
        audit(copy, families=["ego_rotation_jaw"])
    (copy / "qa.json").unlink()
    with pytest.raises(RunIncomplete, match="viewgen qa"):
        audit(copy)


def test_options_in_other_words_are_named(copy):
    change(copy / "qa/part-00-000000.parquet", "options", 3, ["left", "right", "sideways"])
    with pytest.raises(RunIncomplete, match=r"q00003: .*sideways.*viewgen qa"):
        audit(copy)


def test_a_view_that_is_missing_or_broken_is_named(copy):
    part = copy / "views/part-00-000000.parquet"
    change(part, "mask", 5, b"no picture")
    with pytest.raises(StorageError, match="v00002b"):
        audit(copy)
    part.unlink()
    with pytest.raises(RunIncomplete, match="v00000a"):
        audit(copy)


def viewgen(*args: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "viewpoint_gen", *map(str, args)],
        capture_output=True, text=True, check=False, env=dict(os.environ), timeout=200,
    )  # fmt: skip


def test_a_leaking_run_exits_1_after_its_table(tmp_path):
    plant(tmp_path, "letter", questions=200, assets=20)
    done = viewgen("audit", tmp_path)
    assert done.returncode == 1
    assert "LEAK best_letter" in done.stdout
    assert done.stderr.splitlines()[-1].startswith("viewgen: ")
    assert FAMILY in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


@pytest.mark.blender
def test_a_real_run_is_audited(tmp_path):
    render = ("--recipe", "demo", "--num-pairs", "24", "--size", "32", "--quality", "draft")
    for args in (("render", tmp_path, *render, "--serial"), ("qa", tmp_path)):
        done = viewgen(*args)
        assert done.returncode == 0, done.stderr
    asked = {row["family"] for row in pq.read_table(tmp_path / "qa").to_pylist()}
    audited = viewgen("audit", tmp_path, "--json")
    found = json.loads(audited.stdout)
    assert set(found["families"]) == asked
    assert audited.returncode == (1 if found["leaks"] else 0)
    assert json.loads((tmp_path / "audit.json").read_text()) == found

"""Reading a run: draws, stores, workers, and one clear line for what is missing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import fsspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from planted import NUMBER, SAID, YAW, plant

from viewpoint_gen.audit import audit_run
from viewpoint_gen.audit.questions import read_questions
from viewpoint_gen.cli import main
from viewpoint_gen.errors import EnvironmentProblem, RecipeError, RunIncomplete, StorageError
from viewpoint_gen.qa.families import FAMILIES
from viewpoint_gen.storage import open_store


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Path:
    return plant(tmp_path_factory.mktemp("audit") / "run", questions=80, assets=10)


@pytest.fixture
def copy(run, tmp_path) -> Path:
    return Path(shutil.copytree(run, tmp_path / "copy"))


def change(path: Path, column: str, row: int, value: object) -> None:
    table = pq.read_table(path)
    rows = table.to_pylist()
    rows[row][column] = value
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)


def audit(run: Path | str, **options: object) -> dict[str, object]:
    settings = {"most_per_family": 0, "seed": 0, "trees": 4, **options}
    found = audit_run(str(run), **settings).to_dict()
    return {name: found[name] for name in ("families", "leaks")}


def test_answers_and_letters_are_those_of_the_rows(run):
    (questions,) = read_questions(open_store(run), (), most_per_family=0, seed=0)
    rows = pq.read_table(run / "qa", columns=["answer_key", "answer_letter"]).to_pylist()
    assert [FAMILIES[YAW].options[key] for key in questions.key] == [r["answer_key"] for r in rows]
    assert ["ABC"[letter] for letter in questions.letter] == [r["answer_letter"] for r in rows]
    assert questions.texts[0] in SAID
    assert questions.chance == pytest.approx(1 / 3)
    assert questions.never_true == ()


def test_a_question_that_is_asked_again_counts_once(run, copy):
    part = next((copy / "qa").glob("*.parquet"))
    table = pq.read_table(part)
    rows = table.to_pylist()
    again = {"group_role": "forward_again", "question": "<image><image>Once more?"}
    twins = [{**row, **again, "id": f"{row['id']}.again"} for row in rows[:20]]
    pq.write_table(pa.Table.from_pylist(rows + twins, schema=table.schema), part)
    (before,), (after,) = (
        read_questions(open_store(str(each)), (), most_per_family=0, seed=0) for each in (run, copy)
    )
    assert after.texts == before.texts
    assert "Once more?" not in after.texts


def test_a_question_and_its_reverse_are_drawn_together(run):
    store = open_store(run)
    (drawn,) = read_questions(store, (YAW,), most_per_family=30, seed=0)
    (other,) = read_questions(store, (YAW,), most_per_family=30, seed=1)
    assert len(drawn) == 30
    there = zip(drawn.first, drawn.last, strict=True)
    back = zip(drawn.last, drawn.first, strict=True)
    assert Counter(there) == Counter(back)
    assert Counter(drawn.first) != Counter(other.first)


def test_any_store_any_number_of_workers_and_the_same_report(tmp_path):
    run = plant(tmp_path, questions=24, assets=2, families=(YAW, NUMBER))
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


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("options", ["left", "right", "sideways"], r"sideways"),
        ("wording_id", f"{YAW}.01.unheard", r"unheard"),
        ("answer_key", "sideways", r"answer_key 'sideways', only left, right, nothing"),
        ("answer_letter", "AB", r"answer_letter 'AB'"),
    ],
)
def test_a_question_in_other_words_is_named(copy, column, value, told):
    change(copy / "qa/part-00-000000.parquet", column, 3, value)
    with pytest.raises(RunIncomplete, match=rf"q00003: .*{told}.*viewgen qa"):
        audit(copy)


def test_answers_that_are_never_true_are_told_and_do_not_count(copy):
    for part in sorted((copy / "qa").iterdir()):
        table = pq.read_table(part)
        pq.write_table(table.filter(pc.field("answer_key") != "right"), part)
    found = audit(copy)["families"][YAW]
    assert found["never_true"] == ("right",)
    chances = {cheat["cheat"]: cheat["chance"] for cheat in found["cheats"]}
    assert chances.pop("best_letter") == pytest.approx(1 / 3)
    assert set(chances.values()) == {0.5}


class _Deadly:
    """Ends the process that receives it."""

    def of(self, _: object) -> _Deadly:
        return self

    def __reduce__(self) -> tuple[object, tuple[int]]:
        return os._exit, (9,)


def test_a_worker_that_is_killed_is_one_clear_error(run, monkeypatch):
    monkeypatch.setattr("viewpoint_gen.audit.run.read_sight", lambda *_: _Deadly())
    with pytest.raises(EnvironmentProblem, match=r"one of 2 workers was killed.*--workers"):
        audit(run, workers=2)


def test_a_view_that_is_missing_or_broken_is_named(copy):
    part = copy / "views/part-00-000000.parquet"
    change(part, "mask", 5, b"no picture")
    with pytest.raises(StorageError, match="v0011"):
        audit(copy)
    part.unlink()
    with pytest.raises(RunIncomplete, match="v0000"):
        audit(copy)


def viewgen(*args: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "viewpoint_gen", *map(str, args)],
        capture_output=True, text=True, check=False, env=dict(os.environ), timeout=200,
    )  # fmt: skip


def test_a_leaking_run_exits_1_after_its_table(tmp_path, monkeypatch, capsys):
    plant(tmp_path, "letter", questions=100, assets=10)
    monkeypatch.setattr(sys, "argv", ["viewgen", "audit", str(tmp_path), "--trees", "4"])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr()
    assert ended.value.code == 1
    assert "LEAK  best_letter" in told.out
    assert told.err.splitlines()[-1].startswith(f"viewgen: {tmp_path}: {YAW} can be guessed")


@pytest.mark.blender
def test_a_real_run_is_audited(tmp_path):
    render = ("--recipe", "demo", "--num-pairs", "40", "--size", "96", "--quality", "draft")
    for args in (("render", tmp_path, *render, "--serial"), ("qa", tmp_path)):
        done = viewgen(*args)
        assert done.returncode == 0, done.stderr
    asked = {row["family"] for row in pq.read_table(tmp_path / "qa").to_pylist()}
    audited = viewgen("audit", tmp_path, "--json")
    found = json.loads(audited.stdout)
    assert set(found["families"]) == asked
    assert audited.returncode == (1 if found["leaks"] else 0)
    assert json.loads((tmp_path / "audit.json").read_text()) == found

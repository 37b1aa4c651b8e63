"""``viewgen export`` from the command line: what it says, and with which exit code."""

from __future__ import annotations

import json

import pytest
from small_run import questions, write_run
from typer.testing import CliRunner

from viewpoint_gen.cli.app import app
from viewpoint_gen.errors import RecipeError, RunIncomplete


def invoke(*args):
    return CliRunner().invoke(app, ["export", *map(str, args)])


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return write_run(tmp_path_factory.mktemp("cli") / "run")


def test_the_summary_counts_what_the_files_hold(run, tmp_path):
    out = tmp_path / "out"
    done = invoke(run, "--format", "ms-swift", "--out", out, "--split", "train,test", "--json")
    assert done.exit_code == 0, done.output
    summary = json.loads(done.stdout)
    lines = {
        split: (out / f"{split}.jsonl").read_text().splitlines() for split in ("train", "test")
    }
    assert summary["questions"] == {split: len(some) for split, some in lines.items()}
    items = [json.loads(line) for some in lines.values() for line in some]
    explained = ["<think>" in item["messages"][1]["content"] for item in items]
    assert summary["with_reasons"] == sum(explained)
    assert sum(summary["families"].values()) == len(items)
    assert summary["assets"] == 5
    assert not (out / "validation.jsonl").exists()


def test_people_are_told_how_much_it_was_and_where_to_read_on(run, tmp_path):
    done = invoke(run, "--format", "lmms-eval", "--out", tmp_path / "out", "--reasons", "0")
    count = sum(row["split"] == "test" for row in questions())
    assert f"{count} questions ({count} test) of 1 assets" in done.stdout
    assert (tmp_path / "out/README.md").is_file()
    assert str(tmp_path / "out/README.md") in done.stdout


def test_the_readme_names_the_folder_itself(run, tmp_path):
    for name in ("trl", "ms-swift", "llama-factory", "verl", "vlmevalkit", "lmms-eval"):
        out = tmp_path / name
        assert invoke(run, "--format", name, "--out", out).exit_code == 0
        said = (out / "README.md").read_text()
        assert str(out) in said
        assert "ATTRIBUTION.md" in said


@pytest.mark.parametrize(
    ("more", "error", "said"),
    [
        (("--format", "ms-swif"), RecipeError, "did you mean ms-swift"),
        (("--format", "trl", "--split", "dev"), RecipeError, "no split is called 'dev'"),
        (("--format", "trl", "--families", "yaw"), RecipeError, "no family of questions"),
    ],
)
def test_wrong_options_are_a_clear_line(run, tmp_path, more, error, said):
    done = invoke(run, "--out", tmp_path / "out", *more)
    assert isinstance(done.exception, error)
    assert said in str(done.exception)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("more", [("--reasons", "1.5"), ("--limit", "0")])
def test_shares_and_limits_have_their_range(run, tmp_path, more):
    done = invoke(run, "--format", "trl", "--out", tmp_path / "out", *more)
    assert done.exit_code == 2
    assert more[0] in done.output


def test_a_place_without_questions_says_what_to_do(tmp_path):
    done = invoke(tmp_path, "--format", "trl", "--out", tmp_path / "out")
    assert isinstance(done.exception, RunIncomplete)
    assert "holds no questions; `viewgen qa" in str(done.exception)

"""The folder that ``viewgen preview`` writes."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from made_up_runs import CODES, RARE_CODE, RARE_FAMILY, SIZE_PX, camera_at, make_run
from PIL import Image
from typer.testing import CliRunner

from viewpoint_gen.cli.app import app
from viewpoint_gen.dataset.images import encode_depth, encode_mask
from viewpoint_gen.errors import RunIncomplete, StorageError
from viewpoint_gen.preview import make_preview
from viewpoint_gen.preview.meanings import MEANINGS
from viewpoint_gen.preview.pictures import box_of


def data_of(folder: Path) -> dict:
    text = (folder / "data.js").read_text()
    return json.loads(text.removeprefix("window.VIEWGEN = ").removesuffix(";\n"))


@pytest.fixture(scope="session")
def data(run, made):
    return data_of(run / "preview")


def test_everything_is_counted(made, data):
    assert (made.pairs, made.sets) == (48, 12)
    assert made.questions == 48 * 4 + 4 + 12 * 2
    assert data["statistics"]["counts"] == {
        "pairs": 48, "views": 60, "assets": 12, "questions": made.questions, "families": 6,
        "categories": 4,
    }  # fmt: skip


def test_each_picture_is_there_and_marked_ones_differ_from_the_views(run, data):
    folder = run / "preview"
    for view in data["views"].values():
        with Image.open(folder / view["file"]) as picture:
            assert picture.size == (view["width_px"], view["height_px"])
    marked = [q for item in data["items"] for q in item["questions"] if "files" in q]
    assert len(marked) == 48
    assert {question["family"] for question in marked} == {"hidden_point"}
    for item in data["items"]:
        for question in (each for each in item["questions"] if "files" in each):
            views = [data["views"][view]["file"] for view in item["views"]]
            first, second = (
                yellow(folder / drawn) - yellow(folder / plain)
                for drawn, plain in zip(question["files"], views, strict=True)
            )
            assert first > 60
            assert abs(second) < 10


def test_the_box_is_round_what_a_view_shows():
    """A wall of 20 by 10 pixels, two ahead of a camera that stands at the origin."""
    mask = np.zeros((SIZE_PX, SIZE_PX), bool)
    mask[14:24, 4:24] = True
    depth = np.where(mask, 2.0, np.inf).astype(np.float32)
    png, near, far = encode_depth(depth)
    camera = camera_at("east")
    row = {
        "mask": encode_mask(mask), "depth": png, "depth_near": near, "depth_far": far,
        "world_from_camera": np.eye(4), "intrinsics": camera.intrinsics, "width_px": SIZE_PX,
        "height_px": SIZE_PX,
    }  # fmt: skip
    low, high = box_of(row)
    # centres of the outermost pixels: 4.5 and 23.5 across, 14.5 and 23.5 down; 50 px of focal
    np.testing.assert_allclose(low, [-19.5 * 2 / 50, -9.5 * 2 / 50, 2.0], atol=0.01)
    np.testing.assert_allclose(high, [-0.5 * 2 / 50, -0.5 * 2 / 50, 2.0], atol=0.01)
    assert box_of({**row, "mask": encode_mask(np.zeros_like(mask))}) is None
    assert box_of({**row, "depth": None}) is None


def yellow(path: Path) -> int:
    """How many pixels have the colour of marks."""
    red, green, blue = np.asarray(Image.open(path).convert("RGB")).astype(int).transpose(2, 0, 1)
    return int(((red > 200) & (green > 160) & (blue < 90)).sum())


def test_a_pair_shows_its_questions_its_refusals_and_its_numbers(data):
    item = next(item for item in data["items"] if item["id"] == "thing-03.0.east-north")
    assert item["category"] == "chair"
    assert item["split"] == "validation"
    assert [question["family"] for question in item["questions"]] == [
        "ego_translation_sideways", "estimate_yaw", "all_that_apply", "hidden_point",
    ]  # fmt: skip
    assert [row["code"] for row in item["refused"]] == CODES
    assert item["refused"][0]["family"] == "magnitude_azimuth"
    # from the east to the north is a quarter turn counter-clockwise, seen from above
    assert item["numbers"]["azimuth_rad"] == pytest.approx(1.5708, abs=1e-4)
    assert item["numbers"]["distance_ratio"] == 1.0


def test_few_pairs_still_show_every_family_every_reason_every_motion_and_split(run, tmp_path):
    make_preview(str(run), out=str(tmp_path / "few"), pairs=12, seed=0)
    items = data_of(tmp_path / "few")["items"]
    pairs = [item for item in items if item["type"] == "pair"]
    assert len(pairs) == 12
    asked = {question["family"] for item in items for question in item["questions"]}
    assert asked >= {RARE_FAMILY, "choose_view", "hidden_point", "estimate_yaw"}
    assert {row["code"] for item in pairs for row in item["refused"]} >= {*CODES, RARE_CODE}
    assert {item["kind"] for item in pairs} == {"orbit", "far_orbit", "climb", "dolly"}
    assert {item["split"] for item in pairs} == {"train", "validation", "test"}


def test_the_same_seed_writes_the_same_bytes(run, tmp_path):
    for name in ("one", "two"):
        make_preview(str(run), out=str(tmp_path / name), pairs=9, seed=5)
    one, two = (
        {file.relative_to(folder): file.read_bytes() for file in folder.rglob("*.*")}
        for folder in (tmp_path / "one", tmp_path / "two")
    )
    assert one == two


def test_a_new_preview_takes_the_old_pictures_away(run, tmp_path):
    out = tmp_path / "again"
    make_preview(str(run), out=str(out), pairs=400, seed=0)
    before = len(list((out / "images").iterdir()))
    made = make_preview(str(run), out=str(out), pairs=3, seed=0)
    assert len(list((out / "images").iterdir())) == made.images < before


def test_a_folder_with_other_files_is_left_alone(run, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(StorageError, match=r"thesis\.txt, which no preview wrote"):
        make_preview(str(run), out=str(tmp_path), pairs=3, seed=0)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_nothing_in_the_folder_names_another_host(run, made):
    for path in (run / "preview").iterdir():
        if path.suffix in {".html", ".css", ".js"} and path.name != "data.js":
            urls = set(re.findall(r"https?://[^\s\"'`]+", path.read_text()))
            assert urls <= {"http://www.w3.org/2000/svg"}, path.name


@pytest.mark.parametrize("missing", [("qa*",), ("rejected",), ("qa*", "rejected")])
def test_runs_without_questions_or_refusals_are_shown_too(run, tmp_path, missing):
    copy = tmp_path / "run"
    shutil.copytree(run, copy, ignore=shutil.ignore_patterns("preview", *missing))
    made = make_preview(str(copy), out=None, pairs=400, seed=0)
    assert made.pairs == 48
    assert (made.questions == 0) == ("qa*" in missing)
    kinds = {row["kind"] for row in data_of(copy / "preview")["rejected"]}
    assert kinds == ({"asset"} if "rejected" in missing else {"asset", "view", "question"})


def test_a_run_on_a_remote_store_is_shown_on_that_store(run):
    import fsspec

    files = fsspec.filesystem("memory")
    files.put(str(run) + "/", "/looked-at", recursive=True)
    files.rm("/looked-at/preview", recursive=True)
    made = make_preview("memory://looked-at", out=None, pairs=8, seed=0)
    assert made.page == "memory://looked-at/preview/index.html"
    assert not made.is_local
    assert b"<!doctype html>" in files.cat("/looked-at/preview/index.html")[:40]
    files.rm("/looked-at", recursive=True)


def test_what_is_no_finished_run_is_told_in_one_line(tmp_path):
    with pytest.raises(RunIncomplete, match="there is no run"):
        make_preview(str(tmp_path), out=None, pairs=3, seed=0)
    (make_run(tmp_path / "run", assets=1) / "assets.parquet").unlink()
    with pytest.raises(RunIncomplete, match="rendering hasn't finished"):
        make_preview(str(tmp_path / "run"), out=None, pairs=3, seed=0)


def test_a_missing_view_is_named(run, tmp_path):
    copy = tmp_path / "run"
    shutil.copytree(run, copy, ignore=shutil.ignore_patterns("preview"))
    (copy / "views" / "part-00-000003.parquet").unlink()
    with pytest.raises(StorageError, match=r"thing-03\.0\..* is missing; `viewgen verify`"):
        make_preview(str(copy), out=None, pairs=400, seed=0)


def test_the_command_says_what_it_made_and_where(run, tmp_path):
    out = str(tmp_path / "page")
    told = CliRunner().invoke(app, ["preview", str(run), "--out", out, "--pairs", "5", "--json"])
    summary = json.loads(told.stdout)
    assert told.exit_code == 0
    assert (summary["pairs"], summary["page"]) == (5, f"{out}/index.html")
    told = CliRunner().invoke(app, ["preview", str(run), "--out", out, "--pairs", "5"])
    assert f"Look at it: {out}/index.html" in told.stdout


def test_codes_of_refusals_are_explained_in_words():
    root = Path(__file__).parents[2] / "viewpoint_gen"
    found = set()
    for path in [*(root / "qa").rglob("*.py"), root / "views" / "acceptance.py"]:
        text = path.read_text()
        found |= set(re.findall(r'(?:\.refuse|\.withdraw|Refusal)\(\s*"([a-z_]+)"', text))
    assert len(found) > 20
    assert found <= set(MEANINGS)

"""What is exported, and that a folder is whole or not there at all."""

from __future__ import annotations

import errno
import json
import os

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from exporting import export, files_in
from small_run import SPLITS, questions, write_run

from viewpoint_gen.dataset.export import FORMATS, Selection, format_named
from viewpoint_gen.dataset.export import folder as folder_module
from viewpoint_gen.dataset.export.folder import ExportFolder
from viewpoint_gen.dataset.export.items import THINK_FIRST, items_of, parts_of
from viewpoint_gen.dataset.export.parquet import Shards, with_images
from viewpoint_gen.dataset.questions import ImageFormat, ShownImage
from viewpoint_gen.errors import RecipeError, StorageError
from viewpoint_gen.qa.score import score
from viewpoint_gen.storage import open_store


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return write_run(tmp_path_factory.mktemp("export") / "run")


def ids(run, **selection):
    items, count = items_of(open_store(run), Selection(**selection), reasons_share=0.0)
    found = [item.row["id"] for item in items]
    assert len(found) == count
    return found


def test_splits_and_families_select(run):
    found = ids(run, splits=("validation", "test"), families=("choose_view", "pose_tuple"))
    assert sorted(found) == [
        "asset4.choose_view", "asset4.pose_tuple", "asset5.choose_view", "asset5.pose_tuple"
    ]  # fmt: skip
    assert len(ids(run)) == len(questions())


def test_a_limit_holds_per_split_and_smaller_ones_are_parts_of_larger_ones(run):
    few, more = ids(run, limit=3), ids(run, limit=6)
    assert set(few) < set(more)
    split_of = {row["id"]: row["split"] for row in questions()}
    for split in set(SPLITS):
        assert sum(split_of[name] == split for name in few) == 3


def test_a_limit_keeps_groups_together(run):
    """The question that is asked twice comes twice or not at all, wherever the limit cuts."""
    for limit in range(1, 29):
        found = set(ids(run, limit=limit, splits=("train",)))
        pair = {"asset0.ego_rotation_yaw", "asset0.ego_rotation_yaw.again"}
        if len(found & pair) == 1:  # only where the limit itself falls between the two
            assert pair <= set(ids(run, limit=limit + 1, splits=("train",)))


@pytest.mark.parametrize(
    ("selection", "said"),
    [
        ({"splits": ("trian",)}, "no split is called 'trian'; there are: train, validation, test"),
        ({"families": ("yaw",)}, "no family of questions is called 'yaw'"),
        ({"families": ("compose",)}, "no question of compose in train, validation, test"),
    ],
)
def test_a_selection_of_nothing_is_refused(run, selection, said):
    with pytest.raises(RecipeError, match=said):
        ids(run, **selection)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("ms_swift", "did you mean ms-swift"),
        ("vlmeval", "did you mean vlmevalkit"),
        ("TRL", "did you mean trl"),
        ("jsonl", "there are: trl, ms-swift, llama-factory, verl, vlmevalkit, lmms-eval"),
    ],
)
def test_an_unknown_format_names_the_nearest(name, said):
    with pytest.raises(RecipeError, match=f"no format is called '{name}'.*{said}"):
        format_named(name)


def test_replies_score_and_reasons_come_by_share(run):
    items = {
        share: list(items_of(open_store(run), Selection(), reasons_share=share)[0])
        for share in (0.0, 0.5, 1.0)
    }
    thinking = {
        share: {item.row["id"] for item in some if item.reply.startswith("<think>")}
        for share, some in items.items()
    }
    assert thinking[0.0] == set()
    assert thinking[1.0] == {row["id"] for row in questions()}
    assert 10 < len(thinking[0.5]) < 33
    for some in items.values():
        for item in some:
            explained = item.row["id"] in thinking[1.0] and item.reply.startswith("<think>")
            assert item.prompt.endswith(THINK_FIRST) == explained
            assert (item.row["reasons"] in item.reply) == explained
            got = score(item.reply, json.loads(item.grading))
            assert got.well_formed
            assert got.correctness > 0.97  # numbers are written rounded
            assert score(item.answer, json.loads(item.grading)).correctness == 1.0


def test_the_same_questions_are_explained_whatever_else_is_selected(run):
    def explained(**selection):
        items, _ = items_of(open_store(run), Selection(**selection), reasons_share=0.5)
        return {item.row["id"]: item.reply.startswith("<think>") for item in items}

    every = explained()
    some = explained(splits=("train",), families=("ego_rotation_yaw", "choose_view"), limit=5)
    assert some.items() <= every.items()
    assert set(every.values()) == {True, False}


@pytest.mark.parametrize("name", ["vlmevalkit", "lmms-eval"])
def test_an_evaluation_takes_no_reasons(run, tmp_path, name):
    with pytest.raises(RecipeError, match=f"{name} is for evaluating.*leave --reasons out"):
        export(run, name, tmp_path / "out", reasons_share=0.1)


def test_a_prompt_is_cut_at_its_images():
    assert parts_of("one <image>\n<image><image> two") == [
        "one ", "<image>", "\n", "<image>", "<image>", " two"
    ]  # fmt: skip
    assert parts_of("<image>") == ["<image>"]


@pytest.mark.parametrize("name", FORMATS)
def test_a_second_export_gives_the_same_bytes_in_place_of_the_first(run, tmp_path, name):
    out = tmp_path / "out"
    export(run, name, out)
    first = files_in(out)
    assert {"README.md", "ATTRIBUTION.md", "viewgen_export.json"} < set(first)
    export(run, name, out)
    assert files_in(out) == first
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("name", FORMATS)
def test_attribution_names_each_object_that_is_shown_and_no_other(run, tmp_path, name):
    export(run, name, tmp_path / "out", splits=("test",))
    said = (tmp_path / "out/ATTRIBUTION.md").read_text(encoding="utf-8")
    rows = [line for line in said.splitlines() if line.startswith("| `")]
    link = "[example.org](<https://example.org/5>)"
    assert rows == [
        f"| `asset5` | lamp | author 5 | [MIT](https://spdx.org/licenses/MIT.html) | {link} |"
    ]


def test_a_run_elsewhere_gives_the_same_export(run, tmp_path):
    files = fsspec.filesystem("memory")
    files.put(str(run), "/bucket/run", recursive=True)
    export(run, "trl", tmp_path / "here")
    export("memory://bucket/run", "trl", tmp_path / "there")
    here, there = files_in(tmp_path / "here"), files_in(tmp_path / "there")
    assert here.pop("README.md") != there.pop("README.md")  # it names its own folder
    assert here == there


@pytest.mark.parametrize("name", ["a [b]*", "over/../out", "new/deep/out"])
def test_odd_names_of_the_folder_are_taken_as_they_are(run, tmp_path, name):
    (tmp_path / "over").mkdir()
    for _ in range(2):
        export(run, "ms-swift", tmp_path / name, splits=("test",))
        assert (tmp_path / name / "test.jsonl").is_file()
    assert not list(tmp_path.rglob(".*partial*"))


def test_a_link_to_the_folder_stays_a_link(run, tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    export(run, "ms-swift", tmp_path / "link", splits=("test",))
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real/test.jsonl").is_file()


def test_attribution_cells_cannot_be_broken_out_of(run, tmp_path):
    export(run, "ms-swift", tmp_path / "out", splits=("train",))
    said = (tmp_path / "out/ATTRIBUTION.md").read_text(encoding="utf-8")
    assert "| `asset1` | chair &#124; of &lt;oak&gt; | author 1 | [CC-BY-4.0](" in said
    (own,) = (line for line in said.splitlines() if line.startswith("| `asset0`"))
    assert own.startswith("| `asset0` | cup | author 0 | [CC0-1.0](")
    assert own.endswith("| (no address given) |")


def test_an_asset_without_a_line_about_it_stops_the_export(tmp_path):
    run = write_run(tmp_path / "run")
    table = pq.read_table(run / "assets.parquet")
    pq.write_table(table.slice(1), run / "assets.parquet")
    with pytest.raises(StorageError, match="doesn't say whose work asset0 is"):
        export(run, "ms-swift", tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_a_folder_of_something_else_is_left_alone(run, tmp_path):
    out = tmp_path / "thesis"
    out.mkdir()
    (out / "chapter.tex").write_text("dear")
    with pytest.raises(StorageError, match="isn't empty, and holds no export of this run"):
        export(run, "trl", out)
    assert files_in(out) == {"chapter.tex": b"dear"}


@pytest.mark.parametrize("manifest", ['{"fingerprint": "another"}', "[]", "{", "null"])
def test_an_export_of_another_run_is_left_alone(run, tmp_path, manifest):
    out = tmp_path / "out"
    out.mkdir()
    (out / "viewgen_export.json").write_text(manifest)
    with pytest.raises(StorageError, match="holds no export of this run"):
        export(run, "trl", out)
    assert files_in(out) == {"viewgen_export.json": manifest.encode()}


def test_a_file_in_the_place_of_the_folder_is_a_clear_line(run, tmp_path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(StorageError, match="a part of the path is a file"):
        export(run, "trl", tmp_path / "out")


@pytest.mark.parametrize("name", FORMATS)
def test_a_full_disk_leaves_the_old_export_and_no_half_one(run, tmp_path, name, monkeypatch):
    """The file system of /dev/full: every write to it fails as on a full disk."""
    out = tmp_path / "out"
    export(run, name, out)
    before = files_in(out)
    real = ExportFolder.opened

    def full(self, wanted):
        handle = real(self, wanted)
        descriptor = os.open("/dev/full", os.O_WRONLY)
        os.dup2(descriptor, handle.fileno())
        os.close(descriptor)
        return handle

    monkeypatch.setattr(ExportFolder, "opened", full)
    with pytest.raises(StorageError, match="the disk is full; free some space"):
        export(run, name, out)
    assert files_in(out) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_went_wrong_first_is_what_is_said(tmp_path):
    """Last bytes that no longer fit on the disk don't hide why an export is given up."""

    def give_up():
        with ExportFolder(tmp_path / "out", "recipe") as folder:
            folder.json_line("rows.jsonl", {"waits": "in a buffer"})
            descriptor = os.open("/dev/full", os.O_WRONLY)
            os.dup2(descriptor, folder.opened("rows.jsonl").fileno())
            os.close(descriptor)
            raise RecipeError("the reason")

    with pytest.raises(RecipeError, match="the reason"):
        give_up()
    assert list(tmp_path.iterdir()) == []


def test_a_stop_in_the_middle_leaves_nothing(run, tmp_path, monkeypatch):
    def stopped(self, image):
        raise KeyboardInterrupt

    monkeypatch.setattr(ExportFolder, "image", stopped)
    with pytest.raises(KeyboardInterrupt):
        export(run, "ms-swift", tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_export_left_is_cleared_and_a_living_ones_is_not(run, tmp_path, monkeypatch):
    for owner in ("111", "222", "111-old"):
        (tmp_path / f".out.partial-{owner}").mkdir()
    monkeypatch.setattr(folder_module.psutil, "pid_exists", lambda pid: pid == 222)
    export(run, "ms-swift", tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".out.partial-222", "out"]


def test_the_old_export_is_put_back_if_the_new_one_cannot_take_its_place(
    run, tmp_path, monkeypatch
):
    out = tmp_path / "out"
    export(run, "ms-swift", out)
    before = files_in(out)
    replace = type(out).replace

    def refused(path, target):
        if path.name == f".out.partial-{os.getpid()}":
            raise OSError(errno.EACCES, "no")
        return replace(path, target)

    monkeypatch.setattr(type(out), "replace", refused)
    with pytest.raises(StorageError, match="permission denied"):
        export(run, "ms-swift", out)
    assert files_in(out) == before


def test_shards_are_cut_by_their_bytes_and_named_by_their_number(tmp_path):
    image = ShownImage(b"\xff" * 1000, ImageFormat.JPEG)
    schema = with_images([pa.field("id", pa.int64())])
    with ExportFolder(tmp_path / "out", "recipe") as folder:
        shards = Shards(folder, "train", schema, most_shard_bytes=200_000)
        for number in range(300):
            shards.write({"id": number}, (image, image))
        shards.finish()
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == [f"train-{number:05d}-of-00003.parquet" for number in range(3)]
    rows = pa.concat_tables([pq.read_table(tmp_path / "out" / name) for name in names])
    assert rows["id"].to_pylist() == list(range(300))
    assert pq.ParquetFile(tmp_path / "out" / names[0]).metadata.num_rows == 128

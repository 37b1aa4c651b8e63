"""The files of a package: what they hold, that they load, and that half of one never counts."""

from __future__ import annotations

import dataclasses
import errno
import io
import json
import shutil
from collections import namedtuple
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import Features, load_dataset
from PIL import Image
from publish_runs import LICENCES, change_assets, licence_of, picture_of

from viewpoint_gen.dataset.package import build, shard_file, spill
from viewpoint_gen.dataset.package.package import MANIFEST_NAME, Package
from viewpoint_gen.dataset.package.plan import plan_shards
from viewpoint_gen.dataset.package.rows import cut_groups
from viewpoint_gen.errors import NotPublishable, RunError, RunIncomplete, StorageError
from viewpoint_gen.pipeline.package import pack_run
from viewpoint_gen.qa.prompt import prompt_of

REPO = "me/views"
MAX_BYTES = 4_000_000
CONFIGS = ("qa", "pairs", "views", "assets")


@pytest.fixture(scope="module")
def package(run, tmp_path_factory) -> Package:
    out = tmp_path_factory.mktemp("package") / "out"
    return pack_run(str(run), repo_id=REPO, out=str(out), max_shard_bytes=MAX_BYTES)


def rows_of(package: Package, config: str) -> list[dict]:
    return [
        row
        for file in package.files
        if file.name.startswith(f"{config}/")
        for row in pq.read_table(package.folder / file.name).to_pylist()
    ]


def hashes(package: Package) -> dict[str, str]:
    return {file.name: file.sha256 for file in package.files}


def decoded(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB")).astype(int)


# what it holds


def test_every_question_stands_there_once_with_its_own_row(run, package):
    asked = {row["id"]: row for row in pq.read_table(run / "qa").to_pylist()}
    packed = {row["id"]: row for row in rows_of(package, "qa")}
    assert len(rows_of(package, "qa")) == len(packed)
    assert packed.keys() == asked.keys()
    for name, row in packed.items():
        facts = [(fact["name"], fact["value"]) for fact in row.pop("facts")]
        assert facts == asked[name].pop("facts")
        assert row.pop("prompt") == prompt_of(asked[name])
        assert len(row.pop("images")) == len(asked[name]["image_ids"])
        assert row == asked[name]


def test_images_without_marks_are_the_rendered_bytes_in_the_order_asked_about(package):
    plain = 0
    for row in rows_of(package, "qa"):
        marked = {mark["image"] for mark in row["marks"]}
        for number, (view, image) in enumerate(zip(row["image_ids"], row["images"], strict=True)):
            content, form = picture_of(view)
            if number not in marked:
                plain += 1
                assert image["bytes"] == content
                assert image["path"] == f"{view}.{form.replace('jpeg', 'jpg')}"
    assert plain > 5000


def test_marks_are_drawn_into_the_images_that_have_them_and_nowhere_else(package):
    marked = [row for row in rows_of(package, "qa") if row["marks"]]
    assert len(marked) > 300
    names = set()
    for row in marked[:60]:
        shown = row["images"][1]
        names.add(shown["path"])
        before, after = decoded(picture_of(row["image_ids"][1])[0]), decoded(shown["bytes"])
        changed = np.abs(after - before).max(axis=2)
        for mark in row["marks"]:
            x, y = int(mark["x_px"]), int(mark["y_px"])
            # a ring round the point in light and dark, on noise of blocks of 8 px
            assert changed[y - 5 : y + 5, x - 5 : x + 5].max() > 60
        assert np.median(changed) < 12  # encoded anew, like the run's own
    assert len(names) > 20


def test_questions_about_two_assets_and_two_visits_find_all_their_images(package):
    couples = [row for row in rows_of(package, "qa") if len(row["asset_uids"]) == 2]
    assert len(couples) > 100
    rounds = {tuple(view.split(".")[1] for view in row["image_ids"]) for row in couples}
    assert rounds == {("0", "1")}


def test_views_keep_image_mask_depth_and_camera(run, package):
    there = {row["view_id"]: row for row in pq.read_table(run / "views").to_pylist()}
    packed = rows_of(package, "views")
    assert {row["view_id"] for row in packed} == there.keys()
    for row in packed:
        own = there[row["view_id"]]
        for column in ("image", "mask", "depth"):
            assert row[column]["bytes"] == own[column]
        assert row["depth"]["path"] == f"{row['view_id']}.depth.png"
        for column in ("world_from_camera", "intrinsics", "depth_near", "depth_far"):
            assert row[column] == own[column]
        assert row["seconds"] == [{"name": n, "value": v} for n, v in own["seconds"]]
        assert "source_path" not in row


def test_every_asset_stands_in_one_split_of_all_tables(package):
    split_of: dict[str, str] = {}
    for config in CONFIGS:
        for file in package.files:
            if not file.name.startswith(f"{config}/"):
                continue
            split = file.name.split("/")[1].split("-")[0]
            for row in pq.read_table(package.folder / file.name).to_pylist():
                assert row["split"] == split
                for uid in row.get("asset_uids") or [row["asset_uid"]]:
                    assert split_of.setdefault(uid, split) == split
    assert set(split_of.values()) == {"train", "validation", "test"}


def test_every_row_leads_to_title_author_licence_and_source(package):
    assets = {row["asset_uid"]: row for row in rows_of(package, "assets")}
    for config in ("qa", "pairs", "views"):
        for row in rows_of(package, config):
            for uid in row.get("asset_uids") or [row["asset_uid"]]:
                about = assets[uid]
                assert about["author"] == f"author of {uid}"
                assert about["title"] == f"a thing {uid}"
                assert about["url"] == f"https://example.org/{uid}"
                assert about["licence"] == licence_of(uid)
    assert "lost" not in assets
    attribution = (package.folder / "ATTRIBUTION.md").read_text(encoding="utf-8")
    for uid in assets:
        assert f"author of {uid}" in attribution.replace("\\", "")


def test_nothing_tells_where_on_the_machine_the_meshes_lay(package):
    for row in rows_of(package, "assets"):
        assert row["source_path"] == f"{row['asset_uid']}.glb"
    for file in package.files:
        assert b"/home/somebody" not in (package.folder / file.name).read_bytes()


# as the Hub and ``datasets`` want it


def test_features_are_told_as_datasets_itself_tells_them(package):
    for config in CONFIGS:
        name = next(file.name for file in package.files if file.name.startswith(f"{config}/"))
        schema = pq.read_schema(package.folder / name)
        features = Features.from_arrow_schema(schema)
        told = json.loads(schema.metadata[b"huggingface"])["info"]["features"]
        assert told == features.to_dict()
        assert features.arrow_schema.remove_metadata() == schema.remove_metadata()


@pytest.mark.parametrize("streaming", [False, True])
def test_datasets_loads_every_config_with_the_rendered_pixels(package, tmp_path, streaming):
    for config in CONFIGS:
        loaded = load_dataset(
            str(package.folder), config, streaming=streaming, cache_dir=str(tmp_path)
        )
        assert set(loaded) == {"train", "validation", "test"}
    by_default = load_dataset(
        str(package.folder), split="test", streaming=streaming, cache_dir=str(tmp_path)
    )
    seen = 0
    for row in by_default:
        if not row["marks"]:
            seen += 1
            for view, image in zip(row["image_ids"], row["images"], strict=True):
                assert (
                    np.asarray(image) == np.asarray(Image.open(io.BytesIO(picture_of(view)[0])))
                ).all()
    assert seen > 50


def test_files_have_small_row_groups_with_page_indexes_and_images_as_they_are(package):
    for file in package.files:
        if not file.name.endswith(".parquet"):
            continue
        about = pq.ParquetFile(package.folder / file.name).metadata
        pictures = file.name.startswith(("qa/", "views/"))
        assert about.num_rows == file.rows
        for number in range(about.num_row_groups):
            group = about.row_group(number)
            assert group.num_rows <= (128 if pictures else 1024)
            for column in (group.column(k) for k in range(about.num_columns)):
                encoded = column.path_in_schema.endswith(".bytes")
                assert column.compression == ("UNCOMPRESSED" if encoded else "ZSTD")
                assert column.has_offset_index
        sizes = [about.row_group(k).num_rows for k in range(about.num_row_groups)]
        assert not pictures or sizes[:-1] == [128] * (len(sizes) - 1)


def test_files_are_named_and_sized_as_asked(package):
    names = [file.name for file in package.files if file.name.startswith("qa/train-")]
    assert len(names) > 2
    assert names == [f"qa/train-{k:05d}-of-{len(names):05d}.parquet" for k in range(len(names))]
    for file in package.files:
        assert file.bytes <= MAX_BYTES
        assert (package.folder / file.name).stat().st_size == file.bytes


def test_a_row_group_is_cut_before_it_grows_too_large():
    sizes = np.array([20, 20, 20, 70, 1, 1]) << 20
    assert cut_groups(sizes, 128) == [(0, 2), (2, 3), (3, 4), (4, 6)]
    assert cut_groups(np.ones(300, np.int64), 128) == [(0, 128), (128, 256), (256, 300)]
    assert cut_groups(np.zeros(0, np.int64), 128) == []


def test_the_manifest_names_every_other_file_with_its_hash(run, package):
    manifest = json.loads((package.folder / MANIFEST_NAME).read_bytes())
    told = {name: about["sha256"] for name, about in manifest["files"].items()}
    assert told == {n: sha for n, sha in hashes(package).items() if n != MANIFEST_NAME}
    for name, digest in hashes(package).items():
        assert shard_file.file_sha256(package.folder / name) == digest
    asked = pq.read_table(run / "qa").to_pylist()[0]
    assert manifest["fingerprint"] == asked["fingerprint"]
    assert manifest["qa_fingerprints"] == [asked["qa_fingerprint"]]
    assert "README.md" in told


# again, and interrupted


def test_the_same_run_gives_the_same_bytes_however_little_memory_there_is(
    run, package, tmp_path, monkeypatch
):
    monkeypatch.setattr(spill, "WAITING_BYTES", 50_000)
    again = pack_run(str(run), repo_id=REPO, out=str(tmp_path), max_shard_bytes=MAX_BYTES)
    assert hashes(again) == hashes(package)
    assert [path for path in tmp_path.rglob("*") if "spill" in path.name] == []


@pytest.fixture
def own(package, tmp_path) -> Package:
    """A copy of the package, to damage."""
    shutil.copytree(package.folder, tmp_path / "own")
    return dataclasses.replace(package, folder=tmp_path / "own")


def moments(folder: Path) -> dict[str, int]:
    return {
        path.relative_to(folder).as_posix(): path.stat().st_mtime_ns
        for path in folder.rglob("*.parquet")
    }


def test_only_files_that_are_not_whole_are_made_again(run, own):
    names = [file.name for file in own.files if file.name.startswith("qa/train-")]
    cut, flipped, gone = (own.folder / name for name in names[:3])
    cut.write_bytes(cut.read_bytes()[:-100])
    content = bytearray(flipped.read_bytes())
    content[len(content) // 2] ^= 1
    flipped.write_bytes(content)
    gone.unlink()
    (own.folder / "qa/train-00000-of-00099.parquet").write_bytes(b"of an earlier version")
    before = moments(own.folder)
    again = pack_run(str(run), repo_id=REPO, out=str(own.folder), max_shard_bytes=MAX_BYTES)
    assert hashes(again) == hashes(own)
    after = moments(own.folder)
    assert {name for name in after if after[name] != before.get(name)} == set(names[:3])
    assert "qa/train-00000-of-00099.parquet" not in after


def test_a_stopped_call_leaves_no_manifest_and_the_next_one_goes_on(
    run, package, tmp_path, monkeypatch
):
    written = []
    write_group = shard_file.ShardWriter.write_group

    def stop_in_the_middle(self, rows):
        written.append(rows.num_rows)
        if len(written) == 30:
            raise KeyboardInterrupt
        write_group(self, rows)

    monkeypatch.setattr(shard_file.ShardWriter, "write_group", stop_in_the_middle)
    with pytest.raises(KeyboardInterrupt):
        pack_run(str(run), repo_id=REPO, out=str(tmp_path), max_shard_bytes=MAX_BYTES)
    assert not (tmp_path / MANIFEST_NAME).exists()
    left = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert {name for name in left if name.endswith(".tmp")} == set()
    before = moments(tmp_path)
    assert 0 < len(before) < len([name for name in hashes(package) if ".parquet" in name])
    monkeypatch.setattr(shard_file.ShardWriter, "write_group", write_group)
    whole = pack_run(str(run), repo_id=REPO, out=str(tmp_path), max_shard_bytes=MAX_BYTES)
    assert hashes(whole) == hashes(package)
    assert before.items() <= moments(tmp_path).items()


def test_a_run_that_changed_is_packed_anew(copy, tmp_path):
    out = tmp_path / "out"
    first = pack_run(str(copy), repo_id=REPO, out=str(out))
    change_assets(copy, lambda row: row | {"title": "another"})
    second = pack_run(str(copy), repo_id=REPO, out=str(out))
    assert {row["title"] for row in rows_of(second, "assets")} == {"another"}
    assert hashes(first) != hashes(second)


def test_a_disk_without_room_is_refused_before_anything_is_written(run, tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(build.shutil, "disk_usage", lambda path: usage(10**9, 10**9, 1_000_000))
    with pytest.raises(StorageError, match=r"needs about \d+\.\d MB, 1\.0 MB are free.*--out"):
        pack_run(str(run), repo_id=REPO, out=str(tmp_path))
    assert list(tmp_path.rglob("*.parquet")) == []


def test_a_disk_that_fills_up_ends_with_one_line(run, tmp_path, monkeypatch):
    def full(self, content):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shard_file._HashingSink, "write", full)
    with pytest.raises(StorageError, match="the disk is full"):
        pack_run(str(run), repo_id=REPO, out=str(tmp_path))
    assert list(tmp_path.rglob("*.tmp")) == []
    assert not (tmp_path / MANIFEST_NAME).exists()


# what is refused


def test_a_run_without_questions_says_what_to_do(copy):
    (copy / "qa.json").unlink()
    with pytest.raises(RunIncomplete, match="viewgen qa"):
        pack_run(str(copy), repo_id=REPO)
    (copy / "assets.parquet").unlink()
    with pytest.raises(RunIncomplete, match="viewgen render"):
        pack_run(str(copy), repo_id=REPO)


def test_a_licence_that_is_not_allowed_is_named_with_its_asset(copy, run):
    change_assets(
        copy,
        lambda row: row | ({"licence": "CC-BY-NC-4.0"} if row["asset_uid"].endswith("07") else {}),
    )
    with pytest.raises(NotPublishable, match=r"asset00007 has the licence CC-BY-NC-4\.0"):
        pack_run(str(copy), repo_id=REPO)
    assert not (copy / "publish").exists() or not list((copy / "publish").rglob("*.parquet"))
    with pytest.raises(NotPublishable, match=r"asset00001 has the licence CC-BY-4\.0"):
        pack_run(str(run), repo_id=REPO, licences=["CC0"])


def test_the_package_has_the_licence_that_its_assets_ask_for(package):
    assert len(LICENCES) == 3
    assert package.licence.id == "cc-by-4.0"
    assert "license: cc-by-4.0" in (package.folder / "README.md").read_text(encoding="utf-8")


def test_a_damaged_picture_is_not_published(copy, tmp_path):
    path = copy / "views/part-00-000001.parquet"
    table = pq.read_table(path)
    rows = table.to_pylist()
    rows[3]["image"] = rows[4]["image"]
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)
    with pytest.raises(RunError, match=rows[3]["view_id"]):
        pack_run(str(copy), repo_id=REPO, out=str(tmp_path / "out"))


def test_a_missing_view_and_an_asset_in_two_splits_are_named(copy, tmp_path):
    path = copy / "qa/part-00-000000.parquet"
    table = pq.read_table(path)
    rows = table.to_pylist()
    lost = [dict(row) for row in rows]
    lost[5] = lost[5] | {"image_ids": ["no-such-view", *lost[5]["image_ids"][1:]]}
    pq.write_table(pa.Table.from_pylist(lost, schema=table.schema), path)
    with pytest.raises(RunError, match="no-such-view"):
        pack_run(str(copy), repo_id=REPO, out=str(tmp_path / "out"))
    other = {"train": "test"}.get(rows[5]["split"], "train")
    mixed = [*rows[:5], rows[5] | {"split": other}, *rows[6:]]
    pq.write_table(pa.Table.from_pylist(mixed, schema=table.schema), path)
    with pytest.raises(RunError, match=rows[5]["asset_uids"][0]):
        pack_run(str(copy), repo_id=REPO, out=str(tmp_path / "out"))


def test_a_plan_gives_files_of_about_one_size_without_parting_an_asset(run):
    from viewpoint_gen.dataset.package import index_run
    from viewpoint_gen.storage import open_store

    index = index_run(open_store(run), shares=(0.05, 0.05))
    shards = [s for s in plan_shards(index, max_bytes=3_000_000) if s.config == "qa"]
    train = [shard for shard in shards if shard.split == "train"]
    assert len(train) > 3
    assert max(s.expected_bytes for s in train) <= 3_000_000
    assert min(s.expected_bytes for s in train) > max(s.expected_bytes for s in train) / 3
    held = np.concatenate([index.members(shard) for shard in shards])
    assert len(held) == len(set(held.tolist())) == np.count_nonzero(index.rows["qa"])
    assert sum(shard.rows for shard in shards) == pq.read_table(run / "qa").num_rows

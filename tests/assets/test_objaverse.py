"""The Objaverse source: a cache on disk, selections, order, and what is said without a network."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import pickle
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from small_objaverse import (
    annotation,
    folder_of,
    glb,
    glb_path,
    lay_out,
    packed,
    repository,
    uid_of,
)
from stand_in_hub import COMMIT, REPO, Fault, StandIn

from viewpoint_gen.assets.config import AssetsConfig
from viewpoint_gen.assets.fetch import Patience
from viewpoint_gen.assets.fetch_hub import HubFiles
from viewpoint_gen.assets.objaverse_cache import records_of
from viewpoint_gen.assets.objaverse_source import ObjaverseSource, open_objaverse
from viewpoint_gen.errors import FetchFailed, SourceError

IMPATIENT = Patience(attempts=2, first_wait_s=0.01, longest_wait_s=0.02, connect_s=1.0, read_s=1.0)
NOWHERE = HubFiles(REPO, COMMIT, "http://127.0.0.1:9", IMPATIENT)
"""Nobody listens there."""

LVIS = {"chair": [0, 1, 2, 3, 4, 5], "Christmas_tree": [6, 7, 8], "cup_(drinking)": [9, 9, 10]}


def opened(
    selection: str = "", *, hub: HubFiles = NOWHERE, seed: int = 0, **keys: object
) -> ObjaverseSource:
    config = AssetsConfig(**{"source": f"objaverse:{selection}", "metadata_files": 3} | keys)
    return open_objaverse(selection, config, seed=seed, hub=hub)


def uids(source: ObjaverseSource) -> list[str]:
    return [source.uid(index) for index in range(source.size)]


def numbers(source: ObjaverseSource, of: int = 60) -> set[int]:
    known = {uid_of(number): number for number in range(of)}
    return {known[uid] for uid in uids(source)}


@pytest.fixture
def cached(objaverse_root: Path) -> Path:
    """Everything is there already, as the package leaves it."""
    lay_out(repository(range(60), lvis=LVIS), objaverse_root)
    return objaverse_root


def test_what_the_package_has_downloaded_is_used_without_a_network(cached: Path) -> None:
    source = opened()
    index = uids(source).index(uid_of(7))
    asset = source.asset(index)
    assert asset.path == str(cached / glb_path(7))
    assert asset.sha256 == hashlib.sha256(glb(7)).hexdigest()
    assert (asset.source, asset.source_path) == ("objaverse", glb_path(7))
    assert (asset.title, asset.author) == ("Thing 7 \u2764", "Maker 0")
    assert (asset.licence, asset.category) == ("CC-BY-4.0", "cars_vehicles")
    assert asset.url == f"https://sketchfab.com/3d-models/{uid_of(7)}"
    assert (asset.front_azimuth_rad, asset.symmetry) == (None, None)
    assert source.folders == (str(cached / "glbs"),)
    source.release(asset)
    assert Path(asset.path).exists()


def test_by_default_only_cc_by_and_cc0_are_taken(cached: Path) -> None:
    assert numbers(opened()) == {n for n in range(60) if n % 6 < 4}
    assert numbers(opened(licences=("any",))) == set(range(60))
    assert numbers(opened(licences=("CC-BY-SA-4.0",))) == {n for n in range(60) if n % 6 == 5}
    assert numbers(opened(licences=("CC-BY-NC", "CC0-1.0"))) == {
        n for n in range(60) if n % 6 in (3, 4)
    }


@pytest.mark.parametrize(
    ("keys", "kept"),
    [
        ({"min_polygons": 2000}, lambda n: n >= 20),
        ({"max_polygons": 2000}, lambda n: n <= 20),
        ({"max_textures": 1}, lambda n: n % 5 <= 1),
        ({"max_animations": 0}, lambda n: n % 2 == 0),
        ({"categories": ("Furniture & home", "animals-pets")}, lambda n: n % 4 in (1, 2)),
        ({"metadata_files": 2}, lambda n: n % 3 < 2),
    ],
)
def test_each_key_of_the_recipe_leaves_the_right_objects(keys, kept, cached: Path) -> None:
    source = opened(licences=("any",), **keys)
    assert numbers(source) == {n for n in range(60) if kept(n)}


def test_objects_that_say_little_are_taken_unless_a_limit_needs_to_know(
    objaverse_root: Path,
) -> None:
    bare = {uid_of(0): {}, uid_of(3): {"license": "by", "categories": [], "user": None, "name": 3}}
    files = {f"metadata/000-00{n}.json.gz": packed({}) for n in (1, 2)}
    lay_out(files | {"metadata/000-000.json.gz": packed(bare), glb_path(3): glb(3)}, objaverse_root)
    asset = opened().asset(0)
    assert (asset.uid, asset.category, asset.author, asset.title) == (uid_of(3), "object", "", "")
    assert opened(licences=("any",)).size == 2
    with pytest.raises(SourceError, match=r"no object is left.*1 by licence, 1 by polygons"):
        opened(max_polygons=10)


def test_age_restricted_objects_are_left_out(objaverse_root: Path) -> None:
    lay_out(repository(range(6), isAgeRestricted=True), objaverse_root)
    with pytest.raises(SourceError, match="6 by age restriction"):
        opened()


def test_excluded_uids_are_left_out_and_listed_ones_taken(cached: Path, tmp_path: Path) -> None:
    excluded = tmp_path / "excluded.txt"
    excluded.write_text(f"# seen before\n{uid_of(0)}\n{uid_of(1)}.glb\n\n")
    assert {0, 1} == set(range(4)) - numbers(opened(exclude=str(excluded)))
    listed = tmp_path / "listed.csv"
    listed.write_text(f"note,uid\nx,{uid_of(1)}\n,{uid_of(2)}\nz,{'f' * 32}\n")
    assert numbers(opened(f"uids={listed}")) == {1, 2}
    assert numbers(opened(f"uids={listed}", exclude=str(excluded))) == {2}


def test_a_list_that_is_missing_empty_or_of_strangers_is_refused(
    cached: Path, tmp_path: Path
) -> None:
    with pytest.raises(SourceError, match=r"uids=: .*nowhere.txt: no such file"):
        opened(f"uids={tmp_path / 'nowhere.txt'}")
    with pytest.raises(SourceError, match=r"assets\.exclude: .*no such file"):
        opened(exclude=str(tmp_path / "nowhere.txt"))
    (tmp_path / "empty.txt").write_text("# nothing\n")
    with pytest.raises(SourceError, match="holds no uid"):
        opened(f"uids={tmp_path / 'empty.txt'}")
    (tmp_path / "strange.txt").write_text("not-a-uid\n")
    with pytest.raises(SourceError, match=r"none of these uids, e\.g\. not-a-uid"):
        opened(f"uids={tmp_path / 'strange.txt'}")


def test_lvis_gives_its_categories_and_reads_only_the_folders_it_needs(
    cached: Path,
) -> None:
    source = opened("lvis", licences=("any",))
    found = {source.uid(i): source.asset(i).category for i in range(source.size)}
    expected = {
        uid_of(number): {"chair": "chair", "Christmas_tree": "christmas_tree"}.get(
            name, "cup_drinking"
        )
        for name, members in LVIS.items()
        for number in members
    }
    assert found == expected
    only = opened("lvis", licences=("any",), categories=("christmas tree",))
    assert numbers(only) == {6, 7, 8}
    with pytest.raises(SourceError, match="did you mean the category christmas_tree"):
        opened("lvis", categories=("christmas_tre",))
    (cached / "metadata" / "000-002.json.gz").unlink()
    (cached / "lvis-annotations.json.gz").write_bytes(
        packed({"chair": [uid_of(n) for n in (0, 1, 3, 4)]})
    )
    assert opened("lvis", licences=("any",), metadata_files=160).size == 4


def test_categories_come_in_turn_until_each_is_used_up(cached: Path) -> None:
    source = opened("lvis", licences=("any",))
    order = [source.asset(i).category for i in range(source.size)]
    sizes = Counter(order)
    assert sizes == {"chair": 6, "christmas_tree": 3, "cup_drinking": 2}
    expected = [3, 3, 2, 1, 1, 1]  # different categories still there in each turn
    start = 0
    for width in expected:
        assert len(set(order[start : start + width])) == width
        start += width


def test_the_order_follows_from_seed_and_selection_alone(cached: Path) -> None:
    first = opened(seed=4)
    again = pickle.loads(pickle.dumps(opened(seed=4)))
    assert uids(first) == uids(again)
    assert [first.asset(i) for i in (0, 5)] == [again.asset(i) for i in (0, 5)]
    other = opened(seed=5)
    assert uids(other) != uids(first)
    assert sorted(uids(other)) == sorted(uids(first))
    unbalanced = opened(seed=4, balance=False)
    assert uids(unbalanced) != uids(first)
    assert sorted(uids(unbalanced)) == sorted(uids(first))
    command = (
        "import json; from test_objaverse import opened, uids; "
        "print(json.dumps(uids(opened(seed=4))))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", command],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": "1"},
        capture_output=True,
        check=True,
    )
    assert json.loads(printed.stdout) == uids(first)


def test_without_a_network_and_a_cache_one_line_says_what_to_do(objaverse_root: Path) -> None:
    with pytest.raises(SourceError) as caught:
        opened(hub=HubFiles(REPO, "main", NOWHERE.endpoint, IMPATIENT))
    said = str(caught.value)
    assert "metadata/000-000.json.gz" in said
    assert "--source procedural" in said
    assert "--source folder:PATH" in said
    assert "\n" not in said


def test_an_unknown_revision_is_refused_by_name(objaverse_root: Path, hub: StandIn) -> None:
    hub.files = repository(range(3))
    with pytest.raises(SourceError, match="revision 'v9'"):
        opened(hub=HubFiles(REPO, "v9", hub.endpoint, IMPATIENT))


@pytest.mark.parametrize("broken", ["metadata/000-001.json.gz", "lvis-annotations.json.gz"])
@pytest.mark.parametrize("how", ["cut", "garbage", "not json", "half json"])
def test_a_broken_file_in_the_cache_is_noticed_said_and_fetched_anew(
    broken: str, how: str, cached: Path, hub: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    hub.files = repository(range(60), lvis=LVIS)
    content = hub.files[broken]
    damage = {
        "cut": content[: len(content) // 2],
        "garbage": b"<html>",
        "not json": gzip.compress(b"nothing of the kind"),
        "half json": gzip.compress(gzip.decompress(content)[:-40]),
    }
    (cached / broken).write_bytes(damage[how])
    source = opened("lvis", licences=("any",), hub=HubFiles(REPO, "main", hub.endpoint, IMPATIENT))
    assert source.size == 11
    assert (cached / broken).read_bytes() == content
    assert f"{broken} is broken" in caplog.text
    assert dict(hub.requests) == {broken: 1}


def test_a_file_that_is_broken_on_the_hub_is_told(objaverse_root: Path, hub: StandIn) -> None:
    hub.files = repository(range(3)) | {"metadata/000-001.json.gz": b"\x1f\x8b broken"}
    with pytest.raises(SourceError, match=r"000-001\.json\.gz is broken there, too"):
        opened(hub=HubFiles(REPO, "main", hub.endpoint, IMPATIENT))


def test_licences_are_filtered_before_any_download(objaverse_root: Path, hub: StandIn) -> None:
    hub.files = repository(range(12))
    source = opened(hub=HubFiles(REPO, "main", hub.endpoint, IMPATIENT))
    assert not [path for path in hub.requests if path.startswith("glbs")]
    for index in range(source.size):
        source.asset(index)
    asked = {path for path in hub.requests if path.startswith("glbs")}
    assert asked == {glb_path(n) for n in range(12) if n % 6 < 4}
    assert set(hub.requests.values()) == {1}
    hub.forget()
    again = opened(hub=HubFiles(REPO, "main", hub.endpoint, IMPATIENT))
    assert [again.asset(i).sha256 for i in range(again.size)]
    assert not hub.requests


def test_fresh_annotations_replace_the_index_made_from_old_ones(cached: Path) -> None:
    assert opened(licences=("any",)).size == 60
    fewer = {uid_of(n): annotation(n) for n in range(0, 60, 6) if folder_of(n) == "000-000"}
    (cached / "metadata" / "000-000.json.gz").write_bytes(packed(fewer))
    assert opened(licences=("any",)).size == 40 + len(fewer)


def test_a_missing_object_is_coded_and_the_others_go_on(cached: Path, hub: StandIn) -> None:
    hub.files = repository(range(60))
    hub.faults[glb_path(1)] = Fault.MISSING
    (cached / glb_path(1)).write_bytes(glb(1)[:100])
    source = opened(hub=HubFiles(REPO, "main", hub.endpoint, IMPATIENT))
    with pytest.raises(FetchFailed, match="no such file") as caught:
        source.asset(uids(source).index(uid_of(1)))
    assert caught.value.code == "fetch_not_found"
    assert source.asset(uids(source).index(uid_of(2))).uid == uid_of(2)


@pytest.mark.parametrize("separators", [None, (",", ":"), (" ,\n", " :\t")])
def test_records_are_read_one_by_one_whatever_the_white_space(separators, tmp_path: Path) -> None:
    records = {uid_of(n): annotation(n, description="}" * (n * 40_000)) for n in range(8)}
    path = tmp_path / "some.json.gz"
    path.write_bytes(gzip.compress(json.dumps(records, separators=separators).encode()))
    assert dict(records_of(path)) == records


def test_the_environment_names_the_hub_and_the_token(objaverse_root: Path, hub: StandIn) -> None:
    hub.files = repository(range(6))
    command = (
        "from viewpoint_gen.assets.config import AssetsConfig;"
        "from viewpoint_gen.assets.sources import open_source;"
        "source = open_source(AssetsConfig(source='objaverse', metadata_files=3), seed=0);"
        "print(source.asset(0).path)"
    )
    environment = {"HF_ENDPOINT": hub.endpoint, "HF_TOKEN": "hf_secret"}
    done = subprocess.run(
        [sys.executable, "-c", command],
        env=os.environ | environment,
        capture_output=True,
        check=True,
        text=True,
    )
    path = Path(done.stdout.strip())
    assert path.read_bytes() == hub.files[path.relative_to(objaverse_root).as_posix()]
    assert hub.hub_tokens == {"Bearer hf_secret"}
    assert set(hub.revisions) == {COMMIT}

"""Manifests: tables of a user's own, wherever they and their files lie."""

from __future__ import annotations

import functools
import hashlib
import http.server
import math
import pickle
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from small_objaverse import glb

from viewpoint_gen.assets.config import AssetsConfig
from viewpoint_gen.assets.description import Wanted
from viewpoint_gen.assets.fetch import Patience
from viewpoint_gen.assets.manifest import ManifestSource
from viewpoint_gen.assets.sources import open_source
from viewpoint_gen.errors import AssetError, FetchFailed, ImportFailed, SourceError

IMPATIENT = Patience(attempts=2, first_wait_s=0.01, longest_wait_s=0.02, connect_s=1.0, read_s=1.0)
SHA256_1 = hashlib.sha256(glb(1)).hexdigest()


@pytest.fixture(autouse=True)
def _cache_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """A plain web server over a folder "www"."""
    (tmp_path / "www").mkdir()
    handler = functools.partial(_Quiet, directory=str(tmp_path / "www"))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def manifest(folder: Path, text: str) -> str:
    folder.mkdir(exist_ok=True)
    for number in (1, 2):
        (folder / f"thing_{number}.glb").write_bytes(glb(number))
    (folder / "list.csv").write_text(text, encoding="utf-8")
    return str(folder / "list.csv")


def opened(place: str, wanted: Wanted | None = None) -> ManifestSource:
    return ManifestSource.at(place, wanted or Wanted(), patience=IMPATIENT)


FULL = (
    "Path,UID,category,license,creator,name,url,front,symmetry,sha256\n"
    f"thing_1.glb,one,chair,by,Ann,A chair,https://a.example/1,-90,mirror,{SHA256_1}\n"
    "thing_2.glb,,,,,,,,,\n"
)


def test_a_row_says_all_and_an_empty_one_enough(tmp_path: Path) -> None:
    source = opened(manifest(tmp_path / "own", FULL))
    one, two = (source.asset(index) for index in range(source.size))
    assert (one.uid, one.category, one.licence, one.author) == ("one", "chair", "CC-BY-4.0", "Ann")
    assert (one.title, one.url, one.symmetry) == ("A chair", "https://a.example/1", "mirror")
    assert one.front_azimuth_rad == pytest.approx(-math.pi / 2)
    assert (one.source, one.source_path, one.sha256) == ("manifest", "thing_1.glb", SHA256_1)
    assert one.path == str(tmp_path / "own" / "thing_1.glb")
    assert two.uid.startswith("thing_2-")
    assert (two.category, two.licence, two.title) == ("thing", "unknown", "thing_2")
    assert (two.front_azimuth_rad, two.symmetry) == (None, None)
    assert source.folders == (str(tmp_path / "own"),)
    assert pickle.loads(pickle.dumps(source)).asset(1) == two


def test_parquet_says_the_same_as_csv(tmp_path: Path) -> None:
    by_csv = opened(manifest(tmp_path / "own", FULL))
    table = pa.table(
        {
            "path": ["thing_1.glb", "thing_2.glb"],
            "uid": ["one", None],
            "category": ["chair", None],
            "license": ["by", None],
            "creator": ["Ann", None],
            "name": ["A chair", None],
            "url": ["https://a.example/1", None],
            "front": [-90.0, float("nan")],
            "symmetry": ["mirror", None],
            "sha256": [SHA256_1, None],
        }
    )
    pq.write_table(table, tmp_path / "own" / "list.parquet")
    by_parquet = opened(str(tmp_path / "own" / "list.parquet"))
    assert [by_parquet.asset(i) for i in (0, 1)] == [by_csv.asset(i) for i in (0, 1)]


def test_files_come_over_http_once_and_whole(tmp_path: Path, site: str) -> None:
    manifest(tmp_path / "www", "path,url\nthing_1.glb,\nnowhere.glb,\n")
    (tmp_path / "www" / "page.glb").write_bytes(b"<html>no mesh</html>")
    place = manifest(tmp_path / "own", f"url\n{site}/thing_1.glb?v=1\n{site}/page.glb\n")
    source = opened(f"{site}/list.csv")
    asset = source.asset(0)
    assert Path(asset.path).read_bytes() == glb(1)
    assert Path(asset.path).parent == Path(source.folders[0])
    with pytest.raises(FetchFailed, match=r"fetch_not_found.*nowhere"):
        source.asset(1)
    (tmp_path / "www" / "thing_1.glb").unlink()
    assert opened(f"{site}/list.csv").asset(0) == asset
    with pytest.raises(FetchFailed, match="not_a_mesh"):
        opened(place).asset(1)
    with pytest.raises(SourceError, match=r"can't be fetched.*nothing\.csv"):
        opened(f"{site}/nothing.csv")


def test_files_come_from_any_place_that_fsspec_knows(tmp_path: Path) -> None:
    memory = fsspec.filesystem("memory")
    memory.pipe("/shelf/a_cup.glb", glb(1))
    memory.pipe("/shelf/list.csv", f"file\na_cup.glb\nmissing.glb\n{tmp_path}/x/y.stl\n".encode())
    source = opened("memory://shelf/list.csv")
    assert Path(source.asset(0).path).read_bytes() == glb(1)
    assert source.asset(0).category == "a_cup"
    with pytest.raises(FetchFailed, match="fetch_not_found"):
        source.asset(1)
    with pytest.raises(ImportFailed, match="unreadable"):
        source.asset(2)
    assert source.folders == tuple(
        sorted((str(tmp_path / "cache" / "viewgen" / "downloads"), str(tmp_path / "x")))
    )


def test_files_come_from_s3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("s3fs")
    server_module = pytest.importorskip("moto.server")
    boto3 = pytest.importorskip("boto3")
    server = server_module.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    try:
        host, port = server.get_host_and_port()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "someone")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "something")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        client = boto3.client("s3")
        client.create_bucket(Bucket="shelf")
        client.put_object(Bucket="shelf", Key="things/cup.glb", Body=glb(1))
        place = manifest(tmp_path / "own", "path\ns3://shelf/things/cup.glb\ns3://shelf/no.glb\n")
        source = opened(place)
        assert Path(source.asset(0).path).read_bytes() == glb(1)
        with pytest.raises(FetchFailed, match="fetch_not_found"):
            source.asset(1)
    finally:
        server.stop()


def test_a_file_that_isnt_the_one_of_its_hash_is_coded(tmp_path: Path, site: str) -> None:
    manifest(tmp_path / "www", "")
    wrong = "0" * 64
    text = f"path,sha256\nthing_1.glb,{wrong}\n{site}/thing_1.glb,{wrong}\n"
    source = opened(manifest(tmp_path / "own", text))
    for index in (0, 1):
        with pytest.raises(AssetError, match=f"the manifest says {wrong}") as caught:
            source.asset(index)
        assert caught.value.code == "fetch_corrupt"
    assert not list((tmp_path / "cache").rglob("*.glb"))


def test_only_wanted_rows_are_taken(tmp_path: Path) -> None:
    place = manifest(
        tmp_path / "own",
        "path,uid,category,licence\na.glb,a,chair,MIT\nb.glb,b,table,MIT\nc.glb,c,chair,by-nc\n",
    )
    excluded = tmp_path / "excluded.csv"
    excluded.write_text("uid\na\n")

    def uids(**keys: Any) -> list[str]:
        source = open_source(AssetsConfig(source=f"manifest:{place}", **keys), seed=0)
        assert source.size is not None
        return [source.uid(index) for index in range(source.size)]

    assert uids() == ["a", "b", "c"]
    assert uids(licences=("MIT",)) == ["a", "b"]
    assert uids(categories=("chair",)) == ["a", "c"]
    assert uids(exclude=str(excluded)) == ["b", "c"]
    with pytest.raises(SourceError, match="none of its 3 assets is left"):
        uids(licences=("CC0-1.0",))
    with pytest.raises(SourceError, match=r"assets\.max_polygons doesn't apply"):
        uids(max_polygons=5)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("path,uid\na.glb,x\nb.glb,x\n", "rows 2 and 3 have the same uid 'x'"),
        ("path,uid\na.glb,x\n,y\n", "row 3: names no file"),
        ("path,front\na.glb,north\n", "row 2: front_azimuth_deg is 'north'"),
        ("path,symmetry\na.glb,c3\n", "row 2: symmetry is 'c3'; expected one of none, mirror"),
        ("path,uid\na.glb,a/b\n", "row 2: uid 'a/b'"),
        ("path,sha256\na.glb,12\n", "row 2: sha256 is '12'"),
        ("path\na.exe\n", r"row 2: 'a\.exe' is no mesh file"),
        ("path\n", "it has no rows"),
        ('path\n"a.glb\n', "neither Parquet nor CSV"),
        ("PAR1 and no more", "not a whole Parquet file"),
    ],
)
def test_what_is_wrong_with_a_manifest_is_said_by_row(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=said) as caught:
        opened(manifest(tmp_path / "own", text))
    assert "\n" not in str(caught.value)


def test_a_manifest_that_isnt_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"nowhere\.csv: can't be read \(No such file"):
        opened(str(tmp_path / "nowhere.csv"))

"""Files that are either whole or not there, and errors in one clear line."""

from __future__ import annotations

import errno
import hashlib
import itertools
import os
import pickle
from pathlib import Path

import pytest

from viewpoint_gen import storage
from viewpoint_gen.errors import EnvironmentProblem, StorageError
from viewpoint_gen.storage import explained, open_store, read, sha256, write

NAMES = (f"memory://store-{n}" for n in itertools.count())


@pytest.fixture(params=["path", "file", "memory"])
def store(request, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    place = {"path": str(tmp_path / "run"), "file": f"file://{tmp_path}/run"}
    store = open_store(place.get(request.param) or next(NAMES))
    store.prepare()
    return store


def test_what_is_written_can_be_read(store):
    write(store, "a/b.txt", b"hello")
    assert read(store, "a/b.txt") == b"hello"
    assert store.exists("a/b.txt")
    assert store.size_bytes("a/b.txt") == 5
    assert sha256(store, "a/b.txt") == hashlib.sha256(b"hello").hexdigest()


def test_writing_again_replaces(store):
    write(store, "a", b"one, and a long one")
    write(store, "a", b"two")
    assert read(store, "a") == b"two"


def test_what_isnt_there_isnt_there(store):
    assert not store.exists("a")
    assert not store.exists("a/b")
    assert store.names("a") == []
    store.remove("a")
    store.remove_folder("a/b")
    store.remove_temporary("a")
    with pytest.raises(StorageError, match="no such file"):
        read(store, "a/b")


def test_names_are_sorted_and_of_one_folder(store):
    for name in ("t/b", "t/a", "t/deep/c", "other"):
        write(store, name, b"")
    assert store.names("t") == ["a", "b", "deep"]
    assert store.names("") == ["other", "t"]


def test_a_folder_is_removed_with_all_in_it(store):
    for name in ("t/b", "t/deep/c", "u/d"):
        write(store, name, b"")
    store.remove_folder("t")
    store.remove("u/d")
    assert store.names("t") == store.names("u") == []


def test_a_file_that_fails_half_way_leaves_the_old_one(store):
    write(store, "t/a", b"old")
    with pytest.raises(ZeroDivisionError), store.create("t/a") as handle:
        handle.write(b"half of the new")
        raise ZeroDivisionError
    assert read(store, "t/a") == b"old"
    assert store.names("t") == ["a"]


def test_a_file_has_no_name_until_it_is_whole(store):
    with store.create("t/a") as handle:
        handle.write(b"half")
        handle.flush()
        assert store.names("t") == []
    assert store.names("t") == ["a"]


def test_a_store_travels_to_another_process(store):
    write(store, "a", b"here")
    copy = pickle.loads(pickle.dumps(store))
    assert read(copy, "a") == b"here"
    assert copy.location == store.location
    assert copy.scratch == store.scratch


def test_what_a_killed_process_left_is_hidden_and_cleaned(tmp_path):
    store = open_store(tmp_path)
    write(store, "t/a", b"")
    (tmp_path / "t" / ".b.0123456789ab.tmp").write_bytes(b"half")
    assert store.names("t") == ["a"]
    store.remove_temporary("t")
    assert [path.name for path in (tmp_path / "t").iterdir()] == ["a"]


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (errno.ENOSPC, "the disk is full; free some space"),
        (errno.EDQUOT, "disk quota"),
        (errno.EACCES, "permission denied; choose a place you may write to"),
        (errno.EROFS, "read-only; choose another place"),
        (errno.EIO, "Input/output error"),
    ],
)
def test_errors_are_one_clear_line_with_the_path(tmp_path, monkeypatch, number, told):
    def fails(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(storage.os, "fsync", fails)
    with pytest.raises(StorageError) as caught:
        write(open_store(tmp_path), "t/a", b"x")
    message = str(caught.value)
    assert message.startswith(f"can't write {tmp_path}/t/a: ")
    assert told in message
    assert "\n" not in message
    assert list((tmp_path / "t").iterdir()) == []


def test_a_really_full_device_is_explained():
    with pytest.raises(StorageError, match="the disk is full"), explained("/dev/full", "write"):
        Path("/dev/full").write_bytes(b"x" * 10_000)


def test_a_file_in_the_way_is_explained(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="not a directory; choose another place"):
        open_store(tmp_path / "file" / "run").prepare()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_directory_without_permission_is_explained(tmp_path):
    (tmp_path / "mine").mkdir(mode=0o500)
    with pytest.raises(StorageError, match="permission denied"):
        write(open_store(tmp_path / "mine"), "a", b"")


def test_an_unknown_kind_of_url_is_explained():
    with pytest.raises(StorageError, match="nosuch://a: Protocol not known: nosuch"):
        open_store("nosuch://a")


def test_a_missing_package_is_named(monkeypatch):
    def no_package(url: str) -> None:
        msg = "Install s3fs to access S3"
        raise ImportError(msg)

    monkeypatch.setattr(storage.fsspec.core, "url_to_fs", no_package)
    with pytest.raises(EnvironmentProblem, match="s3:// needs another package: Install s3fs"):
        open_store("s3://bucket/run")


def test_home_is_expanded(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    write(open_store("~/run"), "a", b"")
    assert (tmp_path / "run" / "a").exists()

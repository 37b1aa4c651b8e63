"""A run on an S3 that listens on this machine."""

from __future__ import annotations

import pytest
from farm_fakes import FakeLanes, FakeSource, assert_same_rows, make_recipe, visits_made

from viewpoint_gen.errors import StorageError
from viewpoint_gen.pipeline.progress import NoProgress
from viewpoint_gen.pipeline.run import run_render
from viewpoint_gen.pipeline.status import run_status
from viewpoint_gen.storage import open_store, read, sha256, write


@pytest.fixture(scope="module")
def bucket():
    pytest.importorskip("s3fs")
    server_module = pytest.importorskip("moto.server")
    boto3 = pytest.importorskip("boto3")
    server = server_module.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        patch.setenv("AWS_ACCESS_KEY_ID", "someone")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "something")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        boto3.client("s3").create_bucket(Bucket="bucket")
        yield "s3://bucket"
    server.stop()


def render(run, lanes=None):
    lanes = lanes or FakeLanes()
    return run_render(make_recipe(), FakeSource(40), run, lane_factory=lanes, progress=NoProgress())


def test_files_come_and_go(bucket):
    store = open_store(f"{bucket}/files/")
    assert store.names("t") == []
    write(store, "t/b", b"one")
    write(store, "t/a", b"two")
    assert store.names("t") == ["a", "b"]
    assert store.names("") == ["t"]
    assert read(store, "t/b") == b"one"
    assert len(sha256(store, "t/b")) == 64
    store.remove("t/b")
    store.remove("t/b")
    store.remove_folder("t")
    store.remove_folder("t")
    assert not store.exists("t/a")


def test_a_half_file_never_shows(bucket):
    store = open_store(f"{bucket}/half")
    with pytest.raises(ZeroDivisionError), store.create("a") as handle:
        handle.write(b"half")
        raise ZeroDivisionError
    assert not store.exists("a")


def test_a_run_has_the_same_rows_as_a_local_one_and_resumes(bucket, undisturbed, tmp_path):
    run = f"{bucket}/runs/one"

    class Stopping(FakeLanes):
        def process(self, visit, *, following=None):
            if visit.index == 7:
                raise KeyboardInterrupt
            return super().process(visit)

    with pytest.raises(KeyboardInterrupt):
        render(run, Stopping())
    assert run_status(run)["visits"] == 7 - 1  # the spool of the unfinished shard isn't counted
    render(run, FakeLanes(diary=str(tmp_path / "diary")))
    assert visits_made(tmp_path / "diary")[0] == (0, 7)
    assert_same_rows(run, undisturbed)
    assert run_status(run)["pairs"] == 36


def test_a_bucket_that_is_not_there_is_one_clear_line(bucket):
    with pytest.raises(StorageError) as caught:
        render("s3://no-such-bucket/run")
    assert "s3://no-such-bucket/run" in str(caught.value)
    assert "\n" not in str(caught.value)

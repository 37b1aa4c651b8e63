"""Single files from a Hub that misbehaves: what arrives, what is tried again, what is said."""

from __future__ import annotations

import multiprocessing
import os
import re
import resource
import socket
import time
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pytest
from huggingface_hub import constants
from small_objaverse import glb
from stand_in_hub import COMMIT, REPO, Fault, StandIn

from viewpoint_gen.assets import fetch
from viewpoint_gen.assets.fetch import Patience
from viewpoint_gen.assets.fetch_hub import HubFiles
from viewpoint_gen.assets.glb import check_glb
from viewpoint_gen.errors import (
    EnvironmentProblem,
    FetchFailed,
    FetchInterrupted,
    StorageError,
)

NAME = "glbs/000-000/thing.glb"
IMPATIENT = Patience(
    attempts=3, first_wait_s=0.01, longest_wait_s=0.02, connect_s=2.0, read_s=0.3, least_s=5.0
)


@pytest.fixture
def files(hub: StandIn) -> HubFiles:
    hub.files[NAME] = glb(1)
    return HubFiles(REPO, COMMIT, hub.endpoint, IMPATIENT)


def bring(files: HubFiles, target: Path) -> None:
    files.bring(NAME, target, check=check_glb)


@pytest.mark.parametrize(
    ("fault", "code", "requests"),
    [
        (Fault.CUT, "fetch_failed", 3),
        (Fault.BUSY, "fetch_failed", 3),
        (Fault.MISSING, "fetch_not_found", 1),
        (Fault.FORBIDDEN, "fetch_forbidden", 1),
        (Fault.PAGE, "web_page", 1),
        (Fault.WRONG_BYTES, "fetch_corrupt", 2),
        (Fault.WRONG_SIZE, "fetch_corrupt", 2),
    ],
)
def test_a_lasting_fault_is_coded_and_leaves_nothing_behind(
    fault: Fault, code: str, requests: int, hub: StandIn, files: HubFiles, tmp_path: Path
) -> None:
    hub.faults[NAME] = fault
    with pytest.raises(FetchFailed, match=re.escape(NAME)) as caught:
        bring(files, tmp_path / "got" / "thing.glb")
    assert (caught.value.code, hub.requests[NAME]) == (code, requests)
    assert "\n" not in str(caught.value)
    assert list((tmp_path / "got").iterdir()) == []


@pytest.mark.parametrize(
    ("fault", "requests"),
    [
        (Fault.SLOW, 1),
        (Fault.CUT_ONCE, 2),
        (Fault.HANG_ONCE, 2),
        (Fault.STALL_ONCE, 2),
        (Fault.BUSY_ONCE, 2),
        (Fault.RETRY_AFTER_ONCE, 2),
    ],
)
def test_after_a_passing_fault_the_file_arrives_whole(
    fault: Fault, requests: int, hub: StandIn, files: HubFiles, tmp_path: Path
) -> None:
    hub.faults[NAME] = fault
    bring(files, tmp_path / "thing.glb")
    assert (tmp_path / "thing.glb").read_bytes() == hub.files[NAME]
    assert hub.requests[NAME] == requests
    assert [path.name for path in tmp_path.iterdir()] == ["thing.glb"]


def test_the_rate_limit_is_waited_for_as_long_as_it_says(
    hub: StandIn, files: HubFiles, tmp_path: Path
) -> None:
    hub.faults[NAME] = Fault.LIMITED_ONCE
    started = time.monotonic()
    bring(files, tmp_path / "thing.glb")
    assert 1.0 <= time.monotonic() - started < 3.0
    assert hub.requests[NAME] == 2


def test_a_wait_beyond_all_patience_is_a_failure(
    hub: StandIn, files: HubFiles, tmp_path: Path
) -> None:
    hub.faults[NAME] = Fault.LIMITED_ONCE
    files = replace(files, patience=replace(IMPATIENT, longest_told_wait_s=0.5))
    with pytest.raises(FetchInterrupted, match="429"):
        bring(files, tmp_path / "thing.glb")
    assert hub.requests[NAME] == 1


def test_a_trickle_isnt_waited_for_without_end(
    hub: StandIn, files: HubFiles, tmp_path: Path
) -> None:
    hub.files[NAME] = glb(1, 400_000)  # a second's worth of small pieces, none of them late
    hub.faults[NAME] = Fault.SLOW
    impatient = replace(IMPATIENT, attempts=1, least_s=0.1, slowest_bytes_per_s=10e6)
    with pytest.raises(FetchInterrupted, match="too slow"):
        bring(replace(files, patience=impatient), tmp_path / "thing.glb")
    assert list(tmp_path.iterdir()) == []


def test_a_whole_file_is_used_as_it_is_and_a_broken_one_fetched_anew(
    hub: StandIn, files: HubFiles, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    target = tmp_path / "thing.glb"
    target.write_bytes(glb(2))  # not the Hub's: whole is what counts
    bring(files, target)
    assert target.read_bytes() == glb(2)
    assert not hub.requests
    for broken in (glb(2)[:-5], b"<html>", b""):
        target.write_bytes(broken)
        bring(files, target)
        assert target.read_bytes() == hub.files[NAME]
    assert caplog.text.count("fetched anew") == 3


def test_what_a_killed_process_left_is_taken_over(
    hub: StandIn, files: HubFiles, tmp_path: Path
) -> None:
    (tmp_path / ".thing.glb.part").write_bytes(b"x" * 100_000)
    bring(files, tmp_path / "thing.glb")
    assert [path.name for path in tmp_path.iterdir()] == ["thing.glb"]
    assert (tmp_path / "thing.glb").read_bytes() == hub.files[NAME]


def test_processes_that_want_the_same_file_fetch_it_once(
    hub: StandIn, files: HubFiles, tmp_path: Path
) -> None:
    hub.files[NAME] = glb(1, 300_000)
    hub.faults[NAME] = Fault.SLOW
    target = tmp_path / "thing.glb"
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=bring, args=(files, target)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * 4
    assert hub.requests[NAME] == 1
    assert [path.name for path in tmp_path.iterdir()] == ["thing.glb"]


def test_the_token_goes_to_the_hub_and_no_further(
    hub: StandIn, files: HubFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    bring(files, tmp_path / "thing.glb")
    assert hub.hub_tokens == {"Bearer hf_secret"}
    assert hub.cdn_tokens == {None}


def test_a_branch_is_pinned_to_its_commit_and_an_unknown_one_refused(
    hub: StandIn, files: HubFiles
) -> None:
    assert replace(files, revision="main").pinned(NAME).revision == COMMIT
    assert files.pinned(NAME) is files
    with pytest.raises(FetchFailed, match="404"):
        replace(files, revision="nowhere").pinned(NAME)


def test_the_run_stops_when_the_network_is_gone(files: HubFiles, tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        gone = replace(files, endpoint=f"http://127.0.0.1:{nobody.getsockname()[1]}")
        for number in range(4):
            with pytest.raises(FetchInterrupted):
                bring(gone, tmp_path / f"{number}.glb")
        with pytest.raises(EnvironmentProblem, match=r"5 downloads in a row.*it resumes"):
            bring(gone, tmp_path / "4.glb")


def test_missing_files_are_no_sign_of_a_lost_network(
    hub: StandIn, files: HubFiles, tmp_path: Path
) -> None:
    for number in range(12):
        hub.faults[NAME] = (Fault.BUSY, Fault.BUSY, Fault.BUSY, Fault.MISSING)[number % 4]
        with pytest.raises(FetchFailed):
            bring(files, tmp_path / f"{number}.glb")


def test_a_network_that_shows_its_login_page_stops_the_run(
    hub: StandIn, files: HubFiles, tmp_path: Path
) -> None:
    hub.faults[NAME] = Fault.PAGE
    for number in range(4):
        with pytest.raises(FetchFailed, match="web page"):
            bring(files, tmp_path / f"{number}.glb")
    with pytest.raises(EnvironmentProblem, match="web page"):
        bring(files, tmp_path / "4.glb")


def test_offline_mode_is_obeyed(
    hub: StandIn, files: HubFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(FetchFailed, match="HF_HUB_OFFLINE") as caught:
        bring(files, tmp_path / "thing.glb")
    assert caught.value.code == "fetch_offline"
    assert not hub.requests


def test_a_full_disk_is_no_fault_of_the_asset(files: HubFiles, tmp_path: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5000, limits[1]))
    try:
        with pytest.raises(StorageError, match=r"thing\.glb"):
            bring(files, tmp_path / "thing.glb")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(tmp_path.iterdir()) == []


def test_what_is_still_held_in_memory_and_has_no_room_hides_no_error(tmp_path: Path) -> None:
    """The last bytes are written when the file is closed, although it is given up."""

    def write(half: BinaryIO) -> None:
        half.write(bytes(6000))  # less than what a file holds back
        raise FetchFailed("fetch_cut", "the line went dead")

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5000, limits[1]))
    target = tmp_path / "thing.glb"
    try:
        with pytest.raises(FetchFailed, match="the line went dead"):
            fetch.bring(target, write, check=check_glb, patience=IMPATIENT, line=fetch.Line())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cant_be_written_is_told_by_name(files: HubFiles, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError, match=re.escape(os.fspath(tmp_path / "file"))):
        bring(files, tmp_path / "file" / "thing.glb")

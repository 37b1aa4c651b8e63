"""Sending a package, with the real client against a Hub that fails in every way."""

from __future__ import annotations

import pytest
from huggingface_hub import constants
from publish_hub import ME, TOKEN, WritableHub

from viewpoint_gen.dataset.hub import Patience, Published, Repository, publish, sign_in
from viewpoint_gen.dataset.package import Package
from viewpoint_gen.errors import (
    HubError,
    HubRefused,
    HubUnreachable,
    NotLoggedIn,
    RecipeError,
)
from viewpoint_gen.pipeline.package import pack_run
from viewpoint_gen.pipeline.publish import publish_run

# the client itself sends files in a way that its HTTP library deprecates
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

REPO = f"{ME}/views"
QUICK = Patience(attempts=3, first_wait_s=0.0)
MAX_BYTES = 4_000_000


@pytest.fixture(scope="module")
def package(run, tmp_path_factory) -> Package:
    out = tmp_path_factory.mktemp("publish") / "out"
    return pack_run(str(run), repo_id=REPO, out=str(out), max_shard_bytes=MAX_BYTES)


@pytest.fixture(scope="module")
def other(run, tmp_path_factory) -> Package:
    """The same rows in other files."""
    out = tmp_path_factory.mktemp("other") / "out"
    return pack_run(str(run), repo_id=REPO, out=str(out), max_shard_bytes=2 * MAX_BYTES)


@pytest.fixture(autouse=True)
def client(hub: WritableHub, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real client, which takes the stand-in for the Hub and doesn't wait between tries."""
    monkeypatch.setattr(constants, "ENDPOINT", hub.endpoint)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda seconds: None)


def send(package: Package, *, private: bool = False, tag: str | None = None) -> Published:
    return publish(package, Repository(REPO, QUICK), private=private, tag=tag)


def held(hub: WritableHub, name: str = REPO) -> dict[str, str]:
    """sha256 of every file of ours that the repository shows."""
    files = hub.repos[name].files
    return {path: sha for path, sha in files.items() if path != ".gitattributes"}


def local(package: Package) -> dict[str, str]:
    return {file.name: file.sha256 for file in package.files}


def parquet(package: Package) -> set[str]:
    return {file.sha256 for file in package.files if file.name.endswith(".parquet")}


def test_everything_arrives_in_one_commit_with_a_version(hub, package):
    done = send(package)
    assert held(hub) == local(package)
    repo = hub.repos[REPO]
    assert [title for _, title, _ in repo.commits][1:] != []
    assert len(repo.commits) == 2  # the Hub's own first one, and ours
    assert repo.tags == {"v1": done.commit} == {"v1": repo.head}
    assert done.tag == "v1"
    assert done.sent == [file.name for file in package.files]
    assert sorted(hub.uploaded) == sorted(set(hub.uploaded))
    assert parquet(package) <= set(hub.uploaded)


def test_the_same_package_again_sends_nothing_and_makes_no_commit(hub, package):
    first = send(package)
    hub.asked.clear()
    again = send(package)
    assert again.commit == first.commit
    assert again.tag == "v1"
    assert again.sent == []
    assert not {"put", "commit", "create", "tag", "preupload"} & set(hub.asked)


def test_another_version_sends_what_changed_and_removes_what_is_old(hub, package, other):
    send(package)
    theirs = hub.repos[REPO]
    hub.store(b"my own words", theirs, "NOTES.md")
    theirs.commit("by hand")
    hub.uploaded.clear()
    done = send(other)
    assert held(hub) == local(other) | {"NOTES.md": held(hub)["NOTES.md"]}
    assert done.tag == "v2"
    assert set(done.removed) == local(package).keys() - local(other).keys()
    assert len(done.removed) > 3
    assert parquet(other) - parquet(package) <= set(hub.uploaded)
    assert not parquet(package) & set(hub.uploaded)
    assert theirs.tags["v1"] != theirs.tags["v2"]


def test_what_was_sent_before_an_interruption_is_not_sent_again(hub, package):
    hub.faults["put"] = ["ok", "ok", 403]
    hub.new_repo(REPO)
    with pytest.raises(HubRefused):
        send(package)
    assert held(hub) == {}
    before = list(hub.uploaded)
    assert len(before) == 2
    send(package)
    assert held(hub) == local(package)
    assert sorted(hub.uploaded) == sorted(set(hub.uploaded))
    assert parquet(package) <= set(hub.uploaded)


@pytest.mark.parametrize("fault", [503, 500, 429, "drop"])
@pytest.mark.parametrize("route", ["put", "batch", "preupload", "commit", "tree", "tag", "create"])
def test_a_passing_failure_is_tried_again(hub, package, route, fault):
    hub.faults[route] = [fault]
    done = send(package)
    assert held(hub) == local(package)
    assert len(hub.repos[REPO].commits) == 2
    assert hub.repos[REPO].tags == {"v1": done.commit}


def test_an_answer_that_gets_lost_makes_no_second_commit(hub, package):
    hub.faults["commit"] = ["lose"]
    done = send(package)
    assert len(hub.repos[REPO].commits) == 2
    assert hub.repos[REPO].tags == {"v1": done.commit}


@pytest.mark.parametrize("route", ["put", "commit", "tree"])
def test_a_hub_that_keeps_failing_ends_with_one_line_and_nothing_visible(hub, package, route):
    hub.new_repo(REPO)
    hub.always[route] = 503
    with pytest.raises(HubUnreachable, match=r"HTTP 503.*goes on where it stopped") as error:
        send(package)
    assert REPO in str(error.value)
    assert error.value.exit_code == 7
    assert held(hub) == {}
    assert len(hub.repos[REPO].commits) == 1
    hub.always.clear()
    send(package)
    assert held(hub) == local(package)


def test_a_hub_that_cannot_be_reached_is_told(package, monkeypatch):
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(HubUnreachable, match="can't be reached"):
        send(package)
    with pytest.raises(HubUnreachable, match=r"127\.0\.0\.1:9"):
        sign_in(REPO, patience=QUICK)


@pytest.mark.parametrize(
    ("route", "status", "kind", "said"),
    [
        ("create", 403, HubRefused, "is it your repository"),
        ("commit", 403, HubRefused, "the right to write"),
        ("preupload", 401, NotLoggedIn, "hf auth login"),
        ("commit", 412, HubRefused, "somebody else has changed it"),
        ("commit", 400, HubRefused, "HTTP 400"),
        ("batch", 404, HubRefused, "HTTP 404"),
    ],
)
def test_a_refusal_is_one_line_and_is_not_tried_again(hub, package, route, status, kind, said):
    hub.always[route] = status
    with pytest.raises(kind, match=said) as error:
        send(package)
    assert "\n" not in str(error.value)
    assert hub.asked.count(route) == 1
    assert REPO not in hub.repos or held(hub) == {}


def test_somebody_who_commits_meanwhile_is_not_overwritten(hub, package):
    repo = hub.new_repo(REPO)

    def intrude() -> None:
        hub.on_put = None
        hub.store(b"theirs", repo, "README.md")
        repo.commit("theirs")

    hub.on_put = intrude
    with pytest.raises(HubRefused, match="somebody else has changed it"):
        send(package)
    assert [title for _, title, _ in repo.commits] == ["initial commit", "theirs"]
    send(package)
    assert held(hub) == local(package)


def test_files_that_arrive_damaged_are_found(hub, package):
    hub.corrupt = True
    with pytest.raises(HubError, match=r"aren't those that were sent"):
        send(package)
    assert hub.repos[REPO].tags == {}


def test_a_version_is_never_moved(hub, package, other):
    send(package, tag="paper")
    assert hub.repos[REPO].tags.keys() == {"paper"}
    send(package, tag="paper")
    send(package, tag="other-name")
    assert hub.repos[REPO].tags.keys() == {"paper", "other-name"}
    before = held(hub)
    with pytest.raises(HubRefused, match="version paper already"):
        send(other, tag="paper")
    assert held(hub) == before


def test_private_is_kept_and_never_only_believed(hub, package):
    send(package, private=True)
    assert hub.repos[REPO].private
    send(package, private=True)
    hub.repos[REPO].private = False
    with pytest.raises(HubRefused, match="public already"):
        send(package, private=True)


# who may


def test_without_a_token_the_line_says_how_to_get_one(hub, monkeypatch, tmp_path):
    monkeypatch.delenv("HF_TOKEN")
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "none"))
    with pytest.raises(NotLoggedIn, match="hf auth login"):
        sign_in(REPO, patience=QUICK)
    assert hub.asked == []


def test_a_wrong_token_is_told_from_a_missing_one(hub, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    with pytest.raises(NotLoggedIn, match="doesn't know the token"):
        sign_in(REPO, patience=QUICK)


def test_a_repository_of_somebody_else_is_refused_before_any_work(hub, tmp_path):
    with pytest.raises(HubRefused, match=f"belongs to somebody, and the token to {ME}"):
        publish_run(str(tmp_path / "no-run"), repo_id="somebody/views")
    assert sign_in("ours/views", patience=QUICK).id == "ours/views"
    assert sign_in("views", patience=QUICK).id == REPO


def test_offline_is_respected(hub, monkeypatch, tmp_path):
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(HubUnreachable, match="HF_HUB_OFFLINE"):
        publish_run(str(tmp_path / "no-run"), repo_id=REPO)
    assert hub.asked == []


def test_a_name_that_is_none_is_refused(hub, tmp_path):
    with pytest.raises(RecipeError, match="--repo-id"):
        publish_run(str(tmp_path), repo_id="a/b/c")
    with pytest.raises(RecipeError, match="--repo-id"):
        publish_run(str(tmp_path), repo_id="no spaces", dry_run=True)


def test_a_dry_run_makes_everything_and_asks_the_hub_nothing(hub, run, tmp_path):
    made = publish_run(str(run), repo_id=None, dry_run=True, out=str(tmp_path))
    assert hub.asked == []
    assert made.published is None
    assert (tmp_path / "package.json").exists()
    assert any("--dry-run" in line for line in made.lines())

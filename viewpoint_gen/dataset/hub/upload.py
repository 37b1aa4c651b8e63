"""Sends a package: what isn't there yet first, unseen; then one commit that makes it visible.

A call that is stopped or fails before the commit leaves what it sent where the next call finds it,
and the repository as it was.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from huggingface_hub import CommitOperationAdd, CommitOperationCopy, CommitOperationDelete
from huggingface_hub.utils import disable_progress_bars
from tqdm import tqdm

from viewpoint_gen import __version__
from viewpoint_gen.dataset.hub.calls import CLIENT_ERRORS, patiently, unreachable
from viewpoint_gen.dataset.hub.repository import BRANCH, KIND, Repository, State
from viewpoint_gen.dataset.package import Package, PackedFile, is_data
from viewpoint_gen.errors import HubError, HubRefused

_VERSION: Final = re.compile(r"v(\d+)")
_FIGURES: Final = "figures/"

CommitOperation = CommitOperationAdd | CommitOperationCopy | CommitOperationDelete


@dataclass(frozen=True)
class Published:
    """What a call did.

    Attributes:
        commit: that holds the package; an older one if nothing was new.
        tag: of that commit.
        sent: files that the Hub didn't have at these places.
        removed: files of an earlier version.
    """

    repo_id: str
    url: str
    commit: str
    tag: str
    sent: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)


def check_target(repository: Repository, *, private: bool) -> State | None:
    """Look at where the package will go, before it is made.

    Raises:
        HubRefused: it is public and mustn't be.
    """
    state = repository.state()
    if state is not None and private and not state.private:
        msg = (
            f"{repository.id} is public already; leave --private out, make it private on its "
            "page, or choose another name"
        )
        raise HubRefused(msg)
    return state


def publish(
    package: Package, repository: Repository, *, private: bool = False, tag: str | None = None
) -> Published:
    """Make the repository hold exactly the package's files, beside files of others.

    Args:
        private: of a repository that isn't there yet.
        tag: of the version; None: "v1", or the next one that is free.

    Raises:
        HubError: the Hub refuses or can't be reached; what is visible there is as it was.
        KeyboardInterrupt: with a line that says so.
    """
    disable_progress_bars()
    try:
        return _publish(package, repository, private=private, tag=tag)
    except KeyboardInterrupt:
        msg = (
            "stopped; nothing half-sent is visible; run the same command again: it sends only what "
            "is missing"
        )
        raise KeyboardInterrupt(msg) from None


def _publish(
    package: Package, repository: Repository, *, private: bool, tag: str | None
) -> Published:
    before = check_target(repository, private=private) or _created(repository, private)
    missing = [file for file in package.files if not before.holds(file, package.folder)]
    stale = _stale(before, package)
    _check_tag(before, repository, tag, changed=bool(missing or stale))
    if missing or stale:
        additions = _send(package, missing, repository)
        _commit(package, additions, stale, before, repository)
    after = _verified(package, repository)
    return Published(
        repo_id=repository.id,
        url=repository.url,
        commit=after.head,
        tag=_tagged(after, repository, tag),
        sent=[file.name for file in missing],
        kept=[file.name for file in package.files if file not in missing],
        removed=stale,
    )


def _created(repository: Repository, private: bool) -> State:
    patiently(
        lambda: repository.api.create_repo(
            repository.id, repo_type=KIND, private=private, exist_ok=True
        ),
        repository.patience,
        about=repository.id,
    )
    state = repository.state()
    if state is None:
        msg = f"{repository.id}: the Hub made it, but doesn't show it; try again"
        raise HubError(msg)
    return state


def _stale(state: State, package: Package) -> list[str]:
    """Data and figures of an earlier version; what others have put there is left alone."""
    names = {file.name for file in package.files}
    ours = (path for path in state.files if is_data(path) or path.startswith(_FIGURES))
    return sorted(path for path in ours if path not in names)


def _check_tag(state: State, repository: Repository, tag: str | None, *, changed: bool) -> None:
    if tag in state.tags and (changed or state.tags[tag] != state.head):
        msg = (
            f"{repository.id} has a version {tag} already, with other content; choose another "
            "--tag, or none for the next one that is free"
        )
        raise HubRefused(msg)


def _send(
    package: Package, files: Sequence[PackedFile], repository: Repository
) -> list[CommitOperationAdd]:
    """Bring the large files to the Hub's storage; nobody sees them there before the commit."""
    additions = []
    total = sum(file.bytes for file in files)
    with tqdm(total=total, unit="B", unit_scale=True, desc="sending", disable=None) as bar:
        for file in files:
            additions.append(_sent(package, file, repository))
            bar.update(file.bytes)
    return additions


def _sent(package: Package, file: PackedFile, repository: Repository) -> CommitOperationAdd:
    addition = CommitOperationAdd(file.name, str(package.folder / file.name))
    about = f"{repository.id}: {file.name}"
    patiently(lambda: _preupload(addition, repository, about), repository.patience, about=about)
    return addition


def _preupload(addition: CommitOperationAdd, repository: Repository, about: str) -> None:
    try:
        repository.api.preupload_lfs_files(
            repository.id, [addition], repo_type=KIND, revision=BRANCH, free_memory=False
        )
    except RuntimeError as error:  # the client's "Error while uploading", or hf_xet's own
        if isinstance(error.__cause__, CLIENT_ERRORS):
            raise error.__cause__ from None
        raise unreachable(about, " ".join(str(error.__cause__ or error).split())) from error
    except ValueError as error:  # what the storage answered, if it isn't as agreed
        msg = f"{about}: the Hub's storage refuses ({' '.join(str(error).split())})"
        raise HubRefused(msg) from error


def _commit(
    package: Package,
    additions: Sequence[CommitOperationAdd],
    stale: Sequence[str],
    before: State,
    repository: Repository,
) -> None:
    """All at once, unless somebody else has changed the repository since it was looked at."""
    operations: list[CommitOperation] = [*additions, *map(CommitOperationDelete, stale)]
    rows = sum(package.rows()["qa"].values())

    def commit_unless_done() -> None:
        # an answer may get lost on its way back, and then the commit is made
        state = repository.look()
        if state is not None and _is_there(state, package):
            return
        repository.api.create_commit(
            repository.id,
            operations,
            commit_message=f"{rows:,} questions ({package.content[:12]}), by viewgen {__version__}",
            repo_type=KIND,
            revision=BRANCH,
            parent_commit=before.head,
        )

    patiently(commit_unless_done, repository.patience, about=repository.id)


def _is_there(state: State, package: Package) -> bool:
    return not _stale(state, package) and all(
        state.holds(file, package.folder) for file in package.files
    )


def _verified(package: Package, repository: Repository) -> State:
    """Hold what arrived against the local hashes."""
    state = repository.state()
    wrong = [
        file.name
        for file in package.files
        if state is None or not state.holds(file, package.folder)
    ]
    if state is None or wrong:
        msg = (
            f"{repository.id}: {len(wrong)} files on the Hub aren't those that were sent, the "
            f"first is {wrong[0]}; run the same command again, which sends them anew"
        )
        raise HubError(msg)
    return state


def _tagged(state: State, repository: Repository, tag: str | None) -> str:
    """The commit's tag, made if it has none."""
    here = state.tags_here()
    if tag in here or (tag is None and here):
        return tag or here[-1]
    numbers = [int(match[1]) for match in map(_VERSION.fullmatch, state.tags) if match]
    chosen = tag or f"v{max(numbers, default=0) + 1}"
    patiently(
        lambda: repository.api.create_tag(
            repository.id, tag=chosen, revision=state.head, repo_type=KIND, exist_ok=True
        ),
        repository.patience,
        about=f"{repository.id}: tag {chosen}",
    )
    return chosen

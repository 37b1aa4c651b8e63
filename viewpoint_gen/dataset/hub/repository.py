"""A dataset repository on the Hub as it is now."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from huggingface_hub import HfApi, RepoFile, constants, get_token
from huggingface_hub.errors import HFValidationError, RepositoryNotFoundError
from huggingface_hub.utils import validate_repo_id

from viewpoint_gen import __version__
from viewpoint_gen.dataset.hub.calls import LOG_IN, Patience, patiently
from viewpoint_gen.dataset.package import PackedFile
from viewpoint_gen.errors import HubRefused, HubUnreachable, NotLoggedIn, RecipeError
from viewpoint_gen.storage import explained

KIND: Final = "dataset"
BRANCH: Final = "main"


@dataclass(frozen=True)
class Repository:
    """Where to publish, and as whom.

    Attributes:
        id: "owner/name".
    """

    id: str
    patience: Patience = field(default_factory=Patience)

    @property
    def api(self) -> HfApi:
        """The Hub's client, which uses the user's own token."""
        return HfApi(library_name="viewgen", library_version=__version__)

    @property
    def url(self) -> str:
        """Its page."""
        return f"{constants.ENDPOINT}/datasets/{self.id}"

    def state(self, revision: str = BRANCH) -> State | None:
        """What is in it; None if there is no such repository.

        Raises:
            HubError: the Hub forbids to look, or can't be reached.
        """
        return patiently(lambda: self.look(revision), self.patience, about=self.id)

    def look(self, revision: str = BRANCH) -> State | None:
        """``state`` at the first try, with the client's own errors."""
        try:
            about = self.api.dataset_info(self.id, revision=revision)
        except RepositoryNotFoundError:
            return None
        tree = self.api.list_repo_tree(self.id, repo_type=KIND, revision=about.sha, recursive=True)
        refs = self.api.list_repo_refs(self.id, repo_type=KIND)
        return State(
            head=about.sha or "",
            private=bool(about.private),
            files={entry.path: entry for entry in tree if isinstance(entry, RepoFile)},
            tags={tag.name: tag.target_commit for tag in refs.tags},
        )


@dataclass(frozen=True)
class State:
    """A repository at one commit.

    Attributes:
        head: the commit.
        tags: name -> commit.
    """

    head: str
    private: bool
    files: dict[str, RepoFile]
    tags: dict[str, str]

    def holds(self, file: PackedFile, folder: Path) -> bool:
        """Whether a file is there, byte by byte, by the Hub's own hashes."""
        there = self.files.get(file.name)
        if there is None or there.size != file.bytes:
            return False
        if there.lfs is not None:
            return there.lfs.sha256 == file.sha256
        return there.blob_id == _git_blob(folder / file.name)

    def tags_here(self) -> list[str]:
        """Tags of this very commit."""
        return sorted(name for name, commit in self.tags.items() if commit == self.head)


def sign_in(repo_id: str, *, patience: Patience | None = None) -> Repository:
    """Find out who publishes, before any work is done.

    Args:
        repo_id: "owner/name", or "name" for a repository of one's own.

    Raises:
        RecipeError: that is no name of a repository.
        NotLoggedIn: there is no token, or the Hub doesn't know it.
        HubRefused: the repository is somebody else's.
        HubUnreachable: the Hub can't be reached, or mustn't be.
    """
    patience = patience or Patience()
    check_repo_id(repo_id)
    if constants.HF_HUB_OFFLINE:
        msg = "HF_HUB_OFFLINE forbids to use the Hub; unset it, or make the files with --dry-run"
        raise HubUnreachable(msg)
    if not get_token():
        msg = f"{repo_id}: no token for the Hub; {LOG_IN}"
        raise NotLoggedIn(msg)
    me = patiently(HfApi().whoami, patience, about=str(constants.ENDPOINT))
    name = str(me["name"])
    owner, _, rest = repo_id.rpartition("/")
    mine = [name, *(str(org["name"]) for org in me.get("orgs", []))]
    if owner and owner not in mine:
        msg = (
            f"{repo_id} belongs to {owner}, and the token to {name}; publish to {name}/{rest}, or "
            f"log in as somebody who may write there"
        )
        raise HubRefused(msg)
    return Repository(f"{owner or name}/{rest}", patience)


def check_repo_id(repo_id: str) -> None:
    """Refuse what can't be the name of a repository.

    Raises:
        RecipeError: it isn't one.
    """
    try:
        validate_repo_id(repo_id)
    except HFValidationError as error:
        msg = f"--repo-id {repo_id!r}: expected owner/name ({' '.join(str(error).split())})"
        raise RecipeError(msg) from None


def _git_blob(path: Path) -> str:
    """The hash by which git knows a small file."""
    with explained(str(path), "read"):
        content = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()

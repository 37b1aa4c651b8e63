"""Files of one dataset repository on the Hub, at one revision."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO, Final

import httpx2
from huggingface_hub import constants, get_hf_file_metadata, hf_hub_url
from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled
from huggingface_hub.utils import build_hf_headers

from viewpoint_gen import __version__
from viewpoint_gen.assets.fetch import OFFLINE, Check, Line, Patience, bring, with_patience
from viewpoint_gen.assets.fetch_http import download
from viewpoint_gen.errors import FetchFailed, FetchInterrupted

_COMMIT: Final = re.compile(r"[0-9a-f]{40}")
_TRIES_TO_PIN: Final = 2
_SERVER_ERROR: Final = 500


@dataclass(frozen=True)
class HubFiles:
    """Fetches files of a repository; can be sent to other processes and machines.

    A file costs one request, so that as many come as the Hub's limits allow. Size and sha256 are
    held to what its first answer says about the stored file, before any redirection.

    Attributes:
        repo: dataset repository, "owner/name".
        revision: branch, tag or commit.
        endpoint: of the Hub; ``HF_ENDPOINT`` if that is set. ``HF_TOKEN`` is used if it is set.
        line: this process's own.
    """

    repo: str
    revision: str
    endpoint: str = field(default_factory=lambda: str(constants.ENDPOINT))
    patience: Patience = field(default_factory=Patience)
    line: Line = field(default_factory=Line, compare=False, repr=False)

    def url(self, name: str) -> str:
        """Address of a file of the repository."""
        return hf_hub_url(
            self.repo, name, repo_type="dataset", revision=self.revision, endpoint=self.endpoint
        )

    def bring(self, name: str, target: Path, *, check: Check, anew: bool = False) -> None:
        """See ``fetch.bring``."""

        def write(into: BinaryIO) -> None:
            download(
                self.url(name),
                into,
                headers=build_hf_headers(library_name="viewgen", library_version=__version__),
                patience=self.patience,
                line=self.line,
            )

        bring(target, write, check=check, patience=self.patience, line=self.line, anew=anew)

    def pinned(self, name: str) -> HubFiles:
        """The same repository at the commit that the revision stands for now.

        Args:
            name: of a file that is surely there.

        Raises:
            FetchInterrupted: the Hub can't be reached.
            FetchFailed: it knows no such revision, or mustn't be asked.
        """
        if _COMMIT.fullmatch(self.revision):
            return self
        patience = replace(self.patience, attempts=_TRIES_TO_PIN)
        return replace(self, revision=with_patience(lambda: self._commit(name), patience))

    def hurried(self) -> HubFiles:
        """The same with a single try, for when the Hub has just proved out of reach."""
        return replace(self, patience=replace(self.patience, attempts=1))

    def _commit(self, name: str) -> str:
        url = self.url(name)
        try:
            about = get_hf_file_metadata(
                url, timeout=self.patience.connect_s, endpoint=self.endpoint
            )
        except OfflineModeIsEnabled as error:
            raise FetchFailed(OFFLINE, "HF_HUB_OFFLINE forbids to ask the Hub") from error
        except HfHubHTTPError as error:
            status = error.response.status_code
            if status == httpx2.codes.TOO_MANY_REQUESTS or status >= _SERVER_ERROR:
                raise FetchInterrupted("fetch_failed", f"{url}: HTTP {status}") from error
            raise FetchFailed("fetch_failed", f"{url}: HTTP {status}") from error
        except httpx2.HTTPError as error:
            said = " ".join(str(error).split()) or type(error).__name__
            raise FetchInterrupted("fetch_failed", f"{url}: {said}") from error
        if not about.commit_hash:
            msg = f"{url}: the answer names no commit; is {self.endpoint} a Hub?"
            raise FetchFailed("fetch_failed", msg)
        return about.commit_hash

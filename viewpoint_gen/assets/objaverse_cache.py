"""Objaverse's files as the ``objaverse`` package keeps them: used if there, fetched if not.

The package gives the layout and reads the LVIS list. It never downloads here: it has no timeout,
no retries and no hashes, and leaves broken files under their final names.
"""

from __future__ import annotations

import gzip
import json
import logging
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import objaverse

from viewpoint_gen.assets.fetch_hub import HubFiles
from viewpoint_gen.assets.glb import check_glb
from viewpoint_gen.errors import EnvironmentProblem, FetchFailed, SourceError

REPO: Final = "allenai/objaverse"
OBJECT_PATHS: Final = "object-paths.json.gz"
LVIS: Final = "lvis-annotations.json.gz"

_PATH: Final = re.compile(rb'"([0-9a-f]{32})"\s*:\s*"glbs/(\d{3}-\d{3})/[0-9a-f]{32}\.glb"')
_LONGEST_PATH_BYTES: Final = 256
_CHUNK_BYTES: Final = 1 << 20
_BROKEN: Final = (EOFError, gzip.BadGzipFile, zlib.error, UnicodeDecodeError, json.JSONDecodeError)

_log = logging.getLogger(__name__)

T = TypeVar("T")


def cache_root() -> Path:
    """Where the package keeps Objaverse 1.0 on this machine: ``~/.objaverse/hf-objaverse-v1``."""
    return Path(objaverse._VERSIONED_PATH)


def glb_name(uid: str, folder: str) -> str:
    """An object's file, relative to the cache's root and to the repository's."""
    return f"glbs/{folder}/{uid}.glb"


def metadata_name(folder: str) -> str:
    """The metadata file of the objects in one folder."""
    return f"metadata/{folder}.json.gz"


def metadata_folders(count: int) -> tuple[str, ...]:
    """The first folders of objects, as the package numbers them ("000-000", …)."""
    return tuple(f"{i // 1000:03d}-{i % 1000:03d}" for i in range(count))


@dataclass(frozen=True)
class ObjaverseFiles:
    """The cache, and where what it lacks comes from."""

    hub: HubFiles

    def glb(self, uid: str, folder: str) -> Path:
        """An object's file, whole.

        Raises:
            FetchFailed: it can't be had.
        """
        name = glb_name(uid, folder)
        target = cache_root() / name
        self.hub.bring(name, target, check=check_glb)
        return target

    def read(self, name: str, reader: Callable[[Path], T]) -> T:
        """Read a compressed file of the cache; one that proves broken is fetched anew, once.

        Raises:
            SourceError: it isn't there and can't be fetched.
        """
        path = cache_root() / name
        self._bring(name, path, anew=False)
        try:
            return reader(path)
        except _BROKEN as error:
            _log.warning("%s is broken (%s); it is fetched anew", path, error)
        self._bring(name, path, anew=True)
        try:
            return reader(path)
        except _BROKEN as error:
            msg = f"{self.hub.url(name)} is broken there, too ({error}); try another revision"
            raise SourceError(msg) from error

    def _bring(self, name: str, path: Path, *, anew: bool) -> None:
        try:
            self.hub.bring(name, path, check=_accept, anew=anew)
        except (FetchFailed, EnvironmentProblem) as error:
            raise unreachable(name, error) from error


def unreachable(name: str, error: FetchFailed | EnvironmentProblem) -> SourceError:
    """What to tell if Objaverse can't be read at the start."""
    reason = error.message if isinstance(error, FetchFailed) else str(error)
    return SourceError(
        f"source objaverse: {name} is not in {cache_root()} and can't be fetched ({reason}); "
        "without a network use --source procedural or --source folder:PATH"
    )


def lvis_categories(path: Path) -> dict[str, list[str]]:
    """Uids by LVIS category, read by the package itself from the file that is in its place."""
    if path != cache_root() / LVIS:
        raise ValueError(path)
    categories: dict[str, list[str]] = objaverse.load_lvis_annotations()
    return categories


def folders_of(path: Path, uids: frozenset[str]) -> dict[str, str]:
    """The folders of some objects, out of the list of all; read in pieces to save memory."""
    return {uid: folder for uid, folder in _object_paths(path) if uid in uids}


def _object_paths(path: Path) -> Iterator[tuple[str, str]]:
    rest = b""
    with gzip.open(path, "rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            text, end = rest + chunk, 0
            for found in _PATH.finditer(text):
                yield found[1].decode(), found[2].decode()
                end = found.end()
            rest = text[max(end, len(text) - _LONGEST_PATH_BYTES) :]


def records_of(path: Path) -> Iterator[tuple[str, Any]]:
    """Uids and annotations of one metadata file, one by one: all at once would fill the memory."""
    decoder, text, done = json.JSONDecoder(), "", False
    with gzip.open(path, "rt", encoding="utf-8") as file:
        while not done:
            chunk = file.read(_CHUNK_BYTES)
            text, done = text + chunk, not chunk
            position = 0
            while True:
                try:
                    uid, record, position = _next_record(decoder, text, position)
                except (json.JSONDecodeError, IndexError):
                    break
                yield uid, record
            text = text[position:]
    if text.strip(" \t\r\n,") not in ("}", "{}"):
        raise json.JSONDecodeError("cut off or not an object of objects", text[:100], 0)


def _next_record(decoder: json.JSONDecoder, text: str, position: int) -> tuple[str, Any, int]:
    uid, after = decoder.raw_decode(text, _skip(text, position, "{,"))
    after = _skip(text, after, ":")
    record, after = decoder.raw_decode(text, after)
    return str(uid), record, after


def _skip(text: str, position: int, signs: str) -> int:
    """Past white space and one of some signs; IndexError at the end of the text."""
    while text[position] in " \t\r\n":
        position += 1
    if text[position] in signs:
        position += 1
    while text[position] in " \t\r\n":
        position += 1
    return position


def _accept(path: Path) -> None:
    """What is wrong with a compressed file shows when it is read."""

"""``objaverse[:lvis|:uids=FILE]``: the objects of Objaverse 1.0, fetched when they are needed."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from viewpoint_gen.assets.config import AssetsConfig
from viewpoint_gen.assets.fetch import OFFLINE
from viewpoint_gen.assets.fetch_hub import HubFiles
from viewpoint_gen.assets.objaverse_cache import (
    LVIS,
    OBJECT_PATHS,
    REPO,
    ObjaverseFiles,
    cache_root,
    folders_of,
    glb_name,
    lvis_categories,
    metadata_folders,
)
from viewpoint_gen.assets.objaverse_index import index_files, snake_case
from viewpoint_gen.assets.objaverse_selection import ordered, select
from viewpoint_gen.assets.uid_list import read_uids
from viewpoint_gen.errors import FetchFailed, FetchInterrupted, SourceError
from viewpoint_gen.records import Asset
from viewpoint_gen.storage import explained

_PAGE: Final = "https://sketchfab.com/3d-models/"
_LVIS_KIND: Final = "lvis"
_UIDS_KIND: Final = "uids="

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class ObjaverseSource:
    """Objaverse's objects in a fixed order, with what their licences ask to be said.

    Attributes:
        table: a row per object; see ``objaverse_selection.KEPT``.
        order: row numbers; a table that isn't rearranged is not in memory twice.
        files: brings an object to whichever machine asks for it.
    """

    table: pa.Table
    order: NDArray[np.int32]
    files: ObjaverseFiles

    @property
    def size(self) -> int:
        """Number of selected objects."""
        return len(self.order)

    @property
    def folders(self) -> tuple[str, ...]:
        """The folder of all objects in the cache."""
        return (str(cache_root() / "glbs"),)

    def uid(self, index: int) -> str:
        """Sketchfab's."""
        return bytes(self._cell("uid", index)).hex()

    def asset(self, index: int) -> Asset:
        """Take the object from the cache, or fetch it into the cache.

        Raises:
            FetchFailed: it can't be had.
            EnvironmentProblem: the network is gone.
            StorageError: the cache can't be written.
        """
        uid, folder = self.uid(index), self._said("folder", index)
        path = self.files.glb(uid, folder)
        with explained(str(path), "read"), path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        return Asset(
            uid=uid,
            source="objaverse",
            path=str(path),
            source_path=glb_name(uid, folder),
            category=self._said("category", index),
            licence=self._said("licence", index),
            author=self._said("author", index),
            title=self._said("title", index),
            url=f"{_PAGE}{uid}",
            sha256=sha256,
        )

    def release(self, asset: Asset) -> None:
        """Keep it: the cache is shared with other runs and other programs."""

    def _said(self, column: str, index: int) -> str:
        return str(self._cell(column, index))

    def _cell(self, column: str, index: int) -> Any:
        return self.table[column][int(self.order[index])].as_py()


def open_objaverse(
    selection: str, config: AssetsConfig, *, seed: int, hub: HubFiles | None = None
) -> ObjaverseSource:
    """Read what is needed of the annotations, select and order.

    Args:
        selection: "", "lvis" or "uids=FILE".
        hub: where files come from; None: the Hub, at the recipe's revision.

    Raises:
        SourceError: annotations can't be had, a list can't be read, or nothing is selected.
    """
    if selection not in ("", _LVIS_KIND) and not selection.startswith(_UIDS_KIND):
        msg = f"source objaverse:{selection}: expected objaverse[:lvis] or objaverse:uids=FILE"
        raise SourceError(msg)
    excluded = _uids(config.exclude, "assets.exclude") if config.exclude else ()
    listed = _listed(selection)
    asked = hub or HubFiles(REPO, config.revision)
    pinned = _pinned(asked)
    reading = ObjaverseFiles(pinned or asked.hurried())
    folders = metadata_folders(config.metadata_files)
    named: Mapping[str, str] | None = None
    if selection:
        named = listed if listed is not None else _lvis(reading)
        folders = _folders_with(reading, named, folders, selection)
    indices = index_files(reading, folders)
    table = select(indices, config, named=named, excluded=frozenset(excluded))
    order = ordered(table, balance=config.balance, seed=seed)
    return ObjaverseSource(table, order, ObjaverseFiles(pinned or asked))


def _pinned(hub: HubFiles) -> HubFiles | None:
    """At one commit; None if the Hub can't be reached: the cache may be enough without it."""
    try:
        pinned = hub.pinned(OBJECT_PATHS)
    except FetchFailed as error:
        if not isinstance(error, FetchInterrupted) and error.code != OFFLINE:
            msg = (
                f"source objaverse: revision {hub.revision!r} can't be looked up "
                f"({error.message}); check assets.revision, HF_ENDPOINT and HF_TOKEN"
            )
            raise SourceError(msg) from error
        _log.warning("only what is in %s can be used: %s", cache_root(), error.message)
        return None
    _log.info("objaverse: revision %s is commit %s", hub.revision, pinned.revision)
    return pinned


def _listed(selection: str) -> dict[str, str] | None:
    if not selection.startswith(_UIDS_KIND):
        return None
    path = selection.removeprefix(_UIDS_KIND)
    return dict.fromkeys(_uids(path, f"source objaverse:{_UIDS_KIND}"), "")


def _uids(path: str, wanted_by: str) -> tuple[str, ...]:
    return read_uids(Path(path), wanted_by=wanted_by)


def _lvis(files: ObjaverseFiles) -> dict[str, str]:
    """Uids of the LVIS part and their categories; the first by name if there are several."""
    categories = files.read(LVIS, lvis_categories)
    named: dict[str, str] = {}
    for name in sorted(categories):
        for uid in categories[name]:
            named.setdefault(uid, snake_case(name))
    return named


def _folders_with(
    files: ObjaverseFiles, named: Mapping[str, str], known: tuple[str, ...], selection: str
) -> tuple[str, ...]:
    """The folders that hold the named objects."""
    uids = frozenset(named)
    found = files.read(OBJECT_PATHS, lambda path: folders_of(path, uids))
    missing = sorted(uids - found.keys())
    if not found:
        msg = f"source objaverse:{selection}: Objaverse has none of these uids, e.g. {missing[0]}"
        raise SourceError(msg)
    if missing:
        _log.warning("Objaverse has no %s (and %d more)", missing[0], len(missing) - 1)
    return tuple(sorted(set(found.values()) & set(known)))

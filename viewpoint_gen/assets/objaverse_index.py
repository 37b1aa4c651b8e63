"""The few columns of Objaverse's annotations that a run needs, kept beside the user's caches.

The annotations are gigabytes of JSON. Each metadata file is read once, record by record, into a
small Parquet file whose name says what it was made from.
"""

from __future__ import annotations

import hashlib
import logging
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
from tqdm import tqdm

from viewpoint_gen.assets.licences import UNKNOWN, spdx_of
from viewpoint_gen.assets.objaverse_cache import (
    ObjaverseFiles,
    cache_root,
    metadata_name,
    records_of,
)
from viewpoint_gen.storage import cache_folder, open_store

_FORMAT: Final = 1
"""Counts the ways in which an index was made from the same metadata."""

_UID: Final = re.compile(r"[0-9a-f]{32}")
_ROWS_AT_ONCE: Final = 1000

SCHEMA: Final = pa.schema(
    {
        "uid": pa.binary(16),
        "folder": pa.string(),
        "title": pa.string(),
        "author": pa.string(),
        "licence": pa.string(),
        "category": pa.string(),
        "polygons": pa.int64(),
        "textures": pa.int64(),
        "animations": pa.int64(),
        "restricted": pa.bool_(),
    }
)
"""A row per object; null where the annotations don't say. ``uid`` as the bytes that its digits
are, ``category`` is Sketchfab's first."""

_log = logging.getLogger(__name__)


def index_files(files: ObjaverseFiles, folders: Iterable[str]) -> list[Path]:
    """The index of each metadata file, made where it is missing.

    Raises:
        SourceError: a metadata file isn't there and can't be fetched.
    """
    wanted = list(folders)
    _log.info("reading the annotations of %d of Objaverse's folders", len(wanted))
    shown = tqdm(wanted, desc="Objaverse annotations", unit="file", disable=not sys.stderr.isatty())
    return [_index_file(files, folder) for folder in shown]


def uid_bytes(uids: Iterable[str]) -> pa.Array:
    """Uids as the index has them, without those that can't be Objaverse's."""
    return pa.array([bytes.fromhex(uid) for uid in uids if _UID.fullmatch(uid)], pa.binary(16))


def snake_case(text: str) -> str:
    """``Cultural heritage & history`` gives cultural_heritage_history."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def _index_file(files: ObjaverseFiles, folder: str) -> Path:
    metadata = cache_root() / metadata_name(folder)
    if metadata.exists():
        known = _index_path(metadata)
        if known.exists():
            return known
    table = files.read(metadata_name(folder), lambda path: _index(path, folder))
    path = _index_path(metadata)
    with open_store(path.parent).create(path.name) as file:
        pq.write_table(table, file, compression="zstd")
    return path


def _index_path(metadata: Path) -> Path:
    """Another metadata file, or a fresh one in its place, has an index of another name."""
    about = metadata.stat()
    made_from = f"{_FORMAT} {metadata} {about.st_size} {about.st_mtime_ns}"
    digest = hashlib.sha256(made_from.encode()).hexdigest()[:16]
    stem = metadata.name.removesuffix(".json.gz")
    return cache_folder("objaverse") / f"{stem}-{digest}.parquet"


def _index(metadata: Path, folder: str) -> pa.Table:
    batches: list[pa.RecordBatch] = []
    rows: list[dict[str, Any]] = []
    for uid, record in records_of(metadata):
        if _UID.fullmatch(uid) and isinstance(record, dict):
            rows.append(_row(uid, folder, record))
        if len(rows) == _ROWS_AT_ONCE:
            batches.append(pa.RecordBatch.from_pylist(rows, schema=SCHEMA))
            rows = []
    batches.append(pa.RecordBatch.from_pylist(rows, schema=SCHEMA))
    return pa.Table.from_batches(batches)


def _row(uid: str, folder: str, record: dict[str, Any]) -> dict[str, Any]:
    glb = _mapping(_mapping(record.get("archives")).get("glb"))
    user = _mapping(record.get("user"))
    return {
        "uid": bytes.fromhex(uid),
        "folder": folder,
        "title": _text(record.get("name")),
        "author": _text(user.get("displayName")) or _text(user.get("username")),
        "licence": spdx_of(_licence(record.get("license"))) or UNKNOWN,
        "category": _first_category(record.get("categories")),
        "polygons": _count(record, glb, "faceCount"),
        "textures": _count(glb, record, "textureCount"),
        "animations": _count(record, glb, "animationCount"),
        "restricted": record.get("isAgeRestricted") is True,
    }


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""


def _count(first: dict[str, Any], second: dict[str, Any], name: str) -> int | None:
    for found in (first.get(name), second.get(name)):
        if isinstance(found, int) and not isinstance(found, bool) and 0 <= found < 1 << 62:
            return found
    return None


def _licence(value: Any) -> str:
    """A code, or an object that has one."""
    if isinstance(value, dict):
        return _text(value.get("slug")) or _text(value.get("label"))
    return _text(value)


def _first_category(value: Any) -> str:
    first = value[0] if isinstance(value, list) and value else None
    if isinstance(first, dict):
        first = first.get("slug") or first.get("name")
    return snake_case(_text(first))

"""Read a manifest: a CSV or Parquet file that lists assets, wherever it lies."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.parquet as pq

from viewpoint_gen.assets.description import (
    SUFFIXES,
    Wanted,
    category_of_name,
    described,
    front_rad,
    symmetry_of,
    uid_of,
)
from viewpoint_gen.assets.fetch import Line, Patience, with_patience
from viewpoint_gen.assets.fetch_url import fetch_url
from viewpoint_gen.assets.licences import spdx_of
from viewpoint_gen.errors import FetchFailed, SourceError

SCHEMA: Final = pa.schema(
    {
        "uid": pa.string(),
        "location": pa.string(),
        "suffix": pa.string(),
        "file": pa.string(),
        "category": pa.string(),
        "licence": pa.string(),
        "author": pa.string(),
        "title": pa.string(),
        "url": pa.string(),
        "front_azimuth_rad": pa.float64(),
        "symmetry": pa.string(),
        "sha256": pa.string(),
    }
)
"""``file`` as the manifest says it; ``location`` a local path or a URL; ``sha256`` may be ""."""

_UID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,119}")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_PARQUET: Final = b"PAR1"


def read_manifest(place: str, wanted: Wanted, *, patience: Patience) -> pa.Table:
    """The wanted rows, checked and normalised, in the manifest's order.

    Raises:
        SourceError: it can't be read, a row is wrong (which, and why), or nothing is left.
    """
    content = _content(place, patience)
    rows = _parquet_rows(content, place) if content[:4] == _PARQUET else _csv_rows(content, place)
    found = list(_checked(rows, place))
    if not found:
        msg = f"source manifest:{place}: it has no rows"
        raise SourceError(msg)
    kept = [
        row
        for row in found
        if wanted.takes(
            uid=str(row["uid"]), category=str(row["category"]), licence=str(row["licence"])
        )
    ]
    if not kept:
        msg = (
            f"source manifest:{place}: none of its {len(found):,} assets is left by "
            "assets.licences, assets.categories and assets.exclude"
        )
        raise SourceError(msg)
    return pa.Table.from_pylist(kept, schema=SCHEMA)


def is_remote(location: str) -> bool:
    """Whether it has to be fetched."""
    return "://" in location


def _content(place: str, patience: Patience) -> bytes:
    if not is_remote(place):
        try:
            return Path(place).expanduser().read_bytes()
        except OSError as error:
            msg = f"source manifest:{place}: can't be read ({error.strerror})"
            raise SourceError(msg) from error

    def fetched() -> bytes:
        into = io.BytesIO()
        fetch_url(place, into, patience=patience, line=Line())
        return into.getvalue()

    try:
        return with_patience(fetched, patience)
    except FetchFailed as error:
        msg = f"source manifest:{place}: can't be fetched ({error.message})"
        raise SourceError(msg) from error


def _csv_rows(content: bytes, place: str) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Rows and the numbers of their last lines."""
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        for row in reader:
            yield reader.line_num, {name: row[name] for name in row if name is not None}
    except (UnicodeDecodeError, csv.Error) as error:
        msg = f"source manifest:{place}: neither Parquet nor CSV in UTF-8 ({error})"
        raise SourceError(msg) from error


def _parquet_rows(content: bytes, place: str) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Rows, counted from 1."""
    try:
        table = pq.read_table(io.BytesIO(content))
    except (pa.ArrowException, OSError) as error:
        msg = f"source manifest:{place}: not a whole Parquet file ({error})"
        raise SourceError(msg) from error
    number = 0
    for batch in table.to_batches(max_chunksize=1000):
        for row in batch.to_pylist():
            number += 1
            yield number, row


def _checked(
    rows: Iterable[tuple[int, Mapping[str, object]]], place: str
) -> Iterator[dict[str, object]]:
    numbers: dict[str, int] = {}
    for number, row in rows:
        said = _with_file(described(row), row)
        checked = _row(said, place, f"source manifest:{place}: row {number}")
        uid = str(checked["uid"])
        if uid in numbers:
            msg = (
                f"source manifest:{place}: rows {numbers[uid]} and {number} have the same uid "
                f"{uid!r}; give each asset its own in a column uid"
            )
            raise SourceError(msg)
        numbers[uid] = number
        yield checked


def _with_file(said: dict[str, str], row: Mapping[str, object]) -> dict[str, str]:
    """Where no column names a file, the column url is the file's address, not its web page."""
    lowered = {str(name).strip().lower(): str(value or "").strip() for name, value in row.items()}
    if "file" not in said and lowered.get("url"):
        return {**said, "file": lowered["url"], "url": lowered.get("source_url", "")}
    return said


def _row(said: dict[str, str], place: str, where: str) -> dict[str, object]:
    file = said.get("file", "")
    name = urlsplit(file).path if is_remote(file) else file
    suffix = PurePosixPath(name).suffix.lower()
    if not file:
        msg = f"{where}: names no file; expected a path or a URL in the column path, file or url"
        raise SourceError(msg)
    if suffix not in SUFFIXES:
        msg = f"{where}: {file!r} is no mesh file; expected one of {', '.join(SUFFIXES)}"
        raise SourceError(msg)
    uid = said.get("uid") or uid_of(file)
    if not _UID.fullmatch(uid):
        msg = f"{where}: uid {uid!r}; expected up to 120 letters, digits, _ and - in ASCII"
        raise SourceError(msg)
    sha256 = said.get("sha256", "").lower()
    if sha256 and not _SHA256.fullmatch(sha256):
        msg = f"{where}: sha256 is {sha256!r}; expected 64 hexadecimal digits, or nothing"
        raise SourceError(msg)
    return {
        "uid": uid,
        "location": _location(place, file),
        "suffix": suffix,
        "file": file,
        "category": said.get("category") or category_of_name(name),
        "licence": spdx_of(said.get("licence", "")),
        "author": said.get("author", ""),
        "title": said.get("title") or PurePosixPath(name).stem,
        "url": said.get("url", ""),
        "front_azimuth_rad": front_rad(said.get("front", ""), where),
        "symmetry": symmetry_of(said.get("symmetry", ""), where),
        "sha256": sha256,
    }


def _location(place: str, file: str) -> str:
    """A path that isn't absolute starts at the manifest's own folder, here or elsewhere."""
    if file.startswith("file://"):
        return file.removeprefix("file://")
    if is_remote(file) or file.startswith("/"):
        return file
    if is_remote(place):
        return f"{place.split('?', 1)[0].rsplit('/', 1)[0]}/{file}"
    return str(Path(place).expanduser().resolve().parent / file)

"""ATTRIBUTION.md: whose objects are shown, under which licence, and where they came from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import pyarrow.compute as pc

from viewpoint_gen.dataset.card.escaping import address, escaped, licence_link
from viewpoint_gen.dataset.shards import open_part
from viewpoint_gen.dataset.statistics import ASSETS_NAME
from viewpoint_gen.storage import Store

_COLUMNS: Final = ("asset_uid", "title", "author", "licence", "url", "source", "views")
_BATCH_ROWS: Final = 4096

_HEAD: Final = """\
# Attribution

Every image shows objects made by others. They are listed here, as `asset_uid` in the rows names
them, with title, author, licence and source. **What was changed:** each object was moved and scaled
to fit a unit cube, put before a backdrop, lit and rendered; its mesh is not part of this data set.

| Asset | Title | Author | Licence | Source |
|---|---|---|---|---|
"""

_PLAIN_UID: Final = re.compile(r"[A-Za-z0-9._-]+")

_OWN: Final = "procedural"
"""Source of objects that viewgen builds itself."""


def attribution(store: Store) -> bytes:
    """The whole file: each asset that some image shows, once, in the order of licence and uid.

    Raises:
        StorageError: the assets' table can't be read.
    """
    lines = sorted(set(_lines(store)))
    return (_HEAD + "".join(f"{line}\n" for _, line in lines)).encode()


def _lines(store: Store) -> Iterator[tuple[tuple[str, str], str]]:
    with open_part(store, ASSETS_NAME) as part:
        for rows in part.iter_batches(_BATCH_ROWS, columns=list(_COLUMNS)):
            for row in rows.filter(pc.greater(rows["views"], 0)).to_pylist():
                cells = (
                    _code(row["asset_uid"]),
                    escaped(row["title"]) or "(untitled)",
                    escaped(row["author"]) or "(author not named)",
                    licence_link(row["licence"]),
                    address(row["url"]) or _without_address(row["source"]),
                )
                yield (row["licence"] or "", row["asset_uid"]), f"| {' | '.join(cells)} |"


def _code(uid: str) -> str:
    return f"`{uid}`" if _PLAIN_UID.fullmatch(uid) else escaped(uid)


def _without_address(source: str) -> str:
    return "built by viewgen" if source == _OWN else "(no address given)"

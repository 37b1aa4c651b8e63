"""ATTRIBUTION.md: whose objects are shown, under which licence, and where they came from."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any, Final

from viewpoint_gen.dataset.escaping import address, escaped, licence_link
from viewpoint_gen.dataset.shards import open_part
from viewpoint_gen.dataset.statistics import ASSETS_NAME
from viewpoint_gen.errors import StorageError
from viewpoint_gen.storage import Store

_Line = tuple[tuple[str, str], str]

ATTRIBUTION_NAME: Final = "ATTRIBUTION.md"
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


def attribution_of(store: Store, uids: Collection[str] | None = None) -> str:
    """The whole file: each asset once, in the order of licence and uid.

    Args:
        uids: of the assets; None: all that some image shows.

    Raises:
        StorageError: the assets' table can't be read, or lacks one of them.
    """
    lines = dict(_lines(store, uids))
    for uid in sorted(set(uids or ()) - set(lines)):
        msg = f"{store.path(ASSETS_NAME)}: doesn't say whose work {uid} is; render the run again"
        raise StorageError(msg)
    return _HEAD + "".join(f"{line}\n" for _, line in sorted(lines.values()))


def _lines(store: Store, uids: Collection[str] | None) -> Iterator[tuple[str, _Line]]:
    """Each asset's uid, and its line behind what it is sorted by."""
    with open_part(store, ASSETS_NAME) as part:
        for rows in part.iter_batches(_BATCH_ROWS, columns=list(_COLUMNS)):
            for row in rows.to_pylist():
                if row["asset_uid"] in uids if uids is not None else row["views"] > 0:
                    yield row["asset_uid"], _line(row)


def _line(row: dict[str, Any]) -> _Line:
    cells = (
        _code(row["asset_uid"]),
        escaped(row["title"]) or "(untitled)",
        escaped(row["author"]) or "(author not named)",
        licence_link(row["licence"]),
        address(row["url"]) or _without_address(row["source"]),
    )
    return (row["licence"] or "", row["asset_uid"]), f"| {' | '.join(cells)} |"


def _code(uid: str) -> str:
    return f"`{uid}`" if _PLAIN_UID.fullmatch(uid) else escaped(uid)


def _without_address(source: str) -> str:
    return "built by viewgen" if source == _OWN else "(no address given)"

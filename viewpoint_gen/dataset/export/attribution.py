"""Whose work the images of an export show."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from viewpoint_gen.dataset.shards import open_part
from viewpoint_gen.errors import StorageError
from viewpoint_gen.storage import Store

ATTRIBUTION_NAME: Final = "ATTRIBUTION.md"

_COLUMNS: Final = ("asset_uid", "title", "author", "licence", "source", "url")

_HEAD: Final = """\
# Attribution

The images show renderings of these objects, made with viewgen. Each object keeps its own licence;
every row says in `licence` under which the objects in it stand.

| title | author | licence | from | uid |
|---|---|---|---|---|
"""


def attribution_of(store: Store, uids: Collection[str]) -> str:
    """A table of the named assets: title, author, licence and where each came from.

    Raises:
        StorageError: the run's list of assets lacks one.
    """
    with open_part(store, "assets.parquet") as part:
        rows = part.read(columns=list(_COLUMNS)).to_pylist()
    known = {row["asset_uid"]: row for row in rows}
    for uid in sorted(set(uids) - set(known)):
        msg = (
            f"{store.path('assets.parquet')}: doesn't say whose work {uid} is; render the run again"
        )
        raise StorageError(msg)
    return _HEAD + "".join(_line(known[uid]) for uid in sorted(set(uids)))


def _line(asset: dict[str, Any]) -> str:
    where = asset["url"] or asset["source"]
    cells = (asset["title"], asset["author"], asset["licence"], where, asset["asset_uid"])
    return "| " + " | ".join(_cell(text) for text in cells) + " |\n"


def _cell(text: str | None) -> str:
    """One line without anything that would end the cell or be read as a tag."""
    plain = " ".join((text or "unknown").split())
    return plain.replace("|", "\\|").replace("<", "&lt;")

"""Lists of uids that a user wrote down."""

from __future__ import annotations

import csv
from pathlib import Path

from viewpoint_gen.errors import SourceError


def read_uids(path: Path, *, wanted_by: str) -> tuple[str, ...]:
    """Read one uid per line, or the column ``uid`` of a CSV file; each uid once, in order.

    Lines that begin with # and a trailing ``.glb`` are ignored.

    Args:
        wanted_by: the option that names the file, for messages.

    Raises:
        SourceError: the file can't be read, or has nothing in it.
    """
    try:
        text = path.expanduser().read_text(encoding="utf-8-sig")
        rows = [row for row in csv.reader(text.splitlines()) if row and not row[0].startswith("#")]
    except FileNotFoundError:
        msg = f"{wanted_by}: {path}: no such file; expected one uid per line"
        raise SourceError(msg) from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        msg = f"{wanted_by}: {path}: can't be read as text or CSV ({error})"
        raise SourceError(msg) from error
    column = 0
    if rows and "uid" in (names := [name.strip().lower() for name in rows[0]]):
        column, rows = names.index("uid"), rows[1:]
    found = (row[column].strip() for row in rows if len(row) > column)
    uids = tuple(dict.fromkeys(uid.removesuffix(".glb") for uid in found if uid))
    if not uids:
        msg = f"{wanted_by}: {path}: holds no uid; expected one per line"
        raise SourceError(msg)
    return uids

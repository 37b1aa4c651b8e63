"""Checks on the run's files: nothing half written, the declared columns, one recipe."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pyarrow as pa

from viewpoint_gen.errors import RunError
from viewpoint_gen.verify.columns import (
    COLUMNS,
    SCHEMA_VERSION,
    UNIQUE_TABLES,
    VERSION_KEY,
    is_kind,
)
from viewpoint_gen.verify.compare import blame, equal
from viewpoint_gen.verify.limits import USUAL, Limits, read_limits
from viewpoint_gen.verify.reading import (
    UNREADABLE,
    Keys,
    RunFiles,
    keys,
    read_rows,
    report_unreadable,
)
from viewpoint_gen.verify.report import Finding, Tally

FINGERPRINT: Final = re.compile(r"fingerprint\W+([0-9a-f]{8,64})\b")
TABLE_FOLDERS: Final = ("views", "pairs", "rings", "rejected", "outcomes", "qa")


@dataclass(frozen=True)
class Layout:
    """The files that can be read, table by table, and the thresholds of the run's questions."""

    files: RunFiles
    parts: dict[str, list[str]] = field(default_factory=dict)
    fingerprint: str = ""
    limits: Limits = USUAL


def survey(files: RunFiles, tally: Tally, schemas: Mapping[str, pa.Schema] | None) -> Layout:
    """Check every file's outside and return those whose rows can be checked.

    Raises:
        RunError: a file was written with another version of the schema.
    """
    check_no_leftovers(files, tally)
    parts = {}
    for table in (*TABLE_FOLDERS, "assets"):
        names = ["assets.parquet"] if table == "assets" else files.parts(table)
        schema = (schemas or {}).get(table)
        parts[table] = [name for name in names if check_file(files, tally, table, name, schema)]
    fingerprint = check_fingerprints(files, tally, parts)
    return Layout(files, parts, fingerprint, read_limits(files, tally))


def check_no_leftovers(files: RunFiles, tally: Tally) -> None:
    """No temporary or half-written file lies beside the parts."""
    for table in TABLE_FOLDERS:
        for name in files.entries(table):
            tally.looked("no_leftovers")
            base = name.rsplit("/", 1)[-1]
            if base[0] in "._" or (".parquet" in base and not base.endswith(".parquet")):
                tally.found(
                    Finding("no_leftovers", table, name, "", "file", "whole parts only", base)
                )


def check_file(
    files: RunFiles, tally: Tally, table: str, name: str, schema: pa.Schema | None
) -> bool:
    """The file opens, is of this schema version and has the declared columns."""
    tally.looked("file_whole")
    try:
        with files.open_parquet(name) as parquet:
            found = parquet.schema_arrow
    except UNREADABLE as error:
        report_unreadable(tally, table, name, error)
        return False
    _require_version(name, found)
    readable = check_columns(tally, table, name, found)
    if schema is not None:
        check_schema(tally, table, name, found, schema)
    return readable


def _require_version(name: str, schema: pa.Schema) -> None:
    got = (schema.metadata or {}).get(VERSION_KEY, b"none").decode()
    if got != SCHEMA_VERSION:
        raise RunError(
            f"{name} is of schema version {got}, expected {SCHEMA_VERSION}: "
            "verify it with the viewgen that wrote it"
        )


def check_columns(tally: Tally, table: str, name: str, found: pa.Schema) -> bool:
    """Every column that the checks read is there and of the right kind."""
    tally.looked("columns")
    bad = []
    for column, kind in COLUMNS[table].items():
        index = found.get_field_index(column)
        if index < 0:
            bad.append((column, kind, "no such column"))
        elif not is_kind(found.field(index).type, kind):
            bad.append((column, kind, str(found.field(index).type)))
    for column, kind, got in bad:
        tally.found(Finding("columns", table, name, "", f"column {column}", kind, got))
    return not bad


def check_schema(
    tally: Tally, table: str, name: str, found: pa.Schema, declared: pa.Schema
) -> None:
    """Columns and types are exactly the declared ones."""
    tally.looked("schema")
    for column in dict.fromkeys([*declared.names, *found.names]):
        want, got = (
            schema.field(column).type if column in schema.names else None
            for schema in (declared, found)
        )
        if want != got:
            want, got = (str(kind or "no such column") for kind in (want, got))
            tally.found(Finding("schema", table, name, "", f"column {column}", want, got))


def check_fingerprints(files: RunFiles, tally: Tally, parts: Mapping[str, list[str]]) -> str:
    """All rows of all tables come from one recipe; return its fingerprint.

    The recipe file decides if its first line states one, else the majority of rows.
    """
    stated = check_recipe(files, tally)
    seen: Counter[str] = Counter()
    for table, names in parts.items():
        for name in names:
            for rows in read_rows(
                files, tally, table, name, id_columns=("fingerprint",), columns=()
            ):
                seen.update(rows.ids)
    expected = stated or (seen.most_common(1)[0][0] if seen else "")
    for table, names in parts.items():
        for name in names:
            for rows in read_rows(files, tally, table, name, columns=("fingerprint",)):
                want = [expected] * len(rows)
                equal(tally, rows, "fingerprint", "fingerprint", want, rows.texts("fingerprint"))
    return expected


def check_recipe(files: RunFiles, tally: Tally) -> str:
    """``recipe.toml`` is there and reads; return the fingerprint that its first line states."""
    tally.looked("recipe")
    try:
        text = files.text("recipe.toml")
        tomllib.loads(text)
    except (OSError, ValueError) as error:
        got = type(error).__name__
        tally.found(Finding("recipe", "run", "recipe.toml", "", "file", "the run's recipe", got))
        return ""
    stated = FINGERPRINT.search(text.partition("\n")[0])
    return stated.group(1) if stated else ""


def check_one_qa_fingerprint(layout: Layout, tally: Tally) -> None:
    """All questions were built by one setting of the question builder."""
    seen: Counter[str] = Counter()
    for again in (False, True):
        for name in layout.parts["qa"]:
            for rows in read_rows(layout.files, tally, "qa", name, columns=("qa_fingerprint",)):
                got = rows.texts("qa_fingerprint")
                if not again:
                    seen.update(got)
                    continue
                want = [seen.most_common(1)[0][0]] * len(rows)
                equal(tally, rows, "fingerprint", "qa_fingerprint", want, got)


def check_unique_ids(layout: Layout, tally: Tally) -> None:
    """No id occurs twice in a table."""
    for table in UNIQUE_TABLES:
        collected: list[Keys] = [np.empty(0, dtype=np.uint64)]
        for name in layout.parts[table]:
            for rows in read_rows(layout.files, tally, table, name, columns=()):
                collected.append(keys(rows.ids))
                tally.looked("unique_ids", len(rows))
        values, counts = np.unique(np.concatenate(collected), return_counts=True)
        if (counts > 1).any():
            _name_duplicates(layout, tally, table, values[counts > 1])


def _name_duplicates(layout: Layout, tally: Tally, table: str, duplicates: Keys) -> None:
    for name in layout.parts[table]:
        for rows in read_rows(layout.files, tally, table, name, columns=()):
            twice = np.flatnonzero(np.isin(keys(rows.ids), duplicates))
            blame(tally, rows, "unique_ids", "id", twice, "one row", "several rows")

"""Nothing came from nowhere or got lost: outcomes, assets and rejections against the rows."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from viewpoint_gen.verify.compare import wrapped
from viewpoint_gen.verify.index import Index
from viewpoint_gen.verify.layout import Layout
from viewpoint_gen.verify.reading import Keys, key, keys, read_rows
from viewpoint_gen.verify.report import Finding, Tally

STATUSES: Final = ("written", "rejected", "failed")
COPIED: Final = (
    *("source", "source_path", "category", "licence", "author", "title", "url"),
    *("sha256", "symmetry", "front_azimuth_rad"),
)
"""Columns of ``assets`` that repeat an outcome."""


@dataclass
class Visits:
    """What the outcomes say about one asset."""

    file: str
    count: int = 0
    pairs: int = 0
    views: int = 0
    rejections: int = 0
    last: tuple[bool, int] = (False, -1)
    status: tuple[str, str] = ("", "")
    copies: dict[str, Any] = field(default_factory=dict)

    def add(self, row: dict[str, Any]) -> None:
        """Count one visit; the last that wrote something, else the last, gives the rest."""
        self.count += 1
        self.pairs += row["pairs"] or 0
        self.views += row["views"] or 0
        self.rejections += row["rejections"] or 0
        rank = (row["status"] == "written", row["round"] or 0)
        if rank >= self.last:
            self.last, self.status = rank, (row["status"], row["code"])
            self.copies = {name: row[name] for name in COPIED}


@dataclass(frozen=True)
class RejectedRows:
    """Rows of ``rejected`` per asset (key), all but questions, and whose they are (keys)."""

    per_asset: Counter[int]
    views: Keys
    pairs: Keys


def verify_rejected(layout: Layout, tally: Tally) -> RejectedRows:
    """Check every rejection and count them per asset."""
    per_asset: Counter[int] = Counter()
    subjects: dict[str, list[int]] = {"view": [], "pair": []}
    for name in layout.parts["rejected"]:
        for rows in read_rows(layout.files, tally, "rejected", name, columns=("asset_uid", "code")):
            for row in rows.data.to_pylist():
                check_rejection(tally, name, row)
                if row["kind"] != "question":
                    per_asset[key(row["asset_uid"])] += 1
                if row["kind"] in subjects:
                    subjects[row["kind"]].append(key(row["subject_id"]))
    views, pairs = (np.array(subjects[kind], dtype=np.uint64) for kind in ("view", "pair"))
    return RejectedRows(per_asset, views, pairs)


def check_rejection(tally: Tally, file: str, row: dict[str, Any]) -> None:
    """A rejection is of a known kind and says why."""
    tally.looked("rejections")
    row_id = f"{row['kind']} {row['subject_id']}"
    if row["kind"] not in ("view", "pair", "question"):
        tally.found(
            Finding("rejections", "rejected", file, row_id, "kind", "a known kind", row["kind"])
        )
    if not row["code"]:
        tally.found(Finding("rejections", "rejected", file, row_id, "code", "a reason", "none"))


def verify_outcomes(layout: Layout, tally: Tally) -> dict[str, Visits]:
    """Check every outcome and sum them up per asset."""
    visits: dict[str, Visits] = {}
    for name in layout.parts["outcomes"]:
        for rows in read_rows(layout.files, tally, "outcomes", name):
            for row_id, row in zip(rows.ids, rows.data.to_pylist(), strict=True):
                check_outcome(tally, name, row_id, row)
                visits.setdefault(row["asset_uid"], Visits(name)).add(row)
    return visits


def check_outcome(tally: Tally, file: str, row_id: str, row: dict[str, Any]) -> None:
    """A visit was written without a code, or rejected or failed with one and without pairs."""
    tally.looked("outcomes")

    def complain(what: str, expected: str, got: object) -> None:
        tally.found(Finding("outcomes", "outcomes", file, row_id, what, expected, str(got)))

    if row["status"] not in STATUSES:
        complain("status", " or ".join(STATUSES), row["status"])
    if (row["status"] == "written") != (not row["code"]):
        complain("code", "a reason unless written", f"{row['status']} {row['code']!r}")
    if row["status"] != "written" and row["pairs"]:
        complain("pairs", f"0 as it was {row['status']}", row["pairs"])
    if (row["pairs"] or 0) > (row["quota"] or 0):
        complain("pairs", f"at most the quota of {row['quota']}", row["pairs"])


def check_counts(
    tally: Tally, visits: dict[str, Visits], views: Index, pairs: Index, rejected: RejectedRows
) -> None:
    """Each asset's outcomes add up to its rows in the other tables."""
    rows = {"views": _per_asset(views), "pairs": _per_asset(pairs)}
    for uid, visit in visits.items():
        own = key(uid)
        for table, stated in (("views", visit.views), ("pairs", visit.pairs)):
            _expect_count(tally, visit.file, uid, table, stated, rows[table][own])
        counted = rejected.per_asset[own]
        _expect_count(tally, visit.file, uid, "rejections", visit.rejections, counted)
    known = {key(uid) for uid in visits}
    for table, count in (*rows.items(), ("rejected", rejected.per_asset)):
        strays = sum(number for own, number in count.items() if own not in known)
        tally.looked("counts")
        if strays:
            tally.found(
                Finding(
                    "counts", table, "", "", "rows of assets without an outcome", "0", str(strays)
                )
            )


def _per_asset(index: Index) -> Counter[int]:
    values, counts = np.unique(index.records["asset_uid"], return_counts=True)
    return Counter(dict(zip(values.tolist(), counts.tolist(), strict=True)))


def _expect_count(tally: Tally, file: str, uid: str, what: str, stated: int, rows: int) -> None:
    tally.looked("counts")
    if stated != rows:
        told, counted = str(stated), str(rows)
        tally.found(
            Finding("counts", "outcomes", file, uid, f"{what} (rows counted)", counted, told)
        )


def check_asset_fronts(tally: Tally, visits: dict[str, Visits], views: Index) -> None:
    """Each view's front is the asset's, turned with the object."""
    fronts: dict[int, tuple[str, float]] = {}
    for uid, visit in visits.items():
        front = visit.copies["front_azimuth_rad"]
        fronts[key(uid)] = (uid, float("nan") if front is None else float(front))
    wrong: defaultdict[str, int] = defaultdict(int)
    for record in views.records:
        uid, front = fronts.get(int(record["asset_uid"]), ("", float("nan")))
        gap = wrapped(record["front_azimuth_rad"] - front - record["object_turn_rad"])
        both_unknown = np.isnan(front) and np.isnan(record["front_azimuth_rad"])
        tally.looked("fronts")
        if uid and not (both_unknown or abs(float(gap)) <= 1e-6):
            wrong[uid] += 1
    for uid, number in wrong.items():
        tally.found(
            Finding(
                "fronts",
                "views",
                "",
                uid,
                "front_azimuth_rad",
                "the asset's front and turn",
                f"another one in {number} views",
            )
        )


def check_assets(layout: Layout, tally: Tally, visits: dict[str, Visits]) -> None:
    """``assets.parquet`` has each asset once, with the sums and facts of its outcomes."""
    missing = dict(visits)
    for name in layout.parts["assets"]:
        for rows in read_rows(layout.files, tally, "assets", name):
            for row in rows.data.to_pylist():
                missing.pop(row["asset_uid"], None)
                _check_asset(tally, row, visits.get(row["asset_uid"]))
    for uid in missing if layout.parts["assets"] else ():
        tally.found(
            Finding("assets", "assets", "assets.parquet", uid, "row", "one per asset", "none")
        )


def _check_asset(tally: Tally, row: dict[str, Any], visit: Visits | None) -> None:
    tally.looked("assets")
    want: dict[str, Any] = {"visits": 0}
    if visit is not None:
        want = {"visits": visit.count, "pairs": visit.pairs, "views": visit.views}
        want |= dict(zip(("status", "code"), visit.status, strict=True)) | visit.copies
    for name, value in want.items():
        if row[name] != value:
            tally.found(
                Finding(
                    "assets",
                    "assets",
                    "assets.parquet",
                    row["asset_uid"],
                    name,
                    str(value),
                    str(row[name]),
                )
            )


def check_not_rejected(
    layout: Layout, tally: Tally, table: str, rejected: Keys, kept: Index
) -> None:
    """Nothing is both kept and rejected."""
    both = np.intersect1d(kept.records["key"], rejected)
    tally.looked("kept_or_rejected", len(kept.records))
    for name in layout.parts[table] if len(both) else ():
        for rows in read_rows(layout.files, tally, table, name, columns=()):
            for i in np.flatnonzero(np.isin(keys(rows.ids), both)):
                tally.found(
                    Finding(
                        "kept_or_rejected",
                        table,
                        name,
                        rows.ids[i],
                        "row",
                        "kept or rejected",
                        "both",
                    )
                )

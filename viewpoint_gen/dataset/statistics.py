"""What a run comes to, in numbers: for its card, its preview and whoever else reports on it.

Every table is read once, a few columns and a batch at a time, so that memory stays flat however
many pairs there are. No picture is read.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from viewpoint_gen.dataset.audited import Audit, read_audit
from viewpoint_gen.dataset.family_statistics import (
    FamilyStatistics,
    QuestionTally,
    by_count,
    counted,
)
from viewpoint_gen.dataset.histograms import OF_PAIRS, OF_VIEWS, Histogram, Quantity, Tally
from viewpoint_gen.dataset.shards import iterate_batches, open_part
from viewpoint_gen.qa.draws import SPLITS
from viewpoint_gen.qa.summary import SUMMARY_NAME
from viewpoint_gen.storage import Store, read

ASSETS_NAME: Final = "assets.parquet"

_BATCH_ROWS: Final = 65_536

_OF_ASSETS: Final = ("status", "code", "source", "licence", "visits", "pairs", "views")


@dataclass(frozen=True)
class LicenceStatistics:
    """What of a run stands under one licence (an SPDX expression, or "unknown")."""

    licence: str
    assets: int
    pairs: int
    views: int


@dataclass(frozen=True)
class RunStatistics:
    """A run in numbers.

    Attributes:
        assets: of which something was written.
        categories: category -> pairs, most frequent first. So are all counts, but splits.
        kinds: of motion -> pairs.
        backdrops: -> views.
        sizes: "512 × 384" -> views.
        renders: (engine, device, samples) -> views.
        outcomes: "written", "rejected" or "failed" with its code -> assets.
        rejections: kind ("view", "pair", "question") -> code -> rows.
        seconds: stage of rendering -> seconds of all views together.
        lane_seconds: that all visits took, loading and ring included.
        families: in the order of the package; empty before ``viewgen qa``.
        splits: split -> questions.
        split_assets: split -> assets that its questions show.
        histograms: by name, of pairs and of views.
        qa_settings: every threshold of the questions; empty before ``viewgen qa``.
        qa_fingerprint: of everything that decided the questions, as their rows have it.
        audit: None before ``viewgen audit``, and if other questions were asked since.
    """

    pairs: int
    views: int
    assets: int
    visits: int
    categories: Mapping[str, int]
    kinds: Mapping[str, int]
    backdrops: Mapping[str, int]
    sizes: Mapping[str, int]
    renders: Mapping[tuple[str, str, int], int]
    sources: Mapping[str, int]
    outcomes: Mapping[tuple[str, str], int]
    rejections: Mapping[str, Mapping[str, int]]
    seconds: Mapping[str, float]
    lane_seconds: float
    licences: Sequence[LicenceStatistics]
    families: Sequence[FamilyStatistics]
    splits: Mapping[str, int]
    split_assets: Mapping[str, int]
    histograms: Mapping[str, Histogram]
    qa_settings: Mapping[str, Any]
    qa_fingerprint: str
    audit: Audit | None

    @property
    def questions(self) -> int:
        """Of all families."""
        return sum(family.asked for family in self.families)

    @property
    def asked_families(self) -> Sequence[FamilyStatistics]:
        """Those of which something was asked."""
        return [family for family in self.families if family.asked]


def run_statistics(store: Store) -> RunStatistics:
    """Count a finished run.

    Raises:
        StorageError: a file can't be read.
    """
    pairs, views = _Pairs(), _Views()
    pairs.read(store)
    views.read(store)
    summary = _qa_summary(store)
    questions = _questions(store) if summary else QuestionTally()
    families = questions.families(_refused(summary))
    assets = _Assets()
    assets.read(store)
    return RunStatistics(
        pairs=pairs.rows,
        views=views.rows,
        assets=assets.written,
        visits=assets.visits,
        categories=by_count(pairs.categories),
        kinds=by_count(pairs.kinds),
        backdrops=by_count(views.backdrops),
        sizes=by_count(views.sizes),
        renders=by_count(views.renders),
        sources=by_count(assets.sources),
        outcomes=by_count(assets.outcomes),
        rejections=_rejections(store),
        seconds=by_count(views.seconds),
        lane_seconds=_lane_seconds(store),
        licences=assets.of_licences(),
        families=families,
        splits={split: questions.splits[split] for split in SPLITS if questions.splits[split]},
        split_assets={split: len(uids) for split, uids in questions.shown.items() if uids},
        histograms={h.name: h for h in [*pairs.histograms(), *views.histograms()]},
        qa_settings=summary.get("settings", {}),
        qa_fingerprint=questions.fingerprint,
        audit=_fitting(read_audit(store), families),
    )


class _Histograms:
    """What pairs and views have in common: rows, and numbers with histograms."""

    table: str
    quantities: Sequence[Quantity]
    columns: tuple[str, ...]

    def __init__(self) -> None:
        self.rows = 0
        self._tallies: list[Tally] = [quantity.open() for quantity in self.quantities]

    def read(self, store: Store) -> None:
        of_numbers = (name for quantity in self.quantities for name in quantity.columns)
        columns = tuple(dict.fromkeys([*self.columns, *of_numbers]))
        for rows in iterate_batches(store, self.table, columns=columns, rows=_BATCH_ROWS):
            self.rows += rows.num_rows
            for tally in self._tallies:
                tally.add(rows)
            self.count(rows)

    def count(self, rows: pa.RecordBatch) -> None:
        raise NotImplementedError

    def histograms(self) -> list[Histogram]:
        return [tally.close() for tally in self._tallies]


class _Pairs(_Histograms):
    table = "pairs"
    quantities = OF_PAIRS
    columns = ("category", "kind")

    def __init__(self) -> None:
        super().__init__()
        self.categories: Counter[str] = Counter()
        self.kinds: Counter[str] = Counter()

    def count(self, rows: pa.RecordBatch) -> None:
        self.categories += counted(rows, ["category"])
        self.kinds += counted(rows, ["kind"])


class _Views(_Histograms):
    table = "views"
    quantities = OF_VIEWS
    columns = ("backdrop", "width_px", "height_px", "engine", "device", "samples", "seconds")

    def __init__(self) -> None:
        super().__init__()
        self.backdrops: Counter[str] = Counter()
        self.sizes: Counter[str] = Counter()
        self.renders: Counter[tuple[str, str, int]] = Counter()
        self.seconds: Counter[str] = Counter()

    def count(self, rows: pa.RecordBatch) -> None:
        self.backdrops += counted(rows, ["backdrop"])
        self.renders += counted(rows, ["engine", "device", "samples"])
        for (width_px, height_px), views in counted(rows, ["width_px", "height_px"]).items():
            self.sizes[f"{width_px} × {height_px}"] += views
        spent = rows["seconds"]
        table = pa.table({"stage": spent.keys, "seconds": spent.items})
        sums = table.group_by("stage").aggregate([("seconds", "sum")])
        for stage, seconds in zip(
            sums["stage"].to_pylist(), sums["seconds_sum"].to_pylist(), strict=True
        ):
            self.seconds[stage] += seconds


@dataclass
class _Assets:
    """Assets, from their one file; those that wrote nothing have an outcome and no licence."""

    written: int = 0
    visits: int = 0
    sources: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    licences: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def read(self, store: Store) -> None:
        with open_part(store, ASSETS_NAME) as part:
            for rows in part.iter_batches(_BATCH_ROWS, columns=list(_OF_ASSETS)):
                self.outcomes += counted(rows, ["status", "code"])
                self.visits += pc.sum(rows["visits"]).as_py() or 0
                self._count_written(rows.filter(pc.equal(rows["status"], "written")))

    def _count_written(self, rows: pa.RecordBatch) -> None:
        self.written += rows.num_rows
        self.sources += counted(rows, ["source"])
        for row in rows.select(["licence", "pairs", "views"]).to_pylist():
            self.licences[row["licence"]].update(
                {"assets": 1, "pairs": row["pairs"], "views": row["views"]}
            )

    def of_licences(self) -> list[LicenceStatistics]:
        by_assets = sorted(self.licences.items(), key=lambda item: (-item[1]["assets"], item[0]))
        return [LicenceStatistics(licence, **counts) for licence, counts in by_assets]


def _qa_summary(store: Store) -> dict[str, Any]:
    """What ``viewgen qa`` writes last; without it, the questions are of a call that broke off."""
    return json.loads(read(store, SUMMARY_NAME)) if store.exists(SUMMARY_NAME) else {}


def _questions(store: Store) -> QuestionTally:
    questions = QuestionTally()
    for rows in iterate_batches(store, "qa", columns=QuestionTally.COLUMNS, rows=_BATCH_ROWS):
        questions.add(rows)
    return questions


def _refused(summary: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    families = summary.get("families", {})
    return {name: about["refused"] for name, about in families.items()}


def _fitting(audit: Audit | None, families: Sequence[FamilyStatistics]) -> Audit | None:
    """The audit, unless it is of other questions: those of an earlier ``viewgen qa``.

    It looks at each question once, and at no more of a family than it was told to.
    """
    if audit is None:
        return None
    asked = {family.family: family.asked - family.again for family in families}
    most = max((family.questions for family in audit.families), default=0)
    fits = all(f.questions == min(asked.get(f.family, 0), most) for f in audit.families)
    return audit if fits else None


def _rejections(store: Store) -> dict[str, dict[str, int]]:
    found: Counter[tuple[str, str]] = Counter()
    for rows in iterate_batches(store, "rejected", columns=("kind", "code"), rows=_BATCH_ROWS):
        found += counted(rows, ["kind", "code"])
    kinds = sorted({kind for kind, _ in found})
    return {
        kind: by_count({code: n for (of, code), n in found.items() if of == kind}) for kind in kinds
    }


def _lane_seconds(store: Store) -> float:
    batches = iterate_batches(store, "outcomes", columns=("seconds",), rows=_BATCH_ROWS)
    return float(sum(pc.sum(rows["seconds"]).as_py() or 0.0 for rows in batches))

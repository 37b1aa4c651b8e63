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
from viewpoint_gen.dataset.histograms import OF_PAIRS, OF_VIEWS, Histogram, Quantity, Tally
from viewpoint_gen.dataset.shards import iterate_batches, open_part
from viewpoint_gen.qa.draws import SPLITS
from viewpoint_gen.qa.families import FAMILIES
from viewpoint_gen.qa.groups import AGAIN
from viewpoint_gen.qa.summary import SUMMARY_NAME
from viewpoint_gen.storage import Store, read

ASSETS_NAME: Final = "assets.parquet"

_BATCH_ROWS: Final = 65_536

_OF_ASSETS: Final = ("status", "code", "source", "licence", "visits", "pairs", "views")


@dataclass(frozen=True)
class FamilyStatistics:
    """One family's questions.

    Attributes:
        asks: one line, for people.
        asked: questions, those asked again in other words included.
        again: of those, how many are a second wording.
        images: that each question shows.
        wordings: different stems that occur; each may come with several sets of options and notes.
        chance: mean chance of a guess among the options; None where none are offered.
        answer_type: choice, angle, ratio, set or pose.
        answers: answer key -> questions; every key of the family, in its order.
        letters: letter of the right option -> questions; empty where no letter is the answer.
        splits: split -> questions.
        refused: code -> pairs or sets of views that were not asked, most frequent first.
    """

    family: str
    asks: str
    frame: str
    asked: int
    again: int
    images: int
    wordings: int
    chance: float | None
    answer_type: str
    answers: Mapping[str, int]
    letters: Mapping[str, int]
    splits: Mapping[str, int]
    refused: Mapping[str, int]


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
        audit: None before ``viewgen audit``.
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
    questions = _questions(store) if summary else _Questions()
    assets = _Assets()
    assets.read(store)
    return RunStatistics(
        pairs=pairs.rows,
        views=views.rows,
        assets=assets.written,
        visits=assets.visits,
        categories=_by_count(pairs.categories),
        kinds=_by_count(pairs.kinds),
        backdrops=_by_count(views.backdrops),
        sizes=_by_count(views.sizes),
        renders=_by_count(views.renders),
        sources=_by_count(assets.sources),
        outcomes=_by_count(assets.outcomes),
        rejections=_rejections(store),
        seconds=_by_count(views.seconds),
        lane_seconds=_lane_seconds(store),
        licences=assets.of_licences(),
        families=questions.families(_refused(summary)),
        splits={split: questions.splits[split] for split in SPLITS if questions.splits[split]},
        split_assets={split: len(uids) for split, uids in questions.shown.items() if uids},
        histograms={h.name: h for h in [*pairs.histograms(), *views.histograms()]},
        qa_settings=summary.get("settings", {}),
        qa_fingerprint=questions.fingerprint,
        audit=read_audit(store),
    )


def counted(rows: pa.RecordBatch, columns: Sequence[str]) -> Counter[Any]:
    """How often each value (of several columns: each tuple) occurs in a batch."""
    table = pa.Table.from_batches([rows]).select(list(columns))
    groups = table.group_by(list(columns)).aggregate([([], "count_all")])
    values = [groups[name].to_pylist() for name in columns]
    keys = values[0] if len(columns) == 1 else list(zip(*values, strict=True))
    return Counter(dict(zip(keys, groups["count_all"].to_pylist(), strict=True)))


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


class _Questions:
    """Questions, counted by everything that the families' table says."""

    COLUMNS: Final = (
        "family", "group_role", "split", "wording_id", "answer_type", "answer_key",
        "answer_letter", "chance", "asset_uids", "image_ids", "qa_fingerprint",
    )  # fmt: skip

    def __init__(self) -> None:
        self.fingerprint = ""
        self.splits: Counter[str] = Counter()
        self.shown: dict[str, set[str]] = {split: set() for split in SPLITS}
        self._by: dict[str, Counter[tuple[str, Any]]] = {
            name: Counter()
            for name in ("split", "wording_id", "answer_type", "answer_key", "answer_letter")
        }
        self._again: Counter[str] = Counter()
        self._images: dict[str, int] = {}
        self._chances: dict[str, Counter[float | None]] = defaultdict(Counter)

    def add(self, rows: pa.RecordBatch) -> None:
        self.fingerprint = rows["qa_fingerprint"][0].as_py() if len(rows) else self.fingerprint
        for name, counts in self._by.items():
            counts += counted(rows, ["family", name])
        self.splits += counted(rows, ["split"])
        for (family, chance), asked in counted(rows, ["family", "chance"]).items():
            self._chances[family][chance] += asked
        again = rows.filter(pc.ends_with(rows["group_role"], f"_{AGAIN}"))
        self._again += counted(again, ["family"])
        self._add_lists(rows)

    def _add_lists(self, rows: pa.RecordBatch) -> None:
        lengths = pc.list_value_length(rows["image_ids"])
        images = pa.table({"family": rows["family"], "images": lengths})
        most = images.group_by("family").aggregate([("images", "max")])
        self._images |= dict(
            zip(most["family"].to_pylist(), most["images_max"].to_pylist(), strict=True)
        )
        for split, shown in self.shown.items():
            uids = rows.filter(pc.equal(rows["split"], split))["asset_uids"].flatten()
            shown.update(uids.unique().to_pylist())

    def families(self, refused: Mapping[str, Mapping[str, int]]) -> list[FamilyStatistics]:
        """In the order of the package: those that were considered."""
        asked = {family for family, _ in self._by["split"]}
        return [
            self._family(name, refused.get(name, {}))
            for name in FAMILIES
            if name in asked or name in refused
        ]

    def _family(self, name: str, refused: Mapping[str, int]) -> FamilyStatistics:
        of = {by: self._of(by, name) for by in self._by}
        chances = {c: n for c, n in self._chances[name].items() if c is not None}
        guessed = sum(chances.values())
        family = FAMILIES[name]
        return FamilyStatistics(
            family=name,
            asks=family.asks,
            frame=family.frame,
            asked=sum(of["split"].values()),
            again=self._again[name],
            images=self._images.get(name, len(family.images)),
            wordings=len({wording.split(".")[1] for wording in of["wording_id"]}),
            chance=sum(c * n for c, n in chances.items()) / guessed if guessed else None,
            answer_type=next(iter(of["answer_type"]), ""),
            answers={key: of["answer_key"].get(key, 0) for key in family.options},
            letters=dict(sorted((k, n) for k, n in of["answer_letter"].items() if k)),
            splits={split: of["split"][split] for split in SPLITS if split in of["split"]},
            refused=_by_count(refused),
        )

    def _of(self, by: str, family: str) -> dict[Any, int]:
        return {value: n for (name, value), n in self._by[by].items() if name == family}


def _qa_summary(store: Store) -> dict[str, Any]:
    """What ``viewgen qa`` writes last; without it, the questions are of a call that broke off."""
    return json.loads(read(store, SUMMARY_NAME)) if store.exists(SUMMARY_NAME) else {}


def _questions(store: Store) -> _Questions:
    questions = _Questions()
    for rows in iterate_batches(store, "qa", columns=_Questions.COLUMNS, rows=_BATCH_ROWS):
        questions.add(rows)
    return questions


def _refused(summary: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    families = summary.get("families", {})
    return {name: about["refused"] for name, about in families.items()}


def _rejections(store: Store) -> dict[str, dict[str, int]]:
    found: Counter[tuple[str, str]] = Counter()
    for rows in iterate_batches(store, "rejected", columns=("kind", "code"), rows=_BATCH_ROWS):
        found += counted(rows, ["kind", "code"])
    kinds = sorted({kind for kind, _ in found})
    return {
        kind: _by_count({code: n for (of, code), n in found.items() if of == kind})
        for kind in kinds
    }


def _lane_seconds(store: Store) -> float:
    batches = iterate_batches(store, "outcomes", columns=("seconds",), rows=_BATCH_ROWS)
    return float(sum(pc.sum(rows["seconds"]).as_py() or 0.0 for rows in batches))


def _by_count(counts: Mapping[Any, Any]) -> dict[Any, Any]:
    """The most frequent first; equal ones by name."""
    return dict(sorted(counts.items(), key=lambda item: (-item[1], str(item[0]))))

"""What a preview could show: read from few columns of a run, of the parts that were drawn."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from viewpoint_gen.dataset.shards import iterate_batches, open_part, part_names
from viewpoint_gen.preview.rows import Row
from viewpoint_gen.preview.sample import shuffled
from viewpoint_gen.qa.families import FAMILIES
from viewpoint_gen.storage import Store

MOST_PARTS: Final = 96
"""Of a large run only so many parts of the pairs are looked into: their views lie together too."""

BATCH_ROWS: Final = 65_536

SPARES: Final = 4
"""Examples kept of what no drawn part may hold: a rare family, a rare reason."""

EXAMPLES: Final = 12
"""Rejected views, pairs and questions shown per reason."""

_OF_PAIRS: Final = [name for name, family in FAMILIES.items() if family.asked_of == "pairs"]
_OF_A_PAIR: Final = rf"\.({'|'.join(_OF_PAIRS)})$"

_REFUSAL: Final = ("kind", "code", "subject_id", "asset_uid", "numbers")


@dataclass
class Candidates:
    """Pairs and sets of views that a sample is chosen from.

    Attributes:
        parts: of the pairs, those that were drawn.
        pairs: pair -> (asset, category, kind of motion).
    """

    parts: list[str] = field(default_factory=list)
    pairs: dict[str, tuple[str, str, str]] = field(default_factory=dict)

    @property
    def categories(self) -> dict[str, str]:
        """Of each asset."""
        return {asset: category for asset, category, _ in self.pairs.values()}


@dataclass
class Asked:
    """What was asked of the candidates.

    Attributes:
        splits: asset -> split.
        families: pair -> families.
        sets: family that gathers views of its own -> group of questions -> the first asset shown.
        spares: of each family, pairs that lie in no drawn part.
    """

    splits: dict[str, str] = field(default_factory=dict)
    families: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    sets: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    spares: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


@dataclass
class Refused:
    """What was refused.

    Attributes:
        rows: pair (or whatever else was refused) -> its questions that weren't asked, as rows of
            the rejected table with ``family``; of chosen assets only.
        counts: (kind, code) -> rows.
        examples: (kind, code) -> the first few rows.
        spares: code -> a few pairs of other assets.
    """

    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, str], list[Row]] = field(default_factory=lambda: defaultdict(list))
    spares: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


def read_candidates(store: Store, *, seed: int) -> Candidates:
    """Pairs of the drawn parts."""
    names = part_names(store, "pairs")
    drawn = sorted(shuffled(names, seed, "parts")[:MOST_PARTS])
    found = Candidates(parts=drawn)
    columns = ["pair_id", "asset_uid", "category", "kind"]
    for name in drawn:
        with open_part(store, name) as part:
            rows = part.read(columns=columns)
        ids, *about = (rows[column].to_pylist() for column in columns)
        found.pairs.update(zip(ids, zip(*about, strict=True), strict=True))
    return found


def read_asked(store: Store, candidates: Candidates) -> Asked:
    """Families and splits of the candidates; one pass over a few columns."""
    asked = Asked()
    assets = pa.array(sorted(candidates.categories), pa.string())
    columns = ("family", "split", "pair_id", "group_id", "asset_uids")
    for rows in iterate_batches(store, "qa", columns=columns, rows=BATCH_ROWS):
        first = pc.list_element(rows["asset_uids"], 0)
        here = pc.is_in(first, value_set=assets)
        _note(asked, rows.append_column("asset", first).filter(here))
        elsewhere = rows.filter(pc.invert(here))
        for family in elsewhere["family"].unique().to_pylist():
            if len(asked.spares[family]) < SPARES:
                of = elsewhere.filter(pc.equal(elsewhere["family"], family)).slice(0, SPARES)
                asked.spares[family] += [pair for pair in of["pair_id"].to_pylist() if pair]
    return asked


def _note(asked: Asked, rows: pa.RecordBatch) -> None:
    columns = ("asset", "split", "family", "pair_id", "group_id")
    for asset, split, family, pair, group in zip(
        *(rows[column].to_pylist() for column in columns), strict=True
    ):
        asked.splits[asset] = split
        if pair is not None:
            asked.families[pair].add(family)
        else:
            asked.sets[family].setdefault(group, asset)


def read_refused(store: Store, assets: Collection[str]) -> Refused:
    """Counts of all, examples of each reason, and every refused question of some assets."""
    refused = Refused()
    chosen = pa.array(sorted(assets), pa.string())
    for rows in iterate_batches(store, "rejected", columns=_REFUSAL, rows=BATCH_ROWS):
        _count(refused, rows)
        questions = rows.filter(pc.equal(rows["kind"], "question"))
        here = pc.is_in(questions["asset_uid"], value_set=chosen)
        for row in questions.filter(here).to_pylist():
            pair, _, family = row["subject_id"].rpartition(".")
            refused.rows[pair].append({**row, "family": family})
        _note_spares(refused, questions.filter(pc.invert(here)))
    return refused


def _count(refused: Refused, rows: pa.RecordBatch) -> None:
    table = pa.Table.from_batches([rows]).select(["kind", "code"])
    groups = table.group_by(["kind", "code"]).aggregate([([], "count_all")]).to_pylist()
    for group in groups:
        key = (group["kind"], group["code"])
        refused.counts[key] += group["count_all"]
        examples = refused.examples[key]
        if len(examples) < EXAMPLES:
            same = pc.and_(pc.equal(rows["kind"], key[0]), pc.equal(rows["code"], key[1]))
            examples += rows.filter(same).slice(0, EXAMPLES - len(examples)).to_pylist()


def _note_spares(refused: Refused, rows: pa.RecordBatch) -> None:
    """Only pairs: what was refused of a set that was never made has no views to show."""
    rows = rows.filter(pc.match_substring_regex(rows["subject_id"], _OF_A_PAIR))
    for code in rows["code"].unique().to_pylist():
        if len(refused.spares[code]) < SPARES:
            of = rows.filter(pc.equal(rows["code"], code)).slice(0, SPARES)
            refused.spares[code] += [
                subject.rpartition(".")[0] for subject in of["subject_id"].to_pylist()
            ]

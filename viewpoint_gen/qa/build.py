"""Pairs in; question rows and refusals out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from viewpoint_gen.qa.balance import Balancer
from viewpoint_gen.qa.blocks import blocks_of
from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.confusable import Lookalikes, refuse_confusable, ring_of
from viewpoint_gen.qa.cues import Cuts, cues_of, cuts_of, setting_cue
from viewpoint_gen.qa.draws import Keys, keys_of, salted, split_of
from viewpoint_gen.qa.facts import Facts, facts_of
from viewpoint_gen.qa.families import chosen_families
from viewpoint_gen.qa.families.family import Family, Numbers, Verdicts
from viewpoint_gen.qa.families.gathered import NO_SET, GatheredFamily, Items, keep_whole_units
from viewpoint_gen.qa.gathered_rows import gathered_rows, refused_barren, refused_items
from viewpoint_gen.qa.invisible import Sight, refuse_invisible
from viewpoint_gen.qa.phrasing import wording_files
from viewpoint_gen.qa.rows import Block, Provenance, Rows, question_rows, rejection_rows
from viewpoint_gen.qa.summary import NOT_KEPT, FamilySummary, QaSummary
from viewpoint_gen.qa.views import Views
from viewpoint_gen.records import Ring

_Answered = tuple[dict[str, pa.Array], list[dict[str, pa.Array]]]
"""Columns of a family's kept questions, and of its refusals by code."""


@dataclass(frozen=True)
class QaBlock:
    """What one block of pairs gave.

    Attributes:
        questions: rows of the ``questions`` schema.
        rejections: rows of the ``rejected`` schema, kind "question".
    """

    questions: pa.Table
    rejections: pa.Table


@dataclass(frozen=True)
class QaSchemas:
    """The two tables that are written; handed in, because this package doesn't own them."""

    questions: pa.Schema
    rejected: pa.Schema


def qa_fingerprint(config: QaConfig, *, seed: int) -> str:
    """sha256 over the thresholds, the seed and every wording: equal prints give equal rows."""
    digest = hashlib.sha256(f"{seed}\n{config.model_dump_json()}\n".encode())
    for name, content in wording_files():
        digest.update(name.encode() + b"\n" + content)
    return digest.hexdigest()


def build_questions(
    pairs: Iterable[pa.RecordBatch | pa.Table],
    rings: Mapping[str, Ring],
    config: QaConfig,
    *,
    seed: int,
    fingerprint: str,
    schemas: QaSchemas,
    summary: QaSummary,
) -> Iterator[QaBlock]:
    """Ask every family about every pair, keep a balanced selection, and say why for the rest.

    Args:
        pairs: batches of the pairs table, in the order of its files; how they are cut into
            batches changes nothing.
        rings: of the pairs' assets, by uid.
        seed: of the run.
        fingerprint: of the run's recipe.
        summary: filled while the blocks are consumed; whole once the iterator is used up.

    Raises:
        RecipeError: at once, for a family that doesn't exist.
        RunIncomplete: while iterating, for an asset without a ring.
    """
    families = chosen_families(config.families)
    provenance = Provenance(seed, fingerprint, qa_fingerprint(config, seed=seed))
    askers = _Askers.of(families, config, provenance)
    for family in families:
        summary.families[family.id] = askers.summary_of(family)
    return _blocks(pairs, rings, askers, config, schemas, summary)


def _blocks(
    pairs: Iterable[pa.RecordBatch | pa.Table],
    rings: Mapping[str, Ring],
    askers: _Askers,
    config: QaConfig,
    schemas: QaSchemas,
    summary: QaSummary,
) -> Iterator[QaBlock]:
    for table in blocks_of(pairs, config.balance.block_pairs):
        block = _prepared(table, rings, config)
        answered = [*_of_pairs(block, rings, askers.of_pairs, config)]
        if askers.gathering:
            views = Views.of(table, block.splits)
            answered += [asker.ask_views(views, rings) for asker in askers.gathering]
        yield QaBlock(
            questions=_together(
                [_table(asked, schemas.questions) for asked, _ in answered], schemas.questions
            ),
            rejections=_together(
                [_table(part, schemas.rejected) for _, refused in answered for part in refused],
                schemas.rejected,
            ),
        )
    summary.close()


def _of_pairs(
    block: Block, rings: Mapping[str, Ring], askers: list[_Asker], config: QaConfig
) -> Iterator[_Answered]:
    """What each family asks about a block's pairs."""
    if not askers:
        return
    units = _Units.of(block.pairs, askers[0].seed)
    verdicts = [asker.family.verdicts(block.facts, config) for asker in askers]
    lookalikes, sight = Lookalikes.of(block.pairs, rings), Sight.of(block.pairs)
    for asker, verdict in zip(askers, verdicts, strict=True):
        refuse_invisible(verdict, asker.family, sight, config)
        refuse_confusable(verdict, asker.family, block.facts, lookalikes, config)
        if asker.family.settle is not None:
            asker.family.settle(verdict, units.salted_rows(asker.family))
    if config.per_pair:
        _limit_per_pair(verdicts, askers, units, config.per_pair)
    for asker, verdict in zip(askers, verdicts, strict=True):
        yield asker.ask(block, verdict, units)


def _prepared(table: pa.Table, rings: Mapping[str, Ring], config: QaConfig) -> Block:
    """The block with its facts, and splits that keep copies of one mesh together."""
    uids = table.column("asset_uid").combine_chunks().dictionary_encode()
    splits = split_of(
        [ring_of(uid, rings).shape_key or uid for uid in uids.dictionary.to_pylist()],
        validation_share=config.validation_share,
        test_share=config.test_share,
    )
    return Block(
        pairs=table,
        facts=facts_of(table),
        splits=[splits[place] for place in uids.indices.to_pylist()],
    )


@dataclass(frozen=True)
class _Units:
    """Which rows are a pair and its reverse.

    Attributes:
        of_row: (N,) unit number, from 0.
        keys: (U,) a random key per unit.
    """

    of_row: NDArray[np.int64]
    keys: Keys

    @classmethod
    def of(cls, table: pa.Table, seed: int) -> _Units:
        sides = [table.column(f"view_id_{view}").to_pylist() for view in (1, 2)]
        names = [f"{min(one, two)}+{max(one, two)}" for one, two in zip(*sides, strict=True)]
        places: dict[str, int] = {}
        of_row = np.array([places.setdefault(name, len(places)) for name in names], dtype=np.int64)
        return cls(of_row, keys_of(seed, "pair", places))

    def salted_rows(self, family: Family) -> Keys:
        """(N,) of a family for each row: a pair's and its reverse's are equal."""
        return self.salted(family)[self.of_row]

    def salted(self, family: Family) -> Keys:
        """(U,) the keys anew for a family, so that families don't pick the same pairs."""
        return salted(self.keys, family.id)


class _Asker:
    """One family's way through the blocks: its balance, its counts."""

    def __init__(self, family: Family, config: QaConfig, provenance: Provenance) -> None:
        self.family = family
        self.summary = FamilySummary(
            truths=dict.fromkeys(family.options, 0), could_be_true=dict.fromkeys(family.options, 0)
        )
        self._config = config
        self._provenance = provenance
        self._balancer = Balancer(config.balance, len(family.options))
        self._cuts: Cuts | None = None

    @property
    def seed(self) -> int:
        """Of the run."""
        return self._provenance.seed

    def ask(self, block: Block, verdicts: Verdicts, units: _Units) -> _Answered:
        """Columns of the kept questions, and of the refusals by code."""
        asked = np.flatnonzero(verdicts.option >= 0)
        chosen = self._chosen(block.facts, verdicts, units, asked)
        kept = asked[chosen]
        refused = _refused(verdicts, asked[~chosen])
        self._count(verdicts, asked, kept, refused)
        return (
            question_rows(block, self.family, verdicts, kept, self._provenance),
            rejection_rows(block, self.family, refused, self._provenance),
        )

    def _chosen(
        self, facts: Facts, verdicts: Verdicts, units: _Units, asked: Rows
    ) -> NDArray[np.bool_]:
        if not len(asked):
            return np.zeros(0, dtype=bool)
        mine, answers, balance = facts.take(asked), verdicts.take(asked), self._config.balance
        if self._cuts is None:
            self._cuts = cuts_of(self.family, mine, answers.option, balance)
        cues = cues_of(self.family, mine, self._config, self._cuts)
        if self.family.settle is not None:
            cues.append(setting_cue(answers.setting, self.family.settings, balance))
        present, unit = np.unique(units.of_row[asked], return_inverse=True)
        order = units.salted(self.family)[present]
        return self._balancer.keep(cues, answers.option, unit, order)

    def _count(
        self,
        verdicts: Verdicts,
        asked: Rows,
        kept: Rows,
        refused: dict[str, tuple[Rows, Numbers]],
    ) -> None:
        summary = self.summary
        summary.considered += len(verdicts.option)
        summary.asked += len(kept)
        for code, (rows, _) in refused.items():
            summary.refused[code] = summary.refused.get(code, 0) + len(rows)
        for rows, counts in ((asked, summary.could_be_true), (kept, summary.truths)):
            per_option = np.bincount(verdicts.option[rows], minlength=len(self.family.options))
            for option, more in zip(self.family.options, per_option.tolist(), strict=True):
                counts[option] += more
        summary.told_apart_by = self._balancer.edges()
        summary.cuts = dict(self._cuts or {})


class _Gatherer(_Asker):
    """A gathered family's way through the blocks."""

    def __init__(self, family: GatheredFamily, config: QaConfig, provenance: Provenance) -> None:
        super().__init__(family, config, provenance)
        self._gathered = family

    def ask_views(self, views: Views, rings: Mapping[str, Ring]) -> _Answered:
        """Columns of the kept questions, and of the refusals by code."""
        family, provenance = self._gathered, self._provenance
        items = family.gather(views, rings, self._config, provenance.seed)
        verdicts = Verdicts.open_for(len(items))
        if len(items):
            verdicts = family.judge(items, rings, self._config)
            keep_whole_units(verdicts, items.unit)
        asked = np.flatnonzero(verdicts.option >= 0)
        chosen = self._chosen_items(items, verdicts, asked)
        kept, refused = asked[chosen], _refused(verdicts, asked[~chosen])
        self._count(verdicts, asked, kept, refused)
        self._count_barren(len(items.barren))
        return (
            gathered_rows(views, items, family, verdicts, kept, provenance),
            refused_items(views, items, family, refused, provenance)
            + refused_barren(NO_SET, items.barren, family, provenance),
        )

    def _chosen_items(self, items: Items, verdicts: Verdicts, asked: Rows) -> NDArray[np.bool_]:
        if not len(asked):
            return np.zeros(0, dtype=bool)
        family, answers = self._gathered, verdicts.take(asked)
        if self._cuts is None:
            self._cuts = family.cuts_of(items, asked, answers, self._config)
        cues = family.cues_of(items, asked, answers, self._config, self._cuts)
        present, unit = np.unique(items.unit[asked], return_inverse=True)
        names = [items.unit_names[place] for place in present.tolist()]
        order = keys_of(self.seed, family.id, names)
        return self._balancer.keep(cues, answers.option, unit, order)

    def _count_barren(self, count: int) -> None:
        self.summary.considered += count
        if count:
            self.summary.refused[NO_SET] = self.summary.refused.get(NO_SET, 0) + count


@dataclass(frozen=True)
class _Askers:
    """Everybody's way through the blocks, in the registry's order."""

    of_pairs: list[_Asker]
    gathering: list[_Gatherer]

    @classmethod
    def of(cls, families: Iterable[Family], config: QaConfig, provenance: Provenance) -> _Askers:
        of_pairs, gathering = [], []
        for family in families:
            if isinstance(family, GatheredFamily):
                gathering.append(_Gatherer(family, config, provenance))
            else:
                of_pairs.append(_Asker(family, config, provenance))
        return cls(of_pairs, gathering)

    def summary_of(self, family: Family) -> FamilySummary:
        """The counts of one of the families."""
        every = (*self.of_pairs, *self.gathering)
        return next(asker.summary for asker in every if asker.family is family)


def _refused(verdicts: Verdicts, not_kept: Rows) -> dict[str, tuple[Rows, Numbers]]:
    """The refusals as row numbers; those that balance left out among them."""
    refused = {
        code: (np.flatnonzero(which), numbers)
        for code, (which, numbers) in verdicts.refused.items()
    }
    if len(not_kept):
        refused[NOT_KEPT] = (not_kept, {"answer_value": verdicts.value})
    return refused


def _limit_per_pair(
    verdicts: list[Verdicts], askers: list[_Asker], units: _Units, per_pair: int
) -> None:
    """Leave each pair and its reverse at most ``per_pair`` families, drawn; refuse the others."""
    unit_count = len(units.keys)
    place = np.full((len(verdicts), unit_count), np.inf)
    for number, (verdict, asker) in enumerate(zip(verdicts, askers, strict=True)):
        drawn = units.salted(asker.family).astype(np.float64)
        asked = np.unique(units.of_row[verdict.option >= 0])
        place[number, asked] = drawn[asked]
    rank = np.argsort(np.argsort(place, axis=0, kind="stable"), axis=0, kind="stable")
    limit = np.full(len(units.of_row), float(per_pair))
    for number, verdict in enumerate(verdicts):
        over = (rank[number] >= per_pair)[units.of_row] & (verdict.option >= 0)
        verdict.withdraw("per_pair", over, {"limit": limit})


def _table(columns: dict[str, Any], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_arrays(
        [columns[field.name].cast(field.type) for field in schema], schema=schema
    )


def _together(tables: list[pa.Table], schema: pa.Schema) -> pa.Table:
    return pa.concat_tables(tables) if tables else schema.empty_table()

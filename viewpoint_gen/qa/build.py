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
from viewpoint_gen.qa.cues import Cuts, cues_of, cuts_of, mark_cues, setting_cue
from viewpoint_gen.qa.draws import Keys, falls_within, keys_of, salted, split_of
from viewpoint_gen.qa.facts import Facts, facts_of
from viewpoint_gen.qa.families import chosen_families
from viewpoint_gen.qa.families.family import Family, Numbers, Verdicts
from viewpoint_gen.qa.groups import AGAIN
from viewpoint_gen.qa.invisible import Sight, refuse_invisible
from viewpoint_gen.qa.marking import mark_points
from viewpoint_gen.qa.phrasing import wording_files
from viewpoint_gen.qa.rows import Block, Provenance, Rows, question_rows, rejection_rows
from viewpoint_gen.qa.summary import NOT_KEPT, FamilySummary, QaSummary
from viewpoint_gen.records import Ring


@dataclass(frozen=True)
class QaBlock:
    """What one block of pairs gave one family.

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
    summary.settings = config.model_dump(mode="json")
    askers = [_Asker(family, config, provenance) for family in families]
    for asker in askers:
        summary.families[asker.family.id] = asker.summary
    return _blocks(pairs, rings, askers, config, provenance, schemas, summary)


def _blocks(
    pairs: Iterable[pa.RecordBatch | pa.Table],
    rings: Mapping[str, Ring],
    askers: list[_Asker],
    config: QaConfig,
    provenance: Provenance,
    schemas: QaSchemas,
    summary: QaSummary,
) -> Iterator[QaBlock]:
    for table in blocks_of(pairs, config.balance.block_pairs):
        block = _prepared(table, rings, config)
        units = _Units.of(table, provenance.seed)
        judge = _Judge(
            block, Lookalikes.of(table, rings), Sight.of(table), units, config, provenance.seed
        )
        # one family at a time where they don't compete: refusals with their numbers are large
        verdicts: Iterable[Verdicts] = (judge.verdicts(asker.family) for asker in askers)
        if config.per_pair:
            verdicts = list(verdicts)
            _limit_per_pair(verdicts, askers, units, config.per_pair)
        for asker, verdict in zip(askers, verdicts, strict=True):
            if asker.family.rationed and not config.families:
                _ration(verdict, asker, units, _room_for(asker, summary, config))
            asked, refused = asker.ask(block, verdict, units)
            refusals = [_table(columns, schemas.rejected) for columns in refused]
            yield QaBlock(
                questions=_together(
                    [_table(columns, schemas.questions) for columns in asked], schemas.questions
                ),
                rejections=_together(refusals, schemas.rejected),
            )
    summary.close()


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

    def salted(self, family: Family, purpose: str = "") -> Keys:
        """(U,) the keys anew for a family, so that families don't pick the same pairs."""
        return salted(self.keys, family.id + purpose)


@dataclass(frozen=True)
class _Judge:
    """What every family is held against in a block."""

    block: Block
    lookalikes: Lookalikes
    sight: Sight
    units: _Units
    config: QaConfig
    seed: int

    def verdicts(self, family: Family) -> Verdicts:
        """A family's answers and refusals."""
        facts = self.block.facts
        verdicts = family.verdicts(facts, self.config)
        mark_points(family, verdicts, self.block.pairs, self.config, seed=self.seed)
        refuse_invisible(verdicts, family, self.sight, self.config)
        refuse_confusable(verdicts, family, facts, self.lookalikes, self.config)
        if family.settle is not None:
            family.settle(verdicts, self.units.salted_rows(family))
        return verdicts


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

    def ask(
        self, block: Block, verdicts: Verdicts, units: _Units
    ) -> tuple[list[dict[str, pa.Array]], list[dict[str, pa.Array]]]:
        """Columns of the kept questions, once and some again, and of the refusals by code."""
        asked = np.flatnonzero(verdicts.option >= 0)
        chosen = self._chosen(block.facts, verdicts, units, asked)
        kept = asked[chosen]
        refused = _refused(verdicts, asked[~chosen])
        self._count(verdicts, asked, kept, refused)
        drawn = falls_within(units.salted(self.family, AGAIN), self._config.paraphrase_share)
        twice = kept[drawn[units.of_row[kept]]]
        self.summary.again += len(twice)
        return (
            [
                question_rows(block, self.family, verdicts, rows, self._provenance, again=again)
                for rows, again in ((kept, ""), (twice, AGAIN))
            ],
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
        if answers.marks is not None:
            cues += mark_cues(answers.marks, balance)
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


def _room_for(asker: _Asker, summary: QaSummary, config: QaConfig) -> int:
    """How many more questions a rationed family may have, beside what the others have so far."""
    mine, share = asker.summary.asked, config.cannot_tell_most_share
    return max(int(share / max(1.0 - share, 1e-9) * (summary.asked - mine)) - mine, 0)


def _ration(verdict: Verdicts, asker: _Asker, units: _Units, room: int) -> None:
    """Leave a family no more questions than it has room for: whole units, drawn.

    ``share``: with the others the family would have too large a share of all questions.
    """
    asked = np.flatnonzero(verdict.option >= 0)
    drawn = asked[np.argsort(units.salted_rows(asker.family)[asked], kind="stable")]
    over = np.zeros(len(verdict.option), dtype=bool)
    over[drawn[np.isin(units.of_row[drawn], units.of_row[drawn[room:]])]] = True
    verdict.withdraw("share", over, {"room": np.full(len(over), float(room))})


def _table(columns: dict[str, Any], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_arrays(
        [columns[field.name].cast(field.type) for field in schema], schema=schema
    )


def _together(tables: list[pa.Table], schema: pa.Schema) -> pa.Table:
    return pa.concat_tables(tables) if tables else schema.empty_table()

"""Pairs in; question rows and refusals out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from viewpoint_gen.qa.askers import Answered, Asker, Columns, Gatherer, Units, asker_of
from viewpoint_gen.qa.blocks import blocks_of
from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.confusable import Lookalikes, refuse_confusable, ring_of
from viewpoint_gen.qa.draws import keys_of, split_of
from viewpoint_gen.qa.facts import facts_of
from viewpoint_gen.qa.families import chosen_families
from viewpoint_gen.qa.families.family import Family, Verdicts
from viewpoint_gen.qa.invisible import Sight, refuse_invisible
from viewpoint_gen.qa.marking import mark_points
from viewpoint_gen.qa.phrasing import wording_files
from viewpoint_gen.qa.rows import Block, Provenance
from viewpoint_gen.qa.summary import QaSummary
from viewpoint_gen.qa.views import Views
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
    askers = [asker_of(family, config, provenance) for family in families]
    for asker in askers:
        summary.families[asker.family.id] = asker.summary
    return _blocks(pairs, rings, askers, config, provenance, schemas, summary)


def _blocks(
    pairs: Iterable[pa.RecordBatch | pa.Table],
    rings: Mapping[str, Ring],
    askers: Sequence[Asker],
    config: QaConfig,
    provenance: Provenance,
    schemas: QaSchemas,
    summary: QaSummary,
) -> Iterator[QaBlock]:
    for table in blocks_of(pairs, config.balance.block_pairs):
        block = _prepared(table, rings, config, provenance.seed)
        for asked, refused in _answers(block, rings, askers, config, provenance.seed):
            yield QaBlock(
                questions=_together(asked, schemas.questions),
                rejections=_together(refused, schemas.rejected),
            )
    summary.close()


def _answers(
    block: Block,
    rings: Mapping[str, Ring],
    askers: Sequence[Asker],
    config: QaConfig,
    seed: int,
) -> Iterator[Answered]:
    """What each family asks of a block, in their order; views are read once one gathers them."""
    of_pairs = [asker for asker in askers if not isinstance(asker, Gatherer)]
    units = Units.of(block.pairs, seed)
    verdicts = _verdicts(block, rings, of_pairs, units, config)
    views: Views | None = None
    for asker in askers:
        if isinstance(asker, Gatherer):
            if views is None:
                views = Views.of(block.pairs, block.splits)
            yield asker.ask_views(views, rings)
            continue
        verdict = next(verdicts)
        if asker.family.rationed:
            _ration(verdict, asker, units, config)
        yield asker.ask(block, verdict, units)


def _verdicts(
    block: Block,
    rings: Mapping[str, Ring],
    askers: Sequence[Asker],
    units: Units,
    config: QaConfig,
) -> Iterator[Verdicts]:
    """One family at a time where they don't compete: refusals with their numbers are large."""
    if not askers:
        return
    most_ratio = config.confusable_most_ratio
    lookalikes = Lookalikes.of(block.pairs, rings, most_ratio=most_ratio)
    sight = Sight.of(block.pairs)
    judge = _Judge(block, lookalikes, sight, units, config)
    verdicts = (judge.verdicts(asker.family) for asker in askers)
    if not config.per_pair:
        yield from verdicts
        return
    every = list(verdicts)
    _limit_per_pair(every, askers, units, config.per_pair)
    yield from every


def _prepared(table: pa.Table, rings: Mapping[str, Ring], config: QaConfig, seed: int) -> Block:
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
        splits=splits[uids.indices.to_numpy()],
        keys=keys_of(seed, "question", table.column("pair_id").to_pylist()),
    )


@dataclass(frozen=True)
class _Judge:
    """What every family is held against in a block."""

    block: Block
    lookalikes: Lookalikes
    sight: Sight
    units: Units
    config: QaConfig

    def verdicts(self, family: Family) -> Verdicts:
        """A family's answers and refusals."""
        facts = self.block.facts
        verdicts = family.verdicts(facts, self.config)
        mark_points(family, verdicts, self.block.pairs, self.block.keys, self.config)
        refuse_invisible(verdicts, family, self.sight, self.config)
        refuse_confusable(verdicts, family, facts, self.lookalikes, self.config)
        if family.settle is not None:
            family.settle(verdicts, self.units.salted_rows(family))
        return verdicts


def _limit_per_pair(
    verdicts: Sequence[Verdicts], askers: Sequence[Asker], units: Units, per_pair: int
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


def _ration(verdict: Verdicts, asker: Asker, units: Units, config: QaConfig) -> None:
    """Leave a family no more questions than the pairs so far have room for: whole units, drawn.

    ``share``: with the others the family would have too large a share of all questions.
    """
    pairs = asker.summary.considered + len(verdict.option)
    room = max(int(config.cannot_tell_most_per_pair * pairs) - asker.summary.asked, 0)
    asked = np.flatnonzero(verdict.option >= 0)
    drawn = asked[np.argsort(units.salted_rows(asker.family)[asked], kind="stable")]
    over = np.zeros(len(verdict.option), dtype=bool)
    over[drawn[np.isin(units.of_row[drawn], units.of_row[drawn[room:]])]] = True
    verdict.withdraw("share", over, {"room": np.full(len(over), float(room))})


def _together(parts: Sequence[Columns], schema: pa.Schema) -> pa.Table:
    """One table of the columns of several."""
    tables = [
        pa.Table.from_arrays([part[field.name].cast(field.type) for field in schema], schema=schema)
        for part in parts
    ]
    return pa.concat_tables(tables) if tables else schema.empty_table()

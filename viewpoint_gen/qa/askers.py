"""One family's way through the blocks: what it asks, what it keeps, and its counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from viewpoint_gen.qa.balance import Balancer
from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.cues import Cuts, cues_of, cuts_of, mark_cues, setting_cue
from viewpoint_gen.qa.draws import Keys, falls_within, keys_of, salted
from viewpoint_gen.qa.facts import Facts
from viewpoint_gen.qa.families.family import Family, Numbers, Verdicts
from viewpoint_gen.qa.families.gathered import NO_SET, GatheredFamily, Items, keep_whole_units
from viewpoint_gen.qa.gathered_rows import gathered_rows, refused_barren, refused_items
from viewpoint_gen.qa.groups import AGAIN
from viewpoint_gen.qa.rows import Block, Provenance, Rows, question_rows, rejection_rows
from viewpoint_gen.qa.summary import NOT_KEPT, FamilySummary
from viewpoint_gen.qa.views import Views
from viewpoint_gen.records import Ring

Columns = dict[str, pa.Array]
Answered = tuple[list[Columns], list[Columns]]
"""Columns of a family's kept questions, once and some again; and of its refusals by code."""


@dataclass(frozen=True)
class Units:
    """Which rows are a pair and its reverse.

    Attributes:
        of_row: (N,) unit number, from 0.
        keys: (U,) a random key per unit.
    """

    of_row: NDArray[np.int64]
    keys: Keys

    @classmethod
    def of(cls, table: pa.Table, seed: int) -> Units:
        """Pair up the rows of a pairs table."""
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


class Asker:
    """A family that is asked of pairs: its balance, its counts."""

    def __init__(self, family: Family, config: QaConfig, provenance: Provenance) -> None:
        self.family = family
        self.summary = FamilySummary(
            truths=dict.fromkeys(family.options, 0), could_be_true=dict.fromkeys(family.options, 0)
        )
        self._config = config
        self._provenance = provenance
        self._balancer = Balancer(config.balance, len(family.options))
        self._cuts: Cuts | None = None

    def ask(self, block: Block, verdicts: Verdicts, units: Units) -> Answered:
        """Keep some of a block's questions."""
        asked = np.flatnonzero(verdicts.option >= 0)
        chosen = self._chosen(block.facts, verdicts, units, asked)
        kept = asked[chosen]
        refused = _refused(verdicts, asked[~chosen])
        self._count(verdicts, asked, kept, refused)
        twice = self._twice(kept, units.of_row, units.salted(self.family, AGAIN))
        return (
            [
                question_rows(block, self.family, verdicts, rows, self._provenance, again=again)
                for rows, again in ((kept, ""), (twice, AGAIN))
            ],
            rejection_rows(block, self.family, refused, self._provenance),
        )

    def _chosen(
        self, facts: Facts, verdicts: Verdicts, units: Units, asked: Rows
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

    def _twice(self, kept: Rows, unit: NDArray[np.int64], keys: Keys) -> Rows:
        """Which of the kept questions are asked again in other words: whole units, drawn.

        Args:
            unit: of every row.
            keys: of every unit.
        """
        drawn = falls_within(keys, self._config.paraphrase_share)
        twice = kept[drawn[unit[kept]]]
        self.summary.again += len(twice)
        return twice

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


class Gatherer(Asker):
    """A family that gathers its items from a block's views."""

    def __init__(self, family: GatheredFamily, config: QaConfig, provenance: Provenance) -> None:
        super().__init__(family, config, provenance)
        self._gathered = family

    def ask_views(self, views: Views, rings: Mapping[str, Ring]) -> Answered:
        """Keep some of the questions that a block's views make."""
        family, provenance = self._gathered, self._provenance
        items = family.gather(views, rings, self._config, provenance.seed)
        verdicts = Verdicts.open_for(len(items))
        if len(items):
            verdicts = family.judge(items, rings, self._config)
            keep_whole_units(verdicts, items.unit)
        asked = np.flatnonzero(verdicts.option >= 0)
        keys = keys_of(provenance.seed, family.id, items.unit_names)
        chosen = self._chosen_items(items, verdicts, asked, keys)
        kept, refused = asked[chosen], _refused(verdicts, asked[~chosen])
        self._count(verdicts, asked, kept, refused)
        self._count_barren(len(items.barren))
        twice = self._twice(kept, items.unit, salted(keys, AGAIN))
        return (
            [
                gathered_rows(views, items, family, verdicts, rows, keys, provenance, again=again)
                for rows, again in ((kept, ""), (twice, AGAIN))
            ],
            refused_items(views, items, family, refused, provenance)
            + refused_barren(NO_SET, items.barren, family, provenance),
        )

    def _chosen_items(
        self, items: Items, verdicts: Verdicts, asked: Rows, keys: Keys
    ) -> NDArray[np.bool_]:
        if not len(asked):
            return np.zeros(0, dtype=bool)
        family, answers = self._gathered, verdicts.take(asked)
        if self._cuts is None:
            self._cuts = family.cuts_of(items, asked, answers, self._config)
        cues = family.cues_of(items, asked, answers, self._config, self._cuts)
        present, unit = np.unique(items.unit[asked], return_inverse=True)
        return self._balancer.keep(cues, answers.option, unit, keys[present])

    def _count_barren(self, count: int) -> None:
        self.summary.considered += count
        if count:
            self.summary.refused[NO_SET] = self.summary.refused.get(NO_SET, 0) + count


def asker_of(family: Family, config: QaConfig, provenance: Provenance) -> Asker:
    """The way of a family, whatever it is asked of."""
    if isinstance(family, GatheredFamily):
        return Gatherer(family, config, provenance)
    return Asker(family, config, provenance)


def _refused(verdicts: Verdicts, not_kept: Rows) -> dict[str, tuple[Rows, Numbers]]:
    """The refusals as row numbers; those that balance left out among them."""
    refused = {
        code: (np.flatnonzero(which), numbers)
        for code, (which, numbers) in verdicts.refused.items()
    }
    if len(not_kept):
        refused[NOT_KEPT] = (not_kept, {"answer_value": verdicts.value})
    return refused

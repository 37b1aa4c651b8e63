"""Families that gather their own items from the views of a block instead of being asked of pairs.

A pair's family says what it thinks of every pair. A gathered one first picks the views that make a
question: several at once, of one visit or of two. What it picks is held to the same rules (whole,
off the poles, the object unturned, linked by shared surface or by a backdrop that stays put), so
that a set of views which breaks one is never an item; a visit without any item is refused as
``no_set``, with what it lacked.

These families use what is built on families (cues, lookalikes, displacements). They import it as
modules, which may still be half loaded then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from viewpoint_gen.geometry.frames import Array, Bools, Indices, wrap_each_rad
from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.facts import Facts, facts_of
from viewpoint_gen.qa.families.family import Family, Gate, Verdicts
from viewpoint_gen.qa.views import Views
from viewpoint_gen.records import Ring

if TYPE_CHECKING:
    from viewpoint_gen.qa.cues import Cue, Cuts

NO_SET = "no_set"
"""Code of a visit, or of an asset, whose views make no question of a family."""

Strings = list[str]


@dataclass(frozen=True)
class Leg:
    """The way between two of the images of each item.

    Attributes:
        table: W rows with the columns of ``pairs``.
        facts: of these rows.
        row: (N,) the row of each item.
    """

    table: pa.Table
    facts: Facts
    row: Indices

    @classmethod
    def of(
        cls,
        views: Views,
        one: Indices,
        two: Indices,
        row: Indices | None = None,
        *,
        also: Sequence[str] = (),
    ) -> Leg:
        """Work out W ways between views.

        Args:
            row: (N,) which way each item uses; None: one each, in order.
            also: as of ``Views.between``.
        """
        table = views.between(one, two, also=also)
        return cls(table, facts_of(table), np.arange(len(one)) if row is None else row)

    def column(self, name: str) -> Array:
        """(N,) one of the facts."""
        return self.facts.column(name)[self.row]

    def of_items(self, items: Indices) -> Facts:
        """The facts of some items."""
        return self.facts.take(self.row[items])


@dataclass(frozen=True)
class Barren:
    """A visit, or an asset, that gave no item: its name, its asset, and what it had."""

    name: str
    asset_uid: str
    numbers: Mapping[str, float]


@dataclass(frozen=True)
class Items:
    """N questions that may be asked about K gathered views each.

    Attributes:
        images: (N, K) rows of ``Views``, in the order shown.
        unit: (N,) from 0 to U - 1; questions of one unit are kept or dropped together.
        unit_names: (U,) for ids, groups and draws.
        roles: (N,) which question of its unit each is.
        legs: the ways that decide, by the places of their images, e.g. (0, 2).
        facts: (N,) numbers that go into the row, by name.
        shown: (N,) further columns of the family's own.
        barren: what gave no item.
    """

    images: Indices
    unit: Indices
    unit_names: Sequence[str]
    roles: Sequence[str]
    legs: Mapping[tuple[int, int], Leg]
    facts: Mapping[str, Array]
    shown: Mapping[str, Array] = field(default_factory=dict)
    barren: Sequence[Barren] = ()

    def __len__(self) -> int:
        return len(self.images)


Gather = Callable[[Views, Mapping[str, Ring], QaConfig, int], Items]
"""The items of a block: its views, the rings of its assets, the thresholds, the run's seed."""

Judge = Callable[[Items, Mapping[str, Ring], QaConfig], Verdicts]
"""What is true in each item, and which of them may not be asked after all."""

CuesOf = Callable[[Items, Indices, Verdicts, QaConfig, "Cuts"], "list[Cue]"]
"""What must not tell the answers of some items: rows of items and what is true in them."""

CutsOf = Callable[[Items, Indices, Verdicts, QaConfig], "Cuts"]
SlotsOf = Callable[[Items, Indices], dict[str, Strings]]
"""What the texts name, for some rows of the items."""


def _no_cuts(*_: object) -> Cuts:
    return {}


def _no_slots(*_: object) -> dict[str, Strings]:
    return {}


def _judged(verdicts: Verdicts, facts: Facts, config: QaConfig) -> None:
    """Nothing: what two views say decides no answer of a family that judges its items itself."""


@dataclass(frozen=True, kw_only=True)
class GatheredFamily(Family):
    """A kind of question about views that it gathers itself.

    What ``gather`` picks is within the gates' limits, and ``judge`` decides; ``decide`` is for
    families whose answer is that of two of their views.

    Attributes:
        gather: the items of a block.
        judge: their answers and refusals.
        cues_of: what must not tell the answers.
        cuts_of: where to part the bins of image cues; made once, in the first block with items.
        slots_of: what the texts name beside the option.
    """

    asked_of: str = "sets of views"
    gates: tuple[Gate, ...] = ()
    decide: Callable[[Verdicts, Facts, QaConfig], None] = _judged
    gather: Gather
    judge: Judge
    cues_of: CuesOf
    slots_of: SlotsOf = _no_slots
    cuts_of: CutsOf = _no_cuts


@dataclass(frozen=True)
class Ways:
    """What lies between every two of the V views of each of G visits; (G, V, V), row to column.

    Attributes:
        visits: (G,) which of ``Views.visits``.
        rows: (G, V) of their views.
        azimuth_rad: change of azimuth, in (-pi, pi].
        elevation_rad: change of height angle.
        linked: whether both are usable, show the object unturned, and share enough surface or a
            backdrop that stays put.
    """

    visits: Indices
    rows: Indices
    azimuth_rad: Array
    elevation_rad: Array
    linked: Bools


_AT_A_TIME: Final = 4_000_000
"""Threes of views within visits whose ways are looked at together; more would only take memory."""


def ways_of(views: Views, config: QaConfig) -> Iterator[Ways]:
    """The ways within all visits, some visits with as many views each at a time."""
    sizes = np.array([len(visit.rows) for visit in views.visits], dtype=np.int64)
    columns = {n: views.numbers(n) for n in ("azimuth_rad", "elevation_rad", "object_turn_rad")}
    usable, static = views.usable(config), views.static
    within = _Within.of(views)
    for size in np.unique(sizes).tolist():
        those = np.flatnonzero(sizes == size)
        for visits in np.array_split(those, -(-len(those) * size**3 // _AT_A_TIME)):
            rows = np.stack([views.visits[visit].rows for visit in visits.tolist()])

            def change(name: str, rows: Indices = rows) -> Array:
                of = columns[name][rows]
                return np.asarray(of[:, None, :] - of[:, :, None])

            with np.errstate(invalid="ignore"):
                seen = within.shared(visits, size) >= config.overlap_least_share
            seen |= static[rows][:, :, None]
            linked = seen & (np.abs(wrap_each_rad(change("object_turn_rad"))) <= _NO_TURN_RAD)
            linked &= usable[rows][:, :, None] & usable[rows][:, None, :]
            linked &= ~np.eye(size, dtype=bool)
            azimuth_rad = wrap_each_rad(change("azimuth_rad"))
            yield Ways(visits, rows, azimuth_rad, change("elevation_rad"), linked)


_NO_TURN_RAD = 1e-6
"""Of matrices read back from a renderer that works in 32 bits; as in ``gates``."""


@dataclass(frozen=True)
class _Within:
    """The pairs among a block's views: which visit they are of, and what they share of the surface.

    Attributes:
        visit: (P,) of ``Views.visits``.
        one: (P,) place of one view within its visit; ``two`` that of the other.
        most: (P,) the larger of both overlaps.
    """

    visit: Indices
    one: Indices
    two: Indices
    most: Array

    @classmethod
    def of(cls, views: Views) -> _Within:
        visit, place = np.zeros((2, len(views)), dtype=np.int64)
        for number, each in enumerate(views.visits):
            visit[each.rows], place[each.rows] = number, np.arange(len(each.rows))
        one, two = np.divmod(views.pair_codes, len(views))
        own = visit[one] == visit[two]
        most = np.fmax(*views.overlaps.T)
        return cls(visit[one][own], place[one][own], place[two][own], most[own])

    def shared(self, visits: Indices, size: int) -> Array:
        """(G, V, V) of some visits with ``size`` views each; nan where two views are no pair."""
        among = np.full(int(self.visit.max(initial=0)) + 1, -1, dtype=np.int64)
        known = visits[visits < len(among)]
        among[known] = np.arange(len(known))
        group = among[self.visit]
        mine = group >= 0
        group, one, two, most = group[mine], self.one[mine], self.two[mine], self.most[mine]
        shared = np.full((len(visits), size, size), np.nan)
        shared[group, one, two] = most
        shared[group, two, one] = np.fmax(shared[group, two, one], most)
        return shared


def tails_of(views: Views) -> Strings:
    """(V,) what is left of each view's id behind its visit's name; whole if it has another form."""
    tails = views.texts("view_id")
    for visit in views.visits:
        for row in visit.rows.tolist():
            tails[row] = tails[row].removeprefix(f"{visit.name}.")
    return tails


def barren_of(views: Views, linked: Mapping[int, int]) -> list[Barren]:
    """Visits that gave no item.

    Args:
        linked: how many ways within each such visit, by its place in ``Views.visits``, are linked.
    """
    uids, visits = views.texts("asset_uid"), views.visits
    return [
        Barren(
            visits[each].name,
            uids[visits[each].rows[0]],
            {"views": len(visits[each].rows), "linked": count},
        )
        for each, count in sorted(linked.items())
    ]


def few_of(group: Indices, lots: Array, most: int | Indices) -> Indices:
    """Rows, in their order, of at most so many of each group: those with the least lots.

    Args:
        group: (N,).
        lots: (N,).
        most: of every group, or of each row's group (N,).
    """
    order = np.lexsort((lots, group))
    ordered = group[order]
    first = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]][: len(ordered)])
    place = np.arange(len(order)) - np.repeat(first, np.diff(np.r_[first, len(order)]))
    limit = np.broadcast_to(most, len(order))[order]
    return np.sort(order[place < limit])


def keep_whole_units(verdicts: Verdicts, unit: Indices) -> None:
    """``incomplete``: another question of the unit was refused, and they only stand together."""
    if not len(unit):
        return
    broken = np.zeros(int(unit.max()) + 1, dtype=bool)
    broken[unit[verdicts.option < 0]] = True
    verdicts.withdraw("incomplete", broken[unit] & (verdicts.option >= 0), {})

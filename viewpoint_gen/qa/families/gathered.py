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

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from viewpoint_gen.geometry.frames import Array, Indices, wrap_each_rad
from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.facts import Facts, facts_of
from viewpoint_gen.qa.families.family import Family, Gate, Verdicts
from viewpoint_gen.qa.views import Views, Visit
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

    def of_items(self) -> Facts:
        """The facts of the N items."""
        return self.facts.take(self.row)


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
    """What lies between every two of V views of one visit; (V, V), from the row to the column.

    Attributes:
        azimuth_rad: change of azimuth, in (-pi, pi].
        elevation_rad: change of height angle.
        linked: whether both are usable, show the object unturned, and share enough surface or a
            backdrop that stays put.
    """

    azimuth_rad: Array
    elevation_rad: Array
    linked: Array


def ways_of(views: Views, visit: Visit, columns: Mapping[str, Array], config: QaConfig) -> Ways:
    """Work out the ways within a visit.

    Args:
        columns: of ``columns_of``; what is read of the views once for all visits.
    """
    rows = visit.rows
    count = len(rows)
    of = {name: values[rows] for name, values in columns.items()}

    def change(name: str) -> Array:
        return np.asarray(of[name][None, :] - of[name][:, None])

    one, two = (index.ravel() for index in np.indices((count, count)))
    shared = np.fmax(*views.overlap(rows[one], rows[two]).T).reshape(count, count)
    with np.errstate(invalid="ignore"):
        seen = (shared >= config.overlap_least_share) | (of["static"] > 0)
    unturned = np.abs(wrap_each_rad(change("object_turn_rad"))) <= _NO_TURN_RAD
    usable = of["usable"] > 0
    linked = seen & unturned & usable[:, None] & usable[None, :]
    np.fill_diagonal(linked, val=False)
    return Ways(wrap_each_rad(change("azimuth_rad")), change("elevation_rad"), linked)


_NO_TURN_RAD = 1e-6
"""Of matrices read back from a renderer that works in 32 bits; as in ``gates``."""


def columns_of(views: Views, config: QaConfig) -> dict[str, Array]:
    """What ``ways_of`` reads of the views, (V,) each."""
    return {
        **{n: views.numbers(n) for n in ("azimuth_rad", "elevation_rad", "object_turn_rad")},
        "static": views.static.astype(np.float64),
        "usable": views.usable(config).astype(np.float64),
    }


def tails_of(visit: Visit, view_ids: Sequence[str]) -> list[str]:
    """What is left of the views' ids behind the visit's name; whole if they have another form."""
    return [name.removeprefix(f"{visit.name}.") for name in view_ids]


def keep_whole_units(verdicts: Verdicts, unit: Indices) -> None:
    """``incomplete``: another question of the unit was refused, and they only stand together."""
    if not len(unit):
        return
    broken = np.zeros(int(unit.max()) + 1, dtype=bool)
    broken[unit[verdicts.option < 0]] = True
    verdicts.withdraw("incomplete", broken[unit] & (verdicts.option >= 0), {})

"""Which answer is taken for which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from viewpoint_gen.evaluation.meanings import keys_of
from viewpoint_gen.evaluation.metrics.scored import Scored
from viewpoint_gen.qa.families import FAMILIES
from viewpoint_gen.qa.families.family import Form

NO_ANSWER: Final = "no answer"


@dataclass(frozen=True)
class Confusion:
    """Of one family whose options have meanings.

    Attributes:
        keys: of the answers that are ever true.
        said: of the columns: the same, and ``NO_ANSWER``.
        counts: [truth][said].
    """

    family: str
    keys: tuple[str, ...]
    said: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


def confusions_of(scored: Scored) -> tuple[Confusion, ...]:
    """One per family of choices, in the registry's order."""
    found: dict[str, dict[tuple[str, str], int]] = {}
    for row, got in zip(scored.rows, scored.scores, strict=True):
        family = FAMILIES.get(row["family"])
        if family is None or family.form not in (Form.NAMED, Form.LADDER):
            continue
        said = keys_of(row).get(got.answer or "", NO_ANSWER)
        cells = found.setdefault(family.id, {})
        place = str(row["answer_key"]), said
        cells[place] = cells.get(place, 0) + 1
    return tuple(_table(family, found[family]) for family in FAMILIES if family in found)


def _table(family: str, cells: dict[tuple[str, str], int]) -> Confusion:
    keys = tuple(key for key in FAMILIES[family].options if any(key in cell for cell in cells))
    said = (*keys, NO_ANSWER)
    counts = tuple(tuple(cells.get((truth, got), 0) for got in said) for truth in keys)
    return Confusion(family, keys, said, counts)

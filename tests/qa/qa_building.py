"""Building questions from pairs, and reading the rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from viewpoint_gen.dataset.schema import QUESTIONS, REJECTED
from viewpoint_gen.qa.build import QaSchemas, build_questions
from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.families import FAMILIES
from viewpoint_gen.qa.families.directions import NOTHING
from viewpoint_gen.qa.families.gathered import GatheredFamily
from viewpoint_gen.qa.summary import QaSummary
from viewpoint_gen.records import Ring

PAIRED = {
    name: family for name, family in FAMILIES.items() if not isinstance(family, GatheredFamily)
}
"""Families that are asked of pairs, and of nothing that is gathered."""

OF_FACTS = {name: family for name, family in PAIRED.items() if family.mark is None}
"""Families whose answer follows from a pair's numbers, without points that are drawn."""

DIRECTIONS = sorted(
    name for name, family in PAIRED.items() if family.options[NOTHING:] == ("nothing",)
)
"""Families that ask for a direction, its opposite, or "not at all"."""

NOTHING_ALIKE = Ring(azimuths=4, elevation_rad=0.3, packed=bytes([255] * 6))
"""Of an object that looks different from everywhere."""


@dataclass(frozen=True)
class Built:
    """What a build gave, in one piece."""

    pairs: pa.Table
    questions: pa.Table
    rejections: pa.Table
    summary: QaSummary

    def of(self, family: str) -> pa.Table:
        return self.questions.filter(pc.equal(self.questions.column("family"), family))


def build(
    pairs: pa.Table,
    *,
    ring: Ring = NOTHING_ALIKE,
    rings: Mapping[str, Ring] | None = None,
    seed: int = 7,
    batch_rows: int = 5000,
    **settings: Any,
) -> Built:
    """Ask the families of pairs once, unless told otherwise."""
    settings.setdefault("families", tuple(PAIRED))
    summary = QaSummary()
    blocks = list(
        build_questions(
            pairs.to_batches(batch_rows),
            rings or dict.fromkeys(pairs.column("asset_uid").to_pylist(), ring),
            QaConfig(**{"paraphrase_share": 0.0, **settings}),
            seed=seed,
            fingerprint="print of the recipe",
            schemas=QaSchemas(QUESTIONS, REJECTED),
            summary=summary,
        )
    )
    return Built(
        pairs=pairs,
        questions=pa.concat_tables([block.questions for block in blocks]),
        rejections=pa.concat_tables([block.rejections for block in blocks]),
        summary=summary,
    )


def fact(rows: pa.Table, name: str) -> np.ndarray:
    """One number of the stored facts, per row."""
    maps = rows.column("facts").combine_chunks()
    per_row = len(maps.keys) // len(maps)
    place = maps.keys[:per_row].to_pylist().index(name)
    return maps.items.to_numpy(zero_copy_only=False)[place::per_row]


def matrices(rows: pa.Table, name: str, size: int) -> np.ndarray:
    """(N, 2, size, size) of a column of two matrices."""
    flat = rows.column(name).combine_chunks().flatten().flatten().flatten()
    return flat.to_numpy(zero_copy_only=False).reshape(-1, 2, size, size)

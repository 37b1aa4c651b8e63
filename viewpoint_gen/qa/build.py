"""Pairs in; question rows and refusals out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.summary import QaSummary


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
    raise NotImplementedError


def build_questions(
    pairs: Iterable[pa.RecordBatch | pa.Table],
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
        seed: of the run.
        fingerprint: of the run's recipe.
        summary: filled while the blocks are consumed; whole once the iterator is used up.
    """
    raise NotImplementedError

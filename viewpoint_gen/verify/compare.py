"""Compares stored columns with recomputed ones, row by row, into a tally."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viewpoint_gen.verify.reading import Array, Rows
from viewpoint_gen.verify.report import Finding, Tally


def wrapped(angle_rad: ArrayLike) -> Array:
    """Return the same angles in (-pi, pi], by way of the unit circle."""
    angle = np.asarray(angle_rad, dtype=np.float64)
    turned = np.arctan2(np.sin(angle), np.cos(angle))
    return np.where(turned == -np.pi, np.pi, turned)


def blame(
    tally: Tally,
    rows: Rows,
    check: str,
    what: str,
    wrong: Iterable[int],
    expected: Sequence[Any] | str,
    got: Sequence[Any] | str,
) -> None:
    """Record a finding for each row number in ``wrong``."""
    for index in wrong:
        tally.found(
            Finding(
                check,
                rows.table,
                rows.file,
                rows.ids[index],
                what,
                expected if isinstance(expected, str) else _show(expected[index]),
                got if isinstance(got, str) else _show(got[index]),
            )
        )


def _show(value: Any) -> str:
    if isinstance(value, (float, np.floating)):
        return f"{value:.9g}"
    if isinstance(value, np.ndarray):
        return np.array2string(value, precision=7, suppress_small=True).replace("\n", "")
    return str(value)


def close(
    tally: Tally,
    rows: Rows,
    check: str,
    what: str,
    expected: Array,
    got: Array,
    *,
    tolerance: float | Array = 1e-6,
) -> None:
    """Expect equal numbers, scalars or matrices per row; nan only equals nan."""
    tally.looked(check, len(rows))
    with np.errstate(invalid="ignore"):
        same = (np.abs(expected - got) <= tolerance) | (np.isnan(expected) & np.isnan(got))
    same = same.reshape(len(rows), -1).all(axis=1)
    blame(tally, rows, check, what, np.flatnonzero(~same), list(expected), list(got))


def close_angle(
    tally: Tally,
    rows: Rows,
    check: str,
    what: str,
    expected: Array,
    got: Array,
    *,
    tolerance: float | Array = 1e-6,
) -> None:
    """Expect equal angles, compared on the circle, and stored in (-pi, pi]."""
    tally.looked(check, len(rows))
    with np.errstate(invalid="ignore"):
        same = np.abs(wrapped(expected - got)) <= tolerance
        in_range = (got > -np.pi - 1e-12) & (got <= np.pi + 1e-12)
    fine = (same & in_range) | (np.isnan(expected) & np.isnan(got))
    blame(tally, rows, check, what, np.flatnonzero(~fine), list(expected), list(got))


def equal(
    tally: Tally,
    rows: Rows,
    check: str,
    what: str,
    expected: Sequence[Any],
    got: Sequence[Any],
) -> None:
    """Expect equal Python values."""
    tally.looked(check, len(rows))
    wrong = [i for i, (one, two) in enumerate(zip(expected, got, strict=True)) if one != two]
    blame(tally, rows, check, what, wrong, expected, got)


def holds(
    tally: Tally,
    rows: Rows,
    check: str,
    what: str,
    fine: NDArray[np.bool_] | Sequence[bool],
    expected: Sequence[Any] | str,
    got: Sequence[Any] | str,
) -> None:
    """Expect that something is so in every row."""
    tally.looked(check, len(rows))
    wrong = np.flatnonzero(~np.asarray(fine, dtype=bool))
    blame(tally, rows, check, what, wrong, expected, got)

"""What can be made of images to choose from without the image that the motion starts at."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from viewpoint_gen.audit.table import Table

Places = Sequence[NDArray[np.int64]]

_AZIMUTH: Final = re.compile(r"(\d+)° (counter-)?clockwise")
_HEIGHT: Final = re.compile(r"(\d+)° (higher|lower)")


def told_motions(texts: Sequence[str]) -> Table:
    """(N, 2) the motion that each question tells: round the object, and in height; degrees."""
    rows = []
    for text in texts:
        around, height = _AZIMUTH.search(text), _HEIGHT.search(text)
        rows.append(
            (
                np.nan if around is None else float(around[1]) * (1.0 if around[2] else -1.0),
                np.nan
                if height is None
                else float(height[1]) * (1.0 if height[2] == "higher" else -1.0),
            )
        )
    names = ("the motion round the object", "the motion in height")
    return Table(np.array(rows, dtype=np.float32).reshape(-1, 2), names)


def around_the_middle(
    cameras: Table, candidates: Places, labels: Sequence[str], told: Table
) -> Table:
    """(N, 3 C) where each candidate's camera stands among the others, and how that fits the motion.

    Args:
        cameras: of all views, with "azimuth" and "elevation" in radians.
        candidates: rows of each candidate.
        labels: of the candidates.
        told: of ``told_motions``.
    """
    azimuth, elevation = (
        np.stack([cameras.columns([name]).values[rows, 0] for rows in candidates], axis=1)
        for name in ("azimuth", "elevation")
    )
    middle = np.angle(np.exp(1j * azimuth).mean(axis=1))
    turned = np.angle(np.exp(1j * (azimuth - middle[:, None])))
    raised = elevation - elevation.mean(axis=1, keepdims=True)
    fits = np.abs(turned - np.deg2rad(told.values[:, :1]))
    columns, names = [], []
    for kind, values in (
        ("azimuth among the candidates", turned),
        ("elevation among the candidates", raised),
        ("distance from the motion, begun in the middle", fits),
    ):
        columns.append(values)
        names += [f"{kind}: {label}" for label in labels]
    return Table(np.concatenate(columns, axis=1).astype(np.float32), tuple(names))


def most_alike(pictures: Table, first: NDArray[np.int64], candidates: Places) -> Table:
    """(N, 1) place of the candidate whose picture's numbers are nearest to image 1's.

    Args:
        pictures: of all views.
        first: (N,) rows of image 1.
        candidates: (N,) rows of each candidate.
    """
    values = np.nan_to_num(pictures.values)
    scaled = (values - values.mean(axis=0)) / np.maximum(values.std(axis=0), 1e-6)
    off = [np.linalg.norm(scaled[rows] - scaled[first], axis=1) for rows in candidates]
    nearest = np.argmin(np.stack(off, axis=1), axis=1)
    return Table(nearest[:, None].astype(np.float32), ("the candidate most like image 1",))

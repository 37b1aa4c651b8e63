"""Checks on marked points: each is a point of the surface, at its place, seen or hidden as it must.

A pair's points are its first view's own, and whether its second view shows them was held against
that view's depth when the views were verified (``points``). So a mark is proved by finding the
point that it is of: the one that the row's own cameras put there. Pictures needn't be read again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from viewpoint_gen.verify.compare import blame, holds
from viewpoint_gen.verify.index import Index
from viewpoint_gen.verify.layout import Layout
from viewpoint_gen.verify.limits import Limits
from viewpoint_gen.verify.points import HIDDEN, SEEN, unpacked
from viewpoint_gen.verify.reading import Array, Keys, Rows, base_name, key, read_rows
from viewpoint_gen.verify.report import Tally

REF: Final = "REF"
LETTERS: Final = ("A", "B", "C", "D")

AT_ITS_PLACE_PX: Final = 0.01
SLACK: Final = 1e-6


@dataclass(frozen=True)
class Layouts:
    """Which marks the questions of a family show.

    Attributes:
        first: labels in image 1.
        second: labels in image 2.
    """

    first: tuple[str, ...]
    second: tuple[str, ...]


MARKS_OF: Final = {
    "correspondence": Layouts((REF,), LETTERS),
    "hidden_point": Layouts(LETTERS, ()),
    "cannot_tell": Layouts((REF,), LETTERS[:3]),
}
"""Families that mark points; all others mark none."""


@dataclass(frozen=True)
class Marked:
    """The marks of one question, with the points that they are of; K marks, P points.

    Attributes:
        labels: of the marks, in the order of their images.
        point: (K,) which of the pair's points each one is; -1: none.
        places: (2, P, 2) of all points in both images, in widths of the image.
        points_world: (P, 3) in the world of image 1.
        sights: (P,) whether image 2 shows them: hidden, seen or unsure.
        size: width and height of the images, in widths.
    """

    labels: tuple[str, ...]
    point: NDArray[np.int64]
    places: Array
    points_world: Array
    sights: NDArray[np.uint8]
    size: tuple[float, float]

    def of(self, label: str) -> int:
        """Return the point of a mark."""
        return int(self.point[self.labels.index(label)])

    def among(self, labels: Sequence[str]) -> NDArray[np.int64]:
        """Return (L,) points of some marks."""
        return np.array([self.of(label) for label in labels], dtype=np.int64)

    @property
    def letters(self) -> tuple[str, ...]:
        """The labels to choose from."""
        return tuple(label for label in self.labels if label != REF)


@dataclass(frozen=True)
class PairPoints:
    """Finds the points of pairs in the run's files; only those of one batch are held."""

    layout: Layout
    pairs: Index

    def of(self, pair_keys: Keys) -> dict[int, tuple[Array, NDArray[np.uint8]]]:
        """Return points (P, 3) and sights (P,) by the pair's key; what can't be read is absent."""
        where, found = self.pairs.find(pair_keys)
        records = self.pairs.take(where, found)
        wanted: dict[int, set[int]] = defaultdict(set)
        for part, pair in zip(records["part"].tolist(), records["key"].tolist(), strict=True):
            wanted[part].add(pair)
        points: dict[int, tuple[Array, NDArray[np.uint8]]] = {}
        for name in self.layout.parts["pairs"]:
            if mine := wanted.get(key(base_name(name))):
                points |= self._read(name, mine)
        return points

    def _read(self, name: str, wanted: set[int]) -> dict[int, tuple[Array, NDArray[np.uint8]]]:
        found = {}
        for rows in read_rows(
            self.layout.files,
            Tally(),
            "pairs",
            name,
            id_columns=("pair_id",),
            columns=("surface_points_1", "seen_in_2"),
        ):
            chosen = np.flatnonzero(np.isin(rows.keys("pair_id"), list(wanted)))
            data = rows.data.take(chosen).to_pylist()
            for row in data:
                points = unpacked(row["surface_points_1"])
                sights = np.frombuffer(row["seen_in_2"] or b"", dtype=np.uint8)
                if points is not None and len(points) == len(sights):
                    found[key(row["pair_id"])] = (points, sights)
        return found


def read_marks(
    tally: Tally,
    rows: Rows,
    cameras: Array,
    intrinsics: Array,
    points: PairPoints,
    limits: Limits,
) -> tuple[Marked | None, ...]:
    """Check each question's marks and return those that can be judged.

    Args:
        cameras: (N, 2, 4, 4) world_from_camera.
        intrinsics: (N, 2, 3, 3).
    """
    check_unmarked(tally, rows)
    families, told = rows.texts("family"), rows.texts("marks")
    pair_keys = rows.keys("pair_id")
    marking = np.flatnonzero([family in MARKS_OF for family in families])
    found = points.of(pair_keys[marking]) if len(marking) else {}
    widths, heights = rows.numbers("width_px"), rows.numbers("height_px")
    result: list[Marked | None] = [None] * len(rows)
    for i, (family, marks) in enumerate(zip(families, told, strict=True)):
        if family not in MARKS_OF:
            continue
        of_pair = found.get(int(pair_keys[i]))
        if problem := _misfit(family, marks or []):
            blame(tally, rows, "marks", "marks", [i], "the family's labels and images", problem)
        elif of_pair is None:
            blame(tally, rows, "marks", "marks", [i], "points of the pair", "none that can be read")
        else:
            marked = _located(marks, cameras[i], intrinsics[i], (widths[i], heights[i]), *of_pair)
            result[i] = marked
            for expected, got in _problems(family, marked, limits):
                blame(tally, rows, "marks", "marks", [i], expected, got)
    return tuple(result)


def check_unmarked(tally: Tally, rows: Rows) -> None:
    """A question of a family that marks nothing has no marks."""
    families, told = rows.texts("family"), rows.texts("marks")
    fine = [name in MARKS_OF or not marks for name, marks in zip(families, told, strict=True)]
    holds(tally, rows, "marks", "marks", fine, "none in this family", told)


def _misfit(family: str, marks: Sequence[dict[str, Any]]) -> str:
    wanted = MARKS_OF[family]
    due = [(0, label) for label in wanted.first] + [(1, label) for label in wanted.second]
    got = [(mark["image"], mark["label"]) for mark in marks]
    return "" if got == due else str(got)


def _located(
    marks: Sequence[dict[str, Any]],
    cameras: Array,
    intrinsics: Array,
    size_px: tuple[float, float],
    points_world: Array,
    sights: NDArray[np.uint8],
) -> Marked:
    pixels = np.stack([_projected(points_world, cameras[k], intrinsics[k]) for k in (0, 1)])
    point = np.full(len(marks), -1, dtype=np.int64)
    for k, mark in enumerate(marks):
        off = np.abs(pixels[mark["image"]] - [mark["x_px"], mark["y_px"]]).max(axis=1)
        at = np.flatnonzero(off <= AT_ITS_PLACE_PX)
        if len(at) == 1:
            point[k] = at[0]
    width = size_px[0]
    labels = tuple(mark["label"] for mark in marks)
    return Marked(labels, point, pixels / width, points_world, sights, (1.0, size_px[1] / width))


def _projected(points_world: Array, world_from_camera: Array, intrinsics: Array) -> Array:
    """Pixels (P, 2); nan behind the camera."""
    x, y, z = world_from_camera[:3, :3].T @ (points_world - world_from_camera[:3, 3]).T
    (fx, _, cx), (_, fy, cy) = intrinsics[:2]
    with np.errstate(divide="ignore", invalid="ignore"):
        pixels = np.stack([fx * x / z + cx, fy * y / z + cy], axis=1)
    return np.asarray(np.where(z[:, None] > 0, pixels, np.nan))


def _problems(family: str, marked: Marked, limits: Limits) -> list[tuple[str, str]]:
    """What was expected of the marks and what they are, one each."""
    wrong = []
    strange = [label for label, point in zip(marked.labels, marked.point, strict=True) if point < 0]
    if strange:
        return [("a point of the surface at each mark", f"none at {', '.join(strange)}")]
    letters = marked.among(marked.letters)
    if len(set(letters.tolist())) != len(letters):
        wrong.append(("different points", "one point with two letters"))
    for what, value, least in _distances(family, marked, letters, limits):
        if not value >= least - SLACK:
            wrong.append((f"{what} of at least {least}", f"{value:.4f}"))
    allowed = _sights_allowed(family)
    if tuple(sorted(marked.sights[letters].tolist())) not in allowed:
        seen = [{HIDDEN: "hidden", SEEN: "seen"}.get(s, "unsure") for s in marked.sights[letters]]
        wrong.append(("points that image 2 shows, but for the one asked about", ", ".join(seen)))
    if REF in marked.labels and marked.of(REF) not in letters:
        hidden = marked.sights[marked.of(REF)] == HIDDEN
        if family != "cannot_tell" or not hidden:
            wrong.append((f"{REF} among the letters, or hidden if that may be", "another point"))
    return wrong


def _sights_allowed(family: str) -> tuple[tuple[int, ...], ...]:
    if family == "hidden_point":
        return ((HIDDEN, SEEN, SEEN, SEEN),)
    return ((SEEN,) * len(MARKS_OF[family].second),)


def _distances(
    family: str, marked: Marked, letters: NDArray[np.int64], limits: Limits
) -> list[tuple[str, float, float]]:
    """What lies apart or inside, by how much, and the least of it."""
    every = np.unique(marked.point)
    images = (0,) if family == "hidden_point" else (0, 1)
    on_object = _least_apart(marked.points_world[every])
    found = [("a distance on the object", on_object, limits.point_apart)]
    for image in images:
        places = marked.places[image][letters]
        apart = _least_apart(places)
        found.append((f"a distance in image {image + 1}", apart, limits.mark_apart_share))
    for image in (0, 1):
        places = marked.places[image][every]
        inside = float(np.minimum(places, np.array(marked.size) - places).min())
        edge = f"a distance from the edge of image {image + 1}"
        found.append((edge, inside, limits.mark_edge_share))
    if REF in marked.labels:
        away = marked.places[1][letters] - marked.places[0][marked.of(REF)]
        found.append(("a distance from REF's pixel", _least(away), limits.mark_moved_share))
    return found


def _least_apart(points: Array) -> float:
    first, second = np.triu_indices(len(points), 1)
    return _least(points[first] - points[second])


def _least(vectors: Array) -> float:
    return float(np.linalg.norm(vectors, axis=1).min(initial=np.inf))

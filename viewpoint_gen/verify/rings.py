"""Checks on the rings: the pictures themselves aren't kept, so that only their shape can be."""

from __future__ import annotations

import numpy as np

from viewpoint_gen.verify.compare import blame, equal, holds
from viewpoint_gen.verify.layout import Layout
from viewpoint_gen.verify.reading import key, keys, read_rows
from viewpoint_gen.verify.report import Finding, Tally


def verify_rings(layout: Layout, tally: Tally) -> None:
    """The first visit that brought pairs of an asset looked around it once; others didn't."""
    wanted = _first_visits_with_pairs(layout, tally)
    found: set[int] = set()
    for name in layout.parts["rings"]:
        for rows in read_rows(layout.files, tally, "rings", name):
            own = keys(rows.ids).tolist()
            found.update(own)
            holds(
                tally,
                rows,
                "rings",
                "row",
                [key in wanted for key in own],
                "of an asset's first visit with pairs",
                "of another",
            )
            azimuths = rows.numbers("azimuths")
            sizes = [None if ratios is None else len(ratios) for ratios in rows.texts("ratios")]
            pairs = [None if np.isnan(n) else int(n * (n - 1)) // 2 for n in azimuths]
            equal(tally, rows, "rings", "ratios (bytes)", pairs, sizes)
            tilted = np.abs(rows.numbers("elevation_rad")) <= np.pi / 2
            blame(
                tally,
                rows,
                "rings",
                "elevation_rad",
                np.flatnonzero(~tilted),
                "within 90 deg",
                "not",
            )
            middle = np.stack([rows.numbers(name) for name in ("middle_x", "middle_y")], axis=1)
            inside = (np.abs(middle) <= 0.5).all(axis=1)
            holds(tally, rows, "rings", "middle", inside, "within the object's box", "outside")
    tally.looked("rings", len(wanted))
    for missing in sorted(wanted.keys() - found):
        tally.found(Finding("rings", "rings", "", wanted[missing], "row", "one", "none"))


def _first_visits_with_pairs(layout: Layout, tally: Tally) -> dict[int, str]:
    """Asset and round of each, by their key."""
    first: dict[int, tuple[float, str]] = {}
    for name in layout.parts["outcomes"]:
        for rows in read_rows(
            layout.files,
            tally,
            "outcomes",
            name,
            columns=("pairs",),
        ):
            assets, rounds = rows.keys("asset_uid").tolist(), rows.numbers("round").tolist()
            for index in np.flatnonzero(rows.numbers("pairs") > 0):
                visit = (rounds[index], rows.ids[index])
                first[assets[index]] = min(visit, first.get(assets[index], visit))
    return {key(name): name for _, name in first.values()}

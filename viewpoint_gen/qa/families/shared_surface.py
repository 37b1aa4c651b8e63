"""How much of the object's surface both images show.

Decides: the directed overlap, as the nearest of four round shares. Refuses: ``boundary`` (more
than a quarter of a step from it: above 85 % hardly anything is new, below 15 % hardly anything is
shared), ``overlap_unknown``, and the gates. Value: the share, in [0, 1].
What can't be told from its other sides has no surface that one could find again: any other reading
of the pictures makes the question ``confusable``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import numpy as np

from viewpoint_gen.geometry.frames import Array, Bools
from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.facts import Facts
from viewpoint_gen.qa.families.family import Family, Verdicts
from viewpoint_gen.qa.families.gates import object_still, off_the_poles, seen_whole

_SHARES: Final = (0.2, 0.4, 0.6, 0.8)
_OFF_MOST: Final = 0.05
"""A quarter of a step."""


def _decide(
    share_of: Callable[[Facts], Array],
    verdicts: Verdicts,
    facts: Facts,
    config: QaConfig,  # noqa: ARG001
) -> None:
    share = share_of(facts)
    off = np.abs(share[:, None] - np.array(_SHARES))
    nearest = np.argmin(np.nan_to_num(off, nan=1.0), axis=1)
    least = off[np.arange(len(share)), nearest]
    verdicts.refuse("overlap_unknown", np.isnan(share), {})
    verdicts.refuse("boundary", ~(least <= _OFF_MOST), {"share": share})
    for number in range(len(_SHARES)):
        verdicts.answer(number, nearest == number)
    verdicts.value = share
    verdicts.margin = _OFF_MOST - least


def _never(mine: Verdicts, other: Verdicts) -> Bools:  # noqa: ARG001
    return np.zeros(len(mine.option), dtype=bool)


def _family(family_id: str, asks: str, share_of: Callable[[Facts], Array]) -> Family:
    return Family(
        id=family_id,
        asks=asks,
        frame="surface",
        options=tuple(f"{100 * share:.0f}" for share in _SHARES),
        unit="share",
        gates=(off_the_poles, object_still, seen_whole),
        decide=partial(_decide, share_of),
        other_axes=(),
        image_cues=("bearing_right", "elevation", "mask_share"),
        needs="pairs of views from near and from opposite sides",
        stands=_never,
    )


SHARED_SURFACE: Final = (
    _family(
        "overlap_share",
        "what share of the surface in image 1 image 2 shows too",
        lambda facts: facts.overlap_12,
    ),
    _family(
        "new_share",
        "what share of the surface in image 2 image 1 doesn't show",
        lambda facts: 1.0 - facts.overlap_21,
    ),
)

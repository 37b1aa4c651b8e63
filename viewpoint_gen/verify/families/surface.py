"""How much of the object's surface both images show, by the pair's own overlap."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import numpy as np

from viewpoint_gen.verify.families.rule import (
    OBJECT_STILL,
    OFF_THE_POLES,
    SEEN_WHOLE,
    Form,
    Rule,
    Scene,
    Swap,
    Truth,
    one_key,
)
from viewpoint_gen.verify.reading import Array
from viewpoint_gen.verify.truths import SLACK

PERCENTAGES: Final = (20, 40, 60, 80)
OFF_MOST: Final = 0.05
"""A quarter of the step between two of them."""


def _judge(share_of: Callable[[Scene], Array], scene: Scene) -> Truth:
    share = share_of(scene)
    off = np.stack([np.abs(share - percent / 100.0) for percent in PERCENTAGES])
    keys = one_key([str(percent) for percent in PERCENTAGES], list(off <= OFF_MOST + SLACK))
    named = np.broadcast_to(np.array(PERCENTAGES, dtype=np.float64), (len(share), len(PERCENTAGES)))
    nearest = np.where(off.T <= OFF_MOST + SLACK, named, np.nan)
    shown = {"percent": np.column_stack([100.0 * share, nearest])}
    return Truth(keys, share, OFF_MOST - off.min(axis=0), shown)


def _rule(share_of: Callable[[Scene], Array]) -> Rule:
    return Rule(
        form=Form.NAMED,
        unit="share",
        judge=partial(_judge, share_of),
        gates=(OFF_THE_POLES, OBJECT_STILL, SEEN_WHOLE),
        swap=Swap.FREE,
    )


SURFACE: Final = {
    "overlap_share": _rule(lambda scene: scene.seen_12),
    "new_share": _rule(lambda scene: 1.0 - scene.seen_21),
}

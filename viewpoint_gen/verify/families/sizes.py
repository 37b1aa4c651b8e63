"""By how much: seven sizes, asked with a ladder of four numbers or as a number.

Sizes are sorted into bins, each the same factor wider than the one before, from the least size
that is asked. A ladder takes up four bins in a row; the truth's rank in it is its answer's key, a
number's key is its bin.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from viewpoint_gen.verify.families.rule import (
    CAMERA_GATES,
    CAMERA_STILL,
    OBJECT_GATES,
    SAME_LENS,
    Form,
    Gate,
    Rule,
    Scene,
    Truth,
)
from viewpoint_gen.verify.reading import Array

RUNGS: Final = 4
EDGE: Final = 1e-6
"""A size this near to the edge of two bins, as a share of itself, may be put in either."""


@dataclass(frozen=True)
class Size:
    """A quantity; the widths of its bins are those of the question rules.

    Attributes:
        of: (N,) in degrees, or as a factor above 1.
        least: in the same unit, by the limits' name of it.
        step: from one bin to the next.
        bins: how many.
    """

    unit: str
    of: Callable[[Scene], Array]
    least: str
    step: float
    bins: int
    gates: Sequence[Gate] = CAMERA_GATES

    def places(self, size: Array, least: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return (N,) the lower and the upper bin that a size may be put in; -9 for nan."""
        edges = least * self.step ** np.arange(self.bins + 1)
        lower, upper = (
            np.searchsorted(edges, np.nan_to_num(size) * factor, side="right") - 1
            for factor in (1.0 - EDGE, 1.0 + EDGE)
        )
        fine = np.isfinite(size)
        return np.where(fine, lower, -9), np.where(fine, upper, -9)


def _degrees(name: str) -> Callable[[Scene], Array]:
    return lambda scene: np.rad2deg(scene.size(name))


def _factor(name: str) -> Callable[[Scene], Array]:
    return lambda scene: np.asarray(np.exp(np.abs(scene.ln_ratio(name))))


def _ratio(name: str, gate: Gate) -> Size:
    of, least = _factor(name), "distance_least_ratio"
    return Size("ratio", of, least, 1.17, 4, gates=(*CAMERA_GATES, gate))


SIZES: Final = {
    "azimuth": Size("deg", _degrees("azimuth"), "sideways_least_deg", 1.5, 6, gates=OBJECT_GATES),
    "elevation": Size("deg", _degrees("elevation"), "vertical_least_deg", 1.4, 4),
    "yaw": Size("deg", _degrees("heading"), "turn_least_deg", 1.5, 6),
    "pitch": Size("deg", _degrees("pitch"), "turn_least_deg", 1.45, 4),
    "roll": Size("deg", _degrees("roll"), "turn_least_deg", 1.45, 4),
    "distance": Size(
        "ratio",
        _factor("distance"),
        "distance_least_ratio",
        1.17,
        4,
        gates=(*CAMERA_GATES, SAME_LENS),
    ),
    "focal": Size(
        "ratio",
        _factor("focal"),
        "distance_least_ratio",
        1.17,
        4,
        gates=(*CAMERA_GATES, CAMERA_STILL),
    ),
}


def _ranks(size: Size, lower: int, upper: int) -> tuple[str, ...]:
    """Ranks that a truth in one of these bins can have in a ladder of four bins in a row."""
    ranks = {
        place - start
        for place in {lower, upper}
        for start in range(size.bins - RUNGS + 1)
        if start <= place < start + RUNGS
    }
    return tuple(f"rank_{rank}" for rank in sorted(ranks))


def _bins(size: Size, lower: int, upper: int) -> tuple[str, ...]:
    return tuple(f"bin_{place}" for place in sorted({lower, upper}) if 0 <= place < size.bins)


def _judge(size: Size, keys_of: Callable[[Size, int, int], tuple[str, ...]], scene: Scene) -> Truth:
    value = size.of(scene)
    least = getattr(scene.limits, size.least)
    lower, upper = size.places(value, least)
    keys = [keys_of(size, *both) for both in zip(lower.tolist(), upper.tolist(), strict=True)]
    unit = "deg" if size.unit == "deg" else "times"
    return Truth(keys, value, value - least, {unit: value.reshape(-1, 1)})


def _rule(size: Size, form: Form, keys_of: Callable[[Size, int, int], tuple[str, ...]]) -> Rule:
    room = 1e-3 if size.unit == "deg" else 1e-5
    return Rule(
        form=form,
        unit=size.unit,
        judge=partial(_judge, size, keys_of),
        gates=size.gates,
        value_room=room,
        margin_room=room,
        step=size.step,
    )


LADDERS: Final = {
    f"magnitude_{name}": _rule(size, Form.LADDER, _ranks) for name, size in SIZES.items()
}
NUMBERS: Final = {
    f"estimate_{name}": _rule(size, Form.ANGLE if size.unit == "deg" else Form.RATIO, _bins)
    for name, size in SIZES.items()
}

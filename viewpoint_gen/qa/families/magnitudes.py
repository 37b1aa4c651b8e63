"""By how much: seven quantities, each asked with four numbers to choose from, and as a number.

Decides: the size of one quantity, whichever way it went. Refuses: ``tiny``, ``boundary`` (larger
than the ladder reaches), and the gates of the quantity. Value: degrees, or a factor above 1.

The four numbers of a ladder are each the same factor above the one before. Truths are sorted into
bins of that factor; a set of options begins at one of the bins, and the truth's *rank* in it is
drawn. Held equally often true in every set, no rank, and no number, says anything about the truth.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from viewpoint_gen.geometry.frames import Array, Bools
from viewpoint_gen.qa.config import QaConfig
from viewpoint_gen.qa.draws import Keys, choice_each
from viewpoint_gen.qa.facts import Facts
from viewpoint_gen.qa.families.family import Family, Form, Gate, Nearby, Verdicts
from viewpoint_gen.qa.families.gates import CAMERA_GATES, OBJECT_GATES, camera_still, same_lens
from viewpoint_gen.qa.families.nearby import next_angle, next_ratio

RUNGS: Final = 4
"""Numbers to choose from."""

SHADES: Final = 4
"""Parts of a bin that its numbers could be told apart by."""

_SAME_FACTOR = 1.1
"""Another reading with a size this near has the same answer, if no other option is nearer."""


@dataclass(frozen=True)
class Quantity:
    """Something that has a size.

    Attributes:
        name: ends the families' ids.
        asks: after "by how much".
        frame: a key of ``FRAMES``.
        unit: "deg" or "ratio".
        size: (N,) of every pair, in the unit.
        least: from which on it is asked.
        bins: how many, beginning at ``least``.
        step: factor from one bin, or option, to the next.
        tolerance: of a number: an error in degrees, or of the ratio's logarithm, worth nothing.
        other_axes: as of ``Family``.
    """

    name: str
    asks: str
    frame: str
    unit: str
    size: Callable[[Facts], Array]
    least: Callable[[QaConfig], float]
    bins: int
    step: float
    tolerance: float
    gates: tuple[Gate, ...]
    other_axes: tuple[str, ...]
    image_cues: tuple[str, ...]
    needs: str

    @property
    def nearby(self) -> Nearby:
        """The next smaller option, or a number that is as far off."""
        to_next = next_angle if self.unit == "deg" else next_ratio
        return to_next(self.name, self.step)

    def bin_of(self, size: Array, least: float) -> Array:
        """(N,) which bin a size falls in, as whole numbers; may lie outside."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.floor(np.log(size / least) / np.log(self.step)))

    def families(self) -> tuple[Family, Family]:
        """To choose from a ladder, and to estimate."""
        ladder, number = f"magnitude_{self.name}", f"estimate_{self.name}"
        form = Form.ANGLE if self.unit == "deg" else Form.RATIO
        ranks = tuple(f"rank_{rank}" for rank in range(RUNGS))
        bins = tuple(f"bin_{number}" for number in range(self.bins))
        settle = partial(_onto_a_ladder, self.bins, self.step)
        return (
            self._family(ladder, ranks, Form.LADDER, settle=settle),
            self._family(number, bins, form, settle=None),
        )

    def _family(
        self,
        family_id: str,
        options: tuple[str, ...],
        form: Form,
        *,
        settle: Callable[[Verdicts, Keys], None] | None,
    ) -> Family:
        return Family(
            id=family_id,
            asks=f"by how much {self.asks}",
            frame=self.frame,
            options=options,
            unit=self.unit,
            gates=self.gates,
            decide=partial(_decide, self),
            other_axes=self.other_axes,
            image_cues=self.image_cues,
            needs=self.needs,
            form=form,
            tolerance=self.tolerance if settle is None else float("nan"),
            step=self.step,
            settings=(self.bins - RUNGS + 1) * SHADES if settle else 1,
            settle=settle,
            stands=partial(_as_large, min(_SAME_FACTOR, np.sqrt(self.step))),
            nearby=self.nearby,
        )


def _decide(quantity: Quantity, verdicts: Verdicts, facts: Facts, config: QaConfig) -> None:
    size, least = quantity.size(facts), quantity.least(config)
    place = quantity.bin_of(size, least)
    numbers = {"size": size, "least": np.full(len(size), least)}
    verdicts.refuse("tiny", ~(size >= least), numbers)
    verdicts.refuse("boundary", ~(place < quantity.bins), numbers)
    for number in range(quantity.bins):
        verdicts.answer(number, place == number)
    verdicts.value = size
    verdicts.margin = size - least


def _onto_a_ladder(bins: int, step: float, verdicts: Verdicts, keys: Keys) -> None:
    """Draw where the options of each decided question begin; its answer becomes a rank.

    A set of options is told by where it begins and by how far into its bin each number lies: were
    the sizes in one bin mostly small and in the next mostly large, the numbers alone would tell.
    """
    place = verdicts.option
    lowest = np.maximum(place - RUNGS + 1, 0)
    highest = np.minimum(place, bins - RUNGS)
    start = lowest + choice_each(keys, np.maximum(highest - lowest + 1, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        into = np.log(verdicts.value / (verdicts.value - verdicts.margin)) / np.log(step) % 1.0
    shade = np.minimum(np.nan_to_num(into) * SHADES, SHADES - 1).astype(np.int64)
    verdicts.setting = np.where(place >= 0, start * SHADES + shade, 0)
    verdicts.option = np.where(place >= 0, place - start, -1)


def _as_large(factor: float, mine: Verdicts, other: Verdicts) -> Bools:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.abs(np.log(other.value / mine.value)) <= np.log(factor))


def _degrees(fact: str) -> Callable[[Facts], Array]:
    return lambda facts: np.abs(np.rad2deg(facts.column(fact)))


def _factor(fact: str) -> Callable[[Facts], Array]:
    return lambda facts: np.exp(np.abs(facts.column(fact)))


_AXES = ("sideways", "vertical", "distance", "around", "yaw", "pitch", "roll")


def _others(*own: str) -> tuple[str, ...]:
    return tuple(axis for axis in _AXES if axis not in own)


QUANTITIES: Final = (
    Quantity(
        name="azimuth",
        asks="the camera went round the object, about the vertical through it",
        frame="above",
        unit="deg",
        size=_degrees("azimuth_rad"),
        least=lambda config: config.sideways_least_deg,
        bins=6,
        step=1.5,
        tolerance=30.0,
        gates=OBJECT_GATES,
        other_axes=_others("sideways", "around"),
        image_cues=("bearing_right",),
        needs="cameras that go round the object by little and by much",
    ),
    Quantity(
        name="elevation",
        asks="the camera's height angle above the object changed",
        frame="gravity",
        unit="deg",
        size=_degrees("elevation_rad"),
        least=lambda config: config.vertical_least_deg,
        bins=4,
        step=1.4,
        tolerance=15.0,
        gates=CAMERA_GATES,
        other_axes=_others("vertical"),
        image_cues=("elevation",),
        needs="cameras that go up and down by little and by much",
    ),
    Quantity(
        name="yaw",
        asks="the camera's compass heading turned",
        frame="gravity",
        unit="deg",
        size=_degrees("heading_rad"),
        least=lambda config: config.turn_least_deg,
        bins=6,
        step=1.5,
        tolerance=20.0,
        gates=CAMERA_GATES,
        other_axes=_others("yaw"),
        image_cues=("bearing_right",),
        needs="cameras that turn by little and by much",
    ),
    Quantity(
        name="pitch",
        asks="the camera tilted",
        frame="gravity",
        unit="deg",
        size=_degrees("pitch_rad"),
        least=lambda config: config.turn_least_deg,
        bins=4,
        step=1.45,
        tolerance=15.0,
        gates=CAMERA_GATES,
        other_axes=_others("pitch"),
        image_cues=("pitch", "bearing_down"),
        needs="cameras that tilt by little and by much",
    ),
    Quantity(
        name="roll",
        asks="the camera rolled about its line of sight",
        frame="camera_1",
        unit="deg",
        size=_degrees("roll_rad"),
        least=lambda config: config.turn_least_deg,
        bins=4,
        step=1.45,
        tolerance=15.0,
        gates=CAMERA_GATES,
        other_axes=_others("roll"),
        image_cues=("roll",),
        needs="cameras that roll by little and by much",
    ),
    Quantity(
        name="distance",
        asks="the camera's distance to the object changed",
        frame="distance",
        unit="ratio",
        size=_factor("ln_distance_ratio"),
        least=lambda config: config.distance_least_ratio,
        bins=4,
        step=1.17,
        tolerance=0.25,
        gates=(*CAMERA_GATES, same_lens),
        other_axes=_others("distance"),
        image_cues=("mask_share", "distance"),
        needs="cameras that come nearer or back off by little and by much, without a zoom",
    ),
    Quantity(
        name="focal",
        asks="the focal length of a camera that stayed in its place changed",
        frame="camera_1",
        unit="ratio",
        size=_factor("ln_focal_ratio"),
        least=lambda config: config.distance_least_ratio,
        bins=4,
        step=1.17,
        tolerance=0.25,
        gates=(*CAMERA_GATES, camera_still),
        other_axes=(),
        image_cues=("mask_share",),
        needs="lenses that zoom by little and by much",
    ),
)

MAGNITUDES: Final = tuple(quantity.families()[0] for quantity in QUANTITIES)
ESTIMATES: Final = tuple(quantity.families()[1] for quantity in QUANTITIES)

"""What a category is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import trimesh


class Symmetry(StrEnum):
    """Which turns about the vertical axis leave an object looking the same.

    NONE and MIRROR: no turn at all; MIRROR objects equal their left-right mirror image.
    """

    NONE = "none"
    MIRROR = "mirror"
    C2 = "c2"
    C4 = "c4"
    CINF = "cinf"

    @property
    def step_deg(self) -> float | None:
        """Smallest turn that changes nothing: 180, 90, 0 for any turn, None for no turn."""
        return {"c2": 180.0, "c4": 90.0, "cinf": 0.0}.get(self.value)


@dataclass(frozen=True)
class Category:
    """A kind of object and how to build one.

    Attributes:
        name: snake_case, such as "box_truck".
        group: "vehicle", "animal", "furniture", ...
        symmetry: how its instances look, shape and colours together.
        build: makes a scene in glTF axes and metres, front towards +Z, from random choices.
    """

    name: str
    group: str
    symmetry: Symmetry
    build: Callable[[np.random.Generator], trimesh.Scene]

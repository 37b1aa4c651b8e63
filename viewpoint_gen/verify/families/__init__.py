"""What may be asked, and what is true: one rule per family of questions.

Thresholds that a recipe may set are the run's own (``verify.limits``); the others, such as the
steps of a ladder, are written out here a second time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from viewpoint_gen.verify.families.directions import DIRECTIONS
from viewpoint_gen.verify.families.gathered import GATHERED
from viewpoint_gen.verify.families.marked import MARKED
from viewpoint_gen.verify.families.minimal import MINIMAL
from viewpoint_gen.verify.families.mixed import MIXED
from viewpoint_gen.verify.families.rule import Rule
from viewpoint_gen.verify.families.sizes import LADDERS, NUMBERS
from viewpoint_gen.verify.families.surface import SURFACE

RULES: Final[Mapping[str, Rule]] = {
    **DIRECTIONS,
    **LADDERS,
    **NUMBERS,
    **MINIMAL,
    **MIXED,
    **SURFACE,
    **GATHERED,
    **MARKED,
}
"""By the family's id."""

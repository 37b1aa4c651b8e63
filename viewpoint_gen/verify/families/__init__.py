"""What may be asked, and what is true: one rule per family of questions.

Every threshold is written out here and in ``verify.truths`` a second time; the builder's own are
in its recipe.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from viewpoint_gen.verify.families.directions import DIRECTIONS
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
    **MARKED,
}
"""By the family's id."""

"""Reads which of a family's answers a text gives, by the words of each answer's sense.

Words are sorted into atoms; which atoms a text has decides its key. A text whose atoms are no
answer's can't be read. Like ``lexicon`` it shares no table with the builder.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from viewpoint_gen.verify.families.directions import DIRECTION_KEYS, NOTHING
from viewpoint_gen.verify.lexicon import (
    CLOCKWISE,
    COUNTER,
    DOWN,
    UP,
    Claim,
    normalised,
    read_option,
    uses,
)

UNTOLD: Final = "untold"


@dataclass(frozen=True)
class Senses:
    """What the answers of one family are called.

    Attributes:
        atoms: regular expression of each atom, over whole words.
        joined: keys of texts with several atoms.
        alone: whether an atom's name is the key of a text that has no other.
    """

    atoms: Mapping[str, str]
    joined: Mapping[frozenset[str], str] = field(default_factory=dict)
    alone: bool = True

    def read(self, words: str) -> str | None:
        """Return the key of normalised words; None if they can't be read."""
        found = frozenset(name for name, pattern in self.atoms.items() if uses(pattern, words))
        if found in self.joined:
            return self.joined[found]
        return next(iter(found)) if self.alone and len(found) == 1 else None


_ROUND: Final = (
    r"azimuth|a?round|orbit\w*|circl\w*|sides?|bearing|longitude|(about|axis) the vertical"
)
_HEIGHT: Final = r"elevation|height|altitude|latitude"
_ROLL: Final = r"roll(s|ed|ing)?|twist\w*|lean(s|ed|ing)?|lens"
_PERCENT: Final = r"(percent|per cent|%)"

SENSES: Final = {
    "dominant": Senses({"azimuth": _ROUND, "elevation": _HEIGHT, "roll": _ROLL}),
    "all_that_apply": Senses(
        {
            "azimuth": r"a?round|azimuth|orbit\w*|circl\w*|sides?",
            "elevation": _HEIGHT,
            "distance": r"distances?",
            "roll": r"roll(s|ed|ing)?|twist\w*",
        }
    ),
    "minimal_pan_truck": Senses(
        {
            "pan": r"turn(s|ed|ing)?|pan(s|ned|ning)?|heading|rotat\w*|swivel\w*|yaw\w*",
            "truck": r"sli?d(e|es|ing)?|side(ways)?|truck\w*|positions?|shift\w*|moved?",
        }
    ),
    "minimal_tilt_pedestal": Senses(
        {
            "tilt": r"tilt\w*|inclin\w*|pitch\w*|nod(s|ded)?|tipp?ed",
            "pedestal": r"height|rose|risen?|ris\w*|s[aiu]nk|pedestal|vertical(ly)?|moved?"
            r"|lift\w*|rais\w*|lower\w*",
        }
    ),
    "minimal_zoom_dolly": Senses(
        {
            "zoom": r"zoom(s|ed|ing)?|lens|focal|magnif\w*",
            "dolly": r"doll(y|ied)|distance|camera|moved?",
        }
    ),
    "minimal_orbit_spin": Senses(
        {
            "orbit": r"orbit\w*|circled|moving camera|camera (that )?(moved|went|circled|travel\w*)"
            r"|^(the )?camera$",
            "spin": r"sp[iu]n|spinning|turning object|object (that )?(turned|moved|rotated|spun)"
            r"|^(the )?object$",
        }
    ),
    "who_moved": Senses(
        {
            "camera": r"camera",
            "object": r"object",
            "both": r"both|these two",
            "light": r"light|lamp",
            "nothing": r"nothing|none|no motion",
        },
        {
            frozenset({"camera", "object"}): "both",
            frozenset({"camera", "object", "both"}): "both",
        },
    ),
    "compose": Senses(
        {
            "counterclockwise": COUNTER,
            "clockwise": CLOCKWISE,
            "nothing": r"neither|no|nowhere|on the side of the start",
        },
    ),
    "same_object": Senses(
        {"same": r"same|one|single|yes", "another": r"another|two|no"},
    ),
    "inverse": Senses(
        {"ccw": COUNTER, "cw": CLOCKWISE, "up": UP, "down": DOWN},
        {
            frozenset({"ccw", "up"}): "ccw_up",
            frozenset({"ccw", "down"}): "ccw_down",
            frozenset({"cw", "up"}): "cw_up",
            frozenset({"cw", "down"}): "cw_down",
        },
        alone=False,
    ),
}

_SHARES: Final = frozenset({"overlap_share", "new_share"})
_SHARE: Final = re.compile(rf"(?<![\d.])(\d{{1,3}})\s*{_PERCENT}")


@lru_cache(maxsize=65536)
def read_sense(family: str, text: str) -> str | None:
    """Return the key of the answer that a text gives; None if that can't be read."""
    if family in _SHARES:
        shares = {match.group(1) for match in _SHARE.finditer(text.lower())}
        return shares.pop() if len(shares) == 1 else None
    if family in SENSES:
        return SENSES[family].read(normalised(text))
    claim = read_option(family, text)
    return None if claim is None else key_of(family, claim)


_LETTER: Final = re.compile(r"\b[A-D]\b")
_NOWHERE: Final = (
    r"can ?not|can t|impossible|none can|not visible|is ?n t visible|hidden|out of sight"
)


@lru_cache(maxsize=65536)
def letter_of(text: str) -> str | None:
    """Return the letter of the mark that an option names; "" if it says that none can be told.

    None if it names several, or one and that none can be.
    """
    letters = set(_LETTER.findall(text))
    nowhere = uses(_NOWHERE, normalised(text))
    if len(letters) + nowhere != 1:
        return None
    return letters.pop() if letters else ""


def key_of(family: str, claim: Claim) -> str:
    """Return the key of a direction's claim."""
    plus, minus = DIRECTION_KEYS[family]
    return {
        Claim.PLUS: plus,
        Claim.MINUS: minus,
        Claim.NONE: NOTHING,
        Claim.UNTOLD: UNTOLD,
    }[claim]

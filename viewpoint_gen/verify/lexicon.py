"""Reads what an option claims from its words alone; it shares no table with the builder.

Each family has one axis with a plus and a minus sense. A text must use words of exactly one
sense, or say that nothing changed (then it may name both senses: "neither left nor right").
Anything else can't be read, and an option that can't be read is a finding.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Final

from viewpoint_gen.verify.frames import BACKWARDS, FRAMES, MAY_GO_BACK, OTHER_FRAMES


class Claim(IntEnum):
    """What an option says about its family's axis."""

    MINUS = -1
    NONE = 0
    PLUS = 1
    UNTOLD = 2
    """ "Cannot be determined": never true in a family whose answer is known."""


@dataclass(frozen=True)
class Axis:
    """The two senses of one axis, as regular expressions over whole words."""

    plus_name: str
    minus_name: str
    plus: str
    minus: str

    def name(self, claim: float) -> str:
        """Return a claim in plain words."""
        names = {1.0: self.plus_name, -1.0: self.minus_name, 0.0: "no change", 2.0: "untold"}
        return names.get(float(claim), "nothing that may be asked")


_LEFT: Final = r"left(wards?|ward|hand)?"
_RIGHT: Final = r"right(wards?|ward|hand)?"
UP: Final = r"up(wards?)?|higher|greater|rais\w*|rose|ris\w*|above|ascen\w*|climb\w*|lift\w*"
DOWN: Final = r"down(wards?)?|smaller|lower\w*|below|descen\w*|s[aiu]nk\w*|dropp?\w*|fell|falls?"
_NEARER: Final = r"near(er)?|closer|closed in|towards?|approach\w*|shr[aiu]nk|shorter|smaller"
_FARTHER: Final = (
    r"(farther|further)|away|back(wards?|ed)?|reced\w*|retreat\w*|withdr\w+|longer|grew|larger"
)
COUNTER: Final = r"(counter|anti)clockwise"
CLOCKWISE: Final = r"clockwise"
_FRONT: Final = r"front|ahead|forwards?|face"
_BACK: Final = r"back(side|wards?)?|rear(wards?)?|behind|tail"

AXES: Final = {
    "ego_translation_sideways": Axis("right", "left", _RIGHT, _LEFT),
    "ego_translation_vertical": Axis("up", "down", UP, DOWN),
    "ego_translation_distance": Axis("farther", "nearer", _FARTHER, _NEARER),
    "object_translation_around": Axis("counter-clockwise", "clockwise", COUNTER, CLOCKWISE),
    "object_translation_left_right": Axis("object's left", "object's right", _LEFT, _RIGHT),
    "object_translation_front_back": Axis("object's front", "object's back", _FRONT, _BACK),
    "ego_rotation_yaw": Axis("left", "right", _LEFT, _RIGHT),
    "ego_rotation_pitch": Axis("up", "down", UP, DOWN),
    "ego_rotation_roll": Axis("clockwise", "counter-clockwise", CLOCKWISE, COUNTER),
}
"""The plus sense is that of the signed quantity behind the answer."""

NONE: Final = (
    r"not|no|none|neither|nor|nothing|never|same|unchanged|un(moved|turned|rolled|tilted)"
    r"|stay\w*|still|kept|keep\w*|remain\w*|level|without|constant|fixed|equal\w*|zero|identical|before"
    r"|did ?n t|does ?n t|is ?n t|was ?n t|has ?n t"
)
_UNTOLD: Final = r"(can ?not|can t|impossible|unclear|undetermined|undecidable|unknown|not enough)"
_OBJECT_STILL: Final = (
    r"(?<!to the )(?<!from the )object (itself )?(did not move|never moved|stayed|was not touched"
    r"|is stationary|is static|kept its (place|pose)|rested|stood still|keeps still)"
    r"|object standing still|static object|nothing about the object changed"
)
_ONLY_CAMERA: Final = r"only the camera (may have )?changed|whatever differs is due to the camera"
_CONTRAST: Final = r"but|instead|rather|although|except"


@lru_cache(maxsize=65536)
def normalised(text: str) -> str:
    """Return lower-case words separated by single spaces; "counter-clockwise" is one word."""
    words = re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()
    return re.sub(r"\b(counter|anti) clockwise\b", r"\1clockwise", words)


@lru_cache(maxsize=65536)
def read_option(family: str, text: str) -> Claim | None:
    """Return what an option of this family claims; None if that can't be read."""
    words = normalised(text)
    if uses(_UNTOLD, words):
        return Claim.UNTOLD
    plus, minus = uses(AXES[family].plus, words), uses(AXES[family].minus, words)
    if uses(NONE, words):
        names_one_sense = plus != minus
        return None if names_one_sense or uses(_CONTRAST, words) else Claim.NONE
    if plus == minus:
        return None
    return Claim.PLUS if plus else Claim.MINUS


def says_object_stood_still(question: str) -> bool:
    """Whether a question tells that the object didn't move between the images."""
    return uses(_OBJECT_STILL, normalised(question))


def says_only_camera_changed(question: str) -> bool:
    """Whether a question tells that nothing but the camera changed, the light included."""
    return uses(_ONLY_CAMERA, normalised(question))


def frame_problem(family: str, question: str) -> str | None:
    """Return what is wrong with how a question names its frame and order; None: nothing."""
    words = normalised(question)
    if family not in MAY_GO_BACK and uses(BACKWARDS, words):
        return "asks from image 2 to image 1"
    if not all(uses(pattern, words) for pattern in FRAMES.get(family, ())):
        return "names no frame"
    if family in OTHER_FRAMES and uses(OTHER_FRAMES[family], words):
        return "names the opposite frame"
    return None


def uses(pattern: str, words: str) -> bool:
    """Whether normalised words have one that the pattern matches as a whole."""
    return re.search(rf"\b({pattern})\b", words) is not None

"""Words by which a question names its frame of reference, where another would change its answer."""

from __future__ import annotations

from typing import Final

_ABOVE: Final = r"above|overhead|top|map|plan|bird|ceiling|straight down"
_BEHIND: Final = r"behind|operator|photographer|back of the camera"
_UPRIGHT_AXIS: Final = (
    r"vertical|upright|horizontal|azimuth|longitude|compass|floor|plumb|gravity|axis stands"
    rf"|post|spindle|clock|table|heel|full turn|{_ABOVE}"
)
_ELEVATION: Final = (
    r"elevation|height angles?|angle of height|altitude|latitude|horizontal|horizon|inclination"
    r"|level|vertical|upright|up or down|higher or lower|raise or lower"
)
_HEADING: Final = (
    rf"{_UPRIGHT_AXIS}|headings?|yaw|north|bearing|course|pan|lighthouse"
    r"|(over|onto) the ground"
)
_HORIZON: Final = (
    r"horizon|horizontal|gravity|level|pitch(ing)?|plumb|ground|spirit|inclinometer|steep\w*"
)
_LINE_OF_SIGHT: Final = (
    r"line of sight|(optical|viewing|lens|own) axis|about the lens|viewing direction"
    r"|direction of view|horizon|roll(ed)?|upright|lean(s|ed)?|image plane|level|plumb"
)
_CENTRE: Final = r"(centre|middle|center)( of the object)?|object s (centre|center|middle)"
_FOCAL: Final = r"focal|zoom\w*|lens|magnif\w*|enlarg\w*|blow up"
_BACK: Final = (
    r"back(wards)?|return\w*|revers\w*|inver\w*|undo\w*|undid|opposite|restor\w*|retrac\w*|again"
    r"|rewound|home(ward)?|swapped|goal|repeated|missed|camera 1 relative to camera 2"
    r"|from (the place of )?(image|picture|view|camera|viewpoint) 2"
)
_SHOWN_BY: Final = r"(image|picture|photo|view|camera|viewpoint)"
_FIRST, _SECOND = rf"{_SHOWN_BY} 1|first", rf"{_SHOWN_BY} 2|second"
_HIDDEN_BY_IT: Final = (
    r"hid(e|es|den|ing)?|covers|conceal\w*|object (is )?in the way|blocks|blocked|obstructs|screens"
    r"|occluded|behind the object|through the object|gets between|turned away|made of glass"
    r"|object s own shape|in front of it|keeps from being seen"
)
_TO_ITS_RIGHT: Final = r"own right|camera s right|right as the camera|rightwards"

FRAMES: Final[dict[str, tuple[str, ...]]] = {
    "object_translation_around": (_ABOVE,),
    "object_translation_left_right": (r"own|itself|object s|intrinsic|faces|facing",),
    "ego_rotation_roll": (_BEHIND,),
    **{f"{kind}_azimuth": (_UPRIGHT_AXIS,) for kind in ("magnitude", "estimate")},
    **{f"{kind}_elevation": (_ELEVATION,) for kind in ("magnitude", "estimate")},
    **{f"{kind}_yaw": (_HEADING,) for kind in ("magnitude", "estimate")},
    **{f"{kind}_pitch": (_HORIZON,) for kind in ("magnitude", "estimate")},
    **{f"{kind}_roll": (_LINE_OF_SIGHT,) for kind in ("magnitude", "estimate")},
    **{f"{kind}_distance": (_CENTRE,) for kind in ("magnitude", "estimate")},
    **{f"{kind}_focal": (_FOCAL,) for kind in ("magnitude", "estimate")},
    "inverse": (_ABOVE, _BACK),
    "choose_view": (_ABOVE,),
    "compose": (_ABOVE,),
    "pose_tuple": (rf"{_ABOVE}|{_TO_ITS_RIGHT}", _BEHIND),
    # the image whose surface is the whole
    "overlap_share": (_FIRST,),
    "new_share": (_SECOND,),
    # what is marked where, and what may hide it
    "correspondence": (_FIRST, _SECOND, "ref"),
    "hidden_point": (_FIRST, _SECOND, _HIDDEN_BY_IT, "object"),
    "cannot_tell": (_FIRST, _SECOND, "ref"),
}
"""Each family's questions must use a word of every group."""

OTHER_FRAMES: Final = {
    "object_translation_around": r"from (below|beneath|underneath)",
    "inverse": r"from (below|beneath|underneath)",
    "choose_view": r"from (below|beneath|underneath)",
    "compose": r"from (below|beneath|underneath)",
    "pose_tuple": r"from (below|beneath|underneath)",
    "ego_rotation_roll": r"from (in front|the front) of the camera|facing the (camera|lens)",
}
"""Words that name the frame in which the answer would be turned round."""

BACKWARDS: Final = r"(image 2|(second|last) (image|picture|photo)) (back )?to (image 1|the first)"
MAY_GO_BACK: Final = frozenset({"inverse"})
"""Families that ask for the way from image 2 to image 1."""

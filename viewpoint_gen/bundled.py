"""Where the folders that travel with the package are: in a checkout or in an installed wheel."""

from __future__ import annotations

from pathlib import Path

from viewpoint_gen.errors import EnvironmentProblem

_PACKAGE = Path(__file__).resolve().parent


def bundled_path(name: str) -> Path:
    """Return the folder ``blender_scripts`` or ``manifests``.

    An installed wheel carries it inside the package, a checkout beside the package.

    Raises:
        EnvironmentProblem: it is in neither place.
    """
    places = (_PACKAGE / "_bundled" / name, _PACKAGE.parent / name)
    for place in places:
        if place.is_dir():
            return place
    looked = " and ".join(str(place) for place in places)
    msg = f"the folder {name!r} of viewgen is missing (looked at {looked}): install viewgen again"
    raise EnvironmentProblem(msg)

"""Whether a run's assets may be published, and under which licence the package is.

An image that shows an asset is made from it. So whatever an asset's licence asks of such works
(to name the author, to share alike, not to sell) the package's licence must ask too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from viewpoint_gen.assets.licences import ANY, alternatives_of, is_allowed, is_known
from viewpoint_gen.errors import NotPublishable, RecipeError

USUAL: Final = (
    "CC0", "CC-PDM", "CC-BY", "MIT", "MIT-0", "BSD-2-Clause", "BSD-3-Clause", "Apache", "ISC",
    "Zlib", "BSL", "0BSD", "Unlicense",
)  # fmt: skip
"""What may be published unless the recipe or ``--licences`` says otherwise: everyone may use it."""

_FREE: Final = re.compile(r"(CC0|CC-PDM|Unlicense|0BSD|MIT-0)\b.*")
_NAMED: Final = re.compile(r"(CC-BY-\d|MIT$|BSD-[23]-Clause|Apache-|ISC|Zlib|BSL-).*")
_CC: Final = re.compile(r"CC-BY((?:-NC|-SA|-ND)+)-\d.*")

OTHER: Final = "other"
_ORDER: Final = ("free", "named", "nc", "sa", "nc-sa", OTHER)
"""From the terms that bind least; of a choice of licences, the least binding one is taken."""

_HUB_IDS: Final = {
    "free": "cc0-1.0",
    "named": "cc-by-4.0",
    "nc": "cc-by-nc-4.0",
    "sa": "cc-by-sa-4.0",
    "nc-sa": "cc-by-nc-sa-4.0",
    OTHER: "other",
}


@dataclass(frozen=True)
class Licensed:
    """An asset, as far as its licence is concerned; the licence is never empty."""

    uid: str
    licence: str
    author: str
    url: str


@dataclass(frozen=True)
class PackageLicence:
    """The licence of a package.

    Attributes:
        id: as the Hub spells it, e.g. "cc-by-4.0".
        name: of an "other" one: the licences of its assets; "" otherwise.
    """

    id: str
    name: str = ""


def allowed_licences(chosen: Sequence[str], of_recipe: Sequence[str]) -> tuple[str, ...]:
    """What may be published: as chosen, else what the recipe took, else the usual ones.

    "any" in a recipe was said of rendering, and says nothing of publishing.

    Raises:
        RecipeError: there is no such licence.
    """
    for one in chosen:
        if not is_known(one):
            msg = f"--licences {one!r}: no licence of SPDX; for example CC-BY, CC0, MIT"
            raise RecipeError(msg)
    taken = () if ANY in of_recipe else tuple(of_recipe)
    return tuple(chosen) or taken or USUAL


def package_licence(assets: Iterable[Licensed], allowed: Sequence[str]) -> PackageLicence:
    """The licence that keeps what all the assets' licences ask.

    Raises:
        NotPublishable: an asset's licence isn't allowed, forbids it, or goes with no common one.
    """
    found: dict[str, Licensed] = {}
    others: set[str] = set()
    for asset in assets:
        _check(asset, allowed)
        terms = _least_binding(asset.licence, allowed)
        if terms != "free" and not (asset.author or asset.url):
            msg = (
                f"asset {asset.uid} ({asset.licence}): its licence asks to name its author, and "
                "the run knows neither author nor url; add them to the source's manifest"
            )
            raise NotPublishable(msg)
        found.setdefault(terms, asset)
        if terms == OTHER:
            others.add(asset.licence)
    _check_together(found)
    strictest = max(found, key=_ORDER.index, default="free")
    return PackageLicence(_HUB_IDS[strictest], ", ".join(sorted(others)))


def _check(asset: Licensed, allowed: Sequence[str]) -> None:
    if not is_allowed(asset.licence, allowed):
        msg = (
            f"asset {asset.uid} has the licence {asset.licence}, which isn't among "
            f"those that may be published ({', '.join(allowed)}); allow it with --licences if you "
            "may, or render a run without it (assets.licences, assets.exclude)"
        )
        raise NotPublishable(msg)
    if all(any("-ND" in one for one in choice) for choice in alternatives_of(asset.licence)):
        msg = (
            f"asset {asset.uid} has the licence {asset.licence}, which lets nobody share what is "
            "made from it, such as renders; render a run without it (assets.exclude)"
        )
        raise NotPublishable(msg)


def _check_together(found: dict[str, Licensed]) -> None:
    """Share-alike terms bind to themselves: what is both that and not for sale has no licence."""
    alike = found.get("sa")
    unsold = found.get("nc") or found.get("nc-sa")
    if alike and unsold:
        msg = (
            f"asset {alike.uid} ({alike.licence}) and asset {unsold.uid} ({unsold.licence}) ask "
            "for licences that exclude each other; render a run without one of them"
        )
        raise NotPublishable(msg)


def _least_binding(licence: str, allowed: Sequence[str]) -> str:
    choices = [
        max((_terms(one) for one in choice), key=_ORDER.index)
        for choice in alternatives_of(licence)
        if all(is_allowed(one, allowed) for one in choice) and not any("-ND" in c for c in choice)
    ]
    return min(choices, key=_ORDER.index, default=OTHER)


def _terms(licence: str) -> str:
    if _FREE.fullmatch(licence):
        return "free"
    if _NAMED.fullmatch(licence):
        return "named"
    parts = _CC.fullmatch(licence)
    named = parts[1].strip("-").lower() if parts else OTHER
    return named if named in _ORDER else OTHER

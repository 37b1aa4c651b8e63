"""Which runs may be published, and under which licence."""

from __future__ import annotations

import pytest

from viewpoint_gen.assets.licences import alternatives_of
from viewpoint_gen.dataset.package.licensing import (
    USUAL,
    Licensed,
    PackageLicence,
    allowed_licences,
    package_licence,
)
from viewpoint_gen.errors import NotPublishable, RecipeError


def licence_for(*licences: str, allowed=("any",)) -> PackageLicence:
    assets = [
        Licensed(f"asset{number}", licence, "somebody", "")
        for number, licence in enumerate(licences)
    ]
    return package_licence(assets, allowed)


@pytest.mark.parametrize(
    ("licences", "expected"),
    [
        (["CC0-1.0"], "cc0-1.0"),
        (["CC0-1.0", "CC-PDM-1.0", "Unlicense"], "cc0-1.0"),
        (["CC0-1.0", "CC-BY-4.0"], "cc-by-4.0"),
        (["CC-BY-3.0", "MIT", "Apache-2.0", "BSD-3-Clause"], "cc-by-4.0"),
        (["CC0-1.0 AND CC-BY-4.0"], "cc-by-4.0"),
        (["CC-BY-4.0", "CC-BY-SA-4.0"], "cc-by-sa-4.0"),
        (["CC-BY-4.0", "CC-BY-NC-4.0"], "cc-by-nc-4.0"),
        (["CC-BY-NC-4.0", "CC-BY-NC-SA-4.0"], "cc-by-nc-sa-4.0"),
        (["CC-BY-NC-4.0 OR CC0-1.0"], "cc0-1.0"),
        (["CC-BY-ND-4.0 OR MIT"], "cc-by-4.0"),
        (["MIT AND (CC-BY-SA-4.0 OR CC0-1.0)"], "cc-by-4.0"),
    ],
)
def test_a_package_asks_for_what_its_assets_ask_for(licences, expected):
    assert licence_for(*licences) == PackageLicence(expected)
    assert licence_for(*reversed(licences)) == PackageLicence(expected)


def test_of_a_choice_only_what_is_allowed_counts():
    assert licence_for("CC0-1.0 OR CC-BY-SA-4.0", allowed=["CC-BY-SA"]).id == "cc-by-sa-4.0"


def test_licences_without_a_common_one_are_named_with_their_assets():
    with pytest.raises(
        NotPublishable, match=r"asset1 \(CC-BY-SA-4.0\) and asset asset2 \(CC-BY-NC"
    ):
        licence_for("MIT", "CC-BY-SA-4.0", "CC-BY-NC-4.0")


def test_what_forbids_derived_works_is_refused_whatever_is_allowed():
    for licence in ("CC-BY-ND-4.0", "CC-BY-NC-ND-3.0", "CC0-1.0 AND CC-BY-ND-4.0"):
        with pytest.raises(NotPublishable, match="lets nobody share"):
            licence_for("MIT", licence)


def test_other_licences_are_named_where_they_are_allowed():
    assert licence_for("GPL-3.0-only", "MIT") == PackageLicence("other", "GPL-3.0-only")
    assert licence_for("unknown") == PackageLicence("other", "unknown")
    with pytest.raises(NotPublishable, match="asset1 has the licence unknown"):
        licence_for("MIT", "unknown", allowed=USUAL)
    with pytest.raises(NotPublishable, match="--licences"):
        licence_for("CC-BY-NC-4.0", allowed=USUAL)


def test_an_author_who_must_be_named_must_be_known():
    nameless = Licensed("bust", "CC-BY-4.0", "", "")
    with pytest.raises(NotPublishable, match="bust"):
        package_licence([nameless], USUAL)
    package_licence([Licensed("bust", "CC-BY-4.0", "", "https://example.org/bust")], USUAL)
    package_licence([Licensed("bust", "CC0-1.0", "", "")], USUAL)


def test_what_is_allowed_is_the_choice_then_the_recipe_then_the_usual():
    assert allowed_licences(["MIT"], ["CC0"]) == ("MIT",)
    assert allowed_licences([], ["CC-BY-NC"]) == ("CC-BY-NC",)
    assert allowed_licences([], []) == USUAL
    assert allowed_licences([], ["any"]) == USUAL  # said of rendering, not of publishing
    with pytest.raises(RecipeError, match="FOO"):
        allowed_licences(["FOO"], [])


def test_every_usual_licence_is_one_that_can_be_kept():
    for family in USUAL:
        for version in ("", "-1.0", "-2.0", "-4.0"):
            assert licence_for(f"{family}{version}").id in ("cc0-1.0", "cc-by-4.0", "other")
    for licence in (
        "CC0-1.0",
        "CC-BY-4.0",
        "MIT",
        "MIT-0",
        "Apache-2.0",
        "BSL-1.0",
        "0BSD",
        "Zlib",
    ):
        assert licence_for(licence, allowed=USUAL).id in ("cc0-1.0", "cc-by-4.0")


def test_alternatives_are_read_as_spdx_binds_them():
    assert alternatives_of("MIT") == [{"MIT"}]
    assert alternatives_of("A OR B AND C") == [{"A"}, {"B", "C"}]
    assert alternatives_of("A AND (B OR C)") == [{"A", "B"}, {"A", "C"}]
    assert alternatives_of("(A OR B) AND (C OR D)") == [
        {"A", "C"}, {"A", "D"}, {"B", "C"}, {"B", "D"},
    ]  # fmt: skip

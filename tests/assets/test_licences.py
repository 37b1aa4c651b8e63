"""Licences: what sources say, as SPDX, and which are wanted."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.licenses import canonicalize_license_expression
from pydantic import ValidationError

from viewpoint_gen.assets.config import AssetsConfig
from viewpoint_gen.assets.licences import COMMERCIAL, is_allowed, spdx_of


@pytest.mark.parametrize(
    ("said", "spdx"),
    [
        ("by", "CC-BY-4.0"),
        ("by-sa", "CC-BY-SA-4.0"),
        ("by-nd", "CC-BY-ND-4.0"),
        ("by-nc", "CC-BY-NC-4.0"),
        ("by-nc-sa", "CC-BY-NC-SA-4.0"),
        ("by-nc-nd", "CC-BY-NC-ND-4.0"),
        ("cc0", "CC0-1.0"),
        ("ed", "LicenseRef-Sketchfab-Editorial"),
        ("st", "LicenseRef-Sketchfab-Standard"),
        ("CC BY 4.0", "CC-BY-4.0"),
        ("cc-by-4.0", "CC-BY-4.0"),
        ("CC-BY 3.0", "CC-BY-3.0"),
        ("Creative Commons Attribution", "CC-BY-4.0"),
        ("CC Attribution-NonCommercial-ShareAlike", "CC-BY-NC-SA-4.0"),
        ("Creative Commons Attribution-NoDerivatives 4.0 International", "CC-BY-ND-4.0"),
        ("https://creativecommons.org/licenses/by-sa/3.0/deed.en", "CC-BY-SA-3.0"),
        ("http://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"),
        ("Apache 2.0", "Apache-2.0"),
        ("mit", "MIT"),
        ("MIT or Apache-2.0", "MIT OR Apache-2.0"),
        ("(by-sa and mit) OR cc0", "(CC-BY-SA-4.0 AND MIT) OR CC0-1.0"),
        ("CC0-1.0 AND CC-BY-4.0", "CC0-1.0 AND CC-BY-4.0"),
        ("GPL-2.0-only with Classpath-exception-2.0",) * 2,
    ],
)
def test_what_is_said_in_many_ways_is_one_spdx_id(said: str, spdx: str) -> None:
    assert spdx_of(said).lower() == spdx.lower()
    if "with" not in said:
        assert spdx_of(said) == spdx


@pytest.mark.parametrize(
    "said",
    [
        "",
        "  ",
        "all rights reserved",
        "free",
        "by chance",
        "CC0 OR my own",
        "AND",
        "mit or",
        "by/x",
    ],
)
def test_what_isnt_understood_is_unknown_and_never_guessed(said: str) -> None:
    assert spdx_of(said) == "unknown"


WORDS = (
    "cc",
    "by",
    "nc",
    "sa",
    "3.0",
    "4.0",
    "or",
    "AND",
    "(",
    ")",
    "MIT",
    "cc0",
    "attribution",
    "/",
)


@given(st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join) | st.text(max_size=40))
def test_the_answer_is_always_spdx_or_unknown_and_stays_what_it_is(said: str) -> None:
    spdx = spdx_of(said)
    if spdx != "unknown":
        assert canonicalize_license_expression(spdx) == spdx
        assert spdx_of(spdx) == spdx


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("CC-BY-4.0", True),
        ("CC-BY-3.0", True),
        ("CC0-1.0", True),
        ("CC-BY-SA-4.0", False),
        ("CC-BY-NC-4.0", False),
        ("MIT", False),
        ("unknown", False),
    ],
)
def test_by_default_objaverse_gives_cc_by_and_cc0(licence: str, allowed: bool) -> None:
    assert is_allowed(licence, COMMERCIAL) is allowed


@pytest.mark.parametrize("values", list(itertools.product([True, False], repeat=3)))
def test_expressions_mean_what_python_means_by_them(values: tuple[bool, ...]) -> None:
    names = ("MIT", "Zlib", "ISC")
    wanted = [name for name, value in zip(names, values, strict=True) if value] or ["0BSD"]
    for expression in (
        "MIT OR Zlib AND ISC",
        "(MIT OR Zlib) AND ISC",
        "MIT AND Zlib OR ISC",
        "MIT AND (Zlib OR ISC)",
        "((MIT)) AND ((Zlib) OR (ISC AND MIT))",
    ):
        python = expression.replace("OR", "or").replace("AND", "and")
        expected = eval(python, dict(zip(names, values, strict=True)))
        assert is_allowed(expression, wanted) is expected, expression


def test_any_takes_everything_and_a_licence_that_nobody_knows_is_refused() -> None:
    assert is_allowed("unknown", ("any",))
    assert AssetsConfig(licences=("any", "CC-BY", "mit", "unknown")).licences[1] == "CC-BY"
    with pytest.raises(ValidationError, match="'CC-BI' is no SPDX id"):
        AssetsConfig(licences=("CC-BI",))

"""What a question tells: its options, letter, reasons, number and facts, held to the truth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from viewpoint_gen.verify.answers import (
    answer_places,
    check_facts,
    check_letter_and_text,
    check_options,
    check_value,
)
from viewpoint_gen.verify.claims import check_claims
from viewpoint_gen.verify.judging import Judged
from viewpoint_gen.verify.kin import kin_records
from viewpoint_gen.verify.reading import Array, Keys, Rows
from viewpoint_gen.verify.report import Tally


def check_told(
    tally: Tally, rows: Rows, images: Keys, truth: Judged, facts: Mapping[str, Array]
) -> NDArray[Any]:
    """Run the checks that are the same whatever is asked of; return what its kin must know.

    Args:
        images: (N, K) keys of the views shown.
        facts: (N,) numbers that the row has to state.
    """
    options = [list(texts or ()) for texts in rows.texts("options")]
    places = answer_places(rows, options)
    check_options(tally, rows, options)
    check_letter_and_text(tally, rows, options, places)
    said = check_claims(tally, rows, options, places, truth)
    check_value(tally, rows, truth)
    check_facts(tally, rows, facts)
    return kin_records(rows, images, said)

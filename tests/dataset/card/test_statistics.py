"""A run's numbers, counted again from its rows one by one."""

from __future__ import annotations

import json
import math
import re
from collections import Counter, defaultdict

import numpy as np
import pyarrow.parquet as pq
import pytest
from card_runs import SECONDS, VISITS, audit

from viewpoint_gen.dataset.histograms import OF_PAIRS, OF_VIEWS
from viewpoint_gen.dataset.statistics import run_statistics
from viewpoint_gen.errors import StorageError
from viewpoint_gen.qa.families import FAMILIES
from viewpoint_gen.storage import open_store


@pytest.fixture(scope="module")
def statistics(run):
    return run_statistics(open_store(str(run)))


def rows_of(run, table, columns=None):
    return pq.read_table(run / table, columns=columns).to_pylist()


def test_counts_are_those_of_the_rows(run, statistics):
    pairs, views = rows_of(run, "pairs", ["category", "kind"]), rows_of(run, "views", ["backdrop"])
    assert statistics.pairs == len(pairs)
    assert statistics.views == len(views)
    assert statistics.assets == VISITS
    assert statistics.visits == VISITS + 1
    assert statistics.categories == Counter(row["category"] for row in pairs)
    assert statistics.kinds == Counter(row["kind"] for row in pairs)
    assert statistics.backdrops == Counter(row["backdrop"] for row in views)
    assert statistics.sizes == {"96 × 64": len(views)}
    assert statistics.renders == {("cycles", "CPU", 2): len(views)}
    assert statistics.outcomes == {("written", ""): VISITS, ("failed", "truncated"): 1}
    assert statistics.seconds == {
        stage: pytest.approx(each * len(views)) for stage, each in SECONDS.items()
    }
    assert statistics.lane_seconds == pytest.approx(2.5 * (VISITS + 1))


def test_the_most_frequent_come_first(statistics):
    for counts in (statistics.categories, statistics.kinds, statistics.rejections["question"]):
        assert list(counts.values()) == sorted(counts.values(), reverse=True)


def test_families_are_counted_as_their_rows_say(run, statistics):
    rows = defaultdict(list)
    for row in rows_of(run, "qa"):
        rows[row["family"]].append(row)
    assert {family.family for family in statistics.asked_families} == set(rows)
    for family in statistics.asked_families:
        mine = rows[family.family]
        assert family.asked == len(mine)
        assert family.again == sum(row["id"].endswith(".again") for row in mine)
        assert family.images == len(mine[0]["image_ids"])
        stems = {re.fullmatch(r"\w+\.(\d\d)(\.\w+)*", row["wording_id"])[1] for row in mine}
        assert family.wordings == len(stems)
        assert family.splits == Counter(row["split"] for row in mine)
        assert list(family.answers) == list(FAMILIES[family.family].options)
        asked = {key: n for key, n in family.answers.items() if n}
        assert asked == Counter(row["answer_key"] for row in mine)
        lettered = [row["answer_letter"] for row in mine if row["answer_letter"]]
        assert family.letters == Counter(lettered)
        chances = [row["chance"] for row in mine if row["chance"] is not None]
        expected = np.mean(chances) if chances else None
        assert family.chance == (None if expected is None else pytest.approx(expected))
    assert statistics.questions == sum(map(len, rows.values()))
    assert any(family.again for family in statistics.families)


def test_refusals_are_those_that_qa_json_and_the_rows_tell(run, statistics):
    told = json.loads((run / "qa.json").read_text())["families"]
    for family in statistics.families:
        assert family.refused == told[family.family]["refused"]
    found = Counter((row["kind"], row["code"]) for row in rows_of(run, "rejected"))
    assert {
        (kind, code): n
        for kind, codes in statistics.rejections.items()
        for code, n in codes.items()
    } == found
    assert statistics.rejections["view"] == {"blank": 3}


def test_splits_and_their_assets(run, statistics):
    rows = rows_of(run, "qa", ["split", "asset_uids"])
    assert statistics.splits == Counter(row["split"] for row in rows)
    shown = defaultdict(set)
    for row in rows:
        shown[row["split"]].update(row["asset_uids"])
    assert statistics.split_assets == {split: len(uids) for split, uids in shown.items()}
    assert list(statistics.splits) == ["train", "validation", "test"]


def test_licences_add_up_and_leave_out_what_was_never_shown(run, statistics):
    assert sum(licence.assets for licence in statistics.licences) == VISITS
    assert sum(licence.pairs for licence in statistics.licences) == statistics.pairs
    assert sum(licence.views for licence in statistics.licences) == statistics.views
    assert "MIT" not in {licence.licence for licence in statistics.licences}


def by_hand(name: str, row: dict) -> float | None:
    """The same numbers by math alone."""
    angles = {
        "azimuth_change": "azimuth_rad", "elevation_change": "elevation_rad",
        "yaw_change": "heading_rad", "pitch_change": "pitch_rad", "roll_change": "roll_rad",
        "view_elevation": "elevation_rad",
    }  # fmt: skip
    plain = {
        "distance_ratio": "distance_ratio", "overlap": "overlap_12",
        "view_distance": "distance", "mask_share": "mask_share",
    }  # fmt: skip
    if name == "field_of_view":
        return 2 * math.degrees(math.atan(row["width_px"] / 2 / row["focal_px"]))
    value = row[angles.get(name) or plain[name]]
    if value is None or math.isnan(value):
        return None
    return math.degrees(value) if name in angles else value


@pytest.mark.parametrize("quantity", [*OF_PAIRS, *OF_VIEWS], ids=lambda quantity: quantity.name)
def test_histograms_hold_each_number_once_and_in_its_bin(run, statistics, quantity):
    table = "pairs" if quantity in OF_PAIRS else "views"
    histogram = statistics.histograms[quantity.name]
    counts, still, unknown = [0] * len(histogram.counts), 0, 0
    for row in rows_of(run, table):
        value = by_hand(quantity.name, row)
        if value is None:
            unknown += 1
        elif quantity.still is not None and (
            abs(math.log(value) if quantity.is_log else value) <= quantity.still
        ):
            still += 1
        else:
            inner = histogram.edges[1:-1]
            counts[sum(value >= edge for edge in inner)] += 1
    assert histogram.unchanged == still
    assert histogram.undefined == unknown
    assert sum(abs(a - b) for a, b in zip(histogram.counts, counts, strict=True)) <= 2  # at edges
    assert histogram.total == sum(counts) + still


def test_a_run_that_was_not_asked_has_no_families(copy):
    (copy / "qa.json").unlink()
    statistics = run_statistics(open_store(str(copy)))
    assert statistics.families == []
    assert statistics.questions == 0
    assert statistics.splits == {}
    assert statistics.pairs > 0
    assert statistics.audit is None


def test_an_audit_tells_the_best_guess_of_each_kind(copy):
    audit(copy, ["overlap_share", "inverse"])
    told = run_statistics(open_store(str(copy))).audit
    first, second = told.families
    assert told.passed
    assert (told.margin, told.bound_margin, told.enough) == (0.03, 0.1, 2000)
    assert (first.by_text.cheat, first.by_text.share) == ("counting", 0.515)
    assert first.by_text.gain == pytest.approx(0.015)
    assert first.by_image.cheat == "image_1"  # not the one that looks at both
    assert first.by_numbers.cheat == "camera_1"
    assert first.best_constant == ("17", 0.42)
    assert second.best_constant is None


@pytest.mark.parametrize("more", [-1, 1])
def test_an_audit_of_earlier_questions_is_left_out(copy, more):
    audit(copy, ["overlap_share", "inverse"], more=more)
    assert run_statistics(open_store(str(copy))).audit is None


@pytest.mark.parametrize("content", ["{", "[]", '{"gate": {}}', '{"gate": 3}'])
def test_an_audit_that_is_none_is_refused_by_name(copy, content):
    (copy / "audit.json").write_text(content)
    with pytest.raises(StorageError, match=r"audit\.json .*run `viewgen audit` again"):
        run_statistics(open_store(str(copy)))

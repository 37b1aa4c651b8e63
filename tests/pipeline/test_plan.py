"""The plan's arithmetic."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from viewpoint_gen.pipeline.plan import (
    Yields,
    first_round,
    round_of_new_assets,
    round_of_returns,
    shard,
    shard_count,
    shards,
    spread_evenly,
)
from viewpoint_gen.views.config import PairsConfig

CONFIGS = st.builds(
    PairsConfig,
    per_asset=st.integers(1, 40),
    max_per_asset=st.integers(1, 60),
    spread_over=st.integers(1, 50),
    assets_per_shard=st.integers(1, 9),
)
SIZES = st.none() | st.integers(1, 400)


def quotas(round_):
    return [round_.visit(i).quota for i in range(round_.visits)]


def yields(pairs, last_quota, last_pairs):
    return Yields(*(np.array(a, dtype=np.int64) for a in (pairs, last_quota, last_pairs)))


@given(st.integers(1, 3000), SIZES, CONFIGS)
def test_round_0_asks_for_exactly_what_is_wanted_or_all_that_its_assets_may_give(n, size, config):
    round_ = first_round(n, size, config)
    asked = quotas(round_)
    assert sum(asked) == round_.pairs == min(n, round_.visits * config.max_per_asset)
    assert max(asked) <= config.max_per_asset
    assert max(asked) - min(asked) <= 2
    assert asked == sorted(asked, reverse=True)
    assert min(asked) >= 1
    if size is None:
        assert max(asked) <= config.per_asset
    else:
        assert round_.visits <= size
        assert round_.visits >= min(size, n, config.spread_over)


def test_an_endless_source_gives_per_asset_pairs_each():
    round_ = first_round(100, None, PairsConfig(per_asset=16))
    assert quotas(round_) == [16, 14, 14, 14, 14, 14, 14]
    assert [round_.visit(i).index for i in range(7)] == list(range(7))


def test_only_one_pair_of_a_run_can_lack_its_reverse_when_every_asset_gives_two_or_more():
    asked = quotas(first_round(1001, 76, PairsConfig()))
    assert sum(asked) == 1001
    assert sum(quota % 2 for quota in asked) == 1


def test_more_assets_than_pairs_by_two_are_visited_for_single_pairs():
    assert quotas(first_round(60, 45, PairsConfig())) == [2] * 15 + [1] * 30


def test_a_small_source_gives_more_than_per_asset_pairs_each():
    assert quotas(first_round(1000, 3, PairsConfig())) == [256, 256, 256]
    assert quotas(first_round(500, 3, PairsConfig())) == [168, 166, 166]


def test_a_large_source_is_spread_over_at_least_so_many_assets():
    assert first_round(160, 1000, PairsConfig(per_asset=16, spread_over=128)).visits == 128
    assert first_round(5, 1000, PairsConfig(per_asset=16, spread_over=128)).visits == 5


@given(st.integers(1, 500), SIZES, CONFIGS)
def test_shards_hold_every_visit_once_in_order(n, size, config):
    round_ = first_round(n, size, config)
    found = [visit for part in shards(round_, config) for visit in part.visits]
    assert found == [round_.visit(i) for i in range(round_.visits)]
    assert all(len(s.visits) <= config.assets_per_shard for s in shards(round_, config))


def test_ten_million_pairs_are_planned_without_listing_them():
    config = PairsConfig()
    round_ = first_round(10_000_000, None, config)
    last = shard_count(round_, config) - 1
    assert round_.visits == 625_000
    assert shard(round_, last, config).visits[-1].index == 624_999


@given(st.integers(1, 900), st.integers(0, 100), SIZES, CONFIGS)
def test_new_assets_are_asked_for_no_more_than_is_owed(owed, first, size, config):
    round_ = round_of_new_assets(1, owed, first, size, config)
    if round_ is None:
        assert size is not None
        assert first >= size
        return
    asked = quotas(round_)
    assert sum(asked) == round_.pairs <= owed
    assert 1 <= min(asked) <= max(asked) <= min(config.per_asset, config.max_per_asset)
    assert round_.visit(0).index == first
    assert size is None or first + round_.visits <= size
    if size is None:
        assert round_.pairs == owed


@given(st.integers(0, 500), st.lists(st.integers(0, 40), max_size=30))
def test_spreading_is_even_within_the_room_and_loses_nothing(amount, room):
    room = np.array(room, dtype=np.int64)
    shares = spread_evenly(amount, room)
    assert (shares <= room).all()
    assert (shares >= 0).all()
    assert shares.sum() == min(amount, room.sum())
    unfilled = shares[shares < room]
    if len(unfilled):
        assert shares.max() - unfilled.min() <= 1  # nobody with room lags behind


def test_only_assets_that_gave_all_are_asked_again():
    #          full, at its most, short, failed, never visited, full
    found = yields([4, 12, 3, 0, 0, 8], [4, 12, 4, 4, 0, 4], [4, 12, 3, 0, 0, 4])
    round_ = round_of_returns(2, 8, found, PairsConfig(max_per_asset=12))
    assert [round_.visit(i).index for i in range(round_.visits)] == [0, 5]
    assert quotas(round_) == [4, 4]
    assert round_.visit(0).round == 2
    assert [round_.visit(i).again for i in range(round_.visits)] == [True, True]


def test_assets_that_gave_some_are_asked_when_none_gave_all():
    found = yields([3, 0, 5], [4, 4, 6], [3, 0, 5])
    round_ = round_of_returns(1, 8, found, PairsConfig())
    assert [round_.visit(i).index for i in range(round_.visits)] == [0, 2]


def test_few_pairs_are_owed_by_few_assets_from_all_over_the_source():
    found = yields([14] * 70, [14] * 70, [14] * 70)
    round_ = round_of_returns(1, 18, found, PairsConfig())
    assert [round_.visit(i).index for i in range(round_.visits)] == [0, 17, 35, 52]
    assert quotas(round_) == [6, 4, 4, 4]


def test_nobody_is_asked_when_nobody_gave_anything():
    assert round_of_returns(1, 2, yields([0, 0], [4, 4], [0, 0]), PairsConfig()) is None

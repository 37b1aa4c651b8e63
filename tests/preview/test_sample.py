"""Which pairs are shown."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from viewpoint_gen.preview.sample import choose_pairs, in_turn, spread_assets


def test_in_turn_takes_the_first_of_each_before_the_second_of_any():
    assert in_turn({"a": [1, 2, 3], "b": [4], "c": [5, 6]}) == [1, 4, 5, 2, 6, 3]


def test_assets_are_spread_over_splits_before_categories():
    strata = {f"train-{i}": ("train", f"c{i % 7}") for i in range(90)}
    strata |= {f"test-{i}": ("test", f"c{i}") for i in range(3)}
    chosen = spread_assets(strata, 12, seed=0)
    assert Counter(strata[asset][0] for asset in chosen) == {"train": 9, "test": 3}
    assert len({strata[asset][1] for asset in chosen if asset.startswith("train")}) == 7


def test_the_rarest_label_is_shown_even_if_one_pair_alone_has_it():
    pairs_of = {f"a{i}": [f"a{i}-{k}" for k in range(10)] for i in range(30)}
    labels = {pair: {"common"} for pairs in pairs_of.values() for pair in pairs}
    labels["a17-9"] = {"rare"}
    assert "a17-9" in choose_pairs(pairs_of, labels, 20, seed=3)


@given(
    sizes=st.lists(st.integers(0, 6), min_size=1, max_size=12),
    count=st.integers(1, 40),
    seed=st.integers(0, 5),
)
def test_a_choice_is_exact_without_repeats_and_the_same_again(sizes, count, seed):
    pairs_of = {f"a{i}": [f"a{i}-{k}" for k in range(size)] for i, size in enumerate(sizes)}
    labels = {pair: {pair[-1]} for pairs in pairs_of.values() for pair in pairs}
    chosen = choose_pairs(pairs_of, labels, count, seed=seed)
    assert len(chosen) == len(set(chosen)) == min(count, sum(sizes))
    assert chosen == choose_pairs(pairs_of, labels, count, seed=seed)


def test_another_seed_shows_other_pairs():
    pairs_of = {f"a{i}": [f"a{i}-{k}" for k in range(10)] for i in range(30)}
    one, two = (choose_pairs(pairs_of, {}, 20, seed=seed) for seed in (0, 1))
    assert set(one) != set(two)
